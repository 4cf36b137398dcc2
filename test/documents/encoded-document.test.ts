import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EncodedDocument } from '../../node/documents/encoded-document.ts';
import {
  collectionOf,
  decodeDocument,
  encodeVersion,
  type StoredDocument,
} from '../../node/documents/stored-document.ts';

const json = fc.json({ maxDepth: 1 }).map((text) => Buffer.from(text));
const documents: fc.Arbitrary<StoredDocument> = fc
  .record({
    id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    etag: fc.nat(),
    changeVector: fc.stringMatching(/^[A-Z]:[0-9]{1,9}-[a-z]{5}$/),
    collection: fc.string({ unit: 'grapheme', maxLength: 20 }),
    flags: fc.nat(2 ** 20),
    lastModified: fc.bigInt({ min: 0n, max: 2n ** 60n }),
    metadata: json,
    body: json,
  })
  .map((one) => ({ ...one, kind: 'document', lowerId: one.id.toLowerCase() }));

it('reads of a stored document what all of it has', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const value = encodeVersion(document);
      const encoded = new EncodedDocument(value);
      const read: Record<string, unknown> = {};
      const whole = decodeDocument(value);
      for (const name of Object.keys(whole)) read[name] = encoded[name as keyof StoredDocument];
      expect(read).toEqual(whole);
      expect(collectionOf(value)).toBe(document.collection);
    }),
  );
});
