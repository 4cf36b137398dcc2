/** Values as text, plain and by the formats of .NET, in the invariant culture, as text that runs in the isolate. */
export const FORMATS = String.raw`
function textOf(value) {
  if (absent(value)) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isNumber(value) || value instanceof Time || value instanceof Span) return String(value);
  return JSON.stringify(value);
}
function formatted(value, format) {
  if (absent(value) || absent(format) || format === '') return textOf(value);
  if (isNumber(value)) return formatNumber(value, format);
  const time = timeOf(value);
  return time === undefined ? textOf(value) : formatTime(time, format);
}
function aligned(text, width) {
  if (absent(width)) return text;
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}
/** 'Hello {0,5:0.00}'. */
function filledIn(format, values) {
  return textOf(format).replace(/\{\{|\}\}|\{(\d+)(?:,\s*(-?\d+))?(?::([^{}]*))?\}/g, (found, at, width, own) => {
    if (at === undefined) return found[0];
    if (Number(at) >= values.length) throw new Error('string.Format has no value {' + at + '}.');
    return aligned(formatted(values[at], own), width === undefined ? undefined : Number(width));
  });
}

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
function fixed(number, digits) {
  const text = number.toFixed(Math.min(digits, 100));
  return Number(text) === 0 ? text.replace('-', '') : text;
}
function fixedGrouped(number, digits) {
  const [whole, rest] = fixed(number, digits).split('.');
  return grouped(whole) + (rest === undefined ? '' : '.' + rest);
}
function formatNumber(value, format) {
  const number = Number(value);
  const [, letter, precision] = /^([a-zA-Z])(\d{0,2})$/.exec(format) ?? [];
  const digits = precision === undefined || precision === '' ? undefined : Number(precision);
  switch (letter?.toUpperCase()) {
    case undefined:
      return customNumber(number, format);
    case 'G':
    case 'R':
      return String(digits === undefined || digits === 0 ? number : Number(number.toPrecision(digits)));
    case 'F':
      return fixed(number, digits ?? 2);
    case 'N':
      return fixedGrouped(number, digits ?? 2);
    case 'P':
      return fixedGrouped(number * 100, digits ?? 2) + ' %';
    case 'C':
      return (number < 0 ? '(\u00a4' : '\u00a4') + fixedGrouped(Math.abs(number), digits ?? 2) + (number < 0 ? ')' : '');
    case 'D':
      return (number < 0 ? '-' : '') + String(Math.abs(Math.trunc(number))).padStart(digits ?? 0, '0');
    case 'X': {
      const text = Math.trunc(number).toString(16).padStart(digits ?? 0, '0');
      return letter === 'X' ? text.toUpperCase() : text;
    }
    case 'E': {
      const [mantissa, exponent] = number.toExponential(digits ?? 6).split('e');
      return mantissa + letter + exponent[0] + exponent.slice(1).padStart(3, '0');
    }
    default:
      throw new Error("The number format '" + format + "' is unknown.");
  }
}
/** '#,##0.00 kg'. */
function customNumber(number, format) {
  const parts = format.split(';');
  const part = number < 0 && parts.length > 1 ? parts[1] : number === 0 && parts.length > 2 ? parts[2] : parts[0];
  const found = /[0#][0#,]*(?:\.[0#]*)?|\.[0#]+/.exec(part);
  const unquoted = (text) => text.replace(/['"\\]/g, '');
  if (found === null) return unquoted(part);
  const [pattern] = found;
  const [before, after = ''] = pattern.split('.');
  const scaled = part.includes('%') ? number * 100 : number;
  const [whole, rest = ''] = Math.abs(scaled).toFixed(Math.min(after.length, 100)).split('.');
  const least = before.replace(/,/g, '').replace(/^#*/, '').length;
  const digits = (whole === '0' ? '' : whole).padStart(least, '0');
  const kept = after.lastIndexOf('0') + 1;
  const fraction = rest.slice(0, kept) + rest.slice(kept).replace(/0+$/, '');
  const shownDigits = before.includes(',') ? grouped(digits) : digits;
  const isNegative = scaled < 0 && parts.length < 2 && /[1-9]/.test(digits + fraction);
  return (isNegative ? '-' : '') + unquoted(part.slice(0, found.index)) + shownDigits + (fraction === '' ? '' : '.' + fraction) +
    unquoted(part.slice(found.index + pattern.length));
}

const STANDARD_TIMES = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
};
function formatTime(time, format) {
  const pattern = format.length === 1 ? STANDARD_TIMES[format] : format;
  if (pattern === undefined) throw new Error("The date format '" + format + "' is unknown.");
  const { date } = time;
  const [year, month, day, hour] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours()];
  const ticks = String(date.getUTCMilliseconds()).padStart(3, '0') + String(time.ticks).padStart(4, '0');
  const [half, noon] = [hour % 12 === 0 ? 12 : hour % 12, hour < 12 ? 'AM' : 'PM'];
  const parts = {
    yyyyy: () => String(year).padStart(5, '0'),
    yyyy: () => String(year).padStart(4, '0'),
    yyy: () => String(year).padStart(3, '0'),
    yy: () => two(year % 100),
    y: () => String(year % 100),
    MMMM: () => MONTHS[month],
    MMM: () => MONTHS[month].slice(0, 3),
    MM: () => two(month + 1),
    M: () => String(month + 1),
    dddd: () => DAYS[date.getUTCDay()],
    ddd: () => DAYS[date.getUTCDay()].slice(0, 3),
    dd: () => two(day),
    d: () => String(day),
    HH: () => two(hour),
    H: () => String(hour),
    hh: () => two(half),
    h: () => String(half),
    mm: () => two(date.getUTCMinutes()),
    m: () => String(date.getUTCMinutes()),
    ss: () => two(date.getUTCSeconds()),
    s: () => String(date.getUTCSeconds()),
    tt: () => noon,
    t: () => noon[0],
    K: () => (time.isUtc ? 'Z' : ''),
    zzz: () => '+00:00',
    zz: () => '+00',
    z: () => '+0',
  };
  return pattern.replace(/'([^']*)'|"([^"]*)"|\\(.)|f{1,7}|F{1,7}|([yMdHhmstz])\4*|K|%/g, (found, single, double, escaped) => {
    const quoted = single ?? double ?? escaped;
    if (quoted !== undefined) return quoted;
    if (found === '%') return '';
    if (found[0] === 'f') return ticks.slice(0, found.length);
    if (found[0] === 'F') return ticks.slice(0, found.length).replace(/0+$/, '');
    const part = Object.hasOwn(parts, found) ? parts[found] : undefined;
    if (part === undefined) throw new Error("The date format '" + format + "' is unknown.");
    return part();
  });
}
`;
