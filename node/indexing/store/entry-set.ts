/** Entries of an index, ascending and without repetition. */
export type EntrySet = Uint32Array;

export const NO_ENTRIES: EntrySet = new Uint32Array(0);

/** One set is that much smaller than the other: then it is cheaper to look each of its entries up. */
const GALLOP_RATIO = 16;

export function intersect(a: EntrySet, b: EntrySet): EntrySet {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a];
  const found = new Uint32Array(small.length);
  let count = 0;
  if (large.length > small.length * GALLOP_RATIO) {
    let from = 0;
    for (const entry of small) {
      from = lowerBound(large, entry, from);
      if (large[from] === entry) found[count++] = entry;
    }
    return found.slice(0, count);
  }
  let at = 0;
  for (const entry of small) {
    while (at < large.length && (large[at] as number) < entry) at++;
    if (large[at] === entry) found[count++] = entry;
  }
  return found.slice(0, count);
}

/** Calls with the positions in `a` and `b` of each entry that is in both, ascending. */
export function forEachShared(
  a: EntrySet,
  b: EntrySet,
  call: (positionInA: number, positionInB: number) => void,
): void {
  if (a === b) {
    for (let at = 0; at < a.length; at++) call(at, at);
    return;
  }
  const isSmaller = a.length < b.length;
  const [small, large] = isSmaller ? [a, b] : [b, a];
  let at = 0;
  for (let n = 0; n < small.length; n++) {
    const entry = small[n] as number;
    at = lowerBound(large, entry, at);
    if (at >= large.length) return;
    if (large[at] !== entry) continue;
    if (isSmaller) call(n, at);
    else call(at, n);
  }
}

/** `a` without what is in `b`. */
export function subtract(a: EntrySet, b: EntrySet): EntrySet {
  if (b.length === 0) return a;
  const left = new Uint32Array(a.length);
  let count = 0;
  let at = 0;
  if (b.length > a.length * GALLOP_RATIO) {
    for (const entry of a) {
      at = lowerBound(b, entry, at);
      if (b[at] !== entry) left[count++] = entry;
    }
    return left.slice(0, count);
  }
  for (const entry of a) {
    while (at < b.length && (b[at] as number) < entry) at++;
    if (b[at] !== entry) left[count++] = entry;
  }
  return left.slice(0, count);
}

export function union(sets: readonly EntrySet[]): EntrySet {
  const filled = sets.filter((set) => set.length > 0);
  const [first, second] = filled;
  if (first === undefined) return NO_ENTRIES;
  if (second === undefined) return first;
  if (filled.length === 2) return unionOfTwo(first, second);
  const all = new Uint32Array(filled.reduce((sum, set) => sum + set.length, 0));
  let at = 0;
  for (const set of filled) {
    all.set(set, at);
    at += set.length;
  }
  return setOf(all);
}

/** Entries that come in no order, maybe several times, as a set. Takes the array over. */
export function setOf(entries: Uint32Array): EntrySet {
  const { length } = entries;
  if (length < MARKED_MIN) return distinct(entries.sort());
  let last = 0;
  for (let at = 0; at < length; at++) if ((entries[at] as number) > last) last = entries[at] as number;
  const words = (last >>> 5) + 1;
  return words > length * WORDS_PER_ENTRY ? distinct(entries.sort()) : marked(entries, words);
}

/** Above so many entries, marking them in a map of bits is shorter than sorting them, unless they lie far apart. */
const MARKED_MIN = 64;
const WORDS_PER_ENTRY = 8;

function marked(entries: Uint32Array, words: number): EntrySet {
  const bits = new Uint32Array(words);
  let count = 0;
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] as number;
    const word = bits[entry >>> 5] as number;
    const bit = 1 << (entry & 31);
    if ((word & bit) !== 0) continue;
    bits[entry >>> 5] = word | bit;
    count++;
  }
  const set = new Uint32Array(count);
  let found = 0;
  for (let at = 0; at < words; at++) {
    for (let word = bits[at] as number; word !== 0; word &= word - 1) {
      set[found++] = at * 32 + 31 - Math.clz32(word & -word);
    }
  }
  return set;
}

export function has(set: EntrySet, entry: number): boolean {
  return set[lowerBound(set, entry, 0)] === entry;
}

/** First position from `from` on whose entry is not less. */
export function lowerBound(set: EntrySet, entry: number, from: number): number {
  let step = 1;
  let low = from;
  while (low + step < set.length && (set[low + step] as number) < entry) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, set.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((set[middle] as number) < entry) low = middle + 1;
    else high = middle;
  }
  return low;
}

function unionOfTwo(a: EntrySet, b: EntrySet): EntrySet {
  const all = new Uint32Array(a.length + b.length);
  let count = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    all[count++] = Math.min(left, right);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return all.slice(0, count);
}

function distinct(sorted: Uint32Array): EntrySet {
  let count = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[count++] = sorted[at] as number;
  }
  return sorted.slice(0, count);
}
