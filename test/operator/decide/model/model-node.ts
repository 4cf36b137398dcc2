import type { DataState, ObservedTopology, ProcessState } from '../../../../operator/decide/observed.ts';

/** What is on a disk. It dies with it. */
export interface Disk {
  /** What it knows of the cluster; nothing while it was never in one. */
  topology: ObservedTopology | undefined;
  readonly serverId: number;
  /** Where its Raft log ends. */
  lastTerm: number;
  lastIndex: number;
  /** Databases whose data is here. */
  readonly copies: Set<string>;
  /** The life that it was prepared for last, where the platform keeps processes. */
  incarnation: string | undefined;
}

/** The place of an ordinal: a process or pod, a folder or claim. */
export interface ModelNode {
  readonly ordinal: number;
  process: ProcessState;
  /** The mark on its data. */
  data: DataState;
  disk: Disk;
  failures: number;
  failedAtMs: number | undefined;
  /** Cut off from its peers, though the operator may reach it. */
  isolated: boolean;
  /** The spec that it runs by. */
  revision: number;
  /** It believes to lead, in this term. */
  leadsInTerm: number | undefined;
}

let serverIds = 0;

export function emptyDisk(): Disk {
  serverIds += 1;
  return {
    topology: undefined,
    serverId: serverIds,
    lastTerm: 0,
    lastIndex: 0,
    copies: new Set(),
    incarnation: undefined,
  };
}

/** The nodes of a world, by ordinal; asking for one that never was makes its place. */
export class ModelNodes {
  readonly #byOrdinal = new Map<number, ModelNode>();

  at(ordinal: number): ModelNode {
    let node = this.#byOrdinal.get(ordinal);
    if (node === undefined) {
      node = {
        ordinal,
        process: 'Stopped',
        data: 'None',
        disk: emptyDisk(),
        failures: 0,
        failedAtMs: undefined,
        isolated: false,
        revision: 0,
        leadsInTerm: undefined,
      };
      this.#byOrdinal.set(ordinal, node);
    }
    return node;
  }

  has(ordinal: number): boolean {
    return this.#byOrdinal.has(ordinal);
  }

  get all(): readonly ModelNode[] {
    return [...this.#byOrdinal.values()];
  }
}
