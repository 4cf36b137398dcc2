import type { Action, MembershipAction } from '../../../operator/decide/action.ts';
import { ordinalOfTag, tagOfOrdinal } from '../../../operator/decide/node-tag.ts';
import type {
  DataState,
  NodeAnswer,
  Observed,
  ObservedDatabase,
  ObservedTopology,
  ProcessState,
} from '../../../operator/decide/observed.ts';

export interface ModelNode {
  process: ProcessState;
  data: DataState;
  /** What its disk knows of the cluster; nothing while it was never in one. */
  topology: ObservedTopology | undefined;
  serverId: number;
  failures: number;
  failedAtMs: number | undefined;
  /** Cut off from its peers, though the operator may reach it. */
  isolated: boolean;
  isOutdated: boolean;
  /** It believes to lead, in this term. */
  leadsInTerm: number | undefined;
}

type MutableDatabase = { -readonly [K in keyof ObservedDatabase]: ObservedDatabase[K] };

/** A violated invariant of the operator: the message says which. */
export class InvariantError extends Error {}

/**
 * A small world for `decide`: processes with disks, a Rachis whose membership changes commit only by a live majority,
 * databases whose copies move. Everything that the real world does by itself is a method that a test calls.
 */
export class ClusterModel {
  nowMs = 0;
  term = 0;
  topology: ObservedTopology | undefined;
  leader: string | undefined;
  databases: MutableDatabase[] = [];
  /** Requests that were sent and not answered; they may still take effect. */
  readonly unanswered: { action: MembershipAction; untilMs: number }[] = [];
  readonly nodes = new Map<number, ModelNode>();
  readonly #removalStripsGroups: boolean;
  #serverIds = 0;
  #bootstraps = 0;

  constructor(removalStripsGroups: boolean) {
    this.#removalStripsGroups = removalStripsGroups;
  }

  node(ordinal: number): ModelNode {
    let node = this.nodes.get(ordinal);
    if (node === undefined) {
      node = {
        ...this.#emptyDisk(),
        process: 'Stopped',
        failures: 0,
        failedAtMs: undefined,
        isolated: false,
        isOutdated: false,
      };
      this.nodes.set(ordinal, node);
    }
    return node;
  }

  #emptyDisk() {
    this.#serverIds += 1;
    return { data: 'None', topology: undefined, serverId: this.#serverIds, leadsInTerm: undefined } as const;
  }

  get tags(): readonly string[] {
    return this.topology === undefined ? [] : allTags(this.topology);
  }

  /** Takes part: runs, is connected, and its disk is the one that joined. */
  takesPart(tag: string): boolean {
    const node = this.nodes.get(ordinalOfTag(tag) ?? -1);
    return node?.process === 'Running' && !node.isolated && node.topology !== undefined;
  }

  hasQuorum(voters = this.topology?.members ?? []): boolean {
    return voters.filter((tag) => this.takesPart(tag)).length > voters.length / 2;
  }

  observe(silent: ReadonlySet<number> = new Set()): Observed {
    const readable = this.leader !== undefined && this.hasQuorum();
    return {
      nowMs: this.nowMs,
      nodes: [...this.nodes].map(([ordinal, node]) => {
        const answer =
          node.process === 'Running' && !silent.has(ordinal) ? this.#answer(ordinal, node) : undefined;
        return {
          ordinal,
          url: `http://127.0.0.1:${8080 + ordinal}`,
          process: node.process,
          data: node.data,
          failures: node.failures,
          isOutdated: node.isOutdated,
          ...(node.failedAtMs === undefined ? {} : { failedAtMs: node.failedAtMs }),
          ...(answer === undefined ? {} : { answer }),
        };
      }),
      ...(readable ? { databases: this.databases.map((database) => ({ ...database })) } : {}),
    };
  }

  #answer(ordinal: number, node: ModelNode): NodeAnswer {
    const tag = tagOfOrdinal(ordinal);
    if (node.topology === undefined) {
      return { tag: '?', serverId: String(node.serverId), state: 'Passive', term: 0, peers: {} };
    }
    const leads = node.leadsInTerm !== undefined;
    return {
      tag,
      serverId: String(node.serverId),
      state: leads ? 'Leader' : 'Follower',
      term: node.leadsInTerm ?? this.term,
      topology: node.topology,
      peers: leads
        ? Object.fromEntries(
            allTags(node.topology).map((peer) => [
              peer,
              { connected: !node.isolated && this.takesPart(peer) },
            ]),
          )
        : {},
    };
  }

  /** Carries out an action, having checked that it breaks no invariant. */
  act(action: Action, answered = true): void {
    switch (action.type) {
      case 'CreateNode':
      case 'StartNode': {
        const node = this.node(action.ordinal);
        require(node.process === 'Stopped', `${action.type} of a process that is ${node.process}`);
        node.process = 'Starting';
        node.isOutdated = false;
        if (node.data === 'None') node.data = 'Unused';
        return;
      }
      case 'StopNode': {
        const tag = tagOfOrdinal(action.ordinal);
        require(action.reason === 'Hibernated' ||
          !this.tags.includes(tag), `stopping ${tag} while the membership has it`);
        this.stop(action.ordinal);
        return;
      }
      case 'RestartNode': {
        const tag = tagOfOrdinal(action.ordinal);
        const others = (this.topology?.members ?? []).filter((voter) => voter !== tag);
        const spares = others.filter((voter) => this.takesPart(voter)).length;
        const voterCount = this.topology?.members.length ?? 0;
        const isNeeded = this.takesPart(tag) && this.hasQuorum() && voterCount > 2;
        require(!isNeeded || spares > voterCount / 2, `restarting ${tag} loses the majority`);
        this.stop(action.ordinal);
        return;
      }
      case 'AttachData':
        this.node(action.ordinal).data = 'Used';
        return;
      case 'DetachData':
        this.node(action.ordinal).data = 'Detached';
        return;
      case 'QuarantineData':
      case 'DeleteData': {
        const tag = tagOfOrdinal(action.ordinal);
        require(!this.tags.includes(tag), `${action.type} of ${tag} while the membership has it`);
        require(this.node(action.ordinal).process === 'Stopped', `${action.type} under a running process`);
        this.wipe(action.ordinal);
        return;
      }
      case 'StepDown':
        this.elect(this.leader);
        return;
      case 'AddDatabaseReplica':
      case 'RemoveDatabaseReplica':
        this.#changeGroup(action);
        return;
      case 'GrowVolume':
      case 'AbandonNode':
      case 'CreateDatabase':
      case 'PutDatabaseSettings':
      case 'SetDatabaseState':
      case 'DeleteDatabase':
      case 'SetNodeProperties':
        throw new Error(`${action.type} is not expected of these specs`);
      default:
        this.#changeMembership(action, answered);
    }
  }

  #changeGroup(action: Extract<Action, { database: string; tag: string }>): void {
    const { tag } = action;
    const database = this.databases.find((one) => one.name === action.database);
    if (database === undefined || !this.hasQuorum()) return;
    if (action.type === 'AddDatabaseReplica') {
      require(!holders(database).includes(tag), `a second copy of ${database.name} on ${tag}`);
      database.promotables = [...database.promotables, tag];
      return;
    }
    const left = database.members.filter((member) => member !== tag);
    require(left.length > 0, `dropping the last copy of ${database.name}, on ${tag}`);
    withoutTag(database, tag);
    database.deleting = [...database.deleting, tag];
  }

  #changeMembership(action: MembershipAction, answered: boolean): void {
    require(this.unanswered.length === 0, `${action.type} while an unanswered request may still take effect`);
    const joining = this.topology?.promotables ?? [];
    const cancels = action.type === 'RemoveNodeFromCluster' && joining.includes(action.tag);
    require(joining.length === 0 ||
      cancels ||
      action.type === 'RemoveNodeFromCluster', 'two joins in flight');
    if (action.type === 'BootstrapCluster') require(this.#bootstraps === 0, 'a second cluster was formed');
    if (action.type === 'AddNodeToCluster') {
      const node = this.node(action.ordinal);
      require(node.topology === undefined && node.data !== 'Detached', `${action.tag} joins with old data`);
      const listed = this.databases.filter((one) => holders(one).includes(action.tag));
      require(listed.length === 0, `${action.tag} joins empty while ${listed[0]?.name} lists it`);
      node.data = 'Used';
    }
    if (action.type === 'RemoveNodeFromCluster' || action.type === 'DemoteNode') {
      const left = (this.topology?.members ?? []).filter((tag) => tag !== action.tag);
      const commits = this.leader !== undefined && this.hasQuorum();
      require(!commits || this.hasQuorum(left), `${action.type} ${action.tag} leaves no live majority`);
    }
    if (action.type === 'RemoveNodeFromCluster') {
      for (const database of this.databases.filter((one) => holders(one).includes(action.tag))) {
        const left = database.members.filter((tag) => tag !== action.tag);
        require(left.length > 0, `removing ${action.tag} drops the last copy of ${database.name}`);
      }
    }
    if (answered) this.commit(action);
    else this.unanswered.push({ action, untilMs: this.nowMs + 15_000 });
  }

  /** Takes effect if a majority of the old and the new voters is there to commit it. */
  commit(action: MembershipAction): void {
    if (action.type === 'BootstrapCluster') {
      const node = this.node(action.ordinal);
      if (node.process !== 'Running' || node.topology !== undefined) return;
      this.#bootstraps += 1;
      this.topology = {
        id: `cluster-${this.#bootstraps}`,
        etag: 1,
        members: [action.tag],
        promotables: [],
        watchers: [],
        foreign: [],
      };
      node.topology = this.topology;
      node.data = 'Used';
      this.elect();
      return;
    }
    const old = this.topology;
    if (old === undefined || this.leader === undefined || !this.hasQuorum()) return;
    const next = changed(old, action);
    if (next === old || !this.hasQuorum(next.members)) return;
    const removesLeader = action.type === 'RemoveNodeFromCluster' || action.type === 'DemoteNode';
    if (removesLeader && action.tag === this.leader) return;
    // The cluster refuses what the operator could not know: a database that was created a moment ago.
    if (action.type === 'RemoveNodeFromCluster' && this.#isOnlyHolder(action.tag)) return;
    this.#install(next);
    if (action.type === 'RemoveNodeFromCluster' && this.#removalStripsGroups) {
      for (const database of this.databases) {
        withoutTag(database, action.tag);
        database.deleting = database.deleting.filter((tag) => tag !== action.tag);
      }
    }
  }

  #isOnlyHolder(tag: string): boolean {
    return this.databases.some((one) => one.members.includes(tag) && one.members.length === 1);
  }

  #install(next: ObservedTopology): void {
    this.topology = next;
    // A majority has it at once, since it committed; the others hear of it later (`spread`).
    const voters = next.members.filter((tag) => this.takesPart(tag));
    for (const tag of voters.slice(0, Math.floor(next.members.length / 2) + 1))
      this.#nodeOf(tag).topology = next;
    if (this.leader !== undefined) this.#nodeOf(this.leader).topology = next;
  }

  #nodeOf(tag: string): ModelNode {
    return this.node(ordinalOfTag(tag) ?? -1);
  }

  /** The leader's messages reach everybody who is there; a node that was added learns that it belongs. */
  spread(): void {
    if (this.leader === undefined || this.topology === undefined || !this.hasQuorum()) return;
    for (const tag of this.tags) {
      const node = this.#nodeOf(tag);
      const isNewcomer =
        node.topology === undefined && this.topology.members.every((member) => member !== tag);
      if (node.process !== 'Running' || node.isolated) continue;
      if (node.topology !== undefined || isNewcomer) node.topology = this.topology;
      if (tag !== this.leader) node.leadsInTerm = undefined;
    }
  }

  /** Processes come up and go down, promotables are promoted, copies are filled and deleted, requests arrive late. */
  settle(): void {
    for (const node of this.nodes.values()) {
      if (node.process === 'Starting') node.process = 'Running';
      if (node.process === 'Stopping') node.process = 'Stopped';
    }
    if (this.leader === undefined || !this.takesPart(this.leader)) this.elect();
    this.spread();
    const riser = this.topology?.promotables.find((tag) => this.takesPart(tag));
    if (riser !== undefined && this.topology !== undefined && this.hasQuorum()) {
      const { etag, members, promotables } = this.topology;
      this.#install({
        ...this.topology,
        etag: etag + 1,
        members: [...members, riser],
        promotables: promotables.filter((tag) => tag !== riser),
      });
    }
    this.moveCopies();
  }

  moveCopies(): void {
    if (!this.hasQuorum()) return;
    for (const database of this.databases) {
      const source = database.members.some((tag) => this.takesPart(tag));
      const filled = database.promotables.filter((tag) => source && this.takesPart(tag));
      database.members = [...database.members, ...filled];
      database.promotables = database.promotables.filter((tag) => !filled.includes(tag));
      database.deleting = database.deleting.filter((tag) => !this.takesPart(tag));
      const recovered = database.rehabs.filter((tag) => source && this.takesPart(tag));
      database.members = [...database.members, ...recovered];
      database.rehabs = database.rehabs.filter((tag) => !recovered.includes(tag));
    }
  }

  /** The observer's part: members that are away no longer count as up to date, where others are there. */
  rehabilitate(): void {
    if (!this.hasQuorum()) return;
    for (const database of this.databases) {
      const there = database.members.filter((tag) => this.takesPart(tag));
      if (there.length === 0) continue;
      database.rehabs = [...database.rehabs, ...database.members.filter((tag) => !there.includes(tag))];
      database.members = there;
    }
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

  elect(not?: string): void {
    if (this.topology === undefined || !this.hasQuorum()) {
      this.leader = undefined;
      return;
    }
    const newest = (tag: string): number => this.#nodeOf(tag).topology?.etag ?? 0;
    const able = this.topology.members
      .filter((tag) => this.takesPart(tag) && newest(tag) === this.topology?.etag)
      .sort((a, b) => Number(a === not) - Number(b === not) || newest(b) - newest(a));
    const [winner] = able;
    if (winner === undefined) return;
    this.term += 1;
    this.leader = winner;
    for (const tag of this.topology.members) {
      if (!this.#nodeOf(tag).isolated) this.#nodeOf(tag).leadsInTerm = undefined;
    }
    this.#nodeOf(winner).leadsInTerm = this.term;
  }

  stop(ordinal: number): void {
    const node = this.node(ordinal);
    node.process = 'Stopped';
    node.leadsInTerm = undefined;
    if (tagOfOrdinal(ordinal) === this.leader) this.leader = undefined;
  }

  kill(ordinal: number): void {
    const node = this.node(ordinal);
    if (node.process === 'Stopped') return;
    this.stop(ordinal);
    node.failures += 1;
    node.failedAtMs = this.nowMs;
  }

  wipe(ordinal: number): void {
    Object.assign(this.node(ordinal), this.#emptyDisk());
  }
}

function require(holds: boolean, message: string): void {
  if (!holds) throw new InvariantError(message);
}

function allTags(topology: ObservedTopology): readonly string[] {
  return [...topology.members, ...topology.promotables, ...topology.watchers];
}

function holders(database: ObservedDatabase): readonly string[] {
  return [...database.members, ...database.promotables, ...database.rehabs];
}

function withoutTag(database: MutableDatabase, tag: string): void {
  database.members = database.members.filter((one) => one !== tag);
  database.promotables = database.promotables.filter((one) => one !== tag);
  database.rehabs = database.rehabs.filter((one) => one !== tag);
}

function changed(old: ObservedTopology, action: MembershipAction): ObservedTopology {
  const without = (tags: readonly string[]): readonly string[] => tags.filter((tag) => tag !== action.tag);
  const etag = old.etag + 1;
  switch (action.type) {
    case 'AddNodeToCluster':
      if (allTags(old).includes(action.tag)) return old;
      return action.watcher
        ? { ...old, etag, watchers: [...old.watchers, action.tag] }
        : { ...old, etag, promotables: [...old.promotables, action.tag] };
    case 'PromoteNode':
      return { ...old, etag, watchers: without(old.watchers), promotables: [...old.promotables, action.tag] };
    case 'DemoteNode':
      return { ...old, etag, members: without(old.members), watchers: [...old.watchers, action.tag] };
    case 'RemoveNodeFromCluster':
      if (!allTags(old).includes(action.tag)) return old;
      return {
        ...old,
        etag,
        members: without(old.members),
        promotables: without(old.promotables),
        watchers: without(old.watchers),
      };
    case 'BootstrapCluster':
    case 'RecoverCluster':
      return old;
  }
}
