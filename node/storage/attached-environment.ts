import { type ColumnHandle, type NativeBatch, RocksLevel } from '@nxtedition/rocksdb';
import type { ReadGate } from './read-gate.ts';
import { visitBatch } from './write-batch.ts';

/** An environment of another thread, or of another part of this one, opened through its handle for writing. */
export class AttachedEnvironment {
  readonly #level: RocksLevel;
  readonly #columns: readonly { readonly column: ColumnHandle }[];
  readonly #gate: ReadGate;

  private constructor(
    level: RocksLevel,
    columns: readonly { readonly column: ColumnHandle }[],
    gate: ReadGate,
  ) {
    this.#level = level;
    this.#columns = columns;
    this.#gate = gate;
  }

  static async open(handle: bigint, names: readonly string[], gate: ReadGate): Promise<AttachedEnvironment> {
    const level = new RocksLevel(handle);
    await level.open({});
    const columns = names.map((name) => {
      const column = level.columns[name];
      if (column === undefined) throw new Error(`Column ${name} is missing from the shared handle.`);
      return { column };
    });
    return new AttachedEnvironment(level, columns, gate);
  }

  /** Writes a frame of WriteBatch and blocks until it is done. Throws the engine's error. */
  write(frame: Uint8Array, sync: boolean): void {
    const batch = this.#level._chainedBatch();
    // Closed synchronously, it would stay there for as long as the level is open.
    this.#level.detachResource(batch);
    try {
      this.#fill(batch, frame);
      this.#gate.pass();
      batch._writeSync({ sync });
    } finally {
      batch._closeSync();
    }
  }

  async close(): Promise<void> {
    try {
      await this.#level.close();
    } catch {
      // The engine repeats the error of a failed write; one full disk must not end the thread of all databases.
    }
  }

  #fill(batch: NativeBatch, frame: Uint8Array): void {
    visitBatch(frame, {
      put: (column, key, value) => batch._put(key, value, this.#columnAt(column)),
      delete: (column, key) => batch._del(key, this.#columnAt(column)),
    });
  }

  #columnAt(index: number): { readonly column: ColumnHandle } {
    const column = this.#columns[index];
    if (column === undefined) throw new Error(`There is no column ${index}.`);
    return column;
  }
}
