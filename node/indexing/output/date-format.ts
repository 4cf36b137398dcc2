import { parseDate } from '../values/date-text.ts';

/** Ticks of 100 ns from 0001-01-01 to 1970-01-01. */
const EPOCH_TICKS = 621_355_968_000_000_000n;
const TICKS_PER_MS = 10_000n;
const TICKS_PER_SECOND = 10_000_000n;

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A run of one letter, a quoted text, an escaped character, or any other character. */
const TOKENS = /'([^']*)'|"([^"]*)"|\\(.)|(y+|M+|d+|H+|h+|m+|s+|f+|t+)|([\s\S])/g;

/** A date text in one of .NET's custom formats, `yyyy-MM-dd`; a text that is no date stays as it is. */
export function formatDateText(text: string, format: string): string {
  const date = parseDate(text);
  if (date === undefined) return text;
  const sinceEpoch = date.ticks - EPOCH_TICKS;
  const time = new Date(Number(sinceEpoch / TICKS_PER_MS));
  const fraction = String(((sinceEpoch % TICKS_PER_SECOND) + TICKS_PER_SECOND) % TICKS_PER_SECOND).padStart(
    7,
    '0',
  );
  return format.replace(TOKENS, (whole, single?: string, double?: string, escaped?: string, run?: string) =>
    run === undefined ? (single ?? double ?? escaped ?? whole) : part(run, time, fraction),
  );
}

function part(run: string, time: Date, fraction: string): string {
  const { length } = run;
  const number = (value: number): string => String(value).padStart(Math.min(length, 2), '0');
  switch (run[0]) {
    case 'y':
      return length > 2
        ? String(time.getUTCFullYear()).padStart(length, '0')
        : number(time.getUTCFullYear() % 100);
    case 'M':
      return named(length, MONTHS[time.getUTCMonth()]) ?? number(time.getUTCMonth() + 1);
    case 'd':
      return named(length, DAYS[time.getUTCDay()]) ?? number(time.getUTCDate());
    case 'H':
      return number(time.getUTCHours());
    case 'h':
      return number(time.getUTCHours() % 12 || 12);
    case 'm':
      return number(time.getUTCMinutes());
    case 's':
      return number(time.getUTCSeconds());
    case 'f':
      return fraction.slice(0, length);
    default:
      return (time.getUTCHours() < 12 ? 'AM' : 'PM').slice(0, length);
  }
}

/** Three letters give the short name, more the whole one. */
function named(length: number, name: string | undefined): string | undefined {
  if (length < 3) return undefined;
  return length === 3 ? name?.slice(0, 3) : name;
}
