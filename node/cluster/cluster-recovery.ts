import { randomUUID } from 'node:crypto';
import type { Logger } from '../observability/logger.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { ClusterRecovered } from './cluster-command.ts';
import { errorFromValue } from './cluster-error.ts';
import type { ClusterStateMachine } from './cluster-state-machine.ts';
import { encodeEnvelope } from './command-envelope.ts';

/** Where a node's log was seen to end. */
export interface LogEnd {
  readonly term: number;
  readonly index: number;
}

/** What an unsafe recovery came to. */
export interface RecoveryReport extends ClusterRecovered {
  readonly clusterId: string;
  /** Unsafe recoveries since the cluster was first formed. */
  readonly epoch: number;
}

export interface ClusterRecoveryOptions {
  readonly rachis: RachisNode;
  readonly stateMachine: ClusterStateMachine;
  readonly logger: Logger;
}

/**
 * Unsafe recovery of this node's cluster, on an administrator's word that its quorum is lost for good: the node goes on
 * alone under a new topology id, and the state names nobody else any more. Both become durable as one. Repeated, it
 * tells what the first time came to. Throws RecoveryRefusedError.
 */
export async function recoverAlone(options: ClusterRecoveryOptions, at: LogEnd): Promise<RecoveryReport> {
  const { rachis, stateMachine, logger } = options;
  const requestId = `unsafe-recovery/${rachis.id}/${at.term}/${at.index}`;
  const command = encodeEnvelope({
    requestId,
    timeMs: Date.now(),
    command: { type: 'RecoverCluster', survivor: rachis.tag },
  });
  const { clusterId, recovery } = await rachis.recover({ at, clusterId: randomUUID(), commands: [command] });
  const outcome = stateMachine.outcomeOf(requestId) ?? { result: { lost: [], incomplete: [] } };
  if ('error' in outcome) throw errorFromValue(outcome.error);
  const recovered = outcome.result as ClusterRecovered;
  const report = { clusterId, epoch: recovery?.epoch ?? 0, ...recovered };
  logger.warn('UNSAFE RECOVERY: the new cluster stands', { ...report });
  return report;
}
