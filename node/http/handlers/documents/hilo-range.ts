/** Ranges that a client may get, in numbers. */
const RANGE_MIN = 32;
const RANGE_MAX = 1024 * 1024;

/** A client that used up its range within this time needs larger ones; one that took longer than that, smaller. */
const BUSY_MS = 30_000;
const IDLE_MS = 60_000;

export interface LastRange {
  readonly lastSize: number;
  /** As the client sends it; unreadable counts as unknown. */
  readonly lastRangeAt: string | undefined;
  readonly now: Date;
}

/** The size of a client's next range: by how fast it used up the last one. */
export function nextRangeSize({ lastSize, lastRangeAt, now }: LastRange): number {
  const elapsedMs = now.getTime() - Date.parse(lastRangeAt ?? '');
  const factor = elapsedMs < BUSY_MS ? 2 : elapsedMs > IDLE_MS ? 0.5 : 1;
  return Math.min(Math.max(Math.floor(lastSize * factor), RANGE_MIN), RANGE_MAX);
}
