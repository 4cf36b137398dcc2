import { writeDocument } from '../../documents/document-writer.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';

/** A document that is shown over and over: the whole, as clients see it, is put together once. */
export class KeptDocument implements StoredDocument {
  readonly kind = 'document';
  readonly id: string;
  readonly lowerId: string;
  readonly etag: number;
  readonly changeVector: string;
  readonly collection: string;
  readonly flags: number;
  readonly lastModified: bigint;
  readonly metadata: Buffer;
  readonly body: Buffer;
  #written: Buffer | undefined;

  constructor(document: StoredDocument) {
    this.id = document.id;
    this.lowerId = document.lowerId;
    this.etag = document.etag;
    this.changeVector = document.changeVector;
    this.collection = document.collection;
    this.flags = document.flags;
    this.lastModified = document.lastModified;
    this.metadata = document.metadata;
    this.body = document.body;
  }

  /** As `writeDocument`; nobody changes it, or gives its memory away. */
  get written(): Buffer {
    this.#written ??= writeDocument(this);
    return this.#written;
  }
}
