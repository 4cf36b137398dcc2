import { RaftLogError } from '../log/log-error.ts';
import type { StoredLog } from '../log/log-image.ts';
import type { RaftLogFiles } from '../log/raft-log-files.ts';
import type { RachisStateMachine } from '../state-machine.ts';
import type { SnapshotReceiver } from './snapshot-receiver.ts';

/**
 * Finishes what a crash cut off while a snapshot was installed, and gives the log to start from. The state machine is
 * restored first and the log reset after it, so either may have been left undone.
 */
export async function finishInstall(
  stateMachine: RachisStateMachine,
  log: RaftLogFiles,
  stored: StoredLog,
  receiver: SnapshotReceiver,
): Promise<StoredLog> {
  const interrupted = stateMachine.interruptedRestore;
  if (interrupted !== null) {
    const complete = await receiver.complete();
    if (complete?.index !== interrupted.index || complete.term !== interrupted.term) {
      throw new RaftLogError(
        `Installing the snapshot at ${interrupted.index} was cut off, and its content is gone. Remove the node from the cluster, delete its data, and add it as a new node.`,
      );
    }
    await stateMachine.restore(complete, receiver.content());
    await receiver.discard();
  }
  const restored = stateMachine.restoredSnapshot;
  const base = stored.snapshot?.index ?? 0;
  if (restored !== null && restored.index > base && termAt(stored, restored.index) !== restored.term) {
    const { term } = stored.hardState;
    const hardState = restored.term > term ? { term: restored.term, votedFor: null } : stored.hardState;
    await log.persist({ hardState, snapshot: restored, entries: [] });
    return { hardState, snapshot: restored, entries: [] };
  }
  if (stateMachine.appliedIndex < base) {
    throw new RaftLogError(
      `The state machine stands at ${stateMachine.appliedIndex}, but the log starts after ${base}: a part of the node's data was lost. Remove the node from the cluster, delete its data, and add it as a new node.`,
    );
  }
  return stored;
}

function termAt(stored: StoredLog, index: number): number | undefined {
  return stored.entries.find((entry) => entry.index === index)?.term;
}
