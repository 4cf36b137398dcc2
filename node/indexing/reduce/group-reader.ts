import type { KeyValueView } from '../../documents/key-value-view.ts';
import { afterPrefix } from '../../documents/storage-keys.ts';
import { documentKey, MAPPED, MAPPED_DOCUMENTS, PARTIALS } from '../store/index-columns.ts';
import { bucketOfKey, documentOfKey, groupPrefix, splitHashes } from './group-keys.ts';

/** A value that a document gave to a group. */
export interface GroupValue {
  readonly lowerId: string;
  readonly json: string;
}

/** A part of a large group, with the JSON of what it was reduced to. */
export interface GroupPart {
  readonly bucket: number;
  readonly json: string;
}

/** Groups of a map-reduce index, by the hexadecimal hashes of their keys, over one view. */
export class GroupReader {
  readonly #view: KeyValueView;
  readonly #index: number;

  constructor(view: KeyValueView, index: number) {
    this.#view = view;
    this.#index = index;
  }

  /** Groups that a document gives values to, each once. */
  groupsOf(lowerId: string): readonly string[] {
    const row = this.#view.get(MAPPED_DOCUMENTS, documentKey(this.#index, lowerId));
    return row === undefined ? [] : [...new Set(splitHashes(row).map((hash) => hash.toString('hex')))];
  }

  /** The parts of a large group that have values; none of a small one. */
  partsOf(group: string): readonly GroupPart[] {
    return [...this.#scan(PARTIALS, this.#prefix(group))].flatMap(([key, value]) =>
      value.length === 0 ? [] : [{ bucket: bucketOfKey(key), json: value.toString('utf8') }],
    );
  }

  /** Values of the group, or with a bucket those of that part. */
  *valuesOf(group: string, bucket?: number): Generator<GroupValue> {
    for (const [key, value] of this.#scan(MAPPED, this.#prefix(group, bucket))) {
      yield { lowerId: documentOfKey(key), json: value.toString('utf8') };
    }
  }

  #prefix(group: string, bucket?: number): Buffer {
    return groupPrefix(this.#index, Buffer.from(group, 'hex'), bucket);
  }

  #scan(column: number, prefix: Buffer): Iterable<readonly [Buffer, Buffer]> {
    const end = afterPrefix(prefix);
    return this.#view.scan(column, { gte: prefix, ...(end === undefined ? {} : { lt: end }) });
  }
}
