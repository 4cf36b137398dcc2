import { expect, it } from 'vitest';
import type { StoredDocument } from '../../../node/documents/stored-document.ts';
import { fieldReader } from '../../../node/indexing/values/field-reader.ts';

function valuesOf(name: string, body: string) {
  return fieldReader([name])({ body: Buffer.from(body), metadata: Buffer.from('{}') } as StoredDocument)[0];
}

const ORDER = '{"Lines":[{"Count":5,"Tags":["x","y"]},{"Count":1,"Tags":[]}],"Name":"abc"}';

it.each([
  ['Lines.Count', [2]],
  ['Lines[].Count', [5, 1]],
  ['Lines[].Tags', ['x', 'y']],
  ['Lines[].Tags[]', ['x', 'y']],
  ['Lines.Tags.Count', [2]],
  ['Name.Length', [3]],
  ['Lines[].Missing', []],
])('%s is read of each element of an array, or is its size', (name, expected) => {
  expect(valuesOf(name, ORDER)).toEqual(expected);
});
