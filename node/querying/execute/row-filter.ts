import type { StoredDocument } from '../../documents/stored-document.ts';
import type { FieldValues } from '../../indexing/values/index-value.ts';
import { jsonValues } from '../../indexing/values/json-values.ts';
import { type CalledFunction, CalledFunctions } from '../plan/called-functions.ts';
import { compileWhere } from '../plan/compile-where.ts';
import { FieldNeeds } from '../plan/field-need.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { holds, namedValues } from './document-filter.ts';
import type { RowKind } from './project.ts';
import type { LoadedValue, Row } from './row.ts';
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
  const own = namedValues(names.filter((name) => !load.some((item) => isOf(item.alias, name))));
  const others = load.map((item) => ({ alias: item.alias, read: loadedValues(item.alias, names) }));
  const called = calls.all.length === 0 ? undefined : calledValues(calls.all, plan, kind, scripts);
  return (row) => {
    const values = own(row.document);
    for (const { alias: name, read } of others) read(row.loaded.get(name) ?? null, values);
    called?.(row, values);
    return holds(predicate, row.document, values);
  };
}

function isOf(alias: string, name: string): boolean {
  return name.startsWith(`${alias}.`);
}

/** Reads the fields of documents that the query has loaded under an alias. */
function loadedValues(
  alias: string,
  names: readonly string[],
): (loaded: LoadedValue, into: Map<string, FieldValues>) => void {
  const paths = names.filter((name) => isOf(alias, name)).map((name) => name.slice(alias.length + 1));
  const read = namedValues(paths);
  return (loaded, into) => {
    const documents = (loaded === null ? [] : Array.isArray(loaded) ? loaded : [loaded]) as StoredDocument[];
    const found = documents.map(read);
    for (const path of paths) {
      into.set(
        `${alias}.${path}`,
        found.flatMap((values) => values.get(path) ?? []),
      );
    }
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
    for (const [field, value] of Object.entries(JSON.parse(run(row)) as Record<string, unknown>)) {
      into.set(field, jsonValues(value));
    }
  };
}
