import { VALUES, valuesOf } from './state/state-keys.ts';
import type { StateChange } from './state/state-transaction.ts';

/** Compare-exchange values that commands have changed. */
export interface ValuesChanged {
  /** Raft index up to which these are all. */
  readonly index: number;
  /** Keys in lower case of those of a space, which may come several times; null: any of them may have changed. */
  keysOf(space: number): readonly string[] | null;
}

/** Null: none has changed. */
export function valuesChangedBy(changes: readonly StateChange[], index: number): ValuesChanged | null {
  const changed = changes.flatMap(([key]) => (key.startsWith(VALUES) ? [key] : []));
  if (changed.length === 0) return null;
  return {
    index,
    keysOf(space) {
      const all = valuesOf(space);
      return changed.flatMap((key) => (key.startsWith(all) ? [key.slice(all.length)] : []));
    },
  };
}
