import { analyze } from '../../../indexing/analysis/analyzers.ts';
import type { IndexField } from '../../../indexing/definitions/index-field.ts';
import type { IndexReader } from '../../../indexing/store/index-reader.ts';
import { TEXT_TERM, termText, textTerm } from '../../../indexing/store/term.ts';
import type { SuggestionPlan } from '../../plan/suggestions/suggestion-plan.ts';
import { InvalidQueryError } from '../../query-error.ts';
import type { QueryWatch } from '../query-watch.ts';
import { CANDIDATES_MAX, COMPARED_WORDS_MAX } from './limits.ts';
import { type Similarity, similarityOf } from './similarity.ts';

interface Candidate {
  readonly word: string;
  readonly similarity: number;
}

/** The words of the field that are most like the terms, the likest first. It pauses where others may have a turn. */
export function* suggest(
  { terms, options }: SuggestionPlan,
  field: IndexField,
  reader: IndexReader,
  watch?: QueryWatch,
): Generator<void, readonly string[]> {
  const wanted = [...new Set(terms.flatMap((term) => wordsOf(term, field)))].filter((word) => word !== '');
  if (wanted.length === 0 || options.pageSize === 0) return [];
  const best = new BestCandidates();
  const similarity = bounded(similarityOf(options.distance), options);
  let compared = 0;
  for (const bytes of reader.distinctTerms(field.id, TEXT_TERM)) {
    if (++compared > COMPARED_WORDS_MAX) {
      throw new InvalidQueryError(
        `The field '${field.name}' has more than ${COMPARED_WORDS_MAX} different words, which is too many for suggestions`,
      );
    }
    watch?.check();
    if (watch?.isTurnOver === true) yield;
    const word = termText(bytes);
    if (word === '') continue;
    const likest = Math.max(...wanted.map((one) => similarity(one, word)));
    if (likest >= options.accuracy) best.add({ word, similarity: likest });
  }
  const found = best.sorted();
  const ordered = options.sort === 'popularity' ? byPopularity(found, field, reader) : found;
  return ordered.slice(0, options.pageSize).map(({ word }) => word);
}

/** A term becomes words as the texts of the field did. */
function wordsOf(term: string, { analysis }: IndexField): readonly string[] {
  if (typeof analysis === 'object') return analyze(analysis.analyzer, [term]);
  return [analysis === 'exact' ? term : term.toLowerCase()];
}

/** Does not compare texts whose lengths alone make them too different. */
function bounded(similarity: Similarity, { distance, accuracy }: SuggestionPlan['options']): Similarity {
  if (distance !== 'Levenshtein') return similarity;
  return (a, b) => {
    const longer = Math.max(a.length, b.length);
    const shorter = Math.min(a.length, b.length);
    return shorter / longer < accuracy ? 0 : similarity(a, b);
  };
}

/** Keeps the likest; of equally like words the first in the order of the alphabet. */
class BestCandidates {
  #kept: Candidate[] = [];

  add(candidate: Candidate): void {
    this.#kept.push(candidate);
    if (this.#kept.length >= 2 * CANDIDATES_MAX) this.#kept = [...this.sorted()];
  }

  sorted(): readonly Candidate[] {
    // They come in the order of the alphabet, and sorting keeps it.
    return [...this.#kept].sort((a, b) => b.similarity - a.similarity).slice(0, CANDIDATES_MAX);
  }
}

/** Of those that are equally alike, the ones that more documents have come first. */
function byPopularity(
  candidates: readonly Candidate[],
  field: IndexField,
  reader: IndexReader,
): readonly Candidate[] {
  const counted = candidates.map((candidate) => ({
    candidate,
    count: reader.count(field.id, textTerm(candidate.word, true)),
  }));
  return counted
    .sort((a, b) => b.candidate.similarity - a.candidate.similarity || b.count - a.count)
    .map(({ candidate }) => candidate);
}
