import { NEW_DOCUMENT_BITS } from '../limits.ts';
import { textHash } from '../text-hash.ts';

/**
 * Tells which documents an index has never mapped, so that nothing is looked for that can't be there: while an index is
 * made that is nearly all of them. A filter of fixed size, which forgets nothing: it may take a document for known that
 * is new, and never the other way round.
 */
export class NewDocuments {
  /** Made with the first document: many an index waits for ever for one. */
  #bits: Uint32Array | undefined;

  /** Whether the document was certainly not here yet; from now on it was. */
  isFirst(lowerId: string): boolean {
    this.#bits ??= new Uint32Array(NEW_DOCUMENT_BITS / 32);
    const bit = textHash(lowerId) % NEW_DOCUMENT_BITS;
    const word = this.#bits[bit >>> 5] ?? 0;
    const mask = 1 << (bit & 31);
    this.#bits[bit >>> 5] = word | mask;
    return (word & mask) === 0;
  }
}
