import type { CLUSTER_SPEC } from './schema/cluster-spec-schema.ts';
import type { CLUSTER_STATUS } from './schema/cluster-status-schema.ts';
import type { CONDITION } from './schema/condition-schema.ts';
import type { FromSchema } from './structural-schema.ts';

/** Metadata of a resource, as far as the operator reads it. */
export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The spec after defaulting. */
export type RavenClusterSpec = FromSchema<typeof CLUSTER_SPEC>;
export type RavenClusterStatus = FromSchema<typeof CLUSTER_STATUS>;
export type Condition = FromSchema<typeof CONDITION>;

export interface RavenCluster {
  readonly apiVersion: string;
  readonly kind: 'RavenCluster';
  readonly metadata: ObjectMetadata;
  readonly spec: RavenClusterSpec;
  readonly status?: RavenClusterStatus;
}
