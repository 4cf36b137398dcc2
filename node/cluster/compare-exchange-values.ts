import type { StoredValue } from './state/compare-exchange.ts';
import { findValue } from './state/compare-exchange.ts';
import { findSpace } from './state/spaces.ts';
import { valuesOf } from './state/state-keys.ts';
import type { StateReader } from './state/state-transaction.ts';

/** The compare-exchange values of one database, as a node has them. Reads of one turn of the event loop see one moment. */
export interface CompareExchangeValues {
  find(key: string): StoredValue | undefined;
  /** Values whose key starts with `prefix`, in the order of their keys: at most `limit`, those behind the key `after`. */
  list(prefix: string, limit: number, after?: string): readonly StoredValue[];
}

export function compareExchangeValues(state: StateReader, database: string): CompareExchangeValues {
  return {
    find(key) {
      const space = findSpace(state, database);
      return space === undefined ? undefined : findValue(state, space.id, key);
    },

    list(prefix, limit, after) {
      const space = findSpace(state, database);
      if (space === undefined) return [];
      const all = valuesOf(space.id);
      const range = after === undefined ? { limit } : { limit, after: all + after.toLowerCase() };
      return state.scan(all + prefix.toLowerCase(), range).map(([, value]) => value as StoredValue);
    },
  };
}
