/** Columns of the cluster's storage environment, by number. */
export const STATE = 0;
export const META = 1;
/** What is read from storage only: see StoredState. */
export const VALUES_COLUMN = 2;
export const STATE_COLUMNS = [
  { name: 'state', large: true },
  { name: 'meta' },
  { name: 'values', large: true },
] as const;

/**
 * Keys of the meta column: the applied index, the snapshot that was restored last, the generation of the values that is
 * valid, and the Raft index up to which requests are forgotten.
 */
export const APPLIED = Buffer.from('applied');
export const RESTORED = Buffer.from('restored');
export const GENERATION = Buffer.from('generation');
export const FORGOTTEN = Buffer.from('forgotten');
