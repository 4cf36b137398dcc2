import type { IndexField } from '../../../indexing/definitions/index-field.ts';
import { fieldTerms } from '../../../indexing/store/field-terms.ts';
import { TEXT_TERM, type Term, termText } from '../../../indexing/store/term.ts';
import type { FieldValues } from '../../../indexing/values/index-value.ts';
import type { MoreLikeThisOptions } from '../../plan/predicate.ts';
import type { SearchedIndex } from '../evaluate.ts';

/** A field by which documents are compared, with the values of the one that others are to be like. */
export interface ComparedField {
  readonly name: string;
  readonly field: IndexField;
  readonly values: FieldValues;
}

/** A term and how much it tells: the rarer it is, and the oftener the document has it, the more. */
export interface TellingTerm {
  readonly field: string;
  readonly term: Term;
  readonly weight: number;
}

/** The terms that tell most of what the document is about, the best first. */
export function tellingTerms(
  compared: readonly ComparedField[],
  options: MoreLikeThisOptions,
  stopWords: ReadonlySet<string>,
  { reader, state }: Pick<SearchedIndex, 'reader' | 'state'>,
): readonly TellingTerm[] {
  const entries = state.entryCount;
  const mostEntries = Math.min(
    options.maximumDocumentFrequency,
    (options.maximumDocumentFrequencyPercentage / 100) * entries,
  );
  const found: TellingTerm[] = [];
  for (const { name, field, values } of compared) {
    const { terms, positions = [] } = fieldTerms(field, values);
    for (const [at, term] of terms.entries()) {
      if (term.kind !== TEXT_TERM || !isWord(termText(term.bytes), options, stopWords)) continue;
      const places = positions[at - terms.length + positions.length];
      const frequency = places?.filter((position) => position < options.maximumTokens).length ?? 1;
      if (frequency < Math.max(1, options.minimumTermFrequency)) continue;
      const count = reader.count(field.id, term);
      if (count < options.minimumDocumentFrequency || count > mostEntries) continue;
      found.push({ field: name, term, weight: frequency * (1 + Math.log(entries / (count + 1))) });
    }
  }
  return found.sort((a, b) => b.weight - a.weight).slice(0, options.maximumQueryTerms);
}

function isWord(
  text: string,
  { minimumWordLength, maximumWordLength }: MoreLikeThisOptions,
  stopWords: ReadonlySet<string>,
): boolean {
  return (
    text.length >= minimumWordLength && text.length <= maximumWordLength && !stopWords.has(text.toLowerCase())
  );
}
