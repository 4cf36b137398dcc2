import type { DatabaseRecord, DatabaseTopology } from '../cluster/database-record.ts';
import { isExpired } from '../cluster/expired-copy.ts';
import type { WireConnector } from '../wire/connect.ts';
import type { OperationHeader } from '../wire/operation-header.ts';
import { type CopyHolders, copyHolders, copySinceOf } from './placement.ts';

/** Member of a header's Info: the Raft index at which the source's node was given the copy that it sends from. */
const COPY_SINCE = 'CopySince';

interface CopiesRecord {
  readonly Topology: CopyHolders & Pick<DatabaseTopology, 'NodesAddedAt'>;
  readonly DeletionInProgress: DatabaseRecord['DeletionInProgress'];
}

/** Tells whom this copy connects to since when its node has been holding it. */
export function copyConnector(connect: WireConnector, copySince: number): WireConnector {
  return (options) => connect({ ...options, info: withCopySince(options.info, copySince) });
}

/** The Info of a header, for such a connection. */
export function withCopySince(
  info: Readonly<Record<string, unknown>> | undefined,
  copySince: number,
): Readonly<Record<string, unknown>> {
  return { ...info, [COPY_SINCE]: copySince };
}

/**
 * Why nothing must be taken of the source with this header, or null: its node holds no copy of the group any more, or was
 * given another one since, and has yet to learn it and to set this one aside. Tombstones are kept for it no longer. Nor
 * are they yet for one that was begun in place of such a copy, until the record says that it is there. One that leaves
 * hands over first; and a record that is older than the copy, and knows none on its node, knows nothing of it.
 * `recordIndex`: the Raft index of the record.
 */
export function formerCopyIn(
  header: OperationHeader,
  record: CopiesRecord,
  recordIndex: number,
): string | null {
  const tag = header.SourceNodeTag ?? '?';
  const since = header.Info[COPY_SINCE];
  const addedAt = addedAtOf(record, tag);
  if (typeof since !== 'number' || addedAt === null) return null;
  const isBehind = recordIndex < since;
  const isKnown = addedAt < Number.POSITIVE_INFINITY;
  if (isKnown && (isBehind || (since >= addedAt && isExpired(record.Topology, tag)))) {
    return `The copy on node ${tag} is from Raft index ${since}, in place of one that is not trusted any more, and this node has yet to hear that it was begun.`;
  }
  if (isBehind || since >= addedAt) return null;
  const fate =
    addedAt === Number.POSITIVE_INFINITY ? 'holds none any more' : `was given another one at ${addedAt}`;
  return `The copy on node ${tag} is not trusted any more: it is from Raft index ${since}, and the node ${fate}. It is set aside when the node has applied that.`;
}

/** Whose copy, known before, is not the one that the group has by now. */
export function replacedCopies(before: CopiesRecord, after: CopiesRecord): readonly string[] {
  return Object.entries(before.Topology.NodesAddedAt ?? {})
    .filter(([tag, addedAt]) => (addedAtOf(after, tag) ?? addedAt) > addedAt)
    .map(([tag]) => tag);
}

/** Which copies on a node count: those since this Raft index. null: any, since it hands over and goes. */
function addedAtOf({ Topology, DeletionInProgress }: CopiesRecord, tag: string): number | null {
  if (DeletionInProgress[tag] !== undefined) return null;
  if (!copyHolders(Topology).includes(tag)) return Number.POSITIVE_INFINITY;
  return copySinceOf(Topology, tag);
}
