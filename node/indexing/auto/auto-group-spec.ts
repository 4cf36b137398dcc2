import type { StoredDocument } from '../../documents/stored-document.ts';
import { jsonAtEach } from '../../json/json-path.ts';
import type { AutoIndexDefinition } from '../definitions/index-definition.ts';
import type { GroupReducer, IndexSpec, MappedDocument, SourceField } from '../local/index-spec.ts';
import type { ReducedObject } from '../reduce/reducer.ts';
import { parseDate } from '../values/date-text.ts';
import { parsePath } from '../values/field-path.ts';
import { jsonValues } from '../values/json-values.ts';
import {
  type AutoGroup,
  aggregateMember,
  COUNT_FIELD,
  type GroupField,
  groupOf,
  groupRevision,
} from './auto-group.ts';

/** An index of a `group by`, ready to run: documents → one value a group → counts and sums. */
export function autoGroupSpec(definition: AutoIndexDefinition): IndexSpec {
  const group = groupOf(definition);
  return {
    name: definition.Name,
    revision: groupRevision(definition),
    type: 'AutoMapReduce',
    collections: definition.Collection === '@all_docs' ? null : [definition.Collection],
    sources: [...group.fields.map(({ name }) => name), ...membersOf(group)],
    fieldsOf: (name) => sourceFields(name, group),
    isCompared: () => false,
    canSuggest: () => false,
    map: groupMapper(group),
    reduce: groupReducer(group),
  };
}

/** The count, if there is one, and the sums. */
function membersOf({ fields, countsDocuments, sums }: AutoGroup): readonly string[] {
  return [...(countsDocuments ? [COUNT_FIELD] : []), ...sums].map((name) => aggregateMember(name, fields));
}

function sourceFields(name: string, { fields }: AutoGroup): readonly SourceField[] {
  const { search, exact } = fields.find((field) => field.name === name) ?? {};
  return [
    { name, analysis: 'default' },
    ...(exact === true ? [{ name: `exact(${name})`, analysis: 'exact' } as const] : []),
    ...(search === true ? [{ name: `search(${name})`, analysis: { analyzer: 'StandardAnalyzer' } }] : []),
  ];
}

/** What documents give to groups. */
interface GroupShape {
  readonly fields: readonly GroupField[];
  /** The member that counts; undefined: none does. */
  readonly counts: string | undefined;
  /** The members that sums are in, in the order of the sums. */
  readonly sums: readonly string[];
  /** It is grouped by the elements of an array. */
  readonly isSplit: boolean;
}

function shapeOf({ fields, sums, countsDocuments }: AutoGroup): GroupShape {
  return {
    fields,
    counts: countsDocuments ? aggregateMember(COUNT_FIELD, fields) : undefined,
    sums: sums.map((name) => aggregateMember(name, fields)),
    isSplit: fields.some(isEach),
  };
}

/** Reads each document once, whatever it is grouped by. */
function groupMapper(group: AutoGroup): IndexSpec['map'] {
  const names = [...group.fields.map(({ name }) => name), ...group.sums];
  const paths = names.map((name) => parsePath(name.replaceAll("'", '')));
  const shape = shapeOf(group);
  const mapOne = ({ body }: StoredDocument): MappedDocument => {
    try {
      const read = jsonAtEach(body, paths).map(parsed);
      return { values: shape.isSplit ? splitValues(read, shape) : [wholeValue(read, shape)] };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
  return (documents) => documents.map(mapOne);
}

function parsed(json: Buffer | undefined): unknown {
  return json === undefined ? null : JSON.parse(json.toString('utf8'));
}

/** `read`: what is at the paths of the fields, then at those of the sums. */
function wholeValue(read: readonly unknown[], shape: GroupShape): ReducedObject {
  const { fields, sums } = shape;
  return valueWith(
    fields.map((_, n) => normalised(read[n])),
    sums.map((_, n) => summand(read[fields.length + n], undefined)),
    shape,
  );
}

/** One value for each group that the document belongs to: one for each element of the longest array. */
function splitValues(read: readonly unknown[], shape: GroupShape): readonly ReducedObject[] {
  const { fields, sums } = shape;
  const keys = fields.map((field, n) => keysOf(read[n], field));
  const count = Math.max(...keys.map((values, at) => (isEach(fields[at]) ? values.length : 0)));
  return Array.from({ length: count }, (_, at) =>
    valueWith(
      fields.map((field, n) => keys[n]?.[isEach(field) ? at : 0] ?? null),
      sums.map((__, n) => summand(read[fields.length + n], at)),
      shape,
    ),
  );
}

function valueWith(
  keys: readonly unknown[],
  addends: readonly number[],
  { fields, counts, sums }: GroupShape,
): ReducedObject {
  const value: Record<string, unknown> = {};
  for (let n = 0; n < fields.length; n++) setOwn(value, (fields[n] as GroupField).name, keys[n]);
  if (counts !== undefined) value[counts] = 1;
  for (let n = 0; n < sums.length; n++) setOwn(value, sums[n] as string, addends[n]);
  return value;
}

/** Also of a name that says something else to the language. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function isEach(field: GroupField | undefined): boolean {
  return field?.behavior === 'ByIndividualValues';
}

/** The values to group by: one, or those of each element. Dates are made alike. */
function keysOf(value: unknown, { behavior }: GroupField): readonly unknown[] {
  if (behavior !== 'ByIndividualValues') return [normalised(value)];
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY).map(normalised) : [normalised(value)];
}

function normalised(value: unknown): unknown {
  return typeof value === 'string' ? (parseDate(value)?.term ?? value) : value;
}

/** What the document adds to a sum; of a path through arrays, what the element of the group does. */
function summand(value: unknown, element: number | undefined): number {
  if (!Array.isArray(value)) return numberOf(value);
  if (element !== undefined) return numberOf(value[element]);
  return value.reduce<number>((sum, one) => sum + numberOf(one), 0);
}

/** What is no number adds nothing. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function groupReducer(group: AutoGroup): GroupReducer {
  const { fields } = group;
  const added = membersOf(group);
  return {
    keysOf: (values) => values.map((value) => JSON.stringify(fields.map(({ name }) => value[name] ?? null))),
    reduce: (groups) =>
      groups.map((values) => {
        const [first] = values;
        if (first === undefined) return null;
        const totals = added.map((name) => [name, values.reduce((sum, one) => sum + numberOf(one[name]), 0)]);
        return { ...first, ...Object.fromEntries(totals) };
      }),
    entryOf: (result) => ({
      values: Object.fromEntries(Object.entries(result).map(([name, value]) => [name, jsonValues(value)])),
    }),
  };
}
