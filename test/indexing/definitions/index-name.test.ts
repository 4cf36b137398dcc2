import { expect, it } from 'vitest';
import {
  findByName,
  isSameIndexName,
  replacedName,
  replacementName,
} from '../../../node/indexing/definitions/index-name.ts';

it('indexes are found by their names without case', () => {
  const indexes = [{ Name: 'Orders/ByCompany' }, { Name: 'Users' }];
  expect(findByName(indexes, 'orders/bycompany')).toBe(indexes[0]);
  expect(findByName(indexes, 'Orders')).toBeUndefined();
  expect(isSameIndexName('Auto/Users/ByName', 'auto/users/byname')).toBe(true);
});

it.each([
  [replacementName('Users'), 'Users'],
  ['replacementof/Users', 'Users'],
  ['ReplacementOf/ReplacementOf/Users', 'ReplacementOf/Users'],
  ['ReplacementOf', null],
  ['Users', null],
])('%s is to replace %s', (name, replaced) => {
  expect(replacedName(name)).toBe(replaced);
});
