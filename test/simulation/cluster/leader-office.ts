import type { AbandonTransactions } from '../../../node/cluster/cluster-command.ts';
import { toldVersions } from '../../../node/cluster/cluster-nodes.ts';
import { ABANDON_VERSION, EXPIRY_VERSION, lowestVersion } from '../../../node/cluster/command-version.ts';
import type { DatabaseReport, NodeReport } from '../../../node/cluster/node-report.ts';
import { commandFor } from '../../../node/cluster/observer/decide-topology.ts';
import { LostTransactionWatch, lostTransactions } from '../../../node/cluster/observer/lost-transactions.ts';
import { observe } from '../../../node/cluster/observer/observe.ts';
import { freshReport } from '../../../node/cluster/observer/observed-copy.ts';
import type { ObserverInput } from '../../../node/cluster/observer/observer-input.ts';
import { EMPTY_OBSERVER_STATE, type ObserverState } from '../../../node/cluster/observer/observer-state.ts';
import { pruneTarget } from '../../../node/cluster/observer/prune-target.ts';
import { logTimeOf } from '../../../node/cluster/state/advance-log-time.ts';
import { holdersOf } from '../../../node/cluster/state/change-topology.ts';
import { nodePropertiesIn } from '../../../node/cluster/state/node-properties.ts';
import { findRecord, type StoredRecord } from '../../../node/cluster/state/stored-record.ts';
import { waitingAmount } from '../../../node/cluster/transaction-queue.ts';
import { PromotionRounds } from '../../../node/rachis/driver/promotion.ts';
import type { CommandRoute } from './command-route.ts';
import type { World } from './world.ts';
import type { WorldNode } from './world-node.ts';

/** How often the time of the log goes on, in virtual milliseconds. */
const LOG_TIME_EVERY_MS = 5000;

/** What a node does regularly, above all while it leads: the observer and the other duties of a leader. */
export class LeaderOffice {
  readonly #world: World;
  readonly #node: WorldNode;
  readonly #route: CommandRoute;
  readonly #promotions: PromotionRounds;
  readonly #reports = new Map<string, NodeReport>();
  readonly #lost = new LostTransactionWatch();
  #memory: ObserverState = EMPTY_OBSERVER_STATE;
  #leaderSinceMs: number | null = null;
  #proposing = 0;
  #logTimeDueMs = 0;

  constructor(world: World, node: WorldNode, route: CommandRoute) {
    this.#world = world;
    this.#node = node;
    this.#route = route;
    const { electionTimeoutTicks, tickMs } = world.profile.raft;
    this.#promotions = new PromotionRounds(electionTimeoutTicks * tickMs);
  }

  hear(from: string, appliedIndex: number, databases: readonly DatabaseReport[]): void {
    const tag = this.#nodes.find(({ id }) => id === from)?.tag;
    if (tag === undefined) return;
    this.#reports.set(tag, {
      tag,
      receivedAtMs: this.#world.clock.nowMs,
      appliedIndex,
      databases: new Map(databases.map((database) => [database.name.toLowerCase(), database])),
    });
  }

  /** A node that was updated tells which commands it knows. */
  tellVersion(): void {
    const own = this.#nodes.find(({ id }) => id === this.#node.id);
    if (own === undefined) return;
    const commandVersion = this.#world.versionOf(this.#node);
    const [told] = toldVersions([own], nodePropertiesIn(this.#node.list.state));
    if (told?.version === commandVersion) return;
    this.#submit({ type: 'SetNodeProperties', node: own.tag, commandVersion });
  }

  work(): void {
    if (!this.#node.isCaughtUpLeader) {
      this.#leaderSinceMs = null;
      this.#memory = EMPTY_OBSERVER_STATE;
      this.#lost.clear();
      return;
    }
    this.#leaderSinceMs ??= this.#world.clock.nowMs;
    this.#promote();
    if (this.#proposing > 0) return;
    this.#observe(this.#leaderSinceMs);
    this.#prune();
    this.#abandon();
    this.#advanceLogTime();
    this.#scrubStrangers();
  }

  get #nodes() {
    return this.#node.image.configuration?.nodes ?? [];
  }

  get #clusterVersion(): number {
    const told = toldVersions(this.#nodes, nodePropertiesIn(this.#node.list.state));
    return lowestVersion(told, { own: this.#world.versionOf(this.#node) });
  }

  get #records(): readonly StoredRecord[] {
    return this.#world.lives.names.flatMap((name) => findRecord(this.#node.list.state, name) ?? []);
  }

  #observe(leaderSinceMs: number): void {
    const properties = nodePropertiesIn(this.#node.list.state);
    const input: ObserverInput = {
      settings: this.#world.profile.observer,
      nowMs: this.#world.clock.nowMs,
      wallClock: new Date(this.#world.wallMs(this.#node)),
      leaderSinceMs,
      appliedIndex: this.#node.list.appliedIndex,
      mayExpire: this.#clusterVersion >= EXPIRY_VERSION,
      nodes: this.#nodes.map(({ tag }) => {
        const zone = properties.get(tag)?.zone ?? undefined;
        return { tag, report: this.#reports.get(tag) ?? null, ...(zone === undefined ? {} : { zone }) };
      }),
      databases: this.#records.map(({ record, etag }) => ({ record, index: etag })),
    };
    const { state, decisions } = observe(this.#memory, input);
    this.#memory = state;
    for (const decision of decisions) {
      const life = this.#world.lives.ofGroup(decision.topology.DatabaseTopologyIdBase64);
      if (this.#world.isCurrent(this.#node)) life?.topologies.decided(this.#node, input, decision);
      this.#world.cluster.trace(() => `${this.#node.id} observes: ${decision.reason}`);
      this.#submit(commandFor(decision, 0));
    }
  }

  #prune(): void {
    for (const { record } of this.#records) {
      const database = record.DatabaseName;
      const waiting = waitingAmount(this.#node.list.state, database);
      if (waiting === null) continue;
      const upTo = pruneTarget(waiting, record.Topology, (tag) =>
        this.#reports.get(tag)?.databases.get(database.toLowerCase()),
      );
      if (upTo === null) continue;
      this.#submit({ type: 'PruneTransactions', database, space: waiting.space, upTo });
    }
  }

  /** Documents are lost, and as long as not all nodes know the command they can't be given up. */
  get isAbandonmentTooNew(): boolean {
    return (
      this.#clusterVersion < ABANDON_VERSION && this.#records.some((stored) => this.#lostOf(stored) !== null)
    );
  }

  #abandon(): void {
    if (this.#clusterVersion < ABANDON_VERSION) return;
    for (const stored of this.#records) {
      const found = this.#lostOf(stored);
      const isDue = this.#lost.isDue(stored.record.DatabaseName, found, this.#world.clock.nowMs);
      if (isDue && found !== null) this.#submit(found);
    }
  }

  #lostOf({ record }: StoredRecord): AbandonTransactions | null {
    const { observer: settings } = this.#world.profile;
    const { nowMs } = this.#world.clock;
    return lostTransactions(this.#node.list.state, record, (tag) =>
      freshReport({ settings, nowMs }, this.#reports.get(tag), record.DatabaseName, record.Topology),
    );
  }

  /** As long as not all nodes know the command, the leader refuses it. */
  #advanceLogTime(): void {
    const { nowMs } = this.#world.clock;
    if (nowMs < this.#logTimeDueMs) return;
    this.#logTimeDueMs = nowMs + LOG_TIME_EVERY_MS;
    const from = logTimeOf(this.#node.list.state) ?? 0;
    this.#submit({ type: 'AdvanceLogTime', from, to: from + LOG_TIME_EVERY_MS });
  }

  /** Nodes that joined without a vote get it when they have caught up. */
  #promote(): void {
    const { core } = this.#node;
    if (core === null) return;
    const status = core.status();
    const isConnected = (id: string) =>
      status.peers.some((peer) => peer.id === id && peer.lastReplyTicksAgo < 10);
    const upsert = this.#promotions.ready(status, isConnected, this.#world.clock.nowMs);
    if (upsert.length > 0) this.#node.input((leader) => leader.proposeConfiguration({ upsert }));
  }

  /** What names a node that left the cluster. */
  #scrubStrangers(): void {
    const tags = new Set(this.#nodes.map(({ tag }) => tag));
    const named = this.#records.flatMap(({ record }) => holdersOf(record.Topology));
    const stored = nodePropertiesIn(this.#node.list.state);
    const stranger = [...named, ...stored.keys()].find((tag) => !tags.has(tag));
    if (stranger !== undefined) this.#submit({ type: 'RemoveNodeFromCluster', node: stranger });
  }

  /** The next round looks again, whatever becomes of it. */
  #submit(command: Parameters<CommandRoute['submit']>[0]): void {
    this.#proposing++;
    this.#route.submit(command, this.#world.nextRequest(), () => {
      this.#proposing--;
    });
  }
}
