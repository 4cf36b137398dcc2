import { expect, it } from 'vitest';
import type { StoredDocument } from '../../../node/documents/stored-document.ts';
import { currentChanges } from '../../../node/indexing/local/current-changes.ts';
import type { Change } from '../../../node/indexing/local/next-changes.ts';

const documentOf = (id: string, collection: string, etag: number): StoredDocument => ({
  kind: 'document',
  id,
  lowerId: id.toLowerCase(),
  etag,
  changeVector: '',
  collection,
  flags: 0,
  lastModified: 0n,
  metadata: Buffer.from('{}'),
  body: Buffer.from('{}'),
});

const gone = (lowerId: string): Change => ({ id: lowerId, lowerId });
const changed = (document: StoredDocument): Change => ({
  id: document.id,
  lowerId: document.lowerId,
  document,
});

const NOW = documentOf('Docs/1', 'People', 7);
const BEFORE = documentOf('Docs/1', 'Users', 5);
const OTHER = documentOf('Docs/2', 'Users', 6);

it.each<[string, readonly Change[], readonly string[] | null, readonly Change[]]>([
  ['nothing is looked at where nothing is gone', [changed(BEFORE)], ['users'], [changed(BEFORE)]],
  ['who is gone is gone', [gone('docs/9')], ['users'], [gone('docs/9')]],
  ['who is where the index does not look is gone', [gone('docs/1')], ['users'], [gone('docs/1')]],
  ['who is where it looks, too, is mapped', [gone('docs/1')], ['users', 'people'], [changed(NOW)]],
  ['who is anywhere is mapped where it looks everywhere', [gone('docs/1')], null, [changed(NOW)]],
  ['who left several times comes once', [gone('docs/1'), gone('docs/1')], ['people'], [changed(NOW)]],
  [
    'what is now counts, and not what was read',
    [gone('docs/1'), changed(BEFORE), changed(OTHER)],
    ['users'],
    [gone('docs/1'), changed(OTHER)],
  ],
])('%s', (_, changes, collections, expected) => {
  const reader = {
    getMany: (ids: readonly string[]) => ids.map((id) => (id === 'docs/1' ? NOW : undefined)),
  };
  const followed = collections === null ? null : new Set(collections);
  expect(currentChanges(changes, reader, followed)).toEqual(expected);
});
