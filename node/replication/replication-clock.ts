/** Time as replication uses it; the simulator has its own. */
export interface ReplicationClock {
  /** Monotonic, in milliseconds. */
  now(): number;
  /** Calls back once after the delay, unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back once others had their turn on the event loop. */
  soon(callback: () => void): void;
  /** In [0, 1), to spread reconnections. */
  random(): number;
}

export const systemClock: ReplicationClock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
  random: () => Math.random(),
};
