import type { DatabaseRecord, DatabaseTopology } from '../../../cluster/database-record.ts';

/** Every key is always shown, in this order; what nobody set has these values. */
const RECORD_DEFAULTS = {
  DatabaseName: '',
  Disabled: false,
  Encrypted: false,
  EtagForBackup: 0,
  DeletionInProgress: {},
  RollingIndexes: {},
  DatabaseState: 'Normal',
  LockMode: 'Unlock',
  Topology: null,
  Sharding: null,
  ConflictSolverConfig: null,
  SchemaValidation: null,
  DocumentsCompression: null,
  Sorters: {},
  Analyzers: {},
  Indexes: {},
  IndexesHistory: {},
  AutoIndexes: {},
  Settings: {},
  Revisions: null,
  RevisionsBin: null,
  TimeSeries: null,
  RevisionsForConflicts: null,
  Expiration: null,
  Refresh: null,
  DataArchival: null,
  RemoteAttachments: null,
  Integrations: null,
  PeriodicBackups: [],
  ExternalReplications: [],
  SinkPullReplications: [],
  HubPullReplications: [],
  RavenConnectionStrings: {},
  SqlConnectionStrings: {},
  OlapConnectionStrings: {},
  ElasticSearchConnectionStrings: {},
  QueueConnectionStrings: {},
  SnowflakeConnectionStrings: {},
  AiConnectionStrings: {},
  AiAgents: [],
  RavenEtls: [],
  SqlEtls: [],
  ElasticSearchEtls: [],
  OlapEtls: [],
  QueueEtls: [],
  QueueSinks: [],
  CdcSinks: [],
  SnowflakeEtls: [],
  EmbeddingsGenerations: [],
  GenAis: [],
  Client: null,
  Studio: null,
  TruncatedClusterTransactionCommandsCount: 0,
  UnusedDatabaseIds: [],
  SupportedFeatures: [],
};

/** The record as the protocol shows it; members nobody here knows come after the known ones. */
export function recordShape(record: DatabaseRecord): Record<string, unknown> {
  return { ...RECORD_DEFAULTS, ...record, Topology: topologyShape(record.Topology) };
}

/** Inside a record. */
export function topologyShape(topology: DatabaseTopology) {
  return {
    Members: topology.Members,
    Promotables: topology.Promotables,
    Rehabs: topology.Rehabs,
    PredefinedMentors: topology.PredefinedMentors,
    DemotionReasons: topology.DemotionReasons,
    PromotablesStatus: topology.PromotablesStatus,
    Stamp: topology.Stamp,
    DynamicNodesDistribution: topology.DynamicNodesDistribution,
    ReplicationFactor: topology.ReplicationFactor,
    PriorityOrder: topology.PriorityOrder,
    NodesModifiedAt: topology.NodesModifiedAt,
    DatabaseTopologyIdBase64: topology.DatabaseTopologyIdBase64,
    ClusterTransactionIdBase64: topology.ClusterTransactionIdBase64,
  };
}

/** In answers to changes of it: another order, and no mentors. */
export function changedTopologyShape(topology: DatabaseTopology) {
  return {
    Members: topology.Members,
    Promotables: topology.Promotables,
    Rehabs: topology.Rehabs,
    Stamp: topology.Stamp,
    NodesModifiedAt: topology.NodesModifiedAt,
    PromotablesStatus: topology.PromotablesStatus,
    DemotionReasons: topology.DemotionReasons,
    DynamicNodesDistribution: topology.DynamicNodesDistribution,
    ReplicationFactor: topology.ReplicationFactor,
    DatabaseTopologyIdBase64: topology.DatabaseTopologyIdBase64,
    ClusterTransactionIdBase64: topology.ClusterTransactionIdBase64,
    PriorityOrder: topology.PriorityOrder,
  };
}
