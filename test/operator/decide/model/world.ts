import type { Action, MembershipAction } from '../../../../operator/decide/action.ts';
import { tagOfOrdinal } from '../../../../operator/decide/node-tag.ts';
import type {
  NodeAnswer,
  NodeProperties,
  Observed,
  ObservedNode,
} from '../../../../operator/decide/observed.ts';
import { Databases } from './databases.ts';
import { Hosts } from './hosts.ts';
import type { Keeper } from './keeper.ts';
import { LocalKeeper } from './local-keeper.ts';
import { type ModelNode, ModelNodes } from './model-node.ts';
import { Rachis } from './rachis.ts';
import { SetKeeper } from './set-keeper.ts';
import { Watchdog } from './watchdog.ts';
import { Wishes } from './wishes.ts';

/** How long Rachis may take a request in that nobody heard the answer of. */
const LATE_UNTIL_MS = 15_000;

export interface WorldOptions {
  /** The cluster strips a removed node from the groups of databases, or leaves that to the operator. */
  readonly removalStripsGroups: boolean;
  /** Machines and zones under pods of a StatefulSet; absent: processes of one machine. */
  readonly hosts?: { readonly count: number; readonly zones: number };
}

/**
 * A small world for `decide`: processes with disks, a Rachis, databases whose copies move, resources. Everything that
 * the real world does by itself is a method that a test calls.
 */
export class World {
  nowMs = 0;
  readonly nodes = new ModelNodes();
  readonly rachis: Rachis;
  readonly databases: Databases;
  readonly wishes = new Wishes();
  readonly keeper: Keeper;
  /** The keeper again, where it is a StatefulSet. */
  readonly set: SetKeeper | undefined;
  readonly watchdog: Watchdog;
  /** What the cluster's state holds of its nodes. */
  readonly properties = new Map<string, NodeProperties>();
  /** Requests that were sent and not answered; they may still take effect. */
  readonly unanswered: { action: MembershipAction; untilMs: number }[] = [];
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    const rachis = (): Rachis => this.rachis;
    const now = (): number => this.nowMs;
    const { hosts } = options;
    this.set =
      hosts === undefined
        ? undefined
        : new SetKeeper(this.nodes, new Hosts(hosts.count, hosts.zones), rachis, now);
    this.keeper = this.set ?? new LocalKeeper(this.nodes, rachis, now);
    this.rachis = new Rachis(this.nodes, (ordinal) => this.keeper.isReachable(ordinal));
    this.databases = new Databases(this.nodes, (tag) => this.rachis.takesPart(tag));
    this.watchdog = new Watchdog(this);
  }

  observe(silent: ReadonlySet<number> = new Set()): Observed {
    const isReadable = this.rachis.canCommit;
    const readable = this.databases.records.map((record) => ({ ...record }));
    return {
      nowMs: this.nowMs,
      ...(this.keeper.keepsProcesses ? { keepsProcesses: true } : {}),
      nodes: this.keeper.ordinals().map((ordinal) => this.#observeNode(ordinal, silent)),
      ...(isReadable ? { databases: readable } : {}),
      ...(this.set === undefined ? {} : { wishes: this.wishes.resources.map((wish) => ({ ...wish })) }),
    };
  }

  #observeNode(ordinal: number, silent: ReadonlySet<number>): ObservedNode {
    const node = this.nodes.at(ordinal);
    const isUp = node.process === 'Running' || this.#isGoing(node);
    const answers = isUp && this.keeper.isReachable(ordinal) && !silent.has(ordinal);
    return {
      ...this.keeper.view(node),
      url: `http://127.0.0.1:${8080 + ordinal}`,
      ...(answers ? { answer: this.#answer(node) } : {}),
    };
  }

  /** What ends is counted as gone at once, but looks for a moment longer as if nothing were. */
  #isGoing({ process, isolated }: ModelNode): boolean {
    return this.set !== undefined && process === 'Stopping' && !isolated;
  }

  #answer(node: ModelNode): NodeAnswer {
    const { topology, serverId, lastIndex, lastTerm } = node.disk;
    const identity = { serverId: String(serverId), lastIndex, lastTerm };
    if (topology === undefined) return { ...identity, tag: '?', state: 'Passive', term: 0, peers: {} };
    const leads = node.leadsInTerm !== undefined;
    const tags = [...topology.members, ...topology.promotables, ...topology.watchers];
    const isReached = (peer: string) =>
      this.rachis.takesPart(peer) || this.#isGoing(this.rachis.nodeOf(peer));
    const reach = (peer: string) => ({ connected: !node.isolated && isReached(peer) });
    return {
      ...identity,
      tag: tagOfOrdinal(node.ordinal),
      state: leads ? 'Leader' : 'Follower',
      term: node.leadsInTerm ?? this.rachis.term,
      topology,
      peers: leads ? Object.fromEntries(tags.map((peer) => [peer, reach(peer)])) : {},
      ...(this.set === undefined ? {} : { properties: Object.fromEntries(this.properties) }),
    };
  }

  /** Carries out an action, having checked that it breaks no invariant. */
  act(action: Action, seen: Observed, answered = true): void {
    this.watchdog.check(action, seen);
    switch (action.type) {
      case 'StepDown':
        this.rachis.elect(this.rachis.leader);
        return;
      case 'AddDatabaseReplica':
      case 'RemoveDatabaseReplica':
        if (this.rachis.canCommit) this.databases.changeGroup(action);
        return;
      case 'CreateDatabase':
        if (this.rachis.canCommit) this.databases.create(action.database, action.tags, action.settings);
        return;
      case 'PutDatabaseSettings':
        this.#change(action.database, (record) => ({ ...record, settings: action.settings }));
        return;
      case 'SetDatabaseState':
        this.#change(action.database, (record) => ({ ...record, disabled: action.disabled }));
        return;
      case 'DeleteDatabase':
        if (this.rachis.canCommit) this.databases.delete(action.database);
        return;
      case 'SetNodeProperties':
        if (this.rachis.canCommit) this.properties.set(action.tag, action.properties);
        return;
      case 'BootstrapCluster':
      case 'AddNodeToCluster':
      case 'PromoteNode':
      case 'DemoteNode':
      case 'RemoveNodeFromCluster':
      case 'RecoverCluster':
        this.#changeMembership(action, seen, answered);
        return;
      default:
        this.keeper.perform(
          action,
          seen.nodes.find(({ ordinal }) => ordinal === action.ordinal),
        );
    }
  }

  #change(name: string, change: (record: Databases['records'][number]) => Databases['records'][number]) {
    if (!this.rachis.canCommit) return;
    this.databases.records = this.databases.records.map((record) =>
      record.name === name ? change(record) : record,
    );
  }

  #changeMembership(action: MembershipAction, seen: Observed, answered: boolean): void {
    // Marked before: from the request on, the cluster may count on this disk.
    if (action.type === 'AddNodeToCluster') {
      this.act({ type: 'AttachData', ordinal: action.ordinal }, seen);
    }
    if (answered) this.commit(action);
    else this.unanswered.push({ action, untilMs: this.nowMs + LATE_UNTIL_MS });
  }

  /** Takes effect if the cluster can. */
  commit(action: MembershipAction): void {
    if (action.type === 'BootstrapCluster') {
      this.rachis.bootstrap(action.tag);
      return;
    }
    if (action.type === 'RecoverCluster') {
      this.rachis.recover(action.tag, action);
      for (const tag of this.properties.keys()) if (tag !== action.tag) this.properties.delete(tag);
      if (this.#options.removalStripsGroups) this.#stripAllBut(action.tag);
      return;
    }
    const isRemoval = action.type === 'RemoveNodeFromCluster';
    // The cluster refuses what the operator could not know: a database that was created a moment ago.
    if (isRemoval && this.#isOnlyHolder(action.tag)) return;
    if (!this.rachis.commit(action) || !isRemoval) return;
    this.properties.delete(action.tag);
    if (this.#options.removalStripsGroups) this.databases.forget(action.tag);
  }

  #stripAllBut(survivor: string): void {
    const others = new Set(this.databases.records.flatMap(({ members, rehabs }) => [...members, ...rehabs]));
    for (const tag of others) {
      const isCovered = this.databases.listing(tag).every(({ members }) => members.includes(survivor));
      if (tag !== survivor && isCovered) this.databases.forget(tag);
    }
  }

  #isOnlyHolder(tag: string): boolean {
    return this.databases.records.some(({ members }) => members.includes(tag) && members.length === 1);
  }

  /** Processes come up and go down, promotables are promoted, copies are filled and deleted. */
  settle(): void {
    this.keeper.settle();
    this.rachis.dethroneTheLost();
    this.rachis.spread();
    this.rachis.promote();
    if (this.rachis.canCommit) this.databases.move((tag) => this.rachis.tags.includes(tag));
  }

  deliverLate(): void {
    const late = this.unanswered.shift();
    if (late !== undefined && this.nowMs < late.untilMs) this.commit(late.action);
  }

  /** Time passes; what was not delivered in time never will be. */
  pass(ms: number): void {
    this.nowMs += ms;
    const alive = this.unanswered.filter((request) => this.nowMs < request.untilMs);
    this.unanswered.splice(0, this.unanswered.length, ...alive);
  }
}
