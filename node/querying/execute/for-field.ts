import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { TEXT_TERM, textTerm } from '../../indexing/store/term.ts';
import type { AskedRange, AskedTerm, Predicate } from '../plan/predicate.ts';
import { keepsCase, tokensOf } from './field-text.ts';

/** Predicates over single terms of a field. */
export type TermPredicate = Extract<
  Predicate,
  { kind: 'anyTerm' | 'allTerms' | 'range' | 'prefix' | 'scan' | 'regex' }
>;

/** The predicate with its texts as the terms of this field are. */
export function forField<P extends TermPredicate>(predicate: P, field: IndexField): P {
  if (field.analysis === 'default') return predicate;
  return { ...predicate, ...textsFor(predicate, field) };
}

function textsFor(predicate: TermPredicate, field: IndexField): Partial<TermPredicate> {
  switch (predicate.kind) {
    case 'anyTerm':
    case 'allTerms':
      return { terms: predicate.terms.map((term) => termFor(term, field)) };
    case 'range':
      return { range: rangeFor(predicate.termKind, predicate.range, field) };
    case 'prefix': {
      const { written } = predicate;
      return written !== undefined && keepsCase(field) ? { text: written } : {};
    }
    case 'scan': {
      const { passesCased } = predicate;
      return passesCased !== undefined && keepsCase(field) ? { passes: passesCased } : {};
    }
    case 'regex':
      return {};
  }
}

/** A text that the analyzer makes one token of is that token; one that it makes several of is in no entry. */
function termFor(term: AskedTerm, field: IndexField): AskedTerm {
  if (term.written === undefined || term.kind !== TEXT_TERM) return term;
  const tokens = tokensOf(field, term.written);
  const [only] = tokens;
  return tokens.length === 1 && only !== undefined ? textTerm(only, true) : term;
}

function rangeFor(termKind: number, range: AskedRange, field: IndexField): AskedRange {
  if (termKind !== TEXT_TERM || !keepsCase(field)) return range;
  const cased = <End extends AskedRange['from']>(end: End): End =>
    end?.written === undefined ? end : { ...end, bytes: textTerm(end.written, true).bytes };
  const { from, to } = range;
  return {
    ...(from === undefined ? {} : { from: cased(from) }),
    ...(to === undefined ? {} : { to: cased(to) }),
  };
}
