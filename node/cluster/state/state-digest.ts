import { createHash } from 'node:crypto';
import { pack } from 'msgpackr';
import type { StateEntry } from './state-transaction.ts';

/** What a state comes to at a place of the log: nodes that applied the same entries have the same. */
export interface DigestAt {
  readonly index: number;
  /** 16 hexadecimal digits. */
  readonly digest: string;
}

/** Of an entry of a map, as 64 bits; it depends on nothing but the key and the value. */
export type EntryHash = (key: string, value: unknown) => bigint;

/**
 * A digest of a map: the sum of the hashes of its entries, so that neither their order nor their history matters. A
 * change costs a note of its key; what was changed since the last time is hashed when the digest is asked for, each key
 * once however often it changed.
 */
export class StateDigest {
  readonly #hashes = new Map<string, bigint>();
  readonly #changed = new Set<string>();
  #sum = 0n;
  readonly #hashOf: EntryHash;

  constructor(entries: Iterable<StateEntry>, hashOf: EntryHash = hashOfEntry) {
    this.#hashOf = hashOf;
    this.restart(entries);
  }

  /** The map was replaced. */
  restart(entries: Iterable<StateEntry>): void {
    this.#hashes.clear();
    this.#changed.clear();
    this.#sum = 0n;
    for (const [key] of entries) this.#changed.add(key);
  }

  changed(key: string): void {
    this.#changed.add(key);
  }

  /** `get` gives the value that a key has now, or undefined. */
  value(get: (key: string) => unknown): string {
    for (const key of this.#changed) {
      const value = get(key);
      const hash = value === undefined ? 0n : this.#hashOf(key, value);
      this.#sum = BigInt.asUintN(64, this.#sum - (this.#hashes.get(key) ?? 0n) + hash);
      if (value === undefined) this.#hashes.delete(key);
      else this.#hashes.set(key, hash);
    }
    this.#changed.clear();
    return this.#sum.toString(16).padStart(16, '0');
  }
}

export function hashOfEntry(key: string, value: unknown): bigint {
  return createHash('sha256').update(key).update('\0').update(pack(value)).digest().readBigUInt64BE(0);
}
