import type { Logger } from '../../observability/logger.ts';
import type { Configuration } from '../core/configuration.ts';
import type { RecoverOutcome } from '../core/outcome.ts';
import { hasQuorum, votersOf } from '../core/quorum.ts';
import type { RaftCore } from '../core/raft-core.ts';
import type { RecoveryOrder } from '../core/recovery.ts';
import { RachisClosedError, RecoveryRefusedError } from '../rachis-error.ts';
import type { CoreDriver } from './core-driver.ts';

export interface UnsafeRecoveryOptions {
  readonly core: RaftCore;
  readonly driver: CoreDriver;
  readonly logger: Logger;
  isConnected(id: string): boolean;
  /** Ends every connection to a node of the old cluster, and all that is on its way over one. */
  leaveEverybody(): void;
}

type Refusal = Exclude<RecoverOutcome, { accepted: true }>['reason'];

/**
 * Lets this node go on alone, as a new cluster, on an administrator's word that the quorum is lost for good. What only
 * others hold is lost to the new cluster; should the old quorum not be gone after all, there are two clusters.
 */
export class UnsafeRecovery {
  readonly #options: UnsafeRecoveryOptions;

  constructor(options: UnsafeRecoveryOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the new configuration once that is durable, in force, and applied with the order's commands. An order
   * that was carried out already changes nothing. Throws RecoveryRefusedError, and then nothing has changed.
   */
  async run(order: RecoveryOrder, timeoutMs: number): Promise<Configuration> {
    const { core, driver, logger, leaveEverybody } = this.#options;
    const before = core.status();
    const { configuration } = before;
    if (configuration !== null && wasCarriedOut(configuration, order)) {
      await driver.appliedWaiters.wait(before.configurationIndex, timeoutMs);
      return configuration;
    }
    this.#refuseWithQuorum(configuration);
    const outcome = driver.recover(order);
    if (outcome === undefined) throw new RachisClosedError('the node is shutting down');
    if (!outcome.accepted) throw new RecoveryRefusedError(this.#describe(outcome.reason, order));
    leaveEverybody();
    logger.warn('UNSAFE RECOVERY: this node goes on alone, as a new cluster', {
      clusterId: order.clusterId,
      epoch: outcome.configuration.recovery?.epoch,
      fromClusterId: configuration?.clusterId,
      term: order.at.term,
      index: order.at.index,
      knownCommitted: before.commit,
      leftBehind: (configuration?.nodes ?? [])
        .filter((node) => node.id !== core.id)
        .map((node) => `${node.tag} (${node.id})`)
        .join(', '),
    });
    await driver.appliedWaiters.wait(outcome.lastIndex, timeoutMs);
    return outcome.configuration;
  }

  #refuseWithQuorum(configuration: Configuration | null): void {
    const { core, isConnected } = this.#options;
    const isHere = (id: string) => id === core.id || isConnected(id);
    if (configuration === null || !hasQuorum(votersOf(configuration), isHere)) return;
    const connected = configuration.nodes.filter(({ id }) => isHere(id)).map(({ tag }) => tag);
    throw new RecoveryRefusedError(
      `A majority of the members is connected (${connected.join(', ')}): there is nothing to recover from.`,
    );
  }

  #describe(reason: Refusal, { at }: RecoveryOrder): string {
    const { lastIndex, lastTerm } = this.#options.core.status();
    switch (reason) {
      case 'NotInCluster':
        return 'This node is in no cluster, so there is none to recover.';
      case 'LogDiffers':
        return `The log of this node ends at index ${lastIndex} of term ${lastTerm}, not at index ${at.index} of term ${at.term}: look again which node is to go on.`;
      case 'LiveLeader':
        return 'This node leads, or has heard from a leader within the election timeout: there is nothing to recover from.';
      case 'SnapshotPending':
        return 'This node is installing a snapshot; try again when it is done.';
    }
  }
}

function wasCarriedOut({ recovery }: Configuration, { at }: RecoveryOrder): boolean {
  return recovery !== undefined && recovery.index === at.index && recovery.term === at.term;
}
