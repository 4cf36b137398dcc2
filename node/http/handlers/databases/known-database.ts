import type { RecordView } from '../../cluster-services.ts';
import { databaseDoesNotExist } from '../../errors/protocol-error.ts';
import type { NodeServices } from '../../node-services.ts';

/** The record of a database that must be there. Throws a ProtocolError. */
export function knownDatabase(name: string, node: NodeServices): RecordView {
  const view = node.cluster.record(name);
  if (view === undefined) throw databaseDoesNotExist(name);
  return view;
}
