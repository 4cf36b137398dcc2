import type { Logger } from '../../observability/logger.ts';
import type { ClusterNode, Configuration } from '../core/configuration.ts';
import type { ConfigurationChange } from '../core/configuration-change.ts';
import type { NodeId } from '../core/entry.ts';
import type { RaftCore } from '../core/raft-core.ts';
import { LOG_STALL_ELECTION_TIMEOUTS } from '../limits.ts';
import { RachisRefusedError, RetryError } from '../rachis-error.ts';
import type { CoreDriver } from './core-driver.ts';
import { PromotionRounds } from './promotion.ts';

/** A wish for another configuration. May be asked twice without harm. */
export interface ConfigurationRequest extends ConfigurationChange {
  /** What was said of nodes that are to join, by id; absent when none do. */
  readonly introductions?: Readonly<Record<NodeId, unknown>>;
}

/** A wish for another leader. May be asked twice without harm. */
export interface TransferRequest {
  /** Who is to lead; null: the most up-to-date of the other members. */
  readonly target: NodeId | null;
  /** Who led when it was asked; null: not known. Without a target, another leader means that it is done. */
  readonly from: NodeId | null;
}

export interface MembershipOptions {
  readonly driver: CoreDriver;
  readonly core: RaftCore;
  readonly electionTimeoutMs: number;
  readonly logger: Logger;
  /** For how long the log has been waiting for the disk, in milliseconds. */
  diskStalledMs(): number;
  isConnected(id: NodeId): boolean;
  /** Throws when nodes that are new can't be let in. */
  admit(joining: readonly ClusterNode[], introductions: Readonly<Record<NodeId, unknown>>): void;
  changed(withinMs: number): Promise<void>;
}

/** Longest wait until what was committed is applied, before nodes are let in, in election timeouts. */
const APPLIED_ELECTION_TIMEOUTS = 10;

/** Pause between looks at a change that is under way, in milliseconds. */
const LOOK_MS = 20;

/** The leader's part in membership: changes, promotion of those that have caught up, and handing over. */
export class MembershipChanges {
  readonly #options: MembershipOptions;
  readonly #rounds: PromotionRounds;
  #isHandingOver = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#rounds = new PromotionRounds(options.electionTimeoutMs);
  }

  /** Promotes who has caught up, and hands over when the own disk hangs. */
  tick(): void {
    const { core, driver, isConnected, logger } = this.#options;
    if (core.rachisState !== 'Leader') return;
    this.#handOverWhenStalled();
    const upsert = this.#rounds.ready(core.status(), isConnected, performance.now());
    if (upsert.length === 0) return;
    const outcome = driver.input((leader) => leader.proposeConfiguration({ upsert }));
    if (outcome?.accepted === true) {
      logger.info(`Promoting ${upsert.map((node) => node.tag).join(', ')} to member: the log is there`);
    }
  }

  /** Resolves when the change is committed and no joint phase is left. RetryError when leadership is lost before. */
  async change({ introductions = {}, ...change }: ConfigurationRequest): Promise<null> {
    const { core, driver, changed, electionTimeoutMs } = this.#options;
    const { term, commitIndex } = core;
    // Who is let in depends on what earlier leaders had taken: that is committed when this one leads.
    if (newcomers(core.configuration, change).length > 0) {
      if (core.rachisState !== 'Leader') throw new RetryError('this node does not lead');
      await driver.appliedWaiters.wait(commitIndex, APPLIED_ELECTION_TIMEOUTS * electionTimeoutMs);
      if (core.term !== term) throw new RetryError('this node does not lead any more');
    }
    for (;;) {
      if (core.rachisState !== 'Leader') throw new RetryError('this node does not lead any more');
      const { configuration, isConfigurationCommitted } = core.status();
      const isDone = configuration !== null && satisfies(configuration, change);
      if (isDone && isConfigurationCommitted && configuration.outgoingMembers.length === 0) return null;
      // In one turn: nothing that is taken in between could be too new for who joins.
      if (!isDone) this.#propose(driver, change, introductions);
      await changed(LOOK_MS);
    }
  }

  /**
   * Resolves when another node leads; when one was named, that one. RachisRefusedError when it can't lead, or did not
   * take over in time: then this node goes on.
   */
  async transfer({ target, from }: TransferRequest): Promise<null> {
    const { core, driver, changed, electionTimeoutMs } = this.#options;
    if (target === null && from !== null && from !== core.id) return null;
    const chosen = target ?? this.#bestSuccessor();
    // A lone member has nobody to hand over to; it goes on.
    if (chosen === null || chosen === core.id) return null;
    await this.#untilFit(chosen);
    const outcome = driver.input((leader) => leader.transferLeadership(chosen));
    if (outcome?.accepted === false && outcome.reason !== 'TransferInProgress') {
      throw new RachisRefusedError(
        `Leadership can't be handed to ${this.#nameOf(chosen)}: ${outcome.reason}.`,
      );
    }
    const deadline = performance.now() + 3 * electionTimeoutMs;
    while (core.leader === core.id || core.leader === null) {
      if (performance.now() > deadline) {
        throw new RachisRefusedError(`${this.#nameOf(chosen)} did not take over leadership in time.`);
      }
      await changed(LOOK_MS);
    }
    if (target !== null && core.leader !== target) {
      throw new RachisRefusedError(`${this.#nameOf(core.leader)} leads now, not ${this.#nameOf(target)}.`);
    }
    return null;
  }

  /**
   * While a leader hands over it takes no commands, so it does not begin to with one who can't follow at once. One that
   * merely has not answered this leader yet gets an election timeout.
   */
  async #untilFit(target: NodeId): Promise<void> {
    const { core, changed, electionTimeoutMs } = this.#options;
    const deadline = performance.now() + electionTimeoutMs;
    for (;;) {
      if (core.rachisState !== 'Leader') throw new RetryError('this node does not lead any more');
      const problem = this.#unfitness(target);
      if (problem === null) return;
      if (performance.now() > deadline) {
        throw new RachisRefusedError(`Leadership can't be handed to ${this.#nameOf(target)}: ${problem}.`);
      }
      await changed(LOOK_MS);
    }
  }

  #unfitness(target: NodeId): string | null {
    const { core, isConnected } = this.#options;
    const { configuration, peers } = core.status();
    const role = configuration?.nodes.find((node) => node.id === target)?.role;
    if (role === undefined) return 'it is not in the cluster';
    if (role !== 'member') return `it is a ${role}, and only members lead`;
    if (!isConnected(target)) return 'the leader has no connection to it';
    return peers.find((peer) => peer.id === target)?.state === 'replicate' ? null : 'it is not up to date';
  }

  #nameOf(id: NodeId): string {
    const node = this.#options.core.status().configuration?.nodes.find((known) => known.id === id);
    return `node ${node?.tag ?? id}`;
  }

  #handOverWhenStalled(): void {
    const { diskStalledMs, electionTimeoutMs, logger } = this.#options;
    const stalledMs = diskStalledMs();
    if (this.#isHandingOver || stalledMs < LOG_STALL_ELECTION_TIMEOUTS * electionTimeoutMs) return;
    this.#isHandingOver = true;
    logger.warn('Handing leadership over: the Raft log, or the state, waits for the disk', { stalledMs });
    this.transfer({ target: null, from: null })
      .catch((error: unknown) => logger.warn('Nobody took over leadership', { error: String(error) }))
      .finally(() => {
        this.#isHandingOver = false;
      });
  }

  #propose(
    driver: CoreDriver,
    change: ConfigurationChange,
    introductions: Readonly<Record<NodeId, unknown>>,
  ): void {
    const { core, admit } = this.#options;
    const joining = newcomers(core.configuration, change);
    if (joining.length > 0) admit(joining, introductions);
    const outcome = driver.input((leader) => leader.proposeConfiguration(change));
    if (outcome === undefined) throw new RetryError('the node is shutting down');
    if (!outcome.accepted && outcome.reason === 'InvalidChange')
      throw new RachisRefusedError(outcome.message);
  }

  #bestSuccessor(): NodeId | null {
    const { core, isConnected } = this.#options;
    const { configuration, peers } = core.status();
    const isMember = (id: NodeId) =>
      configuration?.nodes.some((node) => node.id === id && node.role === 'member') ?? false;
    const [best] = peers
      .filter((peer) => isMember(peer.id) && isConnected(peer.id))
      .sort((a, b) => b.match - a.match || a.lastReplyTicksAgo - b.lastReplyTicksAgo);
    return best?.id ?? null;
  }
}

function newcomers(
  configuration: Configuration | null,
  { upsert = [] }: ConfigurationChange,
): readonly ClusterNode[] {
  return upsert.filter(({ id }) => !configuration?.nodes.some((node) => node.id === id));
}

/** Whether the configuration is already what the change asks for: then it was made, perhaps by an earlier try. */
function satisfies(configuration: Configuration, change: ConfigurationChange): boolean {
  const find = (id: NodeId) => configuration.nodes.find((node) => node.id === id);
  const isLeaving = (id: NodeId) => configuration.leavingNodes?.includes(id) ?? false;
  return (
    (change.upsert ?? []).every((node) => isAs(find(node.id), node)) &&
    (change.remove ?? []).every((id) => find(id) === undefined || isLeaving(id))
  );
}

/** A promotable that has become a member meanwhile is as it was asked for. */
function isAs(found: ClusterNode | undefined, wanted: ClusterNode): boolean {
  return (
    found !== undefined &&
    found.tag === wanted.tag &&
    found.url === wanted.url &&
    found.tcpAddress === wanted.tcpAddress &&
    (found.role === wanted.role || (wanted.role === 'promotable' && found.role === 'member'))
  );
}
