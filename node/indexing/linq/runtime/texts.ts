/** The methods of texts and numbers, as text that runs in the isolate. The first value is the text or number. */
export const TEXTS = String.raw`
const ignoresCase = (comparison) => typeof comparison === 'string' && comparison.endsWith('IgnoreCase');
const folded = (text, comparison) => (ignoresCase(comparison) ? textOf(text).toLowerCase() : textOf(text));
const characters = (values) => values.flatMap((value) => (Array.isArray(value) ? value : [...textOf(value)]));

function trimmed(text, values, atStart, atEnd) {
  const cut = characters(values);
  const isCut = (one) => (cut.length === 0 ? /\s/.test(one) : cut.includes(one));
  let [from, to] = [0, text.length];
  while (atStart && from < to && isCut(text[from])) from++;
  while (atEnd && from < to && isCut(text[to - 1])) to--;
  return text.slice(from, to);
}
function split(text, ...values) {
  const options = values.filter((value) => /^(None|RemoveEmptyEntries|TrimEntries)$/.test(value));
  const separators = values.filter((value) => !options.includes(value) && !isNumber(value)).flat();
  const pattern = separators.map((one) => textOf(one).replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')).join('|');
  const parts = text.split(new RegExp(pattern === '' ? '\\s' : pattern));
  const trimmedParts = options.includes('TrimEntries') ? parts.map((part) => part.trim()) : parts;
  return options.includes('RemoveEmptyEntries') ? trimmedParts.filter((part) => part !== '') : trimmedParts;
}
function substring(text, from, length = text.length - from) {
  if (from < 0 || length < 0 || from + length > text.length) {
    throw new Error('Substring: the text has ' + text.length + ' characters, but ' + from + ' to ' + (from + length) + ' was asked for.');
  }
  return text.slice(from, from + length);
}
const number = (value) => (isNumber(value) ? Number(value) : undefined);

const textMethods = {
  ToLower: (text) => text.toLowerCase(),
  ToLowerInvariant: (text) => text.toLowerCase(),
  ToUpper: (text) => text.toUpperCase(),
  ToUpperInvariant: (text) => text.toUpperCase(),
  Trim: (text, ...values) => trimmed(text, values, true, true),
  TrimStart: (text, ...values) => trimmed(text, values, true, false),
  TrimEnd: (text, ...values) => trimmed(text, values, false, true),
  Substring: substring,
  Split: split,
  Replace: (text, from, to) => text.replaceAll(textOf(from), () => textOf(to)),
  Contains: (text, part, comparison) => folded(text, comparison).includes(folded(part, comparison)),
  StartsWith: (text, part, comparison) => folded(text, comparison).startsWith(folded(part, comparison)),
  EndsWith: (text, part, comparison) => folded(text, comparison).endsWith(folded(part, comparison)),
  IndexOf: (text, part, from, comparison) =>
    folded(text, comparison ?? from).indexOf(folded(part, comparison ?? from), number(from)),
  LastIndexOf: (text, part, comparison) => folded(text, comparison).lastIndexOf(folded(part, comparison)),
  PadLeft: (text, width, fill = ' ') => text.padStart(width, fill),
  PadRight: (text, width, fill = ' ') => text.padEnd(width, fill),
  Insert: (text, at, part) => substring(text, 0, at) + textOf(part) + substring(text, at),
  Remove: (text, from, length) => substring(text, 0, from) + (length === undefined ? '' : substring(text, from + length)),
  Equals: (text, other, comparison) => !absent(other) && folded(text, comparison) === folded(other, comparison),
  CompareTo: compare,
  ToCharArray: (text) => [...text],
  ToString: (text, format) => formatted(text, format),
  Any: (text) => text.length > 0,
  Count: (text) => text.length,
};
const numberMethods = {
  ToString: formatted,
  CompareTo: compare,
  Equals: equals,
};
const truthMethods = { ToString: textOf, CompareTo: compare, Equals: equals };
`;
