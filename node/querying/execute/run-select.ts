import type { DocumentReader } from '../../documents/document-reader.ts';
import { documentTexts } from '../../documents/document-texts.ts';
import type { ScriptEngine, ScriptLoader } from '../../scripting/script-engine.ts';
import { ScriptError } from '../../scripting/script-error.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { SelectClause } from '../rql/syntax-tree.ts';
import type { RowKind } from './project.ts';
import { VIEW_ERROR } from './projected-view.ts';
import type { Row } from './row.ts';
import type { ScriptRow } from './script-results.ts';
import { scriptRow, selectScript } from './select-script.ts';

/** What scripts of a query need. */
export interface ProjectionScripts {
  readonly engine: ScriptEngine;
  readonly load: ScriptLoader;
}

/** Scripts of one query, which load from the documents of one moment. */
export class QueryScripts implements ProjectionScripts {
  readonly engine: ScriptEngine;
  readonly #reader: DocumentReader;
  #haveLoaded = false;

  constructor(engine: ScriptEngine, reader: DocumentReader) {
    this.engine = engine;
    this.#reader = reader;
  }

  /** Whether any was looked for, found or not. */
  get haveLoaded(): boolean {
    return this.#haveLoaded;
  }

  readonly load: ScriptLoader = (id) => {
    this.#haveLoaded = true;
    const [document] = this.#reader.getMany([id]);
    return document === undefined ? null : documentTexts(document);
  };
}

/**
 * Runs a select as a script.
 *
 * @throws ScriptError when it can't be read
 */
export function selectRunner(
  select: SelectClause,
  plan: QueryPlan,
  kind: RowKind,
  { engine, load }: ProjectionScripts,
): (row: Row) => ScriptRow {
  const { body, parameters } = selectScript(select, plan);
  const script = engine.compile(body);
  const values = parameters.map((name) => plan.binder.value({ kind: 'parameter', name }));
  const given = JSON.stringify(values, bigintAsNumber);
  return (row) => {
    const rows = JSON.stringify([scriptRow(row, plan, kind)]);
    const [made] = JSON.parse(
      asQueryError(plan, () =>
        script.call(`{"rows":${rows},"parameters":${given}}`, load, plan.binder.values),
      ),
    ) as [ScriptRow];
    return made;
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
