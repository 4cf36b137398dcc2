import type { CompareExchangeValues } from '../cluster/compare-exchange-values.ts';
import { JsonReader } from '../json/json-reader.ts';

/** What `cmpxchg(key)` is in queries and patches: JSON text of the `Object`, as this node has applied it; null: none. */
export function queryValues(
  values: CompareExchangeValues,
  keys: readonly string[],
): ReadonlyMap<string, string | null> {
  return new Map(
    keys.map((key) => {
      const stored = values.find(key);
      return [key, stored === undefined ? null : objectOf(stored.value)];
    }),
  );
}

function objectOf(json: string): string | null {
  const reader = new JsonReader(Buffer.from(json));
  let object: string | null = null;
  for (const name of reader.fields()) if (name === 'Object') object = reader.skip().toString();
  return object;
}
