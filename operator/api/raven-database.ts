import type { ObjectMetadata } from './raven-cluster.ts';
import type { DATABASE_SPEC, DATABASE_STATUS } from './schema/database-schema.ts';
import type { FromSchema } from './structural-schema.ts';

export type RavenDatabaseSpec = FromSchema<typeof DATABASE_SPEC>;
export type RavenDatabaseStatus = FromSchema<typeof DATABASE_STATUS>;

export interface RavenDatabase {
  readonly apiVersion: string;
  readonly kind: 'RavenDatabase';
  readonly metadata: ObjectMetadata;
  readonly spec: RavenDatabaseSpec;
  readonly status?: RavenDatabaseStatus;
}
