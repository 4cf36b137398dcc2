import { READ_RETRIES_MAX } from './limits.ts';

/** What `consistentRead` needs to know: how far the storage is, and how often it was asked. */
export interface ReadClock {
  readonly sequence: number;
  readonly accesses: number;
}

/** A read that could not get one view; it would mean that something writes beside the merger. */
export class InconsistentReadError extends Error {
  override readonly name: string = 'InconsistentReadError';
}

/**
 * Runs a synchronous read so that all of it sees one moment. It is run again when a batch became visible in between;
 * since the thread that reads is also the one that hands batches out, only those already handed out can do that, so
 * the second or third run has the storage to itself. `body` may run several times and must have no effects.
 */
export function consistentRead<T>(clock: ReadClock, body: () => T): T {
  for (let attempt = 0; attempt < READ_RETRIES_MAX; attempt++) {
    const sequence = clock.sequence;
    const accesses = clock.accesses;
    try {
      const result = body();
      if (clock.accesses - accesses <= 1 || clock.sequence === sequence) return result;
    } catch (error) {
      // An error that comes of looking at two moments goes away with the next run.
      if (clock.accesses - accesses <= 1 || clock.sequence === sequence) throw error;
    }
  }
  throw new InconsistentReadError(`The storage changed during ${READ_RETRIES_MAX} runs of one read.`);
}
