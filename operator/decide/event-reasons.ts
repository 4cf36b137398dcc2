/**
 * Every event that the operator tells of a cluster: the contract with people and alerts. Reasons are few and fixed;
 * which node or database it was is in the message. Those of certificates, drift and deletion come from the platform
 * that sees them, all others from `describeEvents`.
 */
export const EVENT_TYPES = {
  Created: 'Normal',
  NodeJoining: 'Normal',
  NodePromoted: 'Normal',
  NodeDraining: 'Normal',
  NodeRemoved: 'Normal',
  NodeReplaced: 'Warning',
  NodeDown: 'Warning',
  NodeReady: 'Normal',
  VolumeRetained: 'Normal',
  VolumeDeleted: 'Normal',
  StaleVolumeQuarantined: 'Normal',
  LeaderMoved: 'Normal',
  UpdateStarted: 'Normal',
  NodeUpdated: 'Normal',
  UpdatePaused: 'Warning',
  UpdateCompleted: 'Normal',
  StuckPodDeleted: 'Warning',
  ScaleBlocked: 'Warning',
  EvenVoters: 'Warning',
  ReplicationFactorChanged: 'Normal',
  DatabaseCreated: 'Normal',
  DatabaseDeleted: 'Normal',
  VolumeExpanding: 'Normal',
  VolumeExpanded: 'Normal',
  ExpansionUnsupported: 'Warning',
  CertificateRenewed: 'Normal',
  CAOverlapStarted: 'Normal',
  CAOverlapEnded: 'Normal',
  DriftCorrected: 'Warning',
  QuorumLost: 'Warning',
  RecoveryRequested: 'Warning',
  RecoveryRefused: 'Warning',
  RecoveryDone: 'Warning',
  Hibernated: 'Normal',
  Resumed: 'Normal',
  Paused: 'Normal',
} as const satisfies Readonly<Record<string, 'Normal' | 'Warning'>>;

export type EventReason = keyof typeof EVENT_TYPES;

export interface ClusterEvent {
  readonly reason: EventReason;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
}

export function clusterEvent(reason: EventReason, message: string): ClusterEvent {
  return { reason, type: EVENT_TYPES[reason], message };
}
