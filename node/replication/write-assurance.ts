import { compareChangeVectors, etagOf } from '../documents/change-vector.ts';
import { ASSURANCE_WAITERS_MAX } from './limits.ts';
import type { ReplicationClock } from './replication-clock.ts';
import { AssuranceQueueFullError } from './replication-error.ts';

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
  readonly #destinationVectors: () => readonly string[];
  readonly #waiters = new Set<Waiter>();

  constructor(ownDatabaseId: string, clock: ReplicationClock, destinationVectors: () => readonly string[]) {
    this.#ownId = ownDatabaseId;
    this.#clock = clock;
    this.#destinationVectors = destinationVectors;
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

  /** A destination moved on, or the group changed. */
  reconsider(): void {
    if (this.#waiters.size === 0) return;
    const vectors = this.#destinationVectors();
    for (const waiter of this.#waiters) {
      const wanted = waiter.copies();
      if (wanted === null) continue;
      const reached = this.#count(waiter.changeVector, vectors);
      if (reached >= wanted) waiter.finish(reached);
    }
  }

  /** Ends every wait with what was reached. */
  close(): void {
    for (const waiter of this.#waiters) waiter.finish(this.#count(waiter.changeVector));
  }

  #count(changeVector: string, vectors = this.#destinationVectors()): number {
    const ownEtag = etagOf(changeVector, this.#ownId);
    return vectors.filter(
      (vector) =>
        // Whoever has all that this database had at the etag of the write has the write.
        (ownEtag > 0 && etagOf(vector, this.#ownId) >= ownEtag) ||
        compareChangeVectors(changeVector, vector) === 'AlreadyMerged',
    ).length;
  }
}

/** Other members that make a majority of the group together with this one. */
export function majorityCopies(groupSize: number): number {
  return Math.floor(groupSize / 2);
}
