import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { type EntrySet, intersect, lowerBound, NO_ENTRIES } from '../../indexing/store/entry-set.ts';
import type { IndexReader } from '../../indexing/store/index-reader.ts';
import { textTerm } from '../../indexing/store/term.ts';

/** Entries that have the tokens in this order with no more than `slop` moves of tokens. */
export function phraseEntries(
  tokens: readonly string[],
  slop: number,
  field: IndexField,
  reader: IndexReader,
): EntrySet {
  if (tokens.length === 0) return NO_ENTRIES;
  const terms = tokens.map((token) => textTerm(token, true));
  const all = terms.map((term) => reader.entries(field.id, term)).reduce(intersect);
  if (all.length === 0) return NO_ENTRIES;
  const placed = terms.map((term) => positionsIn(all, reader, field.id, term));
  return all.filter((_, at) =>
    hasPhrase(
      placed.map((places) => places[at] ?? NO_PLACES),
      slop,
    ),
  );
}

const NO_PLACES = new Uint32Array(0);

/** Positions of a term in each of these entries. */
function positionsIn(
  entries: EntrySet,
  reader: IndexReader,
  field: number,
  term: ReturnType<typeof textTerm>,
): readonly Uint32Array[] {
  const found: Uint32Array[] = new Array(entries.length).fill(NO_PLACES);
  for (const block of reader.postings(field, term)) {
    let at = 0;
    block.entries.forEach((entry, i) => {
      at = lowerBound(entries, entry, at);
      if (entries[at] === entry) found[at] = block.positions?.[i] ?? NO_PLACES;
    });
  }
  return found;
}

/**
 * Can one place be taken of each list, none twice, so that all lie within `slop` when each is counted from where its
 * token would be in the exact phrase? That is Lucene's slop: an exact phrase has 0, two words the other way round 2.
 *
 * `placed`: positions of each token of the phrase, ascending.
 */
export function hasPhrase(placed: readonly Uint32Array[], slop: number): boolean {
  // Something lies where its window begins; in an exact phrase that is the first token.
  const firsts = slop === 0 ? placed.slice(0, 1) : placed;
  return firsts.some((places, token) =>
    places.some((place) => fits(placed, place - token, place - token + slop)),
  );
}

/** Takes for each token, the one whose window ends first first, the first place that is free: no other choice does better. */
function fits(placed: readonly Uint32Array[], from: number, to: number): boolean {
  const taken = new Set<number>();
  return placed.every((places, token) => {
    for (let at = lowerBound(places, Math.max(0, from + token), 0); at < places.length; at++) {
      const place = places[at] as number;
      if (place > to + token) return false;
      if (taken.has(place)) continue;
      taken.add(place);
      return true;
    }
    return false;
  });
}
