import type { TermEntries } from '../../indexing/store/known-terms.ts';
import type { Predicate } from '../plan/predicate.ts';
import { matchesOf } from './timed-pattern.ts';

/** Terms that are tested at once. */
const TERMS_AT_ONCE = 1024;

type TermTest = Extract<Predicate, { kind: 'scan' | 'regex' }>;

/** A term that passes, with its text. */
export interface PassingTerm extends TermEntries {
  readonly text: string;
}

/** Those of the terms that a predicate lets pass, of TERMS_AT_ONCE at a time. */
export function* passingTerms(
  terms: Iterable<TermEntries>,
  predicate: TermTest,
): Generator<readonly PassingTerm[]> {
  let some: PassingTerm[] = [];
  for (const term of terms) {
    some.push({ ...term, text: term.bytes.toString('utf8') });
    if (some.length < TERMS_AT_ONCE) continue;
    yield passing(some, predicate);
    some = [];
  }
  yield passing(some, predicate);
}

function passing(terms: readonly PassingTerm[], predicate: TermTest): readonly PassingTerm[] {
  if (predicate.kind === 'scan') return terms.filter(({ text }) => predicate.passes(text));
  const matches = matchesOf(
    predicate.pattern,
    terms.map(({ text }) => text),
  );
  return terms.filter((_, at) => matches[at] === true);
}
