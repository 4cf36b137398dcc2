import type { SnapshotMetadata } from '../../../node/rachis/core/message.ts';
import type { HardState, PersistRequest } from '../../../node/rachis/core/ready.ts';
import { emptyRestoredState, type RestoredState } from '../../../node/rachis/core/restored-state.ts';
import { LogImage } from './log-image.ts';
import type { SimulatedState } from './simulated-state.ts';

export interface DiskWrite<State> {
  readonly request: PersistRequest;
  /** With a snapshot: its content, which becomes durable in the same unit. */
  readonly content: State | null;
}

/** What survives a crash. A write is atomic, but only synced ones are sure to be there afterwards. */
export class SimulatedDisk<State extends SimulatedState<State>> {
  hardState: HardState;
  readonly log: LogImage;
  /** The state machine as of its last flush. */
  checkpoint: State;
  readonly #unsynced: DiskWrite<State>[] = [];
  /** There is no room: nothing becomes durable, and what is written waits. */
  isFull = false;
  /** As the durable log has it; null while that is empty. */
  clusterId: string | null;
  /** The cluster that invited a node without a log. */
  adoptedCluster: string | null = null;

  /** `checkpoint`: the state machine as of the index that the restored log says is applied. */
  constructor(checkpoint: State, restored: RestoredState = emptyRestoredState) {
    this.hardState = restored.hardState;
    this.log = new LogImage(restored.snapshot, restored.entries);
    this.checkpoint = checkpoint;
    this.clusterId = this.log.configuration?.clusterId ?? null;
  }

  get unsyncedCount(): number {
    return this.#unsynced.length;
  }

  get oldestUnsynced(): PersistRequest | undefined {
    return this.#unsynced[0]?.request;
  }

  write(write: DiskWrite<State>): void {
    this.#unsynced.push(write);
  }

  /** The oldest `count` writes become durable. */
  sync(count: number, onDurable: (before: HardState, write: DiskWrite<State>) => void): void {
    for (const write of this.#unsynced.splice(0, count)) {
      const before = this.hardState;
      if (write.request.hardState !== undefined) this.hardState = write.request.hardState;
      if (write.content !== null) this.checkpoint = write.content.clone();
      this.log.apply(write.request);
      this.clusterId = clusterIn(write.request) ?? this.clusterId;
      onDurable(before, write);
    }
  }

  loseUnsynced(): void {
    this.#unsynced.length = 0;
  }

  compactTo(point: SnapshotMetadata): void {
    this.log.compactTo(point);
  }

  restore(): RestoredState {
    return {
      hardState: this.hardState,
      snapshot: this.log.base,
      entries: this.log.entries,
      appliedIndex: this.checkpoint.appliedIndex,
    };
  }
}

/** Looked for in the write alone: a log may be long. */
function clusterIn({ snapshot, rewrittenAfter, entries }: PersistRequest): string | undefined {
  const entry = entries.findLast(({ kind }) => kind === 'configuration');
  const made = entry?.kind === 'configuration' ? entry.configuration : undefined;
  return (made ?? snapshot?.configuration ?? rewrittenAfter?.configuration)?.clusterId;
}
