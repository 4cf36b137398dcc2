import { CLOCK_AHEAD_MAX_MS } from './limits.ts';

/** Ticks of 100 ns in a millisecond. */
const TICKS_PER_MS = 10_000n;

/**
 * Hybrid logical clock: the wall clock in ticks of 100 ns since 1970, but every reading is later than all before it
 * and than all times of other nodes that were observed. Its last reading is stored with the documents, so that it
 * does not go back when the machine's clock does.
 */
export class HybridClock {
  readonly #wallMs: () => number;
  #last: bigint;

  constructor(wallMs: () => number = Date.now, last = 0n) {
    this.#wallMs = wallMs;
    this.#last = last;
  }

  /** The last reading given out or observed. */
  get last(): bigint {
    return this.#last;
  }

  now(): bigint {
    const wall = BigInt(Math.trunc(this.#wallMs())) * TICKS_PER_MS;
    this.#last = wall > this.#last ? wall : this.#last + 1n;
    return this.#last;
  }

  /**
   * Takes note of a time written by another node. A clock that is further ahead than CLOCK_AHEAD_MAX_MS is not
   * followed (its times still win conflicts); then the answer is false.
   */
  observe(ticks: bigint): boolean {
    if (ticks <= this.#last) return true;
    const limit = BigInt(Math.trunc(this.#wallMs()) + CLOCK_AHEAD_MAX_MS) * TICKS_PER_MS;
    if (ticks > limit) return false;
    this.#last = ticks;
    return true;
  }
}

let cachedSecond = -1;
let cachedText = '';

/** `yyyy-MM-ddTHH:mm:ss.fffffffZ` of ticks since 1970. */
export function formatTicks(ticks: bigint): string {
  const ms = Number(ticks / TICKS_PER_MS);
  const second = Math.floor(ms / 1000);
  if (second !== cachedSecond) {
    cachedText = new Date(second * 1000).toISOString().slice(0, 20);
    cachedSecond = second;
  }
  const fraction = (ms - second * 1000) * 10_000 + Number(ticks % TICKS_PER_MS);
  return `${cachedText}${String(fraction).padStart(7, '0')}Z`;
}

/** Ticks since 1970 of an ISO date with up to seven digits of fraction; null when it is none. */
export function parseTicks(text: string): bigint | null {
  const [whole, head, fraction = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const ms = Date.parse(`${head}Z`);
  return Number.isNaN(ms) ? null : BigInt(ms) * TICKS_PER_MS + BigInt(fraction.padEnd(7, '0'));
}
