import type { IndexStatistics } from '../../../index-thread/thread-protocol.ts';
import { isSameIndexName } from '../../../indexing/definitions/index-name.ts';
import { ProtocolError } from '../../errors/protocol-error.ts';
import type { DatabaseContext } from '../../routing/route.ts';

export function isNamed(name: string): (one: { readonly name: string }) => boolean {
  return (one) => isSameIndexName(one.name, name);
}

export const NO_SUCH_INDEX = 'Raven.Client.Exceptions.Documents.Indexes.IndexDoesNotExistException';

export function noSuchIndex(name: string): ProtocolError {
  return new ProtocolError(500, NO_SUCH_INDEX, `There is no index with '${name}' name.`);
}

/** Throws the protocol's error when there is no such index. */
export async function requireIndex({ loaded }: DatabaseContext, name: string): Promise<IndexStatistics> {
  const index = (await loaded.indexes.statistics()).find(isNamed(name));
  if (index === undefined) throw noSuchIndex(name);
  return index;
}
