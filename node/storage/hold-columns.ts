import { HeldReads } from './held-reads.ts';
import type { LevelReads } from './level-reads.ts';
import { HOLD_TRIES_MAX } from './limits.ts';
import type { ReadGate } from './read-gate.ts';
import { StorageError } from './storage-error.ts';

/**
 * All columns as they are now. Writes wait while they are opened.
 *
 * @param count of the columns
 * @param reversed numbers of those that are read in reverse, too
 * @throws StorageError
 */
export function holdColumns(
  reads: LevelReads,
  gate: ReadGate,
  count: number,
  reversed: readonly number[] = [],
): HeldReads {
  return gate.whileClosed(() => {
    // Only writes that had begun before come in between.
    for (let tries = 0; tries < HOLD_TRIES_MAX; tries++) {
      const { sequence } = reads;
      const columns = Array.from({ length: count }, (_, column) => ({
        forwards: reads.scan(column, {}),
        ...(reversed.includes(column) ? { backwards: reads.scan(column, { reverse: true }) } : {}),
      }));
      const held = new HeldReads(sequence, columns);
      if (reads.sequence === sequence) return held;
      held.close();
    }
    throw new StorageError(`The storage was written to ${HOLD_TRIES_MAX} times while nobody may write.`);
  });
}
