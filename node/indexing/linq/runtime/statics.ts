/** Static methods and values, by their C# names, as text that runs in the isolate. */
export const STATICS = String.raw`
/** Nothing of nothing. */
const maybe = (of) => (value, ...values) => (absent(value) ? undefined : of(value, ...values));
const math = (compute) => maybe((value, ...values) => like(compute(numeric(value, 'Math'), ...values.map(Number)), value, value));
const ceiling = maybe((value) => fraction(Math.ceil(numeric(value, 'Math.Ceiling'))));
const chosen = (compute) => (a, b) => (absent(a) || absent(b) ? undefined : like(compute(Number(a), Number(b)), a, b));

/** To the even one of two that are as near. */
function rounded(value, digits = 0, mode = undefined) {
  const scale = 10 ** (isNumber(digits) ? Number(digits) : 0);
  const scaled = numeric(value, 'Math.Round') * scale;
  const down = Math.floor(scaled);
  const rest = Math.abs(scaled - down - 0.5) < 1e-9 ? 0.5 : scaled - down;
  const isAway = mode === 'AwayFromZero' || digits === 'AwayFromZero';
  const isUp = rest > 0.5 || (rest === 0.5 && (isAway ? scaled > 0 : down % 2 !== 0));
  return (isUp ? down + 1 : down) / scale;
}
function parsed(text, isFraction) {
  const clean = textOf(text).trim().replace(/(?<=\d),(?=\d)/g, isFraction ? '' : ',');
  if (!(isFraction ? /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i : /^[-+]?\d+$/).test(clean)) {
    throw new Error(shown(text) + ' is not a ' + (isFraction ? 'number.' : 'whole number.'));
  }
  return isFraction ? fraction(Number(clean)) : Number(clean);
}
const parseWhole = maybe((value) => (isNumber(value) ? Math.trunc(Number(value)) : parsed(value, false)));
const parseFraction = maybe((value) => (isNumber(value) ? fraction(Number(value)) : parsed(value, true)));
const toWhole = maybe((value) => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return isNumber(value) ? rounded(value) : parsed(value, false);
});
const toTruth = maybe((value) => {
  if (typeof value === 'boolean') return value;
  if (isNumber(value)) return Number(value) !== 0;
  const text = textOf(value).trim().toLowerCase();
  if (text !== 'true' && text !== 'false') throw new Error(shown(value) + ' is neither true nor false.');
  return text === 'true';
});
const parseTime = maybe(requiredTime);
const parseSpan = maybe(spanOf);
const toText = maybe(textOf);
const isNothing = (value) => absent(value) || value === '';
const isBlank = (value) => absent(value) || textOf(value).trim() === '';
const joined = maybe((separator, ...values) => {
  const items = values.length === 1 && typeof values[0] !== 'string' ? values[0] : values;
  return absent(items) ? undefined : list(items).map(textOf).join(textOf(separator));
});
function expression(pattern, options) {
  const [, flags = '', rest] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(textOf(pattern));
  const own = new Set([...flags, ...(/IgnoreCase/.test(options) ? 'i' : ''), 'g']);
  return new RegExp(rest, [...own].join(''));
}
const parsers = {
  'int long short byte sbyte uint ulong ushort Int16 Int32 Int64 Byte': { Parse: parseWhole },
  'decimal double float Decimal Double Single': { Parse: parseFraction },
  'bool Boolean': { Parse: toTruth },
  'DateTime DateTimeOffset': { Parse: parseTime, Compare: compare, SpecifyKind: (time, kind) => maybe((one) => new Time(one.ms, one.ticks, kind === 'Utc'))(timeOf(time)) },
  TimeSpan: {
    Parse: parseSpan,
    FromDays: maybe((count) => new Span(count * 864e9)),
    FromHours: maybe((count) => new Span(count * 36e9)),
    FromMinutes: maybe((count) => new Span(count * 6e8)),
    FromSeconds: maybe((count) => new Span(count * 1e7)),
    FromMilliseconds: maybe((count) => new Span(count * 1e4)),
  },
  Convert: {
    ToInt16: toWhole,
    ToInt32: toWhole,
    ToInt64: toWhole,
    ToByte: toWhole,
    ToDecimal: parseFraction,
    ToDouble: parseFraction,
    ToSingle: parseFraction,
    ToString: toText,
    ToBoolean: toTruth,
    ToDateTime: parseTime,
  },
  'string String': {
    Join: joined,
    Format: (format, ...values) => (absent(format) ? undefined : filledIn(format, values)),
    Concat: (...values) => values.flatMap((value) => (Array.isArray(value) ? value : [value])).map(textOf).join(''),
    IsNullOrEmpty: isNothing,
    IsNullOrWhiteSpace: isBlank,
    Equals: (a, b, comparison) => (absent(a) || absent(b) ? equals(a, b) : folded(a, comparison) === folded(b, comparison)),
    Compare: (a, b, comparison) => compare(absent(a) ? a : folded(a, comparison), absent(b) ? b : folded(b, comparison)),
  },
  Math: {
    Abs: math(Math.abs),
    Ceiling: ceiling,
    Floor: maybe((value) => fraction(Math.floor(numeric(value, 'Math.Floor')))),
    Truncate: maybe((value) => fraction(Math.trunc(numeric(value, 'Math.Truncate')))),
    Round: maybe((...values) => fraction(rounded(...values))),
    Sqrt: maybe((value) => fraction(Math.sqrt(value))),
    Pow: maybe((value, power) => (absent(power) ? undefined : fraction(value ** power))),
    Log: maybe((value, base) => fraction(absent(base) ? Math.log(value) : Math.log(value) / Math.log(base))),
    Log10: maybe((value) => fraction(Math.log10(value))),
    Exp: maybe((value) => fraction(Math.exp(value))),
    Sign: maybe((value) => Math.sign(value)),
    Min: chosen(Math.min),
    Max: chosen(Math.max),
  },
  Regex: {
    IsMatch: (text, pattern, options) => !absent(text) && expression(pattern, options).test(textOf(text)),
    Replace: maybe((text, pattern, to, options) => textOf(text).replace(expression(pattern, options), textOf(to))),
    Split: maybe((text, pattern, options) => textOf(text).split(expression(pattern, options))),
  },
  Enumerable: {
    Range: (from, count) => Array.from({ length: Math.min(Math.max(0, count), 100000) }, (_, at) => from + at),
    Repeat: (value, count) => Array.from({ length: Math.min(Math.max(0, count), 100000) }, () => value),
    Empty: () => [],
  },
  Array: { Empty: () => [] },
};
const statics = {};
for (const [types, methods] of Object.entries(parsers)) {
  for (const type of types.split(' ')) {
    for (const [name, method] of Object.entries(methods)) statics[type + '.' + name] = method;
  }
}
`;
