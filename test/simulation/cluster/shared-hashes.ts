import { hashOfEntry } from '../../../node/cluster/state/state-digest.ts';

/** So many latest values of a key have their hash remembered: nodes are at different places of the log. */
const REMEMBERED_VALUES = 4;

interface Hashed {
  readonly value: unknown;
  readonly hash: bigint;
}

/**
 * Hashes of the entries of a cluster's state, which all nodes of a run come to one after the other: a value is hashed
 * once, and compared by what is in it when another node has it too.
 */
export class SharedHashes {
  readonly #known = new Map<string, Hashed[]>();

  readonly hashOf = (key: string, value: unknown): bigint => {
    const known = this.#known.get(key) ?? [];
    const found = known.find((other) => isSame(other.value, value));
    if (found !== undefined) return found.hash;
    const hash = hashOfEntry(key, value);
    this.#known.set(key, [{ value, hash }, ...known.slice(0, REMEMBERED_VALUES - 1)]);
    return hash;
  };
}

/** Plain data only; properties in another order are another value, as they are when they are packed. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const others = Object.keys(b);
  return (
    keys.length === others.length &&
    keys.every((key, at) => key === others[at] && isSame((a as Properties)[key], (b as Properties)[key]))
  );
}

type Properties = Readonly<Record<string, unknown>>;
