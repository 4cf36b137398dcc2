import type { FieldValues } from '../../indexing/values/index-value.ts';
import { jsonValues } from '../../indexing/values/json-values.ts';
import { type CalledFunction, CalledFunctions } from '../plan/called-functions.ts';
import { compileWhere } from '../plan/compile-where.ts';
import { FieldNeeds } from '../plan/field-need.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { holds } from './document-filter.ts';
import { filterValues } from './filter-values.ts';
import type { RowKind } from './project.ts';
import type { Row } from './row.ts';
import { type ProjectionScripts, selectRunner } from './run-select.ts';

export type RowFilter = (row: Row) => boolean;

/** The `filter` of a query: over documents, what they load, and what functions make of both. Undefined: it has none. */
export function rowFilter(
  plan: QueryPlan,
  kind: RowKind,
  scripts: ProjectionScripts,
  nowMs: number,
): RowFilter | undefined {
  if (plan.filter === undefined) return undefined;
  const needs = new FieldNeeds();
  const calls = new CalledFunctions(plan.functions);
  const { binder, alias, load } = plan;
  const predicate = compileWhere(plan.filter, {
    binder,
    needs,
    nowMs,
    comparesExactly: true,
    calls,
    ...(alias === undefined ? {} : { alias }),
  });
  const names = needs.all.map(({ name }) => name);
  const read = filterValues(names, load);
  const called = calls.all.length === 0 ? undefined : calledValues(calls.all, plan, kind, scripts);
  return (row) => {
    const values = read(row);
    called?.(row, values);
    return holds(predicate, row.document, values);
  };
}

/** Has the functions run, all in one call of the script. */
function calledValues(
  calls: readonly CalledFunction[],
  plan: QueryPlan,
  kind: RowKind,
  scripts: ProjectionScripts,
): (row: Row, into: Map<string, FieldValues>) => void {
  const items = calls.map(({ field, call }) => ({ expression: call, alias: field }));
  const run = selectRunner({ kind: 'fields', distinct: false, items }, plan, kind, scripts);
  return (row, into) => {
    for (const { json } of [run(row).results].flat()) {
      const called = JSON.parse(json) as Readonly<Record<string, unknown>>;
      for (const [field, value] of Object.entries(called)) into.set(field, jsonValues(value));
    }
  };
}
