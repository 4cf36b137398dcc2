import { compareChangeVectors, etagOf } from '../documents/change-vector.ts';
import { ASSURANCE_WAITERS_MAX } from './limits.ts';
import type { ReplicationClock } from './replication-clock.ts';
import { AssuranceQueueFullError } from './replication-error.ts';

/** A member of the group that this database sends to. */
export interface AssuringDestination {
  /** What it named as durable last; empty when it was never reached. */
  readonly changeVector: string;
  readonly isConnected: boolean;
}

interface Waiter {
  readonly changeVector: string;
  readonly copies: () => number | null;
  readonly finish: (copies: number) => void;
}

/**
 * Requests that wait until other members of the group have what they wrote. A member counts when the vector that it
 * named as durable includes the write: by it, the member has the written version or one that replaced it.
 */
export class WriteAssurance {
  readonly #ownId: string;
  readonly #clock: ReplicationClock;
  readonly #destinations: () => readonly AssuringDestination[];
  readonly #waiters = new Set<Waiter>();

  constructor(
    ownDatabaseId: string,
    clock: ReplicationClock,
    destinations: () => readonly AssuringDestination[],
  ) {
    this.#ownId = ownDatabaseId;
    this.#clock = clock;
    this.#destinations = destinations;
  }

  /**
   * Resolves with the number of other members that have the write: as soon as it is `copies()` (null: not known yet),
   * or whatever it is after `timeoutMs`. Throws AssuranceQueueFullError.
   */
  wait(changeVector: string, copies: () => number | null, timeoutMs: number): Promise<number> {
    const reached = this.#count(changeVector);
    const wanted = copies();
    if ((wanted !== null && reached >= wanted) || timeoutMs <= 0) return Promise.resolve(reached);
    if (this.#waiters.size >= ASSURANCE_WAITERS_MAX) {
      const message = `${ASSURANCE_WAITERS_MAX} requests wait for replication already; write without it, or wait until the other nodes have caught up.`;
      return Promise.reject(new AssuranceQueueFullError(message));
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        changeVector,
        copies,
        finish: (count) => {
          cancel();
          this.#waiters.delete(waiter);
          resolve(count);
        },
      };
      const cancel = this.#clock.after(timeoutMs, () => waiter.finish(this.#count(changeVector)));
      this.#waiters.add(waiter);
    });
  }

  /**
   * Resolves with whether every destination that is connected has the write, as soon as that is so, or after
   * `timeoutMs`. One whose connection is lost meanwhile is waited for no longer. Throws AssuranceQueueFullError.
   */
  async waitForConnected(changeVector: string, timeoutMs: number): Promise<boolean> {
    const wanted = () =>
      this.#destinations().filter(
        (destination) => destination.isConnected || this.#has(destination, changeVector),
      ).length;
    return (await this.wait(changeVector, wanted, timeoutMs)) >= wanted();
  }

  /** A destination moved on, or the group changed. */
  reconsider(): void {
    if (this.#waiters.size === 0) return;
    const destinations = this.#destinations();
    for (const waiter of this.#waiters) {
      const wanted = waiter.copies();
      if (wanted === null) continue;
      const reached = this.#count(waiter.changeVector, destinations);
      if (reached >= wanted) waiter.finish(reached);
    }
  }

  /** Ends every wait with what was reached. */
  close(): void {
    for (const waiter of this.#waiters) waiter.finish(this.#count(waiter.changeVector));
  }

  #count(changeVector: string, destinations = this.#destinations()): number {
    return destinations.filter((destination) => this.#has(destination, changeVector)).length;
  }

  /** Whoever has all that this database had at the etag of the write has the write. */
  #has(destination: AssuringDestination, changeVector: string): boolean {
    const ownEtag = etagOf(changeVector, this.#ownId);
    if (ownEtag > 0 && etagOf(destination.changeVector, this.#ownId) >= ownEtag) return true;
    return compareChangeVectors(changeVector, destination.changeVector) === 'AlreadyMerged';
  }
}

/** Other members that make a majority of the group together with this one. */
export function majorityCopies(groupSize: number): number {
  return Math.floor(groupSize / 2);
}
