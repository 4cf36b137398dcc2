import type { StoredDocument } from '../../../documents/stored-document.ts';
import { CHUNK_BYTES, SLICE_DOCUMENTS } from '../../limits.ts';

/** Documents of a listing that were read in one go, and how to read on; null when there are no more. */
export interface Slice {
  readonly documents: readonly StoredDocument[];
  readonly next: (() => Slice) | null;
}

/** Takes documents until a slice is full, by number or by bytes. `isLast`: there were no more. */
export function takeSlice(
  documents: Iterable<StoredDocument>,
  wanted: number,
): { readonly documents: readonly StoredDocument[]; readonly isLast: boolean } {
  const taken: StoredDocument[] = [];
  if (wanted <= 0) return { documents: taken, isLast: true };
  let bytes = 0;
  for (const document of documents) {
    taken.push(document);
    bytes += document.body.byteLength;
    if (taken.length >= wanted) return { documents: taken, isLast: true };
    if (taken.length >= SLICE_DOCUMENTS || bytes >= CHUNK_BYTES) return { documents: taken, isLast: false };
  }
  return { documents: taken, isLast: true };
}

/**
 * A listing of up to `wanted` documents. `read` begins one after the given document, or at the listing's start when
 * there is none yet, and takes a slice of it.
 */
export function sliced(
  wanted: number,
  read: (last: StoredDocument | undefined, wanted: number) => ReturnType<typeof takeSlice>,
  last?: StoredDocument,
): Slice {
  const { documents, isLast } = read(last, wanted);
  const newLast = documents.at(-1);
  if (isLast || newLast === undefined) return { documents, next: null };
  return { documents, next: () => sliced(wanted - documents.length, read, newLast) };
}
