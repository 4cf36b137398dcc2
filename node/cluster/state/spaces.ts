import type { ApplyContext } from './apply-context.ts';
import { forgottenSpaceKey, spaceKey } from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';
import { requireRecord } from './stored-record.ts';

/**
 * What the cluster keeps of a database besides its record: the consistent values. It has a number of its own, so that a
 * database that is deleted leaves at once whatever it held, and one of the same name starts with nothing.
 */
export interface Space {
  /** Raft index at which it was made. */
  readonly id: number;
  /** Documents that cluster transactions have written or deleted so far; each has its count. */
  readonly documents: number;
  /** Characters of all of them, of those that are pruned too. */
  readonly length: number;
  /** The last that were given up; absent: none ever were. */
  readonly lost?: LostDocuments;
}

/** Documents of cluster transactions that the cluster has forgotten and no copy has. */
export interface LostDocuments {
  /** Counts: after one, up to the other. */
  readonly from: number;
  readonly upTo: number;
  /** Raft index up to which transactions may be among them: a guard that is not newer may be that of a lost document. */
  readonly lastIndex: number;
}

export function findSpace(state: StateReader, database: string): Space | undefined {
  return state.get(spaceKey(database)) as Space | undefined;
}

/** Makes it when there is none. Throws DatabaseDoesNotExistError. */
export function requireSpace(context: ApplyContext, database: string): Space {
  requireRecord(context.state, database);
  const known = findSpace(context.state, database);
  if (known !== undefined) return known;
  const space: Space = { id: context.index, documents: 0, length: 0 };
  context.state.put(spaceKey(database), space);
  return space;
}

/** The database is gone. What its space holds goes later, piece by piece. */
export function forgetSpace(context: ApplyContext, database: string): void {
  const space = findSpace(context.state, database);
  if (space === undefined) return;
  context.state.delete(spaceKey(database));
  context.state.put(forgottenSpaceKey(space.id), space.id);
}
