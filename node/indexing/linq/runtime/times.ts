/**
 * `DateTime` and `TimeSpan`, as text that runs in the isolate. Documents hold them as texts; they become these where
 * their members are used, and texts again in entries. A tick is a ten-millionth of a second.
 */
export const TIMES = String.raw`
const TICKS_A_MS = 10000;
const TIME_TEXT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?(Z|[+-]\d\d:\d\d)?$/;
const SPAN_TEXT = /^(-)?(?:(\d+)\.)?(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?$/;
const two = (number) => String(number).padStart(2, '0');

class Time {
  /** ms: since 1970, as the clock on the wall shows them. ticks: what is beyond the millisecond. */
  constructor(ms, ticks, isUtc) {
    this.ms = ms;
    this.ticks = ticks;
    this.isUtc = isUtc;
    this.date = new Date(ms);
    if (Number.isNaN(this.date.getTime())) throw new Error('This date does not exist.');
  }
  static of(year, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0, ticks = 0, isUtc = false) {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    date.setUTCHours(hour, minute, second, ms);
    if (date.getUTCFullYear() !== Number(year) || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== Number(day)) {
      throw new Error('There is no date with year ' + year + ', month ' + month + ' and day ' + day + '.');
    }
    return new Time(date.getTime(), ticks, isUtc);
  }
  plus(ticks) {
    const sum = this.ticks + ticks;
    const ms = Math.floor(sum / TICKS_A_MS);
    return new Time(this.ms + ms, Math.round(sum - ms * TICKS_A_MS), this.isUtc);
  }
  since(other) {
    return new Span((this.ms - other.ms) * TICKS_A_MS + this.ticks - other.ticks);
  }
  plusMonths(months) {
    const { date } = this;
    const total = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
    const year = Math.floor(total / 12);
    const last = new Date(0);
    last.setUTCFullYear(year, total - year * 12 + 1, 0);
    const moved = new Date(this.ms);
    moved.setUTCFullYear(year, total - year * 12, Math.min(date.getUTCDate(), last.getUTCDate()));
    return new Time(moved.getTime(), this.ticks, this.isUtc);
  }
  toJSON() {
    const text = this.date.toISOString().slice(0, -1);
    return text + String(this.ticks).padStart(4, '0') + (this.isUtc ? 'Z' : '');
  }
  toString() {
    return formatTime(this, 'MM/dd/yyyy HH:mm:ss');
  }
}

class Span {
  constructor(ticks) {
    this.ticks = ticks;
  }
  toJSON() {
    return String(this);
  }
  toString() {
    const ticks = Math.abs(this.ticks);
    const seconds = Math.floor(ticks / 1e7);
    const rest = ticks - seconds * 1e7;
    const days = Math.floor(seconds / 86400);
    const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
    const fraction = rest === 0 ? '' : '.' + String(rest).padStart(7, '0');
    return (this.ticks < 0 ? '-' : '') + (days > 0 ? days + '.' : '') + clock + fraction;
  }
}

/** Of a time, or of a text that is one. */
function timeOf(value) {
  if (value instanceof Time) return value;
  const found = typeof value === 'string' ? TIME_TEXT.exec(value) : null;
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone] = found;
  const ticks = Number(fraction.padEnd(7, '0'));
  const ms = Math.floor(ticks / TICKS_A_MS);
  try {
    const time = Time.of(+year, +month, +day, +(hour ?? 0), +(minute ?? 0), +(second ?? 0), ms, ticks % TICKS_A_MS, zone !== undefined);
    if (zone === undefined || zone === 'Z') return time;
    const minutes = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) * (zone[0] === '-' ? -1 : 1);
    return time.plus(-minutes * 60 * 1e7);
  } catch {
    return undefined; // A text such as 2020-02-30, which is no date.
  }
}
function requiredTime(value) {
  const time = timeOf(value);
  if (time === undefined) throw new Error(shown(value) + ' is not a date.');
  return time;
}
function maybeSpan(value) {
  if (value instanceof Span) return value;
  const found = typeof value === 'string' ? SPAN_TEXT.exec(value) : null;
  if (found === null) return undefined;
  const [, sign, days = 0, hours, minutes, seconds = 0, fraction = ''] = found;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const ticks = whole * 1e7 + Number(fraction.padEnd(7, '0'));
  return new Span(sign === '-' ? -ticks : ticks);
}
function spanOf(value) {
  const span = maybeSpan(value);
  if (span === undefined) throw new Error(shown(value) + ' is not a time span.');
  return span;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

const timeMembers = {
  Year: (time) => time.date.getUTCFullYear(),
  Month: (time) => time.date.getUTCMonth() + 1,
  Day: (time) => time.date.getUTCDate(),
  Hour: (time) => time.date.getUTCHours(),
  Minute: (time) => time.date.getUTCMinutes(),
  Second: (time) => time.date.getUTCSeconds(),
  Millisecond: (time) => time.date.getUTCMilliseconds(),
  Date: (time) => Time.of(timeMembers.Year(time), timeMembers.Month(time), timeMembers.Day(time), 0, 0, 0, 0, 0, time.isUtc),
  DayOfWeek: (time) => DAYS[time.date.getUTCDay()],
  DayOfYear: (time) => Math.floor(time.since(Time.of(timeMembers.Year(time))).ticks / 864e9) + 1,
  TimeOfDay: (time) => time.since(timeMembers.Date(time)),
  Ticks: (time) => (time.ms + 62135596800000) * TICKS_A_MS + time.ticks,
};
const spanMembers = {
  Days: (span) => Math.trunc(span.ticks / 864e9),
  Hours: (span) => Math.trunc(span.ticks / 36e9) % 24,
  Minutes: (span) => Math.trunc(span.ticks / 6e8) % 60,
  Seconds: (span) => Math.trunc(span.ticks / 1e7) % 60,
  Milliseconds: (span) => Math.trunc(span.ticks / 1e4) % 1000,
  Ticks: (span) => span.ticks,
  TotalDays: (span) => fraction(span.ticks / 864e9),
  TotalHours: (span) => fraction(span.ticks / 36e9),
  TotalMinutes: (span) => fraction(span.ticks / 6e8),
  TotalSeconds: (span) => fraction(span.ticks / 1e7),
  TotalMilliseconds: (span) => fraction(span.ticks / 1e4),
};

const adding = (ticksEach) => (time, count) => (absent(count) ? undefined : time.plus(Math.round(numeric(count, 'A time') * ticksEach)));
const timeMethods = {
  AddDays: adding(864e9),
  AddHours: adding(36e9),
  AddMinutes: adding(6e8),
  AddSeconds: adding(1e7),
  AddMilliseconds: adding(1e4),
  AddTicks: adding(1),
  AddMonths: (time, months) => (absent(months) ? undefined : time.plusMonths(numeric(months, 'AddMonths'))),
  AddYears: (time, years) => (absent(years) ? undefined : time.plusMonths(numeric(years, 'AddYears') * 12)),
  Add: (time, span) => (absent(span) ? undefined : add(time, spanOf(span))),
  Subtract: subtract,
  ToUniversalTime: (time) => new Time(time.ms, time.ticks, true),
  ToString: (time, format) => (absent(format) ? String(time) : formatTime(time, format)),
  CompareTo: compare,
  Equals: equals,
};
const spanMethods = {
  Add: (span, other) => new Span(span.ticks + spanOf(other).ticks),
  Subtract: (span, other) => new Span(span.ticks - spanOf(other).ticks),
  ToString: (span) => String(span),
  CompareTo: compare,
  Equals: equals,
};
`;
