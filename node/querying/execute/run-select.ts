import type { ScriptEngine, ScriptLoader } from '../../scripting/script-engine.ts';
import { ScriptError } from '../../scripting/script-error.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { SelectClause } from '../rql/syntax-tree.ts';
import type { RowKind } from './project.ts';
import { VIEW_ERROR } from './projected-view.ts';
import type { Row } from './row.ts';
import type { ScriptResult } from './script-results.ts';
import { scriptRow, selectScript } from './select-script.ts';

/** What scripts of a query need. */
export interface ProjectionScripts {
  readonly engine: ScriptEngine;
  readonly load: ScriptLoader;
}

/**
 * Runs a select as a script: from a row to its result, or results where it gives a list.
 *
 * @throws ScriptError when it can't be read
 */
export function selectRunner(
  select: SelectClause,
  plan: QueryPlan,
  kind: RowKind,
  { engine, load }: ProjectionScripts,
): (row: Row) => ScriptResult | readonly ScriptResult[] {
  const { body, parameters } = selectScript(select, plan);
  const script = engine.compile(body);
  const values = parameters.map((name) => plan.binder.value({ kind: 'parameter', name }));
  const given = JSON.stringify(values, bigintAsNumber);
  return (row) => {
    const rows = JSON.stringify([scriptRow(row, plan, kind)]);
    const [results] = JSON.parse(
      asQueryError(plan, () =>
        script.call(`{"rows":${rows},"parameters":${given}}`, load, plan.binder.values),
      ),
    ) as [ScriptResult | readonly ScriptResult[]];
    return results;
  };
}

/** A field that the query wants from elsewhere is an error of the query. */
function asQueryError<Result>({ text }: QueryPlan, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ScriptError && VIEW_ERROR.test(error.message))) throw error;
    throw new InvalidQueryError(error.message, text);
  }
}

export function bigintAsNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
