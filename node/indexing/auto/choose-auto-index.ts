import type { AutoIndexDefinition } from '../definitions/index-definition.ts';
import { autoIndexDefinition, fieldsOf, isOf } from './auto-index-definition.ts';
import type { AutoField } from './auto-index-name.ts';

/** Which auto index answers a query: one that is there, or one to be made. */
export type AutoIndexChoice =
  | { readonly kind: 'existing'; readonly name: string }
  | { readonly kind: 'create'; readonly definition: AutoIndexDefinition };

/**
 * The widest index of the collection that has every field with what is needed of it. When there is none, a new one
 * with the fields of the widest besides: it takes that one's place, so that a collection does not end up with an index
 * for each combination.
 */
export function chooseAutoIndex(
  collection: string,
  needed: readonly AutoField[],
  existing: readonly AutoIndexDefinition[],
): AutoIndexChoice {
  const own = existing.filter(
    (one) => one.Type === 'AutoMap' && isOf(one, collection) && one.State !== 'Disabled',
  );
  const widest = [...own].sort((a, b) => width(b) - width(a));
  const covering = widest.find((one) => covers(fieldsOf(one), needed));
  if (covering !== undefined) return { kind: 'existing', name: covering.Name };
  const [base] = widest;
  const fields = base === undefined ? needed : merge(fieldsOf(base), needed);
  return { kind: 'create', definition: autoIndexDefinition(collection, fields) };
}

/** Auto indexes that another one of the same collection covers whole. */
export function supersededBy(
  definition: AutoIndexDefinition,
  existing: readonly AutoIndexDefinition[],
): readonly AutoIndexDefinition[] {
  return existing.filter(
    (one) =>
      one.Type === definition.Type &&
      one.Type === 'AutoMap' &&
      one.Name !== definition.Name &&
      isOf(one, definition.Collection) &&
      covers(fieldsOf(definition), fieldsOf(one)),
  );
}

function width({ MapFields }: AutoIndexDefinition): number {
  return Object.keys(MapFields).length;
}

function covers(has: readonly AutoField[], needed: readonly AutoField[]): boolean {
  return needed.every((need) => {
    if (need.name === 'id()') return true;
    const field = has.find(({ name }) => name === need.name);
    return field !== undefined && ABILITIES.every((ability) => field[ability] || !need[ability]);
  });
}

const ABILITIES = ['search', 'exact', 'highlight', 'suggest'] as const;

function merge(a: readonly AutoField[], b: readonly AutoField[]): readonly AutoField[] {
  const byName = new Map(a.map((field) => [field.name, field]));
  for (const field of b) {
    const known = byName.get(field.name);
    byName.set(field.name, {
      ...field,
      search: field.search || known?.search === true,
      exact: field.exact || known?.exact === true,
      highlight: field.highlight || known?.highlight === true,
      suggest: field.suggest || known?.suggest === true,
    });
  }
  return [...byName.values()];
}
