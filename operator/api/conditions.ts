/**
 * Every condition that a status can hold, and every reason that it can have: the contract with people, alerts and
 * GitOps tools. Adding one is a change of the API; docs/KUBERNETES.md shows this table, and a test compares them.
 */

export interface ConditionMeaning {
  readonly meaning: string;
  /** The status at which nobody has to do anything. */
  readonly healthy: 'True' | 'False';
  /** Reasons of status True. */
  readonly whenTrue: Readonly<Record<string, string>>;
  /** Reasons of status False or Unknown. */
  readonly otherwise: Readonly<Record<string, string>>;
}

export const CLUSTER_CONDITIONS = {
  Ready: {
    meaning: 'All nodes that the spec asks for are members and serve.',
    healthy: 'True',
    whenTrue: { ClusterReady: 'Nothing is missing.' },
    otherwise: {
      Bootstrapping: 'The cluster is being formed.',
      NodesNotReady: 'Some nodes are missing, starting or silent.',
      QuorumLost: 'There is no leader.',
      DatabasesOffline: 'Some database is served by no node.',
      Hibernated: 'spec.hibernated is set.',
    },
  },
  Available: {
    meaning: 'Rachis has a leader and a quorum, so cluster operations succeed.',
    healthy: 'True',
    whenTrue: { QuorumHealthy: 'A majority of the members agrees on a leader.' },
    otherwise: {
      NoLeader: 'Nodes answer, but none leads.',
      QuorumLost: 'The majority of the members is away.',
      Unreachable: 'No node answers the operator.',
      Hibernated: 'spec.hibernated is set.',
    },
  },
  Progressing: {
    meaning: 'The operator is changing something.',
    healthy: 'False',
    whenTrue: {
      Bootstrapping: 'The cluster is being formed.',
      ScalingUp: 'A node is being added.',
      ScalingDown: 'A node is being drained and removed.',
      RollingUpdate: 'Nodes restart with another version or configuration.',
      Rebalancing: 'Copies of databases are being added or moved.',
      ReplacingNode: 'A node is replaced by an empty one.',
      ResizingVolumes: 'Volumes are growing.',
      RotatingCertificates: 'Nodes get certificates from another authority.',
      Recovering: 'One node goes on alone after a lost quorum.',
      Hibernating: 'Nodes are being stopped.',
    },
    otherwise: {
      Idle: 'Nothing is to be done.',
      AwaitingAnswer: 'A change of the membership was asked for and may still take effect.',
      AwaitingApproval: 'The update waits for the annotation ravencluster.io/approve.',
      ProgressDeadlineExceeded: 'A step takes longer than it should; the message says which.',
    },
  },
  Degraded: {
    meaning: 'Something is worse than the spec asks for.',
    healthy: 'False',
    whenTrue: {
      NodeDown: 'A member does not answer.',
      NodeLost: 'The machine of a node is gone; the message says what to do.',
      ReplicasBelowFactor: 'A database has fewer copies than wanted.',
      ZoneLost: 'No node of a zone answers.',
      LagHigh: 'A member is far behind the leader.',
      NotApplied: 'Not all of the spec could be put into force; Reconciled says what.',
    },
    otherwise: { AsExpected: 'Nothing is.' },
  },
  Bootstrapped: {
    meaning: 'The cluster was formed. From then on nobody forms another in its place.',
    healthy: 'True',
    whenTrue: { TopologyFormed: 'There is a topology id.' },
    otherwise: { WaitingForFirstNode: 'The first node is not up yet.' },
  },
  ReplicationFactorSatisfied: {
    meaning: 'Databases have as many copies as replicationFactor asks for.',
    healthy: 'True',
    whenTrue: { AtTarget: 'All have.' },
    otherwise: {
      LimitedByNodes: 'There are fewer nodes than replicationFactor.target.',
      Rebalancing: 'Copies are missing and are being made.',
      DatabasePinned: 'A database may not have more copies where it is allowed to be.',
    },
  },
  ScaleSafe: {
    meaning: 'Lowering spec.nodes to what it is now is safe, or was never asked for.',
    healthy: 'True',
    whenTrue: { Safe: 'Nothing stands against it.' },
    otherwise: {
      WouldLoseQuorum: 'Too few of the remaining members answer.',
      LastCopyOnNode: 'A database could not be moved off a leaving node.',
      BelowMinimumFactor: 'Too few nodes would stay for the copies of some database.',
      OperationInProgress: 'Something else has to end first.',
      DatabasePinned: 'A database may not be where it would have to go.',
      ScaleForbidden: 'scaleDown.mode is Forbid.',
    },
  },
  QuorumOdd: {
    meaning: 'The number of voters is odd. An even one survives no more failures than one less.',
    healthy: 'True',
    whenTrue: { Odd: 'It is.' },
    otherwise: { EvenVoters: 'It is not; only a warning.' },
  },
  ZoneSpread: {
    meaning: 'Nodes are spread over zones, so that no zone takes the quorum with it.',
    healthy: 'True',
    whenTrue: {
      Balanced: 'No zone holds a majority of the voters, and none has two nodes more than another.',
    },
    otherwise: {
      Skewed: 'Some zone has more than its share.',
      SingleZone: 'All nodes are in one zone.',
      UnknownZones: 'The zone of some node is not known.',
    },
  },
  StorageReady: {
    meaning: 'Every volume is bound and as large as the spec asks for.',
    healthy: 'True',
    whenTrue: { Bound: 'All are.' },
    otherwise: {
      Pending: 'A volume is not bound, or still growing.',
      ExpansionUnsupported: 'The storage class does not let volumes grow.',
      ExpansionFailed: 'Growing a volume failed.',
      ShrinkIgnored: 'A volume is larger than the spec asks for, and stays so.',
      StaleVolume: 'A volume holds data of an earlier time, and staleVolume is Block.',
    },
  },
  CertificatesReady: {
    meaning: 'The nodes have a certificate that is valid and trusted.',
    healthy: 'True',
    whenTrue: {
      Valid: 'They have.',
      TrustOverlap: 'The authority is being rotated; old and new are both trusted.',
    },
    otherwise: {
      SecretMissing: 'A Secret is not there, or what it holds can’t be used.',
      IssuerNotReady: 'cert-manager has not issued the certificate yet.',
      Expiring: 'A certificate ends soon and could not be renewed.',
      Expired: 'A certificate has ended.',
    },
  },
  ConfigApplied: {
    meaning: 'Every node runs with the image and the configuration of the spec.',
    healthy: 'True',
    whenTrue: { InSync: 'They do.' },
    otherwise: {
      RestartPending: 'Some nodes still run as the spec was before.',
    },
  },
  RecoveryAccepted: {
    meaning: 'The annotation ravencluster.io/recover is followed; present only while it is new.',
    healthy: 'False',
    whenTrue: { Accepted: 'One node goes on alone.' },
    otherwise: { Refused: 'It is not followed; the message says why.' },
  },
  Paused: {
    meaning: 'The operator only watches.',
    healthy: 'False',
    whenTrue: { ByAnnotation: 'The annotation ravencluster.io/paused is "true".' },
    otherwise: { NotPaused: 'It is not.' },
  },
  Reconciled: {
    meaning: 'Kubernetes accepted everything that the operator wanted.',
    healthy: 'True',
    whenTrue: { Ok: 'It did.' },
    otherwise: {
      ApplyConflict: 'Another field manager holds a field; the message names it.',
      Forbidden: 'The operator lacks a permission; the message says which.',
      InvalidSpec: 'Kubernetes refused an object made from the spec.',
      ApiError: 'The API server failed.',
    },
  },
} as const satisfies Readonly<Record<string, ConditionMeaning>>;

export const DATABASE_CONDITIONS = {
  Ready: {
    meaning: 'The database is there as its resource describes it, and serves.',
    healthy: 'True',
    whenTrue: { Online: 'Some node serves it.' },
    otherwise: {
      NotCreated: 'It does not exist yet.',
      NoNodeAllowed: 'No node may hold it where its placement lets it be.',
      NameTaken: 'An older RavenDatabase describes the database of this name.',
      Refused: 'The cluster refused what the resource asks for; the message says why.',
      Changing: 'What the resource asks for is being done.',
      Disabled: 'spec.disabled is set.',
      Offline: 'No node with a copy answers.',
      Deleting: 'The resource is being deleted.',
      ClusterUnavailable: 'The cluster does not say which databases there are.',
    },
  },
  ReplicationFactorSatisfied: {
    meaning: 'The database has as many copies as it should, where it should.',
    healthy: 'True',
    whenTrue: { AtTarget: 'It has.', Unmanaged: 'Nobody says how many there should be.' },
    otherwise: {
      Copying: 'Copies are missing and are being made.',
      Moving: 'A copy is where the placement does not let it be, and moves.',
      LimitedByNodes: 'There are fewer nodes than copies wanted.',
      LimitedByPlacement: 'The placement leaves fewer nodes than copies wanted.',
    },
  },
} as const satisfies Readonly<Record<string, ConditionMeaning>>;

type Conditions = typeof CLUSTER_CONDITIONS;
type DatabaseConditions = typeof DATABASE_CONDITIONS;

export type ClusterConditionType = keyof Conditions;
export type DatabaseConditionType = keyof DatabaseConditions;

/** Reasons that a condition can have. */
export type ClusterConditionReason<Type extends ClusterConditionType> = {
  [T in Type]: keyof Conditions[T]['whenTrue'] | keyof Conditions[T]['otherwise'];
}[Type];

export type DatabaseConditionReason<Type extends DatabaseConditionType> = {
  [T in Type]: keyof DatabaseConditions[T]['whenTrue'] | keyof DatabaseConditions[T]['otherwise'];
}[Type];
