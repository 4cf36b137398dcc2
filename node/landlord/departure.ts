import type { Logger } from '../observability/logger.ts';
import type { ClusterView, RecordView } from './cluster-view.ts';
import type { DatabaseFolders } from './database-folder.ts';
import { DRAIN_TIMEOUT_MS } from './limits.ts';
import type { LoadedDatabase } from './loaded-database.ts';
import { copyHolders } from './placement.ts';

/** An open copy that hands over what it has, and is closed. */
export type LeavingCopy = Pick<LoadedDatabase, 'handOver' | 'writtenEtag' | 'close'>;

export interface Departure {
  readonly view: RecordView;
  /** This node's tag, as the record has it. */
  readonly tag: string;
  readonly isHard: boolean;
  /** null when the copy is not open. */
  readonly loaded: LeavingCopy | null;
  /** Opens a copy that is not, for instance after a restart; null when there is none or it can't be opened. */
  readonly open: () => Promise<LeavingCopy | null>;
  /** The node stops: what is not finished goes on after its next start. */
  readonly isStopping: () => boolean;
  readonly folders: Pick<DatabaseFolders, 'delete' | 'quarantine' | 'keep'>;
  readonly cluster: Pick<ClusterView, 'confirmDeletion' | 'recordsDurable'>;
  readonly logger: Logger;
}

/**
 * A copy leaves this node by the cluster's order. It takes no requests any more. While others keep copies, what was
 * acknowledged here is first handed to one of them; a copy that could not do so in time is set aside instead of
 * deleted, since it may hold writes that nobody else has. Before anything happens to the files the order is on the disk:
 * a node that forgot it in a crash would find no copy, make an empty one, and begin cluster transactions from the first.
 */
export async function depart(departure: Departure): Promise<void> {
  const { view, tag, isHard, folders, cluster, logger } = departure;
  const name = view.record.DatabaseName;
  const isLast = copyHolders(view.record.Topology).length === 0;
  const loaded = departure.loaded ?? (isLast ? null : await departure.open());
  const handedOver = isLast ? null : ((await loaded?.handOver(view, DRAIN_TIMEOUT_MS)) ?? null);
  await loaded?.close();
  // A request that was under way may have been answered meanwhile: what it wrote is here only.
  const isHandedOver = isLast || (handedOver !== null && (loaded?.writtenEtag ?? 0) <= handedOver);
  if (!isHandedOver && departure.isStopping()) return;
  await cluster.recordsDurable();
  if (!isHandedOver) {
    const place = await folders.quarantine(name, new Date());
    if (place !== null) {
      logger.warn(
        `The copy of ${name} on this node could not hand over its last writes; its files are kept in ${place}`,
      );
    }
  } else if (isHard) {
    await folders.delete(name);
    logger.info(`Database ${name} is deleted here`);
  } else if (isLast) {
    await folders.keep(name);
    logger.info(`Database ${name} is deleted here; its files are kept`);
  } else {
    // A copy that left a living group must not be found, and believed, if the node gets one again.
    await folders.quarantine(name, new Date());
  }
  await cluster.confirmDeletion(view, tag);
}
