import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Entry, NodeId } from '../../../node/rachis/core/entry.ts';
import type { Message } from '../../../node/rachis/core/message.ts';
import { RaftCore } from '../../../node/rachis/core/raft-core.ts';
import type { Ready } from '../../../node/rachis/core/ready.ts';
import { check } from '../kernel/invariant-violation.ts';
import { AcceptedRequests } from './accepted-requests.ts';
import type { ClusterLedgers } from './cluster-ledgers.ts';
import { DiskSyncs } from './disk-syncs.ts';
import { LogImage } from './log-image.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { Parcel } from './simulated-network.ts';
import type { SimulatedState } from './simulated-state.ts';
import type { SimulationWorld } from './simulation-world.ts';

/** Longest time that a leader waits for entries that tell what is committed, in milliseconds. */
const TELL_COMMIT_MS_MAX = 20;

/** One process with one disk: the shell that a driver is in real life, and the place where its core is watched. */
export class SimulatedNode<State extends SimulatedState<State>> {
  readonly slot: number;
  readonly id: NodeId;
  readonly disk: SimulatedDisk<State>;
  /** `null` while crashed. */
  core: RaftCore | null = null;
  image: LogImage;
  list: State;
  readonly #world: SimulationWorld<State>;
  /** Grows with each crash: what was scheduled for an earlier life does not happen. */
  #life = 0;
  #isPaused = false;
  #backlog: (() => void)[] = [];
  #isApplying = false;
  #isTellingCommit = false;
  /** An order to go on alone was accepted, and is the next thing to be written. */
  #isRecovering = false;
  #toApply: Entry[] = [];
  #commit = 0;
  readonly #requests: AcceptedRequests<State>;
  readonly #syncs: DiskSyncs<State>;
  /** Received snapshot contents, by index, until the core asks to install them. */
  readonly #received = new Map<number, State>();

  /** The cluster that this node founds when its disk is empty; `null` for a node that waits to be invited. */
  readonly #founded: Configuration | null;

  constructor(
    world: SimulationWorld<State>,
    slot: number,
    id: NodeId,
    disk: SimulatedDisk<State>,
    founded: Configuration | null,
  ) {
    this.#founded = founded;
    this.#world = world;
    this.slot = slot;
    this.id = id;
    this.disk = disk;
    this.image = new LogImage(disk.log.base, disk.log.entries);
    this.list = disk.checkpoint.clone();
    this.#requests = new AcceptedRequests(id);
    this.#syncs = new DiskSyncs(world, this, (ticket, content) => {
      if (content !== null) this.#install(content);
      this.input((core) => core.persisted(ticket));
    });
  }

  /** The cluster that it is of, or that invited it; null while it is in none. */
  get clusterId(): string | null {
    return this.core?.clusterId ?? this.disk.clusterId ?? this.disk.adoptedCluster;
  }

  get isLeading(): boolean {
    return this.core?.rachisState === 'Leader';
  }

  get isCaughtUpLeader(): boolean {
    return this.core?.isCaughtUpLeader === true;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** It is to found the cluster, and that is not on its disk yet: without it there would never be one. */
  get isFounding(): boolean {
    return this.#founded !== null && this.disk.log.lastIndex === 0;
  }

  start(): void {
    const { profile, random, clock } = this.#world;
    this.image = new LogImage(this.disk.log.base, this.disk.log.entries);
    this.list = this.disk.checkpoint.clone();
    this.#commit = this.list.appliedIndex;
    this.core = new RaftCore(
      {
        id: this.id,
        electionTimeoutTicks: profile.electionTimeoutTicks,
        heartbeatTicks: profile.heartbeatTicks,
        random: random.next,
        limits: profile.limits,
      },
      this.disk.restore(),
    );
    // Clocks need not agree: ticks of one node are up to 10 % shorter or longer than those of another.
    const tickMs = profile.tickMs * (0.9 + 0.2 * random.next());
    const life = this.#life;
    const tick = () => {
      if (this.#life !== life) return;
      // A stopped process misses its ticks; a monotonic timer does not make up for them.
      if (!this.#isPaused) this.input((core) => core.tick());
      clock.schedule(tickMs, tick);
    };
    clock.schedule(tickMs * random.next(), tick);
    this.#world.started(this);
    this.input((core) => {
      if (this.#founded !== null && this.isFounding) core.bootstrap(this.#founded);
    });
  }

  /** The tail that was not synced may be lost; a part of it may have reached the disk all the same. */
  crash(): void {
    this.#world.trace(() => `${this.id} crashes with ${this.disk.unsyncedCount} writes unsynced`);
    this.#life++;
    if (this.core !== null) this.#world.stopped(this);
    this.core = null;
    this.#isPaused = false;
    this.#isApplying = false;
    this.#isTellingCommit = false;
    this.#backlog = [];
    this.#toApply = [];
    this.#requests.clear();
    this.#received.clear();
    this.#syncs.crash();
    this.#isRecovering = false;
    this.#world.clusterDurable(this, this.disk.clusterId);
  }

  fillDisk(): void {
    this.#world.trace(() => `the disk of ${this.id} is full`);
    this.disk.isFull = true;
  }

  /** What waited for room is written. */
  emptyDisk(): void {
    this.disk.isFull = false;
    if (this.core !== null) this.#syncs.soon();
  }

  pause(): void {
    if (this.core !== null) this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const run of backlog) run();
  }

  /** Runs `act` in `delayMs` if the process still lives; when it is paused, as soon as it is resumed. */
  later(delayMs: number, act: () => void): void {
    const life = this.#life;
    this.#world.clock.schedule(delayMs, () => {
      if (this.#life !== life) return;
      if (this.#isPaused) this.#backlog.push(act);
      else act();
    });
  }

  receive(parcel: Parcel<State>): void {
    const { message, content, clusterId } = parcel;
    const { core } = this;
    if (core === null) return;
    if (this.#isPaused) {
      this.#backlog.push(() => this.receive(parcel));
      return;
    }
    // Nodes of different clusters have no connection, and one that was made before they were is closed.
    if (clusterId !== null && core.clusterId !== null && clusterId !== core.clusterId) return;
    if (core.clusterId === null && clusterId !== null) this.disk.adoptedCluster = clusterId;
    if (content !== null && message.to === this.id) this.#received.set(content.appliedIndex, content);
    this.input(() => core.step(message));
  }

  /** Whether they were accepted, which says nothing about whether they will be committed. */
  propose(requestIds: readonly number[], commands: readonly Uint8Array[]): boolean {
    let isAccepted = false;
    this.input((core) => {
      const outcome = core.propose(commands);
      isAccepted = outcome.accepted;
      if (!outcome.accepted) return;
      this.#requests.accepted(outcome, requestIds, commands);
    });
    return isAccepted;
  }

  /** An administrator's order to go on alone. False when the node does not follow it now. */
  recover(clusterId: string, commands: readonly Uint8Array[]): boolean {
    let isAccepted = false;
    this.input((core) => {
      const { lastIndex: index, lastTerm: term } = core.status();
      const fromClusterId = this.clusterId;
      const order = { at: { index, term }, clusterId, commands };
      isAccepted = core.recover(order).accepted;
      if (!isAccepted) return;
      this.#isRecovering = true;
      const survivor = { id: this.id, image: this.image, commit: this.#commit };
      this.#world.recoveryBegan(survivor, fromClusterId, clusterId);
    });
    return isAccepted;
  }

  read(context: number): void {
    this.#ledgers.clients.readBegan(context);
    this.input((core) => core.readIndex(context));
  }

  /** Flushes the state machine; false when the disk does not take it now. */
  flush(): boolean {
    // The disk takes one thing after the other: a recovery that is under way goes first.
    if (this.core?.clusterId !== this.disk.clusterId || this.disk.isFull) return false;
    if (this.disk.checkpoint.appliedIndex < this.list.appliedIndex) this.disk.checkpoint = this.list.clone();
    return true;
  }

  /** Flushes the state machine and drops the log before it. */
  compact(): void {
    this.input((core) => {
      if (!this.flush()) return;
      const point = core.compact(this.disk.checkpoint.appliedIndex);
      if (point === null) return;
      check(
        point.index <= this.disk.checkpoint.appliedIndex && point.index <= this.disk.log.lastIndex,
        'truncation stays behind the snapshot',
        () => `${this.id} dropped its log up to ${point.index}`,
      );
      this.image.compactTo(point);
      this.disk.compactTo(point);
    });
  }

  /** Every input goes through here, so that everything is checked after each. */
  input(act: (core: RaftCore) => void): void {
    const { core } = this;
    if (core === null || this.#isPaused) return;
    act(core);
    this.#drain(core);
  }

  #drain(core: RaftCore): void {
    for (;;) {
      const ready = core.takeReady();
      const commit = core.commitIndex;
      this.#checkLeaderCommit(core, commit);
      if (ready === null) break;
      this.#handle(ready);
    }
    if (core.hasUntoldCommit) this.#tellCommitSoon();
    const commit = core.commitIndex;
    if (commit === this.#commit) return;
    check(commit > this.#commit, 'commit is monotone', () => `${this.id}: ${this.#commit} to ${commit}`);
    this.#ledgers.logs.commitKnown(this.id, commit, this.image);
    this.#commit = commit;
  }

  #tellCommitSoon(): void {
    if (this.#isTellingCommit) return;
    this.#isTellingCommit = true;
    const { random, isCalm } = this.#world;
    this.later(isCalm ? 1 : random.between(0, TELL_COMMIT_MS_MAX), () => {
      this.#isTellingCommit = false;
      this.input((core) => core.tellCommit());
    });
  }

  get #ledgers(): ClusterLedgers {
    return this.#world.ledgersOf(this.clusterId);
  }

  /** Before the request of the same step is looked at: what it appends came after the commit. */
  #checkLeaderCommit(core: RaftCore, commit: number): void {
    const { logs, elections } = this.#ledgers;
    if (commit <= logs.commitMax || elections.leaderOf(core.term) !== this.id) return;
    logs.leaderCommitted(this.id, core.term, commit, this.image, (id, index, term) => {
      const log = this.#world.diskOf(id)?.log;
      return log !== undefined && (log.termAt(index) === term || log.baseIndex > index);
    });
  }

  #handle(ready: Ready): void {
    const { elections, logs, clients } = this.#ledgers;
    const { change, persist } = ready;
    if (change !== null) {
      this.#world.trace(
        () =>
          `${this.id} is ${change.state} in term ${change.term}, leader ${change.leader}: ${change.reason}`,
      );
      if (elections.roleChanged(this.id, change, this.image)) logs.elected(this.id, change.term, this.image);
    }
    if (persist !== null) this.#persist(persist);
    for (const message of ready.messages) {
      elections.messageSent(message, this.disk, this.image);
      this.#world.send(this, message, message.type === 'InstallSnapshot' ? this.#contentAt(message) : null);
    }
    if (ready.committed.length > 0) {
      this.#toApply.push(...ready.committed);
      this.#applySoon();
    }
    for (const read of ready.readStates) {
      clients.readAnswered(read.context, read.index);
      this.#world.readAnswered(this, read.context, read.index);
    }
  }

  #persist(request: NonNullable<Ready['persist']>): void {
    const { elections, logs } = this.#ledgers;
    if (this.#isRecovering) logs.rewritten(this.id, this.image, request);
    this.#isRecovering = false;
    const state = this.core?.rachisState;
    const isLeading = state === 'Leader' || state === 'LeaderElect';
    logs.persisting(this.id, this.image, request, isLeading, (term) => elections.leaderOf(term));
    this.image.apply(request);
    if (isLeading) for (const entry of request.entries) logs.configurationMade(this.id, entry, this.image);
    let content: State | null = null;
    if (request.snapshot !== undefined) {
      content = this.#received.get(request.snapshot.index) ?? null;
      check(content !== null, 'snapshots come with their content', () => `${this.id} installs nothing`);
      this.#received.clear();
    }
    this.disk.write({ request, content });
    this.#syncs.soon();
  }

  #install(content: State): void {
    this.#world.trace(() => `${this.id} installed a snapshot at ${content.appliedIndex}`);
    this.#ledgers.logs.checkDigest(this.id, content);
    this.list = content.clone();
    this.#toApply = this.#toApply.filter((entry) => entry.index > content.appliedIndex);
    this.#requests.passedBy(content.appliedIndex);
    this.#world.applied(this, null);
  }

  /** Called while the core is drained, which takes up what an immediate apply makes ready. */
  #applySoon(): void {
    const { random, profile, isCalm } = this.#world;
    if (this.#isApplying) return;
    const delayMs = isCalm ? 0 : random.between(...profile.applyMs);
    if (delayMs === 0) {
      this.core?.applied(this.#apply(this.#toApply.length));
      return;
    }
    this.#isApplying = true;
    this.later(delayMs, () => {
      this.#isApplying = false;
      this.input((core) => {
        core.applied(this.#apply(random.between(1, this.#toApply.length)));
        if (this.#toApply.length > 0) this.#applySoon();
      });
    });
  }

  /** Gives the index that the state machine stands at afterwards. */
  #apply(count: number): number {
    for (const entry of this.#toApply.splice(0, count)) {
      check(
        entry.index === this.list.appliedIndex + 1 && entry.index <= (this.core?.commitIndex ?? 0),
        'applied in order, and only what is committed',
        () => `${this.id} applies ${entry.index} after ${this.list.appliedIndex}`,
      );
      this.list.apply(entry);
      this.#ledgers.logs.applied(this.id, entry, this.list);
      this.#world.applied(this, entry);
      this.#requests.applied(entry, this.list, this.#ledgers.clients);
    }
    return this.list.appliedIndex;
  }

  #contentAt(message: Extract<Message, { type: 'InstallSnapshot' }>): State {
    check(
      message.snapshot.index === this.list.appliedIndex,
      'a snapshot stands where the state machine stands',
      () => `${this.id} names ${message.snapshot.index} but has applied ${this.list.appliedIndex}`,
    );
    return this.list.sent();
  }
}
