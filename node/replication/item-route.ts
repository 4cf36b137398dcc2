import { type ChangeVectorEntry, parseChangeVector, TRANSACTION_TAG } from '../documents/change-vector.ts';
import type { SourceItem } from './batch-collector.ts';
import type { DestinationSources } from './destination-sources.ts';

/** What is known of the destination while one source transaction is looked at. */
export interface DestinationView {
  readonly databaseId: string;
  /** By database id: everything up to this etag is at the destination, or was replaced or deleted there. */
  readonly included: ReadonlyMap<string, number>;
  readonly sources: DestinationSources;
}

/** How an item gets to a destination: it is there, its origin brings it, or it is sent from here. */
export type ItemRoute = 'skip' | 'send' | PendingItem;

/** What the destination lacked of an item that its origin brings. */
export interface PendingItem {
  readonly pending: readonly ChangeVectorEntry[];
  /** The entry of this database if the destination lacked it too, or 0. */
  readonly ownEtag: number;
}

/**
 * Every version was written by one database, whose entry in its vector is the etag of that write; its other entries say
 * what the writer had seen. So a version that came here from elsewhere is at the destination when its writer's entry
 * is, and on its way when its writer is connected to the destination. Which entry is the writer's the vector doesn't
 * tell, but it is none of this database's: that one is the item's own etag exactly when it was written here.
 */
export function routeOf(item: SourceItem, ownDatabaseId: string, destination: DestinationView): ItemRoute {
  if (item.isOwnOnly) return 'skip';
  if (item.isAlwaysSent) return 'send';
  let pending: ChangeVectorEntry[] | null = null;
  let ownEtag = 0;
  for (const entry of parseChangeVector(item.changeVector)) {
    const { databaseId, etag, tag } = entry;
    // Only names the cluster transaction whose place the RAFT entry tells.
    if (tag === TRANSACTION_TAG) continue;
    // What the destination wrote itself it has.
    if (databaseId === destination.databaseId || etag <= (destination.included.get(databaseId) ?? 0))
      continue;
    if (databaseId === ownDatabaseId) {
      if (etag === item.etag || item.isMergedTwin) return 'send';
      ownEtag = etag;
      continue;
    }
    if (!destination.sources.has(databaseId)) return 'send';
    pending ??= [];
    pending.push(entry);
  }
  return pending === null ? 'skip' : { pending, ownEtag };
}

/** A change vector for quick questions. */
export function includedEtags(changeVector: string): ReadonlyMap<string, number> {
  return new Map(parseChangeVector(changeVector).map(({ databaseId, etag }) => [databaseId, etag]));
}
