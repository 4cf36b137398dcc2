import type { DatabaseTopology } from '../cluster/database-record.ts';

/**
 * What clients compare a database's topology by: the Raft index of its last change, or of the last change of where
 * clients find a node, whichever is later. A client that knows an older one is asked to refresh.
 */
export function clientTopologyEtag(
  { Stamp }: Pick<DatabaseTopology, 'Stamp'>,
  cluster: { publicUrlsChangedAt(): number },
): number {
  return Math.max(Stamp.Index, cluster.publicUrlsChangedAt());
}
