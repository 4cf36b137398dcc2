import { ETAGS } from '../../documents/columns.ts';
import { readLastEtag } from '../../documents/database-state.ts';
import { lowerIdOf } from '../../documents/document-id.ts';
import type { DocumentReader } from '../../documents/document-reader.ts';
import type { KeyValueView, ReadableStorage } from '../../documents/key-value-view.ts';
import { decodeEtagRow, etagKey, nameOfKey } from '../../documents/storage-keys.ts';
import { FOLLOWED_WRITES_MAX, SHOWN_DOCUMENT_WEIGHT, SHOWN_DOCUMENTS_BYTES_MAX } from '../limits.ts';
import { RecentValues, WeightBudget } from '../store/recent-values.ts';
import { KeptDocument } from './kept-document.ts';

/** Of all databases of a thread. */
const BUDGET = new WeightBudget(SHOWN_DOCUMENTS_BYTES_MAX);

/**
 * Documents of a database that queries have shown lately: reading one costs more than all else that a query does for
 * it. What was written since is found by its etags before any of them is given; where those have gaps, something was
 * written over or removed for good, and nothing that is kept can be trusted.
 */
export class RecentlyShown {
  readonly #storage: ReadableStorage;
  readonly #view: KeyValueView;
  readonly #reader: DocumentReader;
  /** By the id in lower case. */
  readonly #documents = new RecentValues<string, KeptDocument>(
    BUDGET,
    // Both the parts and the whole.
    ({ body, metadata }) => 2 * (body.length + metadata.length) + SHOWN_DOCUMENT_WEIGHT,
  );
  /** Sequence of the storage, and etag, up to which writes were looked at. */
  #sequence = -1;
  #etag = 0;

  constructor(storage: ReadableStorage, view: KeyValueView, reader: DocumentReader) {
    this.#storage = storage;
    this.#view = view;
    this.#reader = reader;
  }

  /** Keeps nothing any more. */
  close(): void {
    this.#documents.close();
  }

  /** In the order of `ids`; undefined for those that are not there. */
  getMany(ids: readonly string[]): (KeptDocument | undefined)[] {
    this.#follow();
    const found = ids.map((id) => this.#documents.get(lowerIdOf(id)));
    if (!found.includes(undefined)) return found;
    const missing = [...found.keys()].filter((at) => found[at] === undefined);
    const read = this.#reader.getMany(missing.map((at) => ids[at] as string));
    for (const [n, at] of missing.entries()) {
      const document = read[n];
      if (document === undefined) continue;
      const kept = new KeptDocument(document);
      found[at] = kept;
      this.#documents.set(lowerIdOf(ids[at] as string), kept);
    }
    return found;
  }

  /** Forgets what was written since it was looked at last. */
  #follow(): void {
    const { sequence } = this.#storage;
    if (sequence === this.#sequence) return;
    const etag = readLastEtag(this.#view);
    if (!this.#forgetWritten(etag)) this.#documents.clear();
    this.#etag = etag;
    this.#sequence = sequence;
  }

  /** False: not every one of the writes up to this etag is known. */
  #forgetWritten(etag: number): boolean {
    const count = etag - this.#etag;
    if (count < 0 || count > FOLLOWED_WRITES_MAX) return false;
    if (count === 0) return true;
    let seen = 0;
    for (const [, row] of this.#view.scan(ETAGS, { gt: etagKey(this.#etag), lte: etagKey(etag) })) {
      const { kind, key } = decodeEtagRow(row);
      const isById = kind === 'document' || kind === 'tombstone';
      this.#documents.delete(isById ? key.toString('utf8') : nameOfKey(key));
      seen++;
    }
    return seen === count;
  }
}
