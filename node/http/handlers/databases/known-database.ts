import type { StoredRecord } from '../../../cluster/state/stored-record.ts';
import { databaseDoesNotExist } from '../../errors/protocol-error.ts';
import type { NodeServices } from '../../node-services.ts';

/** The record of a database that must be there. Throws a ProtocolError. */
export function knownDatabase(name: string, node: NodeServices): StoredRecord {
  const view = node.cluster.record(name);
  if (view === undefined) throw databaseDoesNotExist(name);
  return view;
}
