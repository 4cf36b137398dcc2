import { FORMATS } from './formats.ts';
import { LISTS } from './lists.ts';
import { NUMBERS } from './numbers.ts';
import { STATICS } from './statics.ts';
import { TEXTS } from './texts.ts';
import { TIMES } from './times.ts';

/** Members, items and calls by what the value is, and what becomes of results. */
const VALUES = `
function get(value, name) {
  if (absent(value)) return name === 'HasValue' ? false : undefined;
  if (typeof value === 'string' || value instanceof Time || value instanceof Span) return memberOfText(value, name);
  if (Array.isArray(value)) {
    if (name === 'Count' || name === 'Length') return value.length;
    throw new Error("A list has no member '" + name + "'.");
  }
  if (typeof value !== 'object' || isNumber(value)) return memberOfSimple(value, name);
  if (Object.hasOwn(value, name)) return value[name];
  if (name === 'Id') return id(value) ?? undefined;
  return undefined;
}
function memberOfText(value, name) {
  if (name === 'Length' && typeof value === 'string') return value.length;
  const time = Object.hasOwn(timeMembers, name) ? timeOf(value) : undefined;
  if (time !== undefined) return timeMembers[name](time);
  const span = Object.hasOwn(spanMembers, name) ? maybeSpan(value) : undefined;
  if (span !== undefined) return spanMembers[name](span);
  return memberOfSimple(value, name);
}
function memberOfSimple(value, name) {
  if (name === 'Value') return value;
  if (name === 'HasValue') return true;
  throw new Error(shown(value) + " has no member '" + name + "'.");
}
function item(value, index) {
  if (absent(value) || absent(index)) return undefined;
  if (typeof value === 'object' && !Array.isArray(value) && !(value instanceof Group)) {
    return Object.hasOwn(value, index) ? value[index] : undefined;
  }
  const items = typeof value === 'string' ? value : list(value);
  if (!(index >= 0 && index < items.length)) throw new Error('There is no item ' + shown(index) + ' of ' + items.length + '.');
  return items[index];
}

const OF_NOTHING = {
  Count: () => 0,
  LongCount: () => 0,
  Sum: () => 0,
  DefaultIfEmpty: (_, otherwise) => [otherwise],
  Equals: (_, other) => absent(other),
  GetValueOrDefault: (_, otherwise) => otherwise,
};
const objectMethods = {
  Value: (object, name) => get(object, name),
  ContainsKey: (object, name) => Object.hasOwn(object, name),
  ToString: (object) => JSON.stringify(object),
  Equals: equals,
};
function methodsOf(value, name) {
  if (typeof value === 'boolean') return [truthMethods, value];
  if (isNumber(value)) return [numberMethods, value];
  if (value instanceof Time) return [timeMethods, value];
  if (value instanceof Span) return [spanMethods, value];
  if (typeof value === 'string') {
    if (Object.hasOwn(textMethods, name)) return [textMethods, value];
    return [timeMethods, timeOf(value) ?? value];
  }
  if (Array.isArray(value) || value instanceof Group) return [listMethods, list(value)];
  return Object.hasOwn(objectMethods, name) ? [objectMethods, value] : [listMethods, list(value)];
}
function call(name, value, ...values) {
  if (absent(value)) return Object.hasOwn(OF_NOTHING, name) ? OF_NOTHING[name](value, ...values) : undefined;
  if (name === 'GetValueOrDefault') return value;
  const [methods, target] = methodsOf(value, name);
  if (Object.hasOwn(methods, name) && (methods !== timeMethods || target instanceof Time)) {
    return methods[name](target, ...values);
  }
  throw new Error(shown(value) + " has no method '" + name + "'.");
}
/** Whether some kind of value has the method. */
const methodNames = () =>
  [textMethods, numberMethods, timeMethods, spanMethods, listMethods, objectMethods, OF_NOTHING].flatMap(Object.keys);

/** The rows of a query in the order of their keys, without these. */
function sorted(rows, signs) {
  const orderings = signs.map((sign, at) => ({ sign, of: ([, keys]) => keys[at] }));
  return ordered(rows, orderings).map(([variables]) => variables);
}
const grouping = (pairs) => groupBy(pairs, ([key]) => key, ([, value]) => value);

const converted = {
  whole: (value) => attempt(() => parseWhole(value)),
  fraction: (value) => attempt(() => parseFraction(value)),
  truth: (value) => attempt(() => toTruth(value)),
  time: (value) => timeOf(value),
  span: (value) => maybeSpan(value),
  text: (value) => (absent(value) ? undefined : textOf(value)),
};
function attempt(body) {
  try {
    return body();
  } catch {
    return undefined; // TryConvert gives nothing where the value is no number.
  }
}

class Boosted {
  constructor(value, factor) {
    Object.assign(this, { $value: value, $boost: factor });
  }
}
function boosted(value, factor) {
  const number = absent(factor) ? Number.NaN : Number(factor);
  if (!Number.isFinite(number)) throw new Error('Boost takes a number, but was given ' + shown(factor) + '.');
  return new Boosted(value, number);
}

class Field {
  constructor(name, value, options) {
    Object.assign(this, { $name: textOf(name), $value: value, $options: options });
  }
}
/** Options are one object, or whether it is stored and, then, whether it is analysed. */
const createField = (name, value, options, isAnalysed) => new Field(name, whole(value), typeof options !== 'boolean'
  ? (options ?? null)
  : { storage: options, indexing: absent(isAnalysed) ? null : isAnalysed ? 'Search' : 'Exact' });
const isFields = (value) => value instanceof Field || (Array.isArray(value) && value.length > 0 && value.every((one) => one instanceof Field));

/** A document, or of a list of ids their documents, with null where there is none. */
function loadDocument(ids, collection) {
  if (absent(ids)) return undefined;
  if (typeof ids === 'string') return load(ids, collection) ?? undefined;
  if (Array.isArray(ids) || ids instanceof Group) return list(ids).map((one) => loadDocument(one, collection) ?? null);
  throw new Error('LoadDocument takes a text or a list of texts, but was given ' + shown(ids) + '.');
}

/** A compare-exchange value, or of a list of keys their values, with null where there is none. */
function loadValue(keys) {
  if (absent(keys)) return undefined;
  if (typeof keys === 'string') return cmpxchg(keys) ?? undefined;
  if (Array.isArray(keys) || keys instanceof Group) return list(keys).map((one) => loadValue(one) ?? null);
  throw new Error('LoadCompareExchangeValue takes a text or a list of texts, but was given ' + shown(keys) + '.');
}

/** Without what is missing in lists. */
function whole(value) {
  if (value instanceof Boosted) return boosted(whole(value.$value), value.$boost);
  if (value instanceof Group) return whole(value.items);
  return Array.isArray(value) ? value.filter((one) => one !== undefined).map(whole) : value;
}
/** What a map or reduce gave: members that are missing are no fields, and without fields there is no entry, unless the index keeps those. */
function outputs(found) {
  const given = [];
  for (const each of list(found)) {
    const one = each instanceof Boosted ? each.$value : each;
    if (one === null || typeof one !== 'object' || Array.isArray(one) || one instanceof Group || one instanceof Time) {
      throw new Error('It must give objects, but gave ' + shown(one));
    }
    const members = [];
    const dynamic = [];
    for (const [name, value] of Object.entries(one)) {
      if (isFields(value)) {
        for (const field of [value].flat()) dynamic.push(field);
      } else if (value !== undefined && !(value instanceof Boosted && value.$value === undefined)) {
        members.push([name, whole(value)]);
      }
    }
    const entry = Object.fromEntries(members);
    if (dynamic.length > 0) entry._ = dynamic;
    if (globalThis.__keepsEmpty === true || Object.keys(entry).length > 0) {
      given.push(each === one ? entry : boosted(entry, each.$boost));
    }
  }
  return given;
}
function only(found) {
  if (found.length > 1) throw new Error('A reduce gives one object for a group, but this gave ' + found.length + '.');
  return found[0] ?? null;
}
`;

const DOOR = `
return Object.freeze({
  get, item, call, list, isTrue, add, subtract, divide, quotient, negative, equals, casts, castNullable, textOf, statics,
  formatted, aligned, sorted, grouping, converted, createField, boosted, loadDocument, loadValue, outputs, only, fraction, methodNames, recurse, Time, Span,
  time: (...parts) => (parts.some(absent) ? undefined : Time.of(...parts.map(Number))),
  span: (ticks) => (Number.isFinite(Number(ticks)) ? new Span(Number(ticks)) : undefined),
  multiply: operation('*', (a, b) => a * b),
  remainder: operation('%', (a, b) => a % b),
  less: comparison((found) => found < 0),
  lessOrEqual: comparison((found) => found <= 0),
  greater: comparison((found) => found > 0),
  greaterOrEqual: comparison((found) => found >= 0),
  and: bits((a, b) => a && b, (a, b) => a & b),
  or: bits((a, b) => a || b, (a, b) => a | b),
  differ: bits((a, b) => a !== b, (a, b) => a ^ b),
  inverted: (value) => (absent(value) ? null : ~numeric(value, '~')),
  idOf: (value) => id(value) ?? undefined,
  metadataOf: (value) => getMetadata(value) ?? undefined,
});`;

/** What translated C# runs with, as text for the isolate: one object, beside the prelude of all scripts. */
export const LINQ_RUNTIME = `const __cs = (() => {
${[NUMBERS, TIMES, FORMATS, TEXTS, LISTS, STATICS, VALUES, DOOR].join('\n')}
})();`;
