import { FIRST_COMMAND_VERSION } from '../../../node/cluster/command-version.ts';
import type { NodeId } from '../../../node/rachis/core/entry.ts';
import { StorageError, StorageFullError } from '../../../node/storage/storage-error.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';
import { LATEST_VERSION } from './replicated-cluster.ts';
import type { WorldNode } from './world-node.ts';
import type { WorldProfile } from './world-profile.ts';

/** When the clocks on the walls stand at the start of a run, in milliseconds. */
const WALL_MS = 1_000_000_000;

/** In what the machines of a run differ: the version of the program, the clock, and whether the storage fails. */
export class Machines {
  /** By slot. */
  readonly #versions: number[];
  readonly #skewsMs: number[];
  /** Nodes whose next write to a storage fails. */
  readonly #failing = new Set<NodeId>();

  constructor(random: SeededRandom, { raft: { slotCount }, oldShare }: WorldProfile) {
    this.#versions = Array.from({ length: slotCount }, () =>
      random.chance(oldShare) ? random.between(FIRST_COMMAND_VERSION, LATEST_VERSION - 1) : LATEST_VERSION,
    );
    this.#skewsMs = Array.from({ length: slotCount }, () => random.between(-1000, 1000));
  }

  versionOf({ slot }: WorldNode): number {
    return this.#versions[slot] ?? LATEST_VERSION;
  }

  upgrade({ slot }: WorldNode, version: number): void {
    this.#versions[slot] = version;
  }

  /** `nowMs`: virtual. */
  wallMs({ slot }: WorldNode, nowMs: number): number {
    return WALL_MS + nowMs + (this.#skewsMs[slot] ?? 0);
  }

  setSkewMs({ slot }: WorldNode, skewMs: number): void {
    this.#skewsMs[slot] = skewMs;
  }

  failNextWrite({ id }: WorldNode): void {
    this.#failing.add(id);
  }

  /** Null: none. One that fails does so once: it is opened again then. */
  storageFailure({ id, disk }: WorldNode): StorageError | null {
    if (disk.isFull) return new StorageFullError('the simulated disk is full');
    return this.#failing.delete(id) ? new StorageError('the simulated disk could not be synced') : null;
  }
}
