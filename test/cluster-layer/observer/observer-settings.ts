/** Times of the observer, in milliseconds, as they are where a test does not say otherwise. */
export const SETTINGS = {
  moveToRehabMs: 60_000,
  rotatePreferredMs: 5_000,
  addReplicaMs: 900_000,
  silentCopyMaxMs: 3_600_000,
  silentCopyTombstonesMax: 1000,
  stabilizationMs: 5_000,
  reportTimeoutMs: 5_000,
};
