import { type AutoGroup, COUNT_FIELD, type GroupField } from '../../indexing/auto/auto-group.ts';
import { InvalidQueryError, UnsupportedQueryError } from '../query-error.ts';
import type { GroupItem, MethodCall, RqlQuery } from '../rql/syntax-tree.ts';
import { fieldName, isCallOf } from './names.ts';

/** Collects what a `group by` query counts and sums, wherever it says so. */
export class Aggregates {
  readonly #sums = new Set<string>();
  #counts = false;

  /** The field of a `count()` or `sum(path)`; undefined for any other method. */
  fieldOf(call: MethodCall, alias: string | undefined): string | undefined {
    if (isCallOf(call, 'count')) {
      this.#counts = true;
      return COUNT_FIELD;
    }
    if (!isCallOf(call, 'sum')) return undefined;
    const argument = call.arguments[0]?.expression;
    if (argument?.kind !== 'field') throw new InvalidQueryError('sum() expects a field');
    const name = fieldName(argument, alias);
    this.#sums.add(name);
    return name;
  }

  get counts(): boolean {
    return this.#counts;
  }

  get sums(): readonly string[] {
    return [...this.#sums];
  }
}

export function groupFields(items: readonly GroupItem[], alias: string | undefined): readonly GroupField[] {
  return items.map(({ expression }) => {
    if (expression.kind === 'method' && isCallOf(expression, 'array')) {
      const argument = expression.arguments[0]?.expression;
      if (argument?.kind !== 'field') throw new InvalidQueryError('array() expects a field');
      return { name: fieldName(argument, alias), behavior: 'ByContent' };
    }
    if (expression.kind !== 'field')
      throw new UnsupportedQueryError('group by anything but fields and array()');
    const isEach = expression.parts.some(({ indexers }) => indexers.includes(null));
    return { name: fieldName(expression, alias), behavior: isEach ? 'ByIndividualValues' : 'NotApplicable' };
  });
}

/** Everything that the query needs of its groups. `used`: fields of its conditions and order. */
export function compileGroup(rql: RqlQuery, aggregates: Aggregates, used: readonly string[]): AutoGroup {
  const { alias } = rql.from;
  const fields = groupFields(rql.groupBy, alias);
  if (rql.select?.kind === 'fields') {
    for (const { expression } of rql.select.items) {
      if (expression.kind === 'method') noteSelected(expression, aggregates, alias);
    }
  } else if (rql.select?.kind === 'javascript') {
    if (/\b(?:count|sum|key)\s*\(/.test(rql.select.object.text)) {
      throw new UnsupportedQueryError('count(), sum() and key() in a JavaScript object');
    }
  }
  const known = [...fields.map(({ name }) => name), COUNT_FIELD, ...aggregates.sums];
  const odd = used.find((name) => !known.includes(name));
  if (odd !== undefined) {
    throw new InvalidQueryError(
      `Field '${odd}' is neither an aggregation operation nor part of the group by key`,
    );
  }
  const countsDocuments = aggregates.counts || used.includes(COUNT_FIELD);
  return { fields, countsDocuments, sums: aggregates.sums };
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

/** The field of a group's result that a selected method gives; undefined: it is none of these. */
export function groupField(call: MethodCall, alias: string | undefined): string | undefined {
  return new Aggregates().fieldOf(call, alias);
}
