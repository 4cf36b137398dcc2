import type { StaticIndexDefinition } from '../../../node/indexing/definitions/index-definition.ts';
import { mapScript, readRow } from '../../../node/indexing/static/map-script.ts';
import type { ScriptDocument, ScriptEngine } from '../../../node/scripting/script-engine.ts';
import { definitionOf } from '../indexed-database.ts';

interface ReducedRow {
  readonly entries?: string;
  readonly error?: string;
}

export function linqDefinition(maps: readonly string[], reduce: string | null = null): StaticIndexDefinition {
  return definitionOf('Test', maps, { Reduce: reduce });
}

/**
 * What the first map of a definition gives for a document; the text of its error where it fails. `others`: what it may
 * load, by id.
 */
export function mapped(
  engine: ScriptEngine,
  map: string,
  document: object,
  id = 'orders/1',
  others: Readonly<Record<string, object>> = {},
): unknown {
  const script = engine.compile(mapScript(linqDefinition([map])));
  const metadata = JSON.stringify({ '@collection': 'Orders', '@id': id });
  const row = [document, id, metadata];
  const load = (other: string, collection: string): ScriptDocument | null => {
    const found = others[other];
    const about = JSON.stringify({ '@collection': collection, '@id': other });
    return found === undefined ? null : [JSON.stringify(found), about, other];
  };
  const result = readRow(script.call(JSON.stringify({ map: 0, rows: [row] }), load));
  return 'entries' in result ? JSON.parse(result.entries) : result.error;
}

/** The groups that values fall into, and what each is reduced to. */
export function reduced(
  engine: ScriptEngine,
  reduce: string,
  values: readonly object[],
): { readonly keys: readonly string[]; readonly results: readonly unknown[] } {
  const script = engine.compile(mapScript(linqDefinition(["map('Orders', (o) => o)"], reduce)));
  const keys = JSON.parse(script.call(JSON.stringify({ values }), () => null)) as string[];
  const groups = [...new Set(keys)].map((key) => values.filter((_, at) => keys[at] === key));
  const rows = JSON.parse(script.call(JSON.stringify({ groups }), () => null)) as ReducedRow[];
  return {
    keys,
    results: rows.map(({ entries, error }) => (entries === undefined ? error : JSON.parse(entries))),
  };
}
