import { describe, expect, it } from 'vitest';
import type { StoredDocument } from '../../../node/documents/stored-document.ts';
import type { FieldValues } from '../../../node/indexing/values/index-value.ts';
import { compareFields } from '../../../node/querying/execute/compare-fields.ts';
import { filterValues } from '../../../node/querying/execute/filter-values.ts';
import { NOTHING_STORED } from '../../../node/querying/execute/row.ts';
import type { ComparisonOperator } from '../../../node/querying/rql/syntax-tree.ts';

function documentOf(id: string, collection: string, body: object): StoredDocument {
  return {
    kind: 'document',
    id,
    lowerId: id.toLowerCase(),
    etag: 1,
    changeVector: 'A:1-x',
    collection,
    flags: 0,
    lastModified: 1n,
    metadata: Buffer.from(JSON.stringify({ '@collection': collection })),
    body: Buffer.from(JSON.stringify(body)),
  };
}

describe('two fields of a document', () => {
  it('compare exactly beyond what a double holds', () => {
    const [less, more] = [2n ** 62n, 2n ** 62n + 1n];
    expect([compareFields('<', [less], [more]), compareFields('=', [less], [more])]).toEqual([true, false]);
    expect(compareFields('>', [less], [2.5])).toBe(true);
  });

  it.each<[left: FieldValues, operator: ComparisonOperator, right: FieldValues, holds: boolean]>([
    [[1], '<', [2], true],
    [[2], '<', [2], false],
    [[2], '<=', [2], true],
    [[2.5], '>', [Number.MAX_SAFE_INTEGER], false],
    [[Number.MAX_SAFE_INTEGER], '>=', [2.5], true],
    [[10], '>', ['9'], false],
    [['b'], '>', ['a'], true],
    [['B'], '=', ['b'], false],
    [['2020-01-02'], '>', ['2020-01-01T10:00:00'], true],
    [['2020-01-01'], '=', ['2020-01-01T00:00:00.0000000'], true],
    [[true], '=', [true], true],
    [[true], '>', [false], false],
    [[null], '=', [null], true],
    [[null], '<', [1], false],
    [[], '=', [], true],
    [[], '=', [null], false],
    [[], '!=', [1], true],
    [[{ json: '{"a":1}' }], '=', [{ json: '{"a":1}' }], true],
    [[{ json: '{"a":1}' }], '=', [null], false],
    [[1, 5], '>', [4], true],
    [[1, 5], '!=', [5], false],
  ])('%j %s %j: %s', (left, operator, right, holds) => {
    expect(compareFields(operator, left, right)).toBe(holds);
  });
});

describe('what a filter compares', () => {
  const document = documentOf('orders/1', 'Orders', {
    total: 3,
    lines: [
      { price: 1, tags: ['a'] },
      { price: 2, tags: ['b', 'c'] },
    ],
    company: 'companies/1',
  });
  const company = documentOf('companies/1', 'Companies', { name: 'Ada', cities: ['Oslo', 'Rome'] });
  const load = [
    { expression: { kind: 'null' as const }, alias: 'c', isArray: false },
    { expression: { kind: 'null' as const }, alias: 'none', isArray: false },
    { expression: { kind: 'null' as const }, alias: 'nobody', isArray: false },
  ];
  const values = (name: string) =>
    filterValues(
      [name],
      load,
    )({
      document,
      stored: NOTHING_STORED,
      loaded: new Map([
        ['c', company],
        ['none', undefined],
        ['nobody', null],
      ]),
    }).get(name);

  it.each<[name: string, values: FieldValues]>([
    ['total', [3]],
    ['lines[].price', [1, 2]],
    ['lines.1.price', [2]],
    ['lines.7.price', []],
    ['lines[].tags.0', ['a', 'b']],
    ['lines.1.tags', ['b', 'c']],
    ['lines.0.price.x', []],
    ['@metadata.@id', ['orders/1']],
    ["'@metadata'.'@collection'", ['Orders']],
    ['@metadata.@nope', []],
    ['c.name', ['Ada']],
    ['c.cities.1', ['Rome']],
    ['c.nope', []],
    ['c', ['companies/1']],
    ['none', []],
    ['none.name', [null]],
    ['nobody', [null]],
    ['nobody.name', [null]],
  ])('%s: %j', (name, expected) => {
    expect(values(name)).toEqual(expected);
  });
});
