import {
  type AutoGroup,
  aggregateMember,
  COUNT_FIELD,
  type GroupField,
  isAtOdds,
} from '../../indexing/auto/auto-group.ts';
import { InvalidQueryError, UnsupportedQueryError } from '../query-error.ts';
import type { FromClause, GroupItem, MethodCall, RqlQuery, SelectItem } from '../rql/syntax-tree.ts';
import { functionText } from './declared-function.ts';
import type { FieldNeed } from './field-need.ts';
import { asField, fieldName, isCallOf } from './names.ts';
import { scriptAggregates } from './script-aggregates.ts';

/** Collects what a `group by` query counts and sums, wherever it says so. */
export class Aggregates {
  readonly #sums = new Set<string>();
  readonly #aliases: ReadonlyMap<string, AliasedField>;
  readonly #keys: readonly GroupField[];
  #counts = false;

  constructor(rql: RqlQuery) {
    this.#keys = groupFields(rql.groupBy, rql.from.alias);
    this.#aliases = aliasesOf(rql, this.#keys);
  }

  /** The field of a `count()` or `sum(path)`; undefined for any other method. */
  fieldOf(call: MethodCall, alias: string | undefined): string | undefined {
    const field = groupField(call, alias);
    if (field === undefined) return undefined;
    if (isCallOf(call, 'count')) this.#counts = true;
    else this.#sums.add(field);
    return aggregateMember(field, this.#keys);
  }

  /** Notes what the JavaScript of the query counts and sums. */
  noteScripts({ select, functions }: RqlQuery): void {
    const object = select?.kind === 'javascript' ? [`(${select.object.text});`] : [];
    const { counts, sums } = scriptAggregates([...functions.map(functionText), ...object].join('\n'));
    if (counts) this.#counts = true;
    for (const field of sums) this.#sums.add(field);
  }

  /** What conditions and orders mean by a name that the query selects something as. */
  aliased(name: string): AliasedField | undefined {
    return this.#aliases.get(name);
  }

  get counts(): boolean {
    return this.#counts;
  }

  get sums(): readonly string[] {
    return [...this.#sums];
  }
}

/** A field of groups under a name that the query gives it. */
export interface AliasedField {
  readonly field: string;
  /** It counts or sums. */
  readonly isNumber: boolean;
}

/** The names that the select gives to fields. One that is a field's own name already stays that. */
function aliasesOf(
  { select, from }: RqlQuery,
  fields: readonly GroupField[],
): ReadonlyMap<string, AliasedField> {
  const keys = fields.map(({ name }) => name);
  const items = select?.kind === 'fields' ? select.items : [];
  return new Map(
    items.flatMap(({ expression, alias }) => {
      const field =
        alias === undefined || keys.includes(alias) ? undefined : aliased(expression, fields, from);
      return alias === undefined || field === undefined ? [] : [[alias, field] as const];
    }),
  );
}

function aliased(
  expression: SelectItem['expression'],
  keys: readonly GroupField[],
  { alias }: FromClause,
): AliasedField | undefined {
  if (expression.kind === 'field') return { field: fieldName(expression, alias), isNumber: false };
  if (expression.kind !== 'method') return undefined;
  const [only, ...more] = keys;
  const isKey = isCallOf(expression, 'key') && more.length === 0;
  const field = isKey ? only?.name : groupMember(expression, alias, keys);
  return field === undefined ? undefined : { field, isNumber: !isKey };
}

export function groupFields(items: readonly GroupItem[], alias: string | undefined): readonly GroupField[] {
  return items.map(({ expression }) => {
    if (expression.kind === 'method' && isCallOf(expression, 'array')) {
      const argument = asField(expression.arguments[0]?.expression);
      if (argument === undefined) throw new InvalidQueryError('array() expects a field');
      return { name: fieldName(argument, alias), behavior: 'ByContent' };
    }
    const field = asField(expression);
    if (field === undefined) throw new UnsupportedQueryError('group by anything but fields and array()');
    const isEach = field.parts.some(({ indexers }) => indexers.includes(null));
    return { name: fieldName(field, alias), behavior: isEach ? 'ByIndividualValues' : 'NotApplicable' };
  });
}

/** Everything that the query needs of its groups. `needs`: of the fields of its conditions and order. */
export function compileGroup(rql: RqlQuery, aggregates: Aggregates, needs: readonly FieldNeed[]): AutoGroup {
  const { alias } = rql.from;
  const used = needs.map(({ name }) => name);
  const fields = groupFields(rql.groupBy, alias).map((field) => {
    const { search = false, exact = false } = needs.find(({ name }) => name === field.name) ?? {};
    return { ...field, search, exact };
  });
  if (rql.select?.kind === 'fields') {
    for (const { expression } of rql.select.items) {
      if (expression.kind === 'method') noteSelected(expression, aggregates, alias);
    }
  }
  aggregates.noteScripts(rql);
  const totals = [COUNT_FIELD, ...aggregates.sums].map((name) => aggregateMember(name, fields));
  const known = [...fields.map(({ name }) => name), ...totals];
  const odd = used.find((name) => !known.includes(name));
  if (odd !== undefined) {
    throw new InvalidQueryError(
      `Field '${odd}' is neither an aggregation operation nor part of the group by key`,
    );
  }
  const countsDocuments = aggregates.counts || used.includes(aggregateMember(COUNT_FIELD, fields));
  const { sums } = aggregates;
  if (isAtOdds({ countsDocuments, sums })) {
    throw new InvalidQueryError(
      `count() and sum(${COUNT_FIELD}) have the same name in an index: ask for them in two queries`,
    );
  }
  return { fields, countsDocuments, sums };
}

const NO_AGGREGATES: ReadonlySet<string> = new Set(['avg', 'min', 'max', 'average']);

function noteSelected(call: MethodCall, aggregates: Aggregates, alias: string | undefined): void {
  if (aggregates.fieldOf(call, alias) !== undefined || isCallOf(call, 'key')) return;
  if (NO_AGGREGATES.has(call.name.toLowerCase())) {
    throw new InvalidQueryError(
      `Unknown aggregation method in SELECT clause of the group by query: '${call.name}'`,
    );
  }
  if (isCallOf(call, 'id')) throw new InvalidQueryError('Cannot use id() method in a group by query');
}

/** Where a group's result has what a method counts or sums up; undefined: it is none of these. */
export function groupMember(
  call: MethodCall,
  alias: string | undefined,
  keys: readonly { readonly name: string }[],
): string | undefined {
  const field = groupField(call, alias);
  return field === undefined ? undefined : aggregateMember(field, keys);
}

/** The field that a method counts or sums up; undefined: it is none of these. */
export function groupField(call: MethodCall, alias: string | undefined): string | undefined {
  if (isCallOf(call, 'count')) return COUNT_FIELD;
  if (!isCallOf(call, 'sum')) return undefined;
  const argument = asField(call.arguments[0]?.expression);
  if (argument === undefined) throw new InvalidQueryError('sum() expects a field');
  return fieldName(argument, alias);
}
