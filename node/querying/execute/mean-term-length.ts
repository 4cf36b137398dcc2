import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { TEXT_TERM } from '../../indexing/store/term.ts';
import type { SearchedIndex } from './evaluate.ts';

/** Mean lengths by field, of indexes as they are: each batch makes another state. */
const KNOWN = new WeakMap<object, Map<number, number>>();

/** Bytes of the terms of a field, in the mean. All terms are looked at once for each state of the index. */
export function meanTermLength({ id }: IndexField, { reader, state }: SearchedIndex): number {
  const known = KNOWN.get(state) ?? new Map<number, number>();
  KNOWN.set(state, known);
  let mean = known.get(id);
  if (mean === undefined) {
    let terms = 0;
    let bytes = 0;
    for (const term of reader.distinctTerms(id, TEXT_TERM)) {
      terms++;
      bytes += term.length;
    }
    mean = terms === 0 ? 1 : bytes / terms;
    known.set(id, mean);
  }
  return mean;
}
