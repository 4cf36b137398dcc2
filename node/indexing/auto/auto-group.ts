import { hash } from 'node:crypto';
import { WORDS_VERSION } from '../analysis/words-version.ts';
import type { AutoIndexDefinition, AutoIndexFieldOptions } from '../definitions/index-definition.ts';
import { isOf } from './auto-index-definition.ts';
import { cutName } from './auto-index-name.ts';
import type { AutoIndexChoice } from './choose-auto-index.ts';

/** What a `group by` groups by: a field, an array as a whole, or (`Lines[].Product`) each element of one. */
export interface GroupField {
  /** As queries call it. */
  readonly name: string;
  readonly behavior: AutoIndexFieldOptions['GroupByArrayBehavior'];
  /** Conditions search it for words, or tell upper from lower case. */
  readonly search?: boolean;
  readonly exact?: boolean;
}

/** A dynamic aggregation of a collection. */
export interface AutoGroup {
  readonly fields: readonly GroupField[];
  readonly countsDocuments: boolean;
  /** Names of the fields that are summed up. */
  readonly sums: readonly string[];
}

/** The name of the field that counts the documents of a group. */
export const COUNT_FIELD = 'Count';

/** What results of groups call a count or a sum: by the name of its field, unless they are grouped by that. */
export function aggregateMember(name: string, keys: readonly { readonly name: string }[]): string {
  return keys.some((key) => key.name === name) ? `total(${name})` : name;
}

/** An index with the same groups and every aggregate that is needed, or one to be made that has those of all. */
export function chooseGroupIndex(
  collection: string,
  group: AutoGroup,
  existing: readonly AutoIndexDefinition[],
): AutoIndexChoice {
  const own = existing.filter(
    (one) =>
      one.Type === 'AutoMapReduce' &&
      isOf(one, collection) &&
      one.State !== 'Disabled' &&
      sameFields(groupOf(one).fields, group.fields) &&
      !isAtOdds(groupOf(one), group),
  );
  const covering = own.find((one) => covers(groupOf(one), group));
  if (covering !== undefined) return { kind: 'existing', name: covering.Name };
  const fields = group.fields.map((field) => merged(field, own));
  const sums = [...new Set([...own.flatMap((one) => groupOf(one).sums), ...group.sums])];
  const countsDocuments = group.countsDocuments || own.some((one) => groupOf(one).countsDocuments);
  return {
    kind: 'create',
    definition: groupDefinition(collection, { fields, sums, countsDocuments }),
  };
}

/** One index can't count documents and sum up their field of the same name. */
export function isAtOdds(...groups: readonly Pick<AutoGroup, 'countsDocuments' | 'sums'>[]): boolean {
  const isSummed = groups.some(({ sums }) => sums.includes(COUNT_FIELD));
  return isSummed && groups.some(({ countsDocuments }) => countsDocuments);
}

/** The field with all that is asked of it, here and by other indexes of the same groups. */
function merged(field: GroupField, own: readonly AutoIndexDefinition[]): GroupField {
  const all = [field, ...own.flatMap((one) => groupOf(one).fields.filter(({ name }) => name === field.name))];
  return {
    ...field,
    search: all.some(({ search }) => search === true),
    exact: all.some(({ exact }) => exact === true),
  };
}

/** As `fieldsOf` of other definitions. */
const GROUPS = new WeakMap<AutoIndexDefinition, AutoGroup>();

/** What a definition groups and aggregates. */
export function groupOf(definition: AutoIndexDefinition): AutoGroup {
  let group = GROUPS.get(definition);
  if (group === undefined) {
    group = readGroup(definition);
    GROUPS.set(definition, group);
  }
  return group;
}

function readGroup({ GroupByFields, GroupByFieldNames, MapFields }: AutoIndexDefinition): AutoGroup {
  return {
    fields: GroupByFieldNames.map((name) => {
      const { GroupByArrayBehavior: behavior = 'NotApplicable', Indexing = '' } = GroupByFields[name] ?? {};
      return { name, behavior, search: /\bSearch\b/.test(Indexing), exact: /\bExact\b/.test(Indexing) };
    }),
    countsDocuments: Object.values(MapFields).some(({ Aggregation }) => Aggregation === 'Count'),
    sums: Object.entries(MapFields)
      .filter(([, { Aggregation }]) => Aggregation === 'Sum')
      .map(([name]) => name),
  };
}

export function groupDefinition(collection: string, group: AutoGroup): AutoIndexDefinition {
  const aggregates = [
    ...(group.countsDocuments ? [[COUNT_FIELD, options('Count')] as const] : []),
    ...group.sums.map((name) => [name, options('Sum')] as const),
  ];
  return {
    Type: 'AutoMapReduce',
    Collection: collection,
    MapFields: Object.fromEntries(aggregates),
    GroupByFields: Object.fromEntries(
      group.fields.map((field) => [
        field.name,
        { ...options('None'), Indexing: indexingOf(field), GroupByArrayBehavior: field.behavior },
      ]),
    ),
    GroupByFieldNames: group.fields.map(({ name }) => name),
    Name: groupIndexName(collection, group),
    Priority: 'Normal',
    State: null,
  };
}

function indexingOf({ search, exact }: GroupField): string {
  const indexing = [...(search === true ? ['Search'] : []), ...(exact === true ? ['Exact'] : [])];
  return indexing.length === 0 ? 'Default' : indexing.join(', ');
}

function groupIndexName(collection: string, { fields, countsDocuments, sums }: AutoGroup): string {
  const shown = collection === '@all_docs' ? 'AllDocs' : collection;
  const summed = sums.map((name) => (name === COUNT_FIELD ? `Sum(${name})` : name));
  const maps = [...(countsDocuments ? [COUNT_FIELD] : []), ...summed].sort();
  const groups = fields.map(display).sort();
  const by = maps.length === 0 ? '' : `/By${maps.join('And')}`;
  return cutName(`Auto/${shown}${by}ReducedBy${groups.join('And')}`);
}

function display({ name, behavior, search, exact }: GroupField): string {
  const shown = behavior === 'ByContent' ? `Array(${name})` : name;
  const abilities = [
    ...(search === true ? [`Search(${shown})`] : []),
    ...(exact === true ? [`Exact(${shown})`] : []),
  ];
  return abilities.length === 0 ? shown : abilities.join('And');
}

function options(Aggregation: AutoIndexFieldOptions['Aggregation']): AutoIndexFieldOptions {
  return {
    Storage: 'No',
    Indexing: 'Default',
    Aggregation,
    Spatial: null,
    Vector: null,
    GroupByArrayBehavior: 'NotApplicable',
    Suggestions: false,
    IsNameQuoted: false,
  };
}

function sameFields(a: readonly GroupField[], b: readonly GroupField[]): boolean {
  const key = (fields: readonly GroupField[]): string =>
    fields
      .map(({ name, behavior }) => `${behavior} ${name}`)
      .sort()
      .join('\n');
  return key(a) === key(b);
}

/** Of groups by the same fields. */
function covers(has: AutoGroup, needed: AutoGroup): boolean {
  const can = (ability: 'search' | 'exact'): boolean =>
    needed.fields.every(
      (field) =>
        field[ability] !== true || has.fields.some((one) => one.name === field.name && one[ability] === true),
    );
  return (
    can('search') &&
    can('exact') &&
    (has.countsDocuments || !needed.countsDocuments) &&
    needed.sums.every((name) => has.sums.includes(name))
  );
}

/** Changes when the index has to be made anew. */
export function groupRevision(definition: AutoIndexDefinition): string {
  const { Collection, MapFields, GroupByFields } = definition;
  const { fields } = groupOf(definition);
  const hasWords = fields.some(({ search }) => search === true);
  const totals = Object.keys(MapFields).filter((name) => aggregateMember(name, fields) !== name);
  return hash(
    'sha256',
    JSON.stringify([
      Collection,
      MapFields,
      GroupByFields,
      ...(hasWords ? [{ words: WORDS_VERSION }] : []),
      // They took the place of what was grouped by.
      ...(totals.length > 0 ? [{ totals }] : []),
    ]),
  );
}
