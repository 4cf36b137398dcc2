/** The methods of `Enumerable`, as text that runs in the isolate. The first value is the list. */
export const LISTS = `
class Group {
  constructor(key, items) {
    this.Key = key;
    this.items = items;
  }
  toJSON() {
    return this.items;
  }
}
/** What a loop goes through: nothing of what is missing, pairs of an object. */
function list(value) {
  if (Array.isArray(value)) return value;
  if (absent(value)) return [];
  if (value instanceof Group) return value.items;
  if (typeof value === 'object' && !isNumber(value) && !(value instanceof Time) && !(value instanceof Span)) {
    return Object.entries(value).map(([Key, Value]) => ({ Key, Value }));
  }
  throw new Error(shown(value) + ' is not a list.');
}
const same = (value) => value;
const filtered = (items, test) => (test === undefined ? items : items.filter((item, at) => isTrue(test(item, at))));
const present = (items, of) => (of === undefined ? items : items.map((item) => of(item))).filter((value) => !absent(value));

function sum(items, of) {
  const values = present(items, of);
  if (values[0] instanceof Span) return values.reduce((all, one) => new Span(all.ticks + spanOf(one).ticks));
  return values.reduce((all, one) => numericAdd(all, numeric(one, 'Sum')), values.every(isWhole) ? 0 : fraction(0));
}
const average = (items, of) => {
  const values = present(items, of);
  return values.length === 0 ? undefined : fraction(Number(sum(values)) / values.length);
};
const best = (sign) => (items, of) =>
  present(items, of).reduce((found, one) => (found === undefined || compare(one, found) * sign > 0 ? one : found), undefined);
const bestBy = (sign) => (items, of) =>
  items.reduce((found, one) => (found === undefined || compare(of(one), of(found)) * sign > 0 ? one : found), undefined);

function distinct(items, of = same) {
  const known = new Set();
  return items.filter((item) => {
    const key = keyOf(of(item));
    return !known.has(key) && known.add(key);
  });
}
const keys = (items) => new Set(list(items).map(keyOf));

function groupBy(items, key, element = same, result = undefined) {
  // With two parameters the second function makes results of groups.
  if (result === undefined && element.length === 2) return groupBy(items, key, same, element);
  const groups = new Map();
  for (const item of items) {
    const own = key(item);
    const name = keyOf(own);
    if (!groups.has(name)) groups.set(name, new Group(own, []));
    groups.get(name).items.push(element(item));
  }
  const all = [...groups.values()];
  return result === undefined ? all : all.map((group) => result(group.Key, group));
}

/** How a list was ordered, for the ThenBy that may follow. */
const orders = new WeakMap();
function ordered(items, orderings) {
  const rows = items.map((item) => ({ item, keys: orderings.map(({ of }) => of(item)) }));
  rows.sort((a, b) => {
    for (let at = 0; at < orderings.length; at++) {
      const found = compare(a.keys[at], b.keys[at]) * orderings[at].sign;
      if (found !== 0) return found;
    }
    return 0;
  });
  const result = rows.map(({ item }) => item);
  orders.set(result, { items, orderings });
  return result;
}
const orderBy = (sign) => (items, of) => ordered(items, [{ of, sign }]);
const thenBy = (sign) => (items, of) => {
  const before = orders.get(items);
  if (before === undefined) throw new Error('ThenBy must follow OrderBy.');
  return ordered(before.items, [...before.orderings, { of, sign }]);
};
function some(items, what) {
  if (items.length === 0) throw new Error(what + '(): the list has no such item.');
  return items;
}
const first = (items, test) => filtered(items, test)[0];
const last = (items, test) => filtered(items, test).at(-1);
function selectMany(items, of, result) {
  return items.flatMap((item, at) => {
    const own = list(of(item, at));
    return result === undefined ? own : own.map((one) => result(item, one));
  });
}
function aggregate(items, ...values) {
  if (values.length === 1) return some(items, 'Aggregate').reduce((all, one) => values[0](all, one));
  const [seed, step, result = same] = values;
  return result(items.reduce((all, one) => step(all, one), seed));
}
const takenWhile = (items, test) => {
  const end = items.findIndex((item, at) => !isTrue(test(item, at)));
  return end < 0 ? items.length : end;
};
const counted = (items, test) => filtered(items, test).length;
const single = (items, test) => {
  const found = filtered(items, test);
  if (found.length > 1) throw new Error('Single(): the list has more than one such item.');
  return found;
};

const listMethods = {
  Select: (items, of) => items.map((item, at) => of(item, at)),
  SelectMany: selectMany,
  Where: filtered,
  Any: (items, test) => filtered(items, test).length > 0,
  All: (items, test) => items.every((item) => isTrue(test(item))),
  Sum: sum,
  Average: average,
  Min: best(-1),
  Max: best(1),
  MinBy: bestBy(-1),
  MaxBy: bestBy(1),
  Count: counted,
  LongCount: counted,
  First: (items, test) => some(filtered(items, test), 'First')[0],
  FirstOrDefault: first,
  Last: (items, test) => some(filtered(items, test), 'Last').at(-1),
  LastOrDefault: last,
  Single: (items, test) => some(single(items, test), 'Single')[0],
  SingleOrDefault: (items, test) => single(items, test)[0],
  ElementAt: (items, at) => item(items, at),
  ElementAtOrDefault: (items, at) => items[at],
  Distinct: (items) => distinct(items),
  DistinctBy: distinct,
  OrderBy: orderBy(1),
  OrderByDescending: orderBy(-1),
  ThenBy: thenBy(1),
  ThenByDescending: thenBy(-1),
  Reverse: (items) => items.toReversed(),
  Skip: (items, count) => items.slice(Math.max(0, count)),
  Take: (items, count) => items.slice(0, Math.max(0, count)),
  SkipWhile: (items, test) => items.slice(takenWhile(items, test)),
  TakeWhile: (items, test) => items.slice(0, takenWhile(items, test)),
  Concat: (items, others) => [...items, ...list(others)],
  Union: (items, others) => distinct([...items, ...list(others)]),
  Intersect: (items, others) => distinct(items.filter((item) => keys(others).has(keyOf(item)))),
  Except: (items, others) => distinct(items.filter((item) => !keys(others).has(keyOf(item)))),
  Append: (items, one) => [...items, one],
  Prepend: (items, one) => [one, ...items],
  Contains: (items, one) => items.some((item) => equals(item, one)),
  IndexOf: (items, one) => items.findIndex((item) => equals(item, one)),
  DefaultIfEmpty: (items, otherwise) => (items.length === 0 ? [otherwise] : items),
  GroupBy: groupBy,
  Zip: (items, others, of) => items.slice(0, list(others).length).map((item, at) => of(item, list(others)[at])),
  Aggregate: aggregate,
  ToArray: (items) => [...items],
  ToList: (items) => [...items],
  ToHashSet: (items) => distinct(items),
  AsEnumerable: same,
  Cast: same,
  OfType: same,
  ToDictionary: (items, key, value = same) => Object.fromEntries(items.map((item) => [textOf(key(item)), value(item)])),
  ToString: (items) => JSON.stringify(items),
  Equals: equals,
};
`;
