import type { Database } from '../documents/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { WireConnector } from '../wire/connect.ts';
import { GroupReplication } from './group-replication.ts';

export interface DatabaseReplicationOptions {
  readonly database: Database;
  readonly nodeTag: string;
  /** Raft index since which this node has been holding this copy; absent: no source is asked which copy it means. */
  readonly copySince?: number;
  readonly logger: Logger;
  readonly connect: WireConnector;
}

/** Replication of a database of this node over the node's TCP connections. */
export class DatabaseReplication extends GroupReplication {
  constructor(options: DatabaseReplicationOptions) {
    super(options);
  }
}
