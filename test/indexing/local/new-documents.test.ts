import { expect, test } from 'vitest';
import { NewDocuments } from '../../../node/indexing/local/new-documents.ts';

test('a document is new once at most, and nearly always the first time', () => {
  const documents = new NewDocuments();
  const ids = Array.from({ length: 200_000 }, (_, n) => `cities/${n}`);
  const first = ids.filter((id) => documents.isFirst(id));
  expect(first.length).toBeGreaterThan(ids.length * 0.9);
  expect(ids.filter((id) => documents.isFirst(id))).toEqual([]);
});
