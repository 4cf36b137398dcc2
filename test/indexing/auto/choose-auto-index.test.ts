import { expect, it } from 'vitest';
import { chooseGroupIndex, groupDefinition } from '../../../node/indexing/auto/auto-group.ts';
import { autoIndexDefinition } from '../../../node/indexing/auto/auto-index-definition.ts';
import { chooseAutoIndex, supersededBy } from '../../../node/indexing/auto/choose-auto-index.ts';

const field = (name: string) => ({ name, search: false, exact: false, highlight: false, suggest: false });
const group = (sums: readonly string[]) => ({
  fields: [{ name: 'City', behavior: 'NotApplicable' as const }],
  countsDocuments: true,
  sums,
});

it('an index answers queries that write the name of its collection in another case', () => {
  const wide = autoIndexDefinition('Users', [field('Age'), field('Name')]);
  expect(chooseAutoIndex('USERS', [field('Name')], [wide])).toEqual({ kind: 'existing', name: wide.Name });
  expect(chooseAutoIndex('Other', [field('Name')], [wide])).toMatchObject({ kind: 'create' });
  const groups = groupDefinition('Users', group(['Age']));
  expect(chooseGroupIndex('users', group([]), [groups])).toEqual({ kind: 'existing', name: groups.Name });
});

it('a wider one in another case is made of all fields, and takes the place of the narrower', () => {
  const narrow = autoIndexDefinition('Users', [field('Name')]);
  const choice = chooseAutoIndex('users', [field('Age')], [narrow]);
  if (choice.kind !== 'create') throw new Error(choice.kind);
  expect(choice.definition.Name).toBe('Auto/users/ByAgeAndName');
  expect(supersededBy(choice.definition, [narrow])).toEqual([narrow]);
});
