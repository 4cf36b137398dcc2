import { describe, expect, it } from 'vitest';
import { DocumentFlag } from '../../node/documents/document-flags.ts';
import { metadataText, writeDocument } from '../../node/documents/document-writer.ts';
import type { StoredDocument } from '../../node/documents/stored-document.ts';

const document: StoredDocument = {
  kind: 'document',
  id: 'users/1-A',
  lowerId: 'users/1-a',
  etag: 1,
  changeVector: 'A:1-0123456789012345678901',
  collection: 'Users',
  flags: 0,
  lastModified: 17_000_000_000_000_001n,
  metadata: Buffer.from('{"@collection":"Users","x":1}'),
  body: Buffer.from('{"Name":"Ann"}'),
};
const text = (change: Partial<StoredDocument>, options?: Parameters<typeof writeDocument>[1]) =>
  writeDocument({ ...document, ...change }, options).toString();
const SERVER =
  '"@change-vector":"A:1-0123456789012345678901","@id":"users/1-A","@last-modified":"2023-11-14T22:13:20.0000001Z"';

describe('metadataText', () => {
  it.each<Partial<StoredDocument>>([
    {},
    { metadata: Buffer.from('{}') },
    { flags: DocumentFlag.HasRevisions, id: 'é"\n' },
    { flags: DocumentFlag.HasRevisions, metadata: Buffer.from('{"@flags":"mine","x":"é}"}') },
    { flags: DocumentFlag.HasRevisions, metadata: Buffer.from('{"@flags":"mine"}') },
  ])('is the metadata that the document is written with, %#', (change) => {
    expect(`{"@metadata":${metadataText({ ...document, ...change })}}`).toBe(
      text(change, { metadataOnly: true }),
    );
  });
});

describe('writeDocument', () => {
  it('puts @metadata last, the keys of the server after those of the client', () => {
    expect(text({})).toBe(`{"Name":"Ann","@metadata":{"@collection":"Users","x":1,${SERVER}}}`);
  });

  it('writes documents and metadata without members', () => {
    expect(text({ body: Buffer.from('{}') })).toBe(`{"@metadata":{"@collection":"Users","x":1,${SERVER}}}`);
    expect(text({ metadata: Buffer.from('{}') })).toBe(`{"Name":"Ann","@metadata":{${SERVER}}}`);
    expect(text({ metadata: Buffer.from('{}'), body: Buffer.from('{}') })).toBe(`{"@metadata":{${SERVER}}}`);
  });

  it('writes the metadata alone when asked to', () => {
    expect(text({}, { metadataOnly: true })).toBe(`{"@metadata":{"@collection":"Users","x":1,${SERVER}}}`);
  });

  it('writes flags, score and an id that needs escapes', () => {
    const written = text(
      { flags: DocumentFlag.HasRevisions | DocumentFlag.Resolved, id: 'é"\n' },
      { indexScore: 0.5 },
    );
    expect(JSON.parse(written)['@metadata']).toMatchObject({ '@id': 'é"\n' });
    expect(written).toContain(
      '"@flags":"HasRevisions, Resolved","@id":"é\\"\\n","@index-score":0.5,"@last-modified"',
    );
  });

  it('lets flags that a client sent give way to real ones', () => {
    const metadata = Buffer.from('{"@flags":"Nonsense","a":1}');
    expect(text({ metadata })).toContain('"@flags":"Nonsense"');
    expect(text({ metadata, flags: DocumentFlag.HasRevisions }).match(/@flags/g)).toHaveLength(1);
  });
});
