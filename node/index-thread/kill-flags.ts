/**
 * One flag for each query that may be running, in memory that both threads see: the index thread hears of nothing else
 * while a query runs.
 */
export class KillFlags {
  readonly memory: SharedArrayBuffer;
  readonly #flags: Int32Array;

  /** `memory`: that of the other side; absent: new memory of `count` flags. */
  constructor(count: number, memory = new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#flags = new Int32Array(memory);
  }

  set(slot: number, isKilled: boolean): void {
    Atomics.store(this.#flags, slot, Number(isKilled));
  }

  isSet(slot: number): boolean {
    return Atomics.load(this.#flags, slot) === 1;
  }
}
