import { expect, it } from 'vitest';
import type { StoredDocument } from '../../../node/documents/stored-document.ts';
import { type GroupField, groupDefinition } from '../../../node/indexing/auto/auto-group.ts';
import { autoGroupSpec } from '../../../node/indexing/auto/auto-group-spec.ts';
import { ValueLookup } from '../../../node/scripting/value-lookup.ts';

/** What a document gives to groups, as JSON. */
function valuesOf(fields: readonly GroupField[], sums: readonly string[], body: string): string {
  const spec = autoGroupSpec(groupDefinition('Docs', { fields, sums, countsDocuments: true }));
  const document = { body: Buffer.from(body) } as StoredDocument;
  const [mapped] = spec.map([document], () => undefined, new ValueLookup());
  return JSON.stringify(mapped);
}

const field = (name: string, behavior: GroupField['behavior'] = 'NotApplicable'): GroupField => ({
  name,
  behavior,
});

it('a document gives one value, whatever its members are called', () => {
  const body = '{"Other":{"Name":5},"__proto__":{"b":1},"Price":2,"Name":"n"}';
  expect(valuesOf([field('Name'), field('__proto__')], ['Price'], body)).toBe(
    '{"values":[{"Name":"n","__proto__":{"b":1},"Count":1,"Price":2}]}',
  );
  expect(valuesOf([field('Missing')], ['Name'], body)).toBe(
    '{"values":[{"Missing":null,"Count":1,"Name":0}]}',
  );
});

it('a document gives a value for each element that it is grouped by, with what that one adds', () => {
  const body = '{"Lines":[{"Product":"a","Count":2},{"Product":"b","Count":3}],"Total":7}';
  const product = field('Lines[].Product', 'ByIndividualValues');
  expect(valuesOf([product], ['Lines[].Count', 'Total'], body)).toBe(
    '{"values":[{"Lines[].Product":"a","Count":1,"Lines[].Count":2,"Total":7},{"Lines[].Product":"b","Count":1,"Lines[].Count":3,"Total":7}]}',
  );
});

it('what is counted and summed stands beside what is grouped by, whatever that is called', () => {
  expect(valuesOf([field('Price'), field('Count')], ['Price', 'Tax'], '{"Price":2,"Count":7,"Tax":1}')).toBe(
    '{"values":[{"Price":2,"Count":7,"total(Count)":1,"total(Price)":2,"Tax":1}]}',
  );
});
