import type { LoadedDatabase, NodeServices } from '../../node-services.ts';

/** Ids such as `users|` get their number from the cluster: `users/1`, `users/2` … */
export function isIdentityId(id: string): boolean {
  return id.endsWith('|');
}

/** Change vector of what must not be there yet: a number that somebody has written by hand is nobody's to overwrite. */
export const NEW_DOCUMENT = '';

/**
 * The ids, each `name|` replaced by the next of its identity, in order; one Raft command for all. With the same
 * `requestId` they get the same numbers.
 */
export async function resolveIdentityIds(
  ids: readonly string[],
  loaded: LoadedDatabase,
  node: NodeServices,
  requestId?: string,
): Promise<readonly string[]> {
  const names = ids.filter(isIdentityId);
  if (names.length === 0) return ids;
  const { result } = await node.cluster.submit(
    { type: 'NextIdentities', database: loaded.name, names },
    requestId === undefined ? {} : { requestId: `${requestId}/identities` },
  );
  const values = result as readonly number[];
  let at = 0;
  return ids.map((id) => (isIdentityId(id) ? `${id.slice(0, -1)}/${values[at++]}` : id));
}
