import type { AutoIndexDefinition } from '../definitions/index-definition.ts';
import { type AutoGroup, chooseGroupIndex, groupOf } from './auto-group.ts';
import { fieldsOf, isOf } from './auto-index-definition.ts';
import type { AutoField } from './auto-index-name.ts';
import { type AutoIndexChoice, chooseAutoIndex } from './choose-auto-index.ts';

/** Which auto index answers a query or would be made for it, and why none of the others is it. */
export interface ExplainedChoice {
  readonly index: string;
  readonly rejected: readonly { readonly index: string; readonly reason: string }[];
}

/** What a query needs of an auto index: fields, or groups of a collection. */
export type AutoNeed =
  | { readonly kind: 'auto'; readonly collection: string; readonly needs: readonly AutoField[] }
  | { readonly kind: 'group'; readonly collection: string; readonly group: AutoGroup };

/** One reason of each index of the collection that does not answer, in the order of their names. */
export function explainChoice(need: AutoNeed, existing: readonly AutoIndexDefinition[]): ExplainedChoice {
  const chosen = nameOf(
    need.kind === 'group'
      ? chooseGroupIndex(need.collection, need.group, existing)
      : chooseAutoIndex(need.collection, need.needs, existing),
  );
  const type = need.kind === 'group' ? 'AutoMapReduce' : 'AutoMap';
  const rejected = existing
    .filter((one) => one.Name !== chosen && one.Type === type && isOf(one, need.collection))
    .sort((a, b) => (a.Name < b.Name ? -1 : 1))
    .map((index) => ({
      index: index.Name,
      reason: reasonAgainst(index, need) ?? "Wasn't the widest index matching this query",
    }));
  return { index: chosen, rejected };
}

function nameOf(choice: AutoIndexChoice): string {
  return choice.kind === 'existing' ? choice.name : choice.definition.Name;
}

function reasonAgainst(index: AutoIndexDefinition, need: AutoNeed): string | undefined {
  if (index.State === 'Disabled') return 'The index is disabled';
  return need.kind === 'group'
    ? againstGroups(groupOf(index), need.group)
    : againstFields(fieldsOf(index), need.needs);
}

function againstFields(has: readonly AutoField[], needs: readonly AutoField[]): string | undefined {
  for (const need of needs) {
    if (need.name === 'id()') continue;
    const field = has.find(({ name }) => name === need.name);
    if (field === undefined) return `The following field is missing: ${need.name}`;
    const lack = LACKS.find(([ability]) => need[ability] && !field[ability]);
    if (lack !== undefined) return lack[1](need.name);
  }
  return undefined;
}

type Ability = 'search' | 'exact' | 'highlight' | 'suggest';

const LACKS: readonly (readonly [Ability, (name: string) => string])[] = [
  [
    'search',
    (name) => `The following field is not searchable ${name}, while the query needs to search() on it`,
  ],
  [
    'exact',
    (name) => `The following field is not exactable ${name}, while the query needs to perform exact() on it`,
  ],
  [
    'highlight',
    (name) =>
      `The following field has no term vectors ${name}, while the query needs to perform highlight() on it`,
  ],
  [
    'suggest',
    (name) =>
      `The following field does not have suggestions enabled ${name}, while the query needs to perform suggest() on it`,
  ],
];

function againstGroups(has: AutoGroup, needs: AutoGroup): string | undefined {
  const isIn = (group: AutoGroup, field: AutoGroup['fields'][number]): boolean =>
    group.fields.some(({ name, behavior }) => name === field.name && behavior === field.behavior);
  const names = (fields: AutoGroup['fields']): string => fields.map(({ name }) => name).join(', ');
  const missing = needs.fields.filter((field) => !isIn(has, field));
  if (missing.length > 0) return `The following group by fields are missing: ${names(missing)}`;
  const more = has.fields.filter((field) => !isIn(needs, field));
  if (more.length > 0) return `The index groups by more fields: ${names(more)}`;
  for (const [ability, lackOf] of LACKS) {
    if (ability !== 'search' && ability !== 'exact') continue;
    const can = (name: string) => has.fields.some((one) => one.name === name && one[ability] === true);
    const lacking = needs.fields.find((field) => field[ability] === true && !can(field.name));
    if (lacking !== undefined) return lackOf(lacking.name);
  }
  const lacksCount = needs.countsDocuments && !has.countsDocuments ? 'Count' : undefined;
  const lack = lacksCount ?? needs.sums.find((name) => !has.sums.includes(name));
  return lack === undefined ? undefined : `The following field is missing: ${lack}`;
}
