import type { ConsistentStore } from '../cluster/consistent-store.ts';
import type { DatabaseValues } from '../index-thread/database-indexes.ts';
import type { ValueAt } from '../indexing/references/value-source.ts';
import { JsonReader } from '../json/json-reader.ts';

const MISSING: ValueAt = { index: 0, json: null };

/** The compare-exchange values of a database for its queries, patches and indexes. */
export function databaseValues(
  store: Pick<ConsistentStore, 'values' | 'onValues'>,
  database: string,
): DatabaseValues {
  return {
    read(keys, what, charactersMax = Number.POSITIVE_INFINITY) {
      const values = store.values(database);
      const found = new Map<string, ValueAt>();
      let characters = 0;
      for (const key of keys) {
        if (characters > charactersMax) break;
        const stored = values.find(key);
        const json = stored === undefined || what === 'indexes' ? null : objectOf(stored.value);
        found.set(key, stored === undefined ? MISSING : { index: stored.index, json });
        characters += json?.length ?? 0;
      }
      return found;
    },

    onChange: (listener) => store.onValues(database, listener),
  };
}

/** What `cmpxchg(key)` is: JSON text of the `Object`; null: there is none. */
function objectOf(json: string): string | null {
  const reader = new JsonReader(Buffer.from(json));
  let object: string | null = null;
  for (const name of reader.fields()) if (name === 'Object') object = reader.skip().toString();
  return object;
}
