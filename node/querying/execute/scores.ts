import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { boostOf, ENTRY_BOOST } from '../../indexing/static/boosts.ts';
import { type EntrySet, forEachShared, lowerBound } from '../../indexing/store/entry-set.ts';
import type { TermEntries } from '../../indexing/store/known-terms.ts';
import type { TermPostings } from '../../indexing/store/posting-block.ts';
import { TEXT_TERM, type Term, termText, textTerm } from '../../indexing/store/term.ts';
import type { Predicate } from '../plan/predicate.ts';
import { evaluate, type SearchedIndex } from './evaluate.ts';
import { forField, type TermPredicate } from './for-field.ts';
import { lower } from './lower.ts';
import { meanTermLength } from './mean-term-length.ts';
import { nearestEntries } from './nearest-vectors.ts';
import { passingTerms } from './passing-terms.ts';

/** How much terms count: BM25 with k1 = 2 and b = 0.25, in which the length is that of the term, as in RavenDB. */
const K1 = 2;
const B = 0.25;

/** Hears what adds to the score of an entry: how much, and why. */
export type Explain = (entry: number, score: number, why: () => string) => void;

/** Scores of entries by a predicate: what each of its terms adds. */
export class Scores {
  readonly #index: SearchedIndex;
  readonly #entries: EntrySet;
  readonly #explain: Explain | undefined;
  /** Parallel to the entries. */
  readonly all: Float64Array;
  /** How much each of the entries counts, as its map says; undefined: all the same. */
  readonly #entryBoosts: Float64Array | undefined;
  readonly #fieldBoosts = new Map<string, Float64Array | undefined>();

  /** `entries`: whose scores are asked for. `explain`: told of every part of every score. */
  constructor(predicate: Predicate, index: SearchedIndex, entries: EntrySet, explain?: Explain) {
    this.#index = index;
    this.#entries = entries;
    this.#explain = explain;
    this.all = new Float64Array(entries.length);
    this.#entryBoosts = this.#boostsBy(ENTRY_BOOST);
    this.#add(predicate, 1);
  }

  /** 0 of an entry that is none of those. */
  of(entry: number): number {
    const at = lowerBound(this.#entries, entry, 0);
    return this.#entries[at] === entry ? (this.all[at] as number) : 0;
  }

  #add(predicate: Predicate, boost: number): void {
    switch (predicate.kind) {
      case 'and':
      case 'or':
      case 'intersect':
        for (const part of predicate.parts) this.#add(part, boost);
        return;
      case 'optional':
        this.#add(predicate.part, boost);
        return;
      case 'boost':
        this.#add(predicate.part, boost * predicate.factor);
        return;
      case 'anyTerm':
      case 'allTerms':
      case 'range':
      case 'prefix':
      case 'scan':
      case 'regex':
        this.#addToField(predicate.field, (field) =>
          this.#addTermsOf(forField(predicate, field), field, boost),
        );
        return;
      case 'phrase':
        this.#addToField(predicate.field, (field) => {
          for (const token of predicate.tokens) this.#addTerm(field, textTerm(token, true), boost);
        });
        return;
      case 'search':
      case 'lucene':
      case 'fuzzy':
      case 'proximity':
        this.#add(lower(predicate, this.#index), boost);
        return;
      // Who is there is as much there as any other.
      case 'spatial':
        forEachShared(this.#entries, evaluate(predicate, this.#index), (at) => {
          this.#addScore(at, boost, () => `spatial.${predicate.relation} of ${predicate.field}`);
        });
        return;
      case 'vector':
        for (const [entry, similarity] of nearestEntries(predicate, this.#index)) {
          const at = lowerBound(this.#entries, entry, 0);
          if (this.#entries[at] !== entry) continue;
          this.#addScore(at, similarity * boost, () => `similarity of ${predicate.field}`);
        }
        return;
      // What is not there counts nothing, and what is everywhere the same for all.
      case 'not':
      case 'all':
      case 'none':
      case 'document':
      case 'documentPrefix':
      case 'moreLikeThis':
        return;
    }
  }

  #addTermsOf(predicate: TermPredicate, field: IndexField, boost: number): void {
    const { reader } = this.#index;
    switch (predicate.kind) {
      case 'anyTerm':
      case 'allTerms':
        for (const term of predicate.terms) this.#addTerm(field, term, boost);
        return;
      case 'range':
        this.#addTerms(field, reader.terms(field.id, predicate.termKind, predicate.range), boost);
        return;
      case 'prefix':
        this.#addTerms(field, reader.termsWithPrefix(field.id, textTerm(predicate.text, true)), boost);
        return;
      case 'scan':
      case 'regex':
        this.#addPassing(field, predicate, boost);
        return;
    }
  }

  #addToField(name: string, add: (field: IndexField) => void): void {
    const field = this.#index.fields.get(name);
    if (field !== undefined) add(field);
  }

  #addPassing(
    field: IndexField,
    predicate: Extract<Predicate, { kind: 'scan' | 'regex' }>,
    boost: number,
  ): void {
    const weight = predicate.kind === 'scan' ? predicate.weight : undefined;
    const passing = passingTerms(this.#index.reader.terms(field.id, TEXT_TERM), predicate);
    for (const term of [...passing].flat()) {
      this.#addTerms(field, [term], boost * (weight?.(term.text) ?? 1));
    }
  }

  #addTerms(field: IndexField, terms: Iterable<TermEntries>, boost: number): void {
    for (const { bytes, entries } of terms) this.#addPostings(field, bytes, { entries }, boost);
  }

  #addTerm(field: IndexField, term: Term, boost: number): void {
    this.#addPostings(field, term.bytes, this.#index.reader.frequencies(field.id, term), boost);
  }

  #addPostings(field: IndexField, term: Buffer, { entries, times }: TermPostings, boost: number): void {
    const count = entries.length;
    if (count === 0) return;
    const weigh = this.#weight(field, term.length, count, boost);
    const once = weigh(1);
    const boosts = this.#boostsOf(field);
    forEachShared(this.#entries, entries, (at, n) => {
      const here = times?.[n] ?? 1;
      const weight = here === 1 ? once : weigh(here);
      const score = boosts === undefined ? weight : weight * (boosts[at] as number);
      this.#addScore(at, score, () => this.#why(field, term, here, count, boost));
    });
  }

  #addScore(at: number, unboosted: number, why: () => string): void {
    const boosts = this.#entryBoosts;
    const score = boosts === undefined ? unboosted : unboosted * (boosts[at] as number);
    this.all[at] = (this.all[at] as number) + score;
    this.#explain?.(this.#entries[at] as number, score, why);
  }

  #boostsOf({ name }: IndexField): Float64Array | undefined {
    if (!this.#fieldBoosts.has(name)) this.#fieldBoosts.set(name, this.#boostsBy(boostOf(name)));
    return this.#fieldBoosts.get(name);
  }

  /** What the map said of each entry; 1 where it said nothing. */
  #boostsBy(name: string): Float64Array | undefined {
    const field = this.#index.fields.get(name);
    if (field === undefined) return undefined;
    const boosts = new Float64Array(this.#entries.length).fill(1);
    for (const { bytes, entries } of this.#index.reader.terms(field.id, TEXT_TERM)) {
      const factor = Number(termText(bytes));
      forEachShared(this.#entries, entries, (at) => {
        boosts[at] = factor;
      });
    }
    return boosts;
  }

  #why({ name }: IndexField, term: Buffer, times: number, count: number, boost: number): string {
    const boosted = boost === 1 ? '' : `, boost ${boost}`;
    return `'${termText(term)}' in ${name}, ${times} time(s) here, in ${count} of ${this.#index.state.entryCount} entries${boosted}`;
  }

  /** The score of a term that an entry holds so many times. */
  #weight(field: IndexField, length: number, count: number, boost: number): (times: number) => number {
    const rarity = Math.log(1 + (this.#index.state.entryCount - count + 0.5) / (count + 0.5));
    const k = K1 * (1 - B + (B * length) / meanTermLength(field, this.#index));
    return (times) => (rarity * boost * times) / (boost * times + k);
  }
}

/** A boost and a search of vectors say that the order is that of the scores, unless there is another. */
export function ordersByScore(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'boost':
    case 'vector':
      return true;
    case 'and':
    case 'or':
      return predicate.parts.some(ordersByScore);
    case 'not':
      return ordersByScore(predicate.part);
    default:
      return false;
  }
}
