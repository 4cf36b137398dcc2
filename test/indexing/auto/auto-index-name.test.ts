import { describe, expect, it } from 'vitest';
import { type AutoField, autoIndexName } from '../../../node/indexing/auto/auto-index-name.ts';

const field = (name: string, ...can: readonly string[]): AutoField => ({
  name,
  search: can.includes('search'),
  exact: can.includes('exact'),
  highlight: can.includes('highlight'),
  suggest: can.includes('suggest'),
});

describe('the name of an auto index', () => {
  it.each<[collection: string, fields: readonly AutoField[], name: string]>([
    ['Users', [field('Name'), field('Age')], 'Auto/Users/ByAgeAndName'],
    ['@all_docs', [field('n')], 'Auto/AllDocs/Byn'],
    // By what is shown, not by the names of the fields.
    ['Users', [field('age'), field('Bio', 'search')], 'Auto/Users/BySearch(Bio)Andage'],
    ['Users', [field('Age'), field('Bio', 'search'), field('City')], 'Auto/Users/ByAgeAndCityAndSearch(Bio)'],
    [
      'Users',
      [field('Bio', 'search', 'highlight'), field('@metadata.@collection'), field('b', 'exact')],
      'Auto/Users/By@metadata.@collectionAndExact(b)AndSearch(Bio)AndHighlight(Bio)',
    ],
  ])('%s', (collection, fields, name) => {
    expect(autoIndexName(collection, fields)).toBe(name);
  });
});
