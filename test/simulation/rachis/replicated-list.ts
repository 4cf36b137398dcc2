import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { SimulatedState } from './simulated-state.ts';

/** A command of the simulated clients: nothing but the id of the request, so that a repeated one can be told. */
export function requestCommand(requestId: number): Uint8Array {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, requestId);
  return data;
}

export function requestIdOf(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}

/** The smallest state machine that shows every fault of a log: a list of request ids, each at most once. */
export class ReplicatedList implements SimulatedState<ReplicatedList> {
  appliedIndex: number;
  /** Depends on every element and on their order. */
  digest: number;
  /** Request id → its place in the list, which is the result of the request. */
  readonly #places: Map<number, number>;

  constructor(appliedIndex = 0, digest = 0, places: ReadonlyMap<number, number> = new Map()) {
    this.appliedIndex = appliedIndex;
    this.digest = digest;
    this.#places = new Map(places);
  }

  apply(entry: Entry): void {
    this.appliedIndex = entry.index;
    if (entry.kind !== 'command') return;
    const requestId = requestIdOf(entry.data);
    if (this.#places.has(requestId)) return;
    this.#places.set(requestId, this.#places.size);
    this.digest = (Math.imul(this.digest ^ requestId, 0x01000193) + this.#places.size) >>> 0;
  }

  placeOf(requestId: number): number | undefined {
    return this.#places.get(requestId);
  }

  clone(): ReplicatedList {
    return new ReplicatedList(this.appliedIndex, this.digest, this.#places);
  }

  sent(): ReplicatedList {
    return this.clone();
  }
}
