import { unpack } from 'msgpackr';
import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { CommandApplication, readEnvelope } from '../../../node/cluster/command-application.ts';
import type { CommandEnvelope } from '../../../node/cluster/command-envelope.ts';
import {
  COMMAND_VERSIONS,
  type CommandVersions,
  FIRST_COMMAND_VERSION,
} from '../../../node/cluster/command-version.ts';
import type { CommandOutcome } from '../../../node/cluster/state/apply-command.ts';
import { ClusterState } from '../../../node/cluster/state/cluster-state.ts';
import { rememberedRequests } from '../../../node/cluster/state/request-history.ts';
import { snapshotChunks } from '../../../node/cluster/state/snapshot-chunks.ts';
import { StateDigest } from '../../../node/cluster/state/state-digest.ts';
import { numberKey, REQUESTS } from '../../../node/cluster/state/state-keys.ts';
import type { StateEntry } from '../../../node/cluster/state/state-transaction.ts';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { SimulatedState } from '../rachis/simulated-state.ts';
import type { SharedHashes } from './shared-hashes.ts';

/** Programs from the first to one after this one, with which one more command came. */
export const LATER_COMMAND = 'PutDatabaseSettings';
export const LATEST_VERSION = COMMAND_VERSIONS.own + 1;

export function programOf(version: number): CommandVersions {
  return { own: version, introduced: { ...COMMAND_VERSIONS.introduced, [LATER_COMMAND]: LATEST_VERSION } };
}

export function requestIdOf(request: number): string {
  return `request-${request}`;
}

export interface AppliedCommand {
  readonly index: number;
  readonly command: ClusterCommand;
  readonly outcome: CommandOutcome;
  /** Not the repetition of an earlier request. */
  readonly isFirst: boolean;
}

/** The cluster's state on one node: the real commands on the real state in memory, and its digest. */
export class ReplicatedCluster implements SimulatedState<ReplicatedCluster> {
  appliedIndex: number;
  readonly state: ClusterState;
  /** What the last entry was and came to; null when that was no command. */
  lastApplied: AppliedCommand | null = null;
  /** Which commands the program knows that applies the log here. */
  version = LATEST_VERSION;
  readonly #commands: CommandApplication;
  readonly #digest: StateDigest;
  readonly #hashes: SharedHashes;
  /** Id of a request → its place in the log. */
  readonly #places = new Map<string, number>();

  constructor(hashes: SharedHashes, appliedIndex = 0, entries: readonly StateEntry[] = []) {
    this.#hashes = hashes;
    this.appliedIndex = appliedIndex;
    this.state = new ClusterState(entries);
    this.#commands = new CommandApplication(this.state);
    this.#digest = new StateDigest(entries, hashes.hashOf);
    for (const { id, index } of rememberedRequests(this.state, Number.MAX_SAFE_INTEGER)) {
      this.#places.set(id, index);
    }
  }

  get digest(): string {
    return this.#digest.value((key) => this.state.get(key));
  }

  apply(entry: Entry): void {
    this.appliedIndex = entry.index;
    this.lastApplied = null;
    if (entry.kind !== 'command') return;
    const envelope = readEnvelope(entry.data);
    if (envelope === null) throw new Error(`The command at ${entry.index} can't be read.`);
    const { outcome, changes } = this.#commands.apply(entry, this.#asKnown(envelope));
    for (const [key] of changes) this.#digest.changed(key);
    const isFirst = changes.some(([key]) => key === REQUESTS + numberKey(entry.index));
    if (isFirst) this.#places.set(envelope.requestId ?? '', entry.index);
    this.lastApplied = { index: entry.index, command: envelope.command, outcome, isFirst };
  }

  placeOf(request: number): number | undefined {
    return this.#places.get(requestIdOf(request));
  }

  outcomeOf(request: number): CommandOutcome | undefined {
    return this.#commands.outcomeOf(requestIdOf(request));
  }

  clone(): ReplicatedCluster {
    return new ReplicatedCluster(this.#hashes, this.appliedIndex, this.state.snapshot());
  }

  /** Through the pieces that a snapshot travels in. */
  sent(): ReplicatedCluster {
    const measured = this.state.snapshot().map((entry) => ({ entry, bytes: null }));
    const entries = [...snapshotChunks(measured)].flatMap((chunk) => unpack(chunk) as StateEntry[]);
    return new ReplicatedCluster(this.#hashes, this.appliedIndex, entries);
  }

  /** A command of a later version is one that an older program does not know. */
  #asKnown(envelope: CommandEnvelope): CommandEnvelope {
    const needed = programOf(this.version).introduced[envelope.command.type] ?? FIRST_COMMAND_VERSION;
    if (this.version >= needed) return envelope;
    return { ...envelope, command: { type: 'Unknown' } as unknown as ClusterCommand };
  }
}
