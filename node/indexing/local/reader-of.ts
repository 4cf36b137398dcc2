import { DocumentReader } from '../../documents/document-reader.ts';
import type { KeyValueView } from '../../documents/key-value-view.ts';

/** Documents as indexes read them: conflicts are looked at by nobody here. */
export function readerOf(view: KeyValueView): DocumentReader {
  return new DocumentReader(view, () => ({ conflicts: 0 }));
}
