import type { DatabaseWish } from './observed.ts';

/**
 * The resource that says what a database should be. Of several for one name, which compare without case, the oldest
 * counts; one that is going and leaves the database as it is counts no more.
 */
export function ownerOf(database: string, wishes: readonly DatabaseWish[]): DatabaseWish | undefined {
  const name = database.toLowerCase();
  return wishes
    .filter((wish) => wish.spec.name.toLowerCase() === name && !leavesAsIs(wish))
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.resource < b.resource ? -1 : 1))[0];
}

/** The resource is being deleted, the database is not. */
export function leavesAsIs(wish: DatabaseWish): boolean {
  return wish.isDeleted && wish.spec.reclaimPolicy === 'Retain';
}
