import { unpack } from 'msgpackr';
import type { StorageEnvironment } from '../storage/storage-environment.ts';
import type { StorageScan } from '../storage/storage-scan.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { SWEEP_KEYS } from './limits.ts';
import { compareKeys } from './state/compare-keys.ts';
import type { MeasuredEntry } from './state/snapshot-chunks.ts';
import { isStoredKey } from './state/state-keys.ts';
import type { ScanRange, StateEntry } from './state/state-transaction.ts';
import { VALUES_COLUMN } from './state-columns.ts';
import type { UnwrittenChanges } from './unwritten-changes.ts';

/** Rows of one moment; read once. */
export interface StoredRows extends Iterable<MeasuredEntry> {
  close(): void;
}

/** Length of the generation in front of each key in storage. */
const GENERATION_BYTES = 4;
const GENERATION_SPACE = '\0'.repeat(GENERATION_BYTES);

/**
 * The part of the cluster's state that is read from storage: of any number and size. What was applied and is not
 * written yet lies over it in memory, so that a command sees all effects before it.
 *
 * Keys in storage have a generation in front. A snapshot is restored into the next one while this one is still read,
 * and one small write makes that the valid one; what belongs to no valid generation is swept away in pieces.
 */
export class StoredState {
  readonly #storage: StorageEnvironment;
  readonly #unwritten: UnwrittenChanges;
  /** What storage holds of some keys, read at once. */
  readonly #fetched = new Map<string, unknown>();
  #generation: number;

  constructor(storage: StorageEnvironment, unwritten: UnwrittenChanges, generation: number) {
    this.#storage = storage;
    this.#unwritten = unwritten;
    this.#generation = generation;
  }

  get generation(): number {
    return this.#generation;
  }

  get(key: string): unknown {
    if (this.#unwritten.has(key)) return this.#unwritten.get(key);
    if (this.#fetched.has(key)) return this.#fetched.get(key);
    const value = this.#storage.get(VALUES_COLUMN, this.storageKey(key));
    return value === undefined ? undefined : unpack(value);
  }

  /** Runs `use`, whose gets of these keys cost one reading of storage together. It must be done when it returns. */
  withFetched<T>(keys: readonly string[], use: () => T): T {
    const missing = keys.filter((key) => !this.#unwritten.has(key));
    const values =
      missing.length === 0
        ? []
        : this.#storage.getMany(
            VALUES_COLUMN,
            missing.map((key) => this.storageKey(key)),
          );
    for (let at = 0; at < missing.length; at++) {
      const value = values[at];
      this.#fetched.set(missing[at] as string, value === undefined ? undefined : unpack(value));
    }
    try {
      return use();
    } finally {
      this.#fetched.clear();
    }
  }

  scan(prefix: string, { after, limit }: ScanRange): readonly StateEntry[] {
    const found: StateEntry[] = [];
    const rows = this.#merged(prefix, after);
    try {
      for (const { entry } of rows) {
        if (found.length >= limit) break;
        found.push(entry);
      }
    } finally {
      rows.close();
    }
    return found;
  }

  /** Everything, as of now; later changes don't touch it. Pins storage until it is closed. */
  snapshot(): StoredRows {
    return this.#merged('', undefined);
  }

  storageKey(key: string, generation = this.#generation): Buffer {
    const bytes = Buffer.from(GENERATION_SPACE + key);
    bytes.writeUInt32BE(generation, 0);
    return bytes;
  }

  /** The next generation has taken the place of this one. */
  replaced(generation: number): void {
    this.#generation = generation;
  }

  /** Removes what belongs to no valid generation, piece by piece. */
  async sweep(): Promise<void> {
    const valid = this.#generation;
    for (const range of [{ lt: this.storageKey('', valid) }, { gte: this.storageKey('', valid + 1) }]) {
      for (let isDone = false; !isDone; ) {
        const batch = new WriteBatch();
        const scan = this.#storage.scan(VALUES_COLUMN, range);
        const { rows, finished } = scan.next(SWEEP_KEYS);
        scan.close();
        for (let i = 0; i < rows.length; i += 2) batch.delete(VALUES_COLUMN, rows[i] as Buffer);
        await this.#storage.commit(batch, { sync: false });
        isDone = finished;
      }
    }
  }

  /** The rows in storage, from the moment of the call, and what lies over them, in the order of their keys. */
  #merged(prefix: string, after: string | undefined): StoredRows {
    const scan = this.#storage.scan(VALUES_COLUMN, this.#range(prefix, after));
    const over = this.#unwritten.select(
      (key) =>
        isStoredKey(key) && key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0),
    );
    const above = [...over].sort(([a], [b]) => compareKeys(a, b));
    return {
      [Symbol.iterator]: () => mergedRows(scan, above, over),
      close: () => scan.close(),
    };
  }

  #range(prefix: string, after: string | undefined) {
    const start = this.storageKey(prefix);
    const lt = afterPrefix(start);
    return after === undefined ? { gte: start, lt } : { gt: this.storageKey(after), lt };
  }
}

/** `above` is `over`, sorted; `undefined` for what is deleted. */
function* mergedRows(
  scan: StorageScan,
  above: readonly StateEntry[],
  over: ReadonlyMap<string, unknown>,
): Generator<MeasuredEntry> {
  let at = 0;
  function* aboveBefore(key: string | null): Generator<MeasuredEntry> {
    for (let next = above[at]; next !== undefined; next = above[++at]) {
      if (key !== null && compareKeys(next[0], key) >= 0) return;
      if (next[1] !== undefined) yield { entry: next, bytes: null };
    }
  }
  for (const [stored, value] of scan) {
    const key = stored.toString('utf8', GENERATION_BYTES);
    yield* aboveBefore(key);
    if (!over.has(key)) yield { entry: [key, unpack(value)], bytes: key.length + value.byteLength };
  }
  yield* aboveBefore(null);
}

/** First key that does not begin with `prefix`; a generation never ends in 0xffffffff. */
function afterPrefix(prefix: Buffer): Buffer {
  let end = prefix.length;
  while (prefix[end - 1] === 0xff) end--;
  const next = Buffer.from(prefix.subarray(0, end));
  next[end - 1] = (next[end - 1] as number) + 1;
  return next;
}
