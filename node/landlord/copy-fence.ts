import type { DatabaseTopology } from '../cluster/database-record.ts';
import type { WireConnector } from '../wire/connect.ts';
import type { OperationHeader } from '../wire/operation-header.ts';

/** Member of a header's Info: the Raft index at which the source's node was given the copy that it sends from. */
const COPY_SINCE = 'CopySince';

type CopiesAddedAt = Pick<DatabaseTopology, 'NodesAddedAt'>;

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
 * Why nothing must be taken of the source with this header, or null: its node was given another copy since, and has yet
 * to learn it and to set this one aside. Tombstones are kept for the old one no longer.
 */
export function formerCopyIn(header: OperationHeader, topology: CopiesAddedAt): string | null {
  const tag = header.SourceNodeTag ?? '?';
  const since = header.Info[COPY_SINCE];
  const addedAt = topology.NodesAddedAt?.[tag] ?? 0;
  if (typeof since !== 'number' || since >= addedAt) return null;
  return `The copy on node ${tag} is not trusted any more: it is from Raft index ${since}, and the node was given another one at ${addedAt}. It is set aside when the node has applied that, and a new one is filled.`;
}

/** Whose copy, known before, is not the one that the group has by now. */
export function replacedCopies(before: CopiesAddedAt, after: CopiesAddedAt): readonly string[] {
  return Object.entries(before.NodesAddedAt ?? {})
    .filter(([tag, addedAt]) => (after.NodesAddedAt?.[tag] ?? addedAt) > addedAt)
    .map(([tag]) => tag);
}
