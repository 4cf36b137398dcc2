/** Ticks of 100 ns from 0001-01-01 to 1970-01-01. */
const EPOCH_TICKS = 621_355_968_000_000_000n;
const TICKS_PER_MS = 10_000n;

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3,7}))?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A text that is a date as RavenDB recognises one. */
export interface DateText {
  /** .NET ticks; a time without a zone counts as UTC. */
  readonly ticks: bigint;
  /** The text as it is indexed: seven digits of fraction, offsets turned into UTC; a date alone stays as it is. */
  readonly term: string;
}

/** `2020-01-01`, or with `T10:00:00`, a fraction of three to seven digits, `Z` or an offset. Anything else: undefined. */
export function parseDate(text: string): DateText | undefined {
  // Most texts are no dates: this is asked of every one of them.
  if (text.length < 10 || text.length > 33 || text.charCodeAt(4) !== 0x2d) return undefined;
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = match;
  const utcMs = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const asDate = new Date(utcMs);
  // Date.UTC rolls 2020-02-31 over instead of refusing it, and takes the years 0 to 99 for 1900 and after.
  if (asDate.getUTCDate() !== Number(day) || Number(hour) > 23 || Number(year) < 100) return undefined;
  const offsetMs = zone === undefined || zone === 'Z' ? 0 : offsetOf(zone);
  const ticks =
    BigInt(utcMs - offsetMs) * TICKS_PER_MS + EPOCH_TICKS + BigInt(fraction.padEnd(7, '0') || '0');
  if (match[4] === undefined) return { ticks, term: text };
  return { ticks, term: `${isoText(ticks)}${zone === undefined ? '' : 'Z'}` };
}

/** ISO text with seven digits of fraction and no zone. */
export function isoText(ticks: bigint): string {
  const sinceEpoch = ticks - EPOCH_TICKS;
  const wholeMs = Number(sinceEpoch / TICKS_PER_MS) - (sinceEpoch % TICKS_PER_MS < 0n ? 1 : 0);
  const rest = sinceEpoch - BigInt(wholeMs) * TICKS_PER_MS;
  return `${new Date(wholeMs).toISOString().slice(0, 23)}${String(rest).padStart(4, '0')}`;
}

export function ticksOfMs(ms: number): bigint {
  return BigInt(Math.trunc(ms)) * TICKS_PER_MS + EPOCH_TICKS;
}

function offsetOf(zone: string): number {
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * 60_000;
}
