import type { CelRule } from './cel-rule.ts';
import { CLUSTER_RULES } from './cluster-rules.ts';
import { DATABASE_RULES } from './database-rules.ts';
import { CLUSTER_SPEC } from './schema/cluster-spec-schema.ts';
import { CLUSTER_STATUS } from './schema/cluster-status-schema.ts';
import { DATABASE_SPEC, DATABASE_STATUS } from './schema/database-schema.ts';
import type { StructuralSchema } from './structural-schema.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'integer' | 'string' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  /** Columns above 0 are shown by `-o wide` only. */
  readonly priority?: number;
}

/** Everything that a custom resource definition is made of. */
export interface ResourceKind {
  readonly kind: string;
  readonly singular: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: StructuralSchema;
  readonly specRequired: boolean;
  readonly status: StructuralSchema;
  readonly rules: readonly CelRule[];
  readonly columns: readonly PrinterColumn[];
  readonly scale?: Readonly<Record<string, string>>;
}

const condition = (type: string, field: 'status' | 'message'): string =>
  `.status.conditions[?(@.type=="${type}")].${field}`;

export const RAVEN_CLUSTER: ResourceKind = {
  kind: 'RavenCluster',
  singular: 'ravencluster',
  plural: 'ravenclusters',
  shortNames: ['rvc'],
  description: 'A cluster of database nodes: how many, where, and how they are kept.',
  spec: CLUSTER_SPEC,
  specRequired: false,
  status: CLUSTER_STATUS,
  rules: CLUSTER_RULES,
  scale: {
    specReplicasPath: '.spec.nodes',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
  columns: [
    { name: 'Nodes', type: 'integer', jsonPath: '.spec.nodes', description: 'Nodes wanted' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas', description: 'Nodes that serve' },
    { name: 'Leader', type: 'string', jsonPath: '.status.topology.leader', description: 'Leader in Rachis' },
    {
      name: 'RF',
      type: 'integer',
      jsonPath: '.status.replicationFactor.effective',
      description: 'Copies of the database that has the fewest',
    },
    {
      name: 'Version',
      type: 'string',
      jsonPath: '.status.version',
      description: 'What the nodes are to run',
    },
    { name: 'Status', type: 'string', jsonPath: '.status.phase' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Members', type: 'string', jsonPath: '.status.topology.members', priority: 1 },
    { name: 'Operation', type: 'string', jsonPath: '.status.operation.type', priority: 1 },
    { name: 'Degraded-DBs', type: 'integer', jsonPath: '.status.databases.degraded', priority: 1 },
    // A column of type date would show how long ago something was, and this is still to come.
    { name: 'Cert-Expiry', type: 'string', jsonPath: '.status.certificates.notAfter', priority: 1 },
    { name: 'Message', type: 'string', jsonPath: condition('Ready', 'message'), priority: 1 },
  ],
};

export const RAVEN_DATABASE: ResourceKind = {
  kind: 'RavenDatabase',
  singular: 'ravendatabase',
  plural: 'ravendatabases',
  shortNames: ['rvdb'],
  description: 'A database of a RavenCluster: its settings, its copies and where they may be.',
  spec: DATABASE_SPEC,
  specRequired: true,
  status: DATABASE_STATUS,
  rules: DATABASE_RULES,
  columns: [
    { name: 'Cluster', type: 'string', jsonPath: '.spec.clusterRef.name' },
    { name: 'Database', type: 'string', jsonPath: '.spec.name' },
    { name: 'Copies', type: 'integer', jsonPath: '.status.copies' },
    { name: 'Status', type: 'string', jsonPath: '.status.phase' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Message', type: 'string', jsonPath: condition('Ready', 'message'), priority: 1 },
  ],
};

export const RESOURCE_KINDS: readonly ResourceKind[] = [RAVEN_CLUSTER, RAVEN_DATABASE];
