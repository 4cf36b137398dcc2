import { lowerIdOf } from './document-id.ts';
import { HEADER_BYTES, type StoredDocument } from './stored-document.ts';

/** A document as it is stored, of which only what is asked for is read. Most that are indexed are asked for their body. */
export class EncodedDocument implements StoredDocument {
  readonly kind = 'document';
  readonly id: string;
  readonly lowerId: string;
  readonly #value: Buffer;
  #body: Buffer | undefined;

  /** `value`: of `encodeVersion`, of a document. */
  constructor(value: Buffer) {
    this.#value = value;
    this.id = value.toString('utf8', HEADER_BYTES, this.#idEnd);
    this.lowerId = lowerIdOf(this.id);
  }

  get etag(): number {
    return this.#value.readDoubleLE(16);
  }

  get changeVector(): string {
    return this.#value.toString('latin1', this.#idEnd, this.#vectorEnd);
  }

  get collection(): string {
    return this.#value.toString('utf8', this.#vectorEnd, this.#collectionEnd);
  }

  get flags(): number {
    return this.#value.readUInt32LE(12);
  }

  get lastModified(): bigint {
    return this.#value.readBigInt64LE(24);
  }

  get metadata(): Buffer {
    return this.#value.subarray(this.#collectionEnd, this.#metadataEnd);
  }

  get body(): Buffer {
    this.#body ??= this.#value.subarray(this.#metadataEnd);
    return this.#body;
  }

  get #idEnd(): number {
    return HEADER_BYTES + this.#value.readUInt16LE(2);
  }

  get #vectorEnd(): number {
    return this.#idEnd + this.#value.readUInt16LE(4);
  }

  get #collectionEnd(): number {
    return this.#vectorEnd + this.#value.readUInt16LE(6);
  }

  get #metadataEnd(): number {
    return this.#collectionEnd + this.#value.readUInt32LE(8);
  }
}
