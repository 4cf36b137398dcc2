import { ETAGS } from '../../documents/columns.ts';
import { readLastEtag } from '../../documents/database-state.ts';
import { lowerIdOf } from '../../documents/document-id.ts';
import type { DocumentReader } from '../../documents/document-reader.ts';
import type { KeyValueView, ReadableStorage } from '../../documents/key-value-view.ts';
import { decodeEtagRow, etagKey, nameOfKey } from '../../documents/storage-keys.ts';
import { FOLLOWED_WRITES_MAX, SHOWN_DOCUMENT_WEIGHT, SHOWN_DOCUMENTS_BYTES_MAX } from '../limits.ts';
import { RecentValues } from '../store/recent-values.ts';
import { KeptDocument } from './kept-document.ts';

/** Of all databases of a thread. By the number of who keeps it, and the id in lower case. */
const DOCUMENTS = new RecentValues<string, KeptDocument>(
  SHOWN_DOCUMENTS_BYTES_MAX,
  // Both the parts and the whole.
  ({ body, metadata }) => 2 * (body.length + metadata.length) + SHOWN_DOCUMENT_WEIGHT,
);

let lastNumber = 0;

/**
 * Documents of a database that queries have shown lately: reading one costs more than all else that a query does for
 * it. What was written since is found by its etags before any of them is given; where those have gaps, something was
 * written over or removed for good, and nothing that is kept can be trusted.
 */
export class RecentlyShown {
  readonly #storage: ReadableStorage;
  readonly #view: KeyValueView;
  readonly #reader: DocumentReader;
  #number = 0;
  /** Sequence of the storage, and etag, up to which writes were looked at. */
  #sequence = -1;
  #etag = 0;

  constructor(storage: ReadableStorage, view: KeyValueView, reader: DocumentReader) {
    this.#storage = storage;
    this.#view = view;
    this.#reader = reader;
    this.#forgetAll();
  }

  /** In the order of `ids`; undefined for those that are not there. */
  getMany(ids: readonly string[]): (KeptDocument | undefined)[] {
    this.#follow();
    const keys = ids.map((id) => `${this.#number}/${lowerIdOf(id)}`);
    const found = keys.map((key) => DOCUMENTS.get(key));
    if (!found.includes(undefined)) return found;
    const missing = [...found.keys()].filter((at) => found[at] === undefined);
    const read = this.#reader.getMany(missing.map((at) => ids[at] as string));
    for (const [n, at] of missing.entries()) {
      const document = read[n];
      if (document === undefined) continue;
      const kept = new KeptDocument(document);
      found[at] = kept;
      DOCUMENTS.set(keys[at] as string, kept);
    }
    return found;
  }

  /** Forgets what was written since it was looked at last. */
  #follow(): void {
    const { sequence } = this.#storage;
    if (sequence === this.#sequence) return;
    const etag = readLastEtag(this.#view);
    if (!this.#forgetWritten(etag)) this.#forgetAll();
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
      DOCUMENTS.delete(`${this.#number}/${isById ? key.toString('utf8') : nameOfKey(key)}`);
      seen++;
    }
    return seen === count;
  }

  #forgetAll(): void {
    this.#number = ++lastNumber;
  }
}
