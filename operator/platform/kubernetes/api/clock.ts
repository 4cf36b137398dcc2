/** Time as the plumbing sees it, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds that never go back; from an arbitrary beginning. */
  nowMs(): number;
  /** Runs `task` once after `delayMs`. @returns a function that calls it off */
  after(delayMs: number, task: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
