import { describe, expect, it } from 'vitest';
import { groupDefinition } from '../../../node/indexing/auto/auto-group.ts';
import { autoIndexDefinition } from '../../../node/indexing/auto/auto-index-definition.ts';
import type { AutoField } from '../../../node/indexing/auto/auto-index-name.ts';
import { type AutoNeed, explainChoice } from '../../../node/indexing/auto/explain-choice.ts';
import type { AutoIndexDefinition } from '../../../node/indexing/definitions/index-definition.ts';

const field = (name: string, abilities: Partial<AutoField> = {}): AutoField => ({
  name,
  search: false,
  exact: false,
  highlight: false,
  suggest: false,
  ...abilities,
});

const index = (...fields: AutoField[]): AutoIndexDefinition => autoIndexDefinition('Users', fields);

const group = (names: string[], sums: string[] = [], countsDocuments = true) => ({
  fields: names.map((name) => ({ name, behavior: 'NotApplicable' as const })),
  countsDocuments,
  sums,
});

const needs = (...fields: AutoField[]): AutoNeed => ({ kind: 'auto', collection: 'Users', needs: fields });

const NAME = index(field('Name'));
const WIDE = index(field('Age'), field('Name'));
const SEARCHED = index(field('Name', { search: true }));

describe('why an auto index answers and others do not', () => {
  it.each<[string, AutoNeed, readonly AutoIndexDefinition[], string, readonly string[]]>([
    [
      'the widest of those that could',
      needs(field('Name')),
      [NAME, WIDE],
      'Auto/Users/ByAgeAndName',
      ["Auto/Users/ByName: Wasn't the widest index matching this query"],
    ],
    [
      'a field is missing; what would be made is named',
      needs(field('Name'), field('City')),
      [NAME],
      'Auto/Users/ByCityAndName',
      ['Auto/Users/ByName: The following field is missing: City'],
    ],
    [
      'a field can do less',
      needs(field('Name', { search: true })),
      [SEARCHED, WIDE],
      'Auto/Users/BySearch(Name)',
      [
        'Auto/Users/ByAgeAndName: The following field is not searchable Name, while the query needs to search() on it',
      ],
    ],
    [
      'an index that is disabled',
      needs(field('Age')),
      [{ ...WIDE, State: 'Disabled' }, index(field('Age'))],
      'Auto/Users/ByAge',
      ['Auto/Users/ByAgeAndName: The index is disabled'],
    ],
    [
      'indexes of other collections and kinds are not compared',
      needs(field('Age')),
      [autoIndexDefinition('Dogs', [field('Age')]), groupDefinition('Users', group(['Age']))],
      'Auto/Users/ByAge',
      [],
    ],
    [
      'groups by other fields, or with less',
      { kind: 'group', collection: 'Users', group: group(['City'], ['Age']) },
      [
        groupDefinition('Users', group(['Name'])),
        groupDefinition('Users', group(['City'])),
        groupDefinition('Users', group(['City', 'Name'], ['Age'])),
      ],
      'Auto/Users/ByAgeAndCountReducedByCity',
      [
        'Auto/Users/ByAgeAndCountReducedByCityAndName: The index groups by more fields: Name',
        'Auto/Users/ByCountReducedByCity: The following field is missing: Age',
        'Auto/Users/ByCountReducedByName: The following group by fields are missing: City',
      ],
    ],
    [
      'groups whose keys can be searched less',
      {
        kind: 'group',
        collection: 'Users',
        group: { ...group(['City']), fields: [{ name: 'City', behavior: 'NotApplicable', exact: true }] },
      },
      [
        groupDefinition('Users', {
          ...group(['City']),
          fields: [{ name: 'City', behavior: 'NotApplicable', search: true }],
        }),
      ],
      'Auto/Users/ByCountReducedBySearch(City)AndExact(City)',
      [
        'Auto/Users/ByCountReducedBySearch(City): The following field is not exactable City, while the query needs to perform exact() on it',
      ],
    ],
  ])('%s', (_, need, existing, chosen, rejected) => {
    const explained = explainChoice(need, existing);
    expect(explained.index).toBe(chosen);
    expect(explained.rejected.map((one) => `${one.index}: ${one.reason}`)).toEqual(rejected);
  });
});
