import type { Entry } from './entry.ts';
import { RachisRestoreError } from './invariant.ts';
import type { SnapshotMetadata } from './message.ts';
import type { HardState } from './ready.ts';

/** What was durable when the node started. */
export interface RestoredState {
  readonly hardState: HardState;
  /** The position that the log starts after (the compaction point), with the configuration in force there. */
  readonly snapshot: SnapshotMetadata | null;
  /** Contiguous, from `snapshot.index + 1`. */
  readonly entries: readonly Entry[];
  /** What the state machine holds; at least `snapshot.index`. */
  readonly appliedIndex: number;
}

export const emptyRestoredState: RestoredState = Object.freeze({
  hardState: { term: 0, votedFor: null },
  snapshot: null,
  entries: [],
  appliedIndex: 0,
});

/** @throws RachisRestoreError when the parts contradict each other: the disk lost or mixed something. */
export function assertRestorable(restored: RestoredState): void {
  const { snapshot, entries, appliedIndex, hardState } = restored;
  let index = snapshot?.index ?? 0;
  let term = snapshot?.term ?? 0;
  for (const entry of entries) {
    if (entry.index !== index + 1 || entry.term < term) {
      throw new RachisRestoreError(
        `the log has (${entry.index}, ${entry.term}) after (${index}, ${term}): entries must be contiguous and terms must not fall`,
      );
    }
    index = entry.index;
    term = entry.term;
  }
  if (term > hardState.term) {
    throw new RachisRestoreError(`the log ends in term ${term}, but the stored term is ${hardState.term}`);
  }
  if (appliedIndex > index || appliedIndex < (snapshot?.index ?? 0)) {
    throw new RachisRestoreError(
      `the state machine stands at ${appliedIndex}, but the log covers ${snapshot?.index ?? 0} to ${index}`,
    );
  }
}
