/**
 * Arithmetic and comparison as C# has them, as text that runs in the isolate. A whole number is a plain one; a double
 * or decimal that happens to be whole is a `Number` object, so that 10.0 / 4 is 2.5 while 10 / 4 is 2.
 */
export const NUMBERS = `
const absent = (value) => value === undefined || value === null;
const isNumber = (value) => typeof value === 'number' || value instanceof Number;
const isWhole = (value) => typeof value === 'number' && Number.isInteger(value);
const isTrue = (value) => value === true;
const fraction = (value) => (Number.isInteger(value) ? new Number(value) : value);
const like = (result, a, b) => (isWhole(a) && isWhole(b) ? result : fraction(result));

function shown(value) {
  return value instanceof Time || value instanceof Span ? String(value) : JSON.stringify(value);
}
function numeric(value, what) {
  if (isNumber(value)) return Number(value);
  throw new Error(what + ' needs a number, but it is ' + shown(value));
}
function operation(sign, compute) {
  return (a, b) => {
    if (absent(a) || absent(b)) return null;
    return like(compute(numeric(a, sign), numeric(b, sign)), a, b);
  };
}
const numericAdd = operation('+', (a, b) => a + b);
const numericSubtract = operation('-', (a, b) => a - b);

function add(a, b) {
  if (b instanceof Span) {
    if (a instanceof Span) return new Span(a.ticks + b.ticks);
    if (timeOf(a) !== undefined) return timeOf(a).plus(b.ticks);
  }
  if (typeof a === 'string' || typeof b === 'string') return textOf(a) + textOf(b);
  return numericAdd(a, b);
}
function subtract(a, b) {
  if (a instanceof Span && b instanceof Span) return new Span(a.ticks - b.ticks);
  const time = timeOf(a);
  if (time === undefined || absent(b)) return numericSubtract(a, b);
  if (timeOf(b) !== undefined) return time.since(timeOf(b));
  return time.plus(-spanOf(b).ticks);
}
function divide(a, b) {
  if (isWhole(a) && isWhole(b)) {
    if (b === 0) throw new Error('Attempted to divide by zero.');
    return Math.trunc(a / b);
  }
  return quotient(a, b);
}
/** Never cut to a whole number. */
const quotient = (a, b) => (absent(a) || absent(b) ? null : fraction(numeric(a, '/') / numeric(b, '/')));
const negative = (value) => {
  if (value instanceof Span) return new Span(-value.ticks);
  return absent(value) ? null : like(-numeric(value, '-'), value, value);
};
/** Of truth values and whole numbers. */
const bits = (ofTruths, ofNumbers) => (a, b) => {
  if (typeof a === 'boolean' || typeof b === 'boolean') return ofTruths(isTrue(a), isTrue(b));
  return absent(a) || absent(b) ? null : ofNumbers(numeric(a, '&, | and ^'), numeric(b, '&, | and ^'));
};

/** Nothing comes before everything. */
function compare(a, b) {
  if (absent(a) || absent(b)) return absent(a) ? (absent(b) ? 0 : -1) : 1;
  if (isNumber(a) && isNumber(b)) return order(Number(a), Number(b));
  if (a instanceof Time || b instanceof Time) {
    const [left, right] = [timeOf(a), timeOf(b)];
    if (left !== undefined && right !== undefined) return order(left.ms, right.ms) || order(left.ticks, right.ticks);
  }
  if (a instanceof Span || b instanceof Span) {
    const [left, right] = [maybeSpan(a), maybeSpan(b)];
    if (left !== undefined && right !== undefined) return order(left.ticks, right.ticks);
  }
  if (typeof a === typeof b && (typeof a === 'string' || typeof a === 'boolean')) return order(a, b);
  throw new Error('Cannot compare ' + shown(a) + ' with ' + shown(b));
}
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const comparison = (holds) => (a, b) => !absent(a) && !absent(b) && holds(compare(a, b));

function equals(a, b) {
  if (absent(a) || absent(b)) return absent(a) && absent(b);
  if (isNumber(a) || isNumber(b)) return isNumber(a) && isNumber(b) && Number(a) === Number(b);
  if (a instanceof Time || b instanceof Time) {
    return timeOf(a) !== undefined && timeOf(b) !== undefined && compare(a, b) === 0;
  }
  if (a instanceof Span || b instanceof Span) return maybeSpan(a)?.ticks === maybeSpan(b)?.ticks;
  return typeof a === 'object' && typeof b === 'object' ? keyOf(a) === keyOf(b) : a === b;
}
/** Equal for equal values. */
const keyOf = (value) => JSON.stringify(value ?? null);

const casts = {
  whole: (value) => (absent(value) ? 0 : Math.trunc(numeric(value, 'A cast to a whole number'))),
  fraction: (value) => (absent(value) ? fraction(0) : fraction(numeric(value, 'A cast to a number'))),
  text: (value) => (absent(value) ? null : typeof value === 'object' && !isNumber(value) ? value : textOf(value)),
  truth: (value) => isTrue(value),
  time: (value) => (absent(value) ? Time.of(1, 1, 1) : requiredTime(value)),
  span: (value) => (absent(value) ? new Span(0) : spanOf(value)),
};
const castNullable = (kind, value) => (absent(value) ? null : casts[kind](value));
`;
