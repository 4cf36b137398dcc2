import { check } from '../kernel/invariant-violation.ts';

/** What a request came to, where it has taken effect. */
export interface RequestPlaces {
  placeOf(requestId: number): number | undefined;
}

/** What clients were told: acknowledged requests with their results, and reads. */
export class ClientLedger {
  /** Request id → its result, and where it stands in the log. */
  readonly #acknowledged: Map<number, { readonly place: number; readonly index: number }>;
  /** Read context → the highest index that had been acknowledged when it began. */
  readonly #reads = new Map<number, number>();
  #ackedIndexMax = 0;
  readCount = 0;

  constructor(
    acknowledged: ReadonlyMap<number, { readonly place: number; readonly index: number }> = new Map(),
  ) {
    this.#acknowledged = new Map(acknowledged);
    for (const { index } of acknowledged.values()) this.#ackedIndexMax = Math.max(this.#ackedIndexMax, index);
  }

  /** After an unsafe recovery: of what was acknowledged, the new cluster has to keep what its survivor holds. */
  inheritedBy(isKept: (index: number) => boolean): ClientLedger {
    return new ClientLedger(new Map([...this.#acknowledged].filter(([, { index }]) => isKept(index))));
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  isAcknowledged(requestId: number): boolean {
    return this.#acknowledged.has(requestId);
  }

  acknowledge(requestId: number, index: number, list: RequestPlaces): void {
    const place = list.placeOf(requestId);
    const earlier = this.#acknowledged.get(requestId);
    check(
      place !== undefined && (earlier === undefined || earlier.place === place),
      'each request takes effect once',
      () => `request ${requestId} was answered with ${earlier?.place} and with ${place}`,
    );
    this.#acknowledged.set(requestId, { place, index });
    this.#ackedIndexMax = Math.max(this.#ackedIndexMax, index);
  }

  readBegan(context: number): void {
    this.#reads.set(context, this.#ackedIndexMax);
  }

  readAnswered(context: number, index: number | null): void {
    const floor = this.#reads.get(context);
    check(floor !== undefined, 'reads are answered once', () => `read ${context} was answered again`);
    this.#reads.delete(context);
    if (index === null) return;
    this.readCount++;
    check(
      index >= floor,
      'linearizable reads',
      () => `read ${context} was given ${index}, but ${floor} was acknowledged before it began`,
    );
  }

  /** At the end: nothing that was acknowledged is missing. */
  checkNothingLost(node: string, list: RequestPlaces): void {
    for (const [requestId, { place }] of this.#acknowledged) {
      check(
        list.placeOf(requestId) === place,
        'acknowledged requests survive',
        () => `request ${requestId} is at ${list.placeOf(requestId)} on ${node}, not at ${place}`,
      );
    }
  }
}
