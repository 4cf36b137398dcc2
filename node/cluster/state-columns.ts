/** Columns of the cluster's storage environment, by number. */
export const STATE = 0;
export const META = 1;
export const STATE_COLUMNS = [{ name: 'state', large: true }, { name: 'meta' }] as const;

/** Keys of the meta column: the applied index, and the snapshot that was restored last. */
export const APPLIED = Buffer.from('applied');
export const RESTORED = Buffer.from('restored');
