import type { KeyRange } from '../storage/storage-scan.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { DATABASE_COLUMNS, DOCUMENTS } from './columns.ts';
import type { KeyValueView } from './key-value-view.ts';
import { RecentDocuments } from './recent-documents.ts';

/** `value` null: deleted. */
interface PendingValue {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Pending values of one batch, a map a column. The map's key is the key's bytes as latin1, which sorts as bytes do. */
class Layer {
  readonly columns: readonly Map<string, PendingValue>[] = DATABASE_COLUMNS.map(() => new Map());
  bytes = 0;

  column(index: number): Map<string, PendingValue> {
    const column = this.columns[index];
    if (column === undefined) throw new RangeError(`There is no column ${index}.`);
    return column;
  }
}

/**
 * The effects that are not durable yet, over what is: those of the batch at the writer thread under those of the
 * batch that is gathering. The effects of one command can be undone alone, until the next begins.
 */
export class PendingWrites implements KeyValueView {
  readonly #durable: KeyValueView;
  #gathering = new Layer();
  #committing: Layer | null = null;
  #prefetched = new Map<string, Buffer | undefined>();
  readonly #recent = new RecentDocuments();
  /** What the current command has overwritten in the gathering layer, oldest first. */
  #undo: { readonly column: number; readonly text: string; readonly previous: PendingValue | undefined }[] =
    [];
  #bytesBefore = 0;

  constructor(durable: KeyValueView) {
    this.#durable = durable;
  }

  /** Bytes written into the gathering batch, keys included. */
  get bytes(): number {
    return this.#gathering.bytes;
  }

  /** Bytes that the current command has written. */
  get commandBytes(): number {
    return this.#gathering.bytes - this.#bytesBefore;
  }

  put(column: number, key: Buffer, value: Buffer): void {
    this.#set(column, key, value);
  }

  delete(column: number, key: Buffer): void {
    this.#set(column, key, null);
  }

  get(column: number, key: Buffer): Buffer | undefined {
    const text = textOf(key);
    const pending = this.#find(column, text);
    if (pending !== undefined) return pending.value ?? undefined;
    if (column === DOCUMENTS) {
      const value = this.#recent.get(text) ?? this.#prefetched.get(text);
      if (value !== undefined || this.#prefetched.has(text)) return value;
    }
    return this.#durable.get(column, key);
  }

  getMany(column: number, keys: readonly Buffer[]): (Buffer | undefined)[] {
    const pending = keys.map((key) => this.#find(column, textOf(key)));
    const missing = keys.filter((_, i) => pending[i] === undefined);
    const stored = this.#durable.getMany(column, missing);
    let next = 0;
    return pending.map((value) => (value === undefined ? stored[next++] : (value.value ?? undefined)));
  }

  *scan(column: number, range: KeyRange): Generator<readonly [Buffer, Buffer]> {
    const pending = this.#pendingIn(column, range);
    const sign = range.reverse === true ? -1 : 1;
    let next = 0;
    for (const row of this.#durable.scan(column, range)) {
      let isReplaced = false;
      for (let first = pending[next]; first !== undefined; first = pending[next]) {
        const order = sign * Buffer.compare(first.key, row[0]);
        if (order > 0) break;
        next++;
        isReplaced = order === 0;
        if (first.value !== null) yield [first.key, first.value];
      }
      if (!isReplaced) yield row;
    }
    for (const { key, value } of pending.slice(next)) if (value !== null) yield [key, value];
  }

  /** Reads documents that commands are about to ask for in one call. Good until `forgetPrefetched`. */
  prefetchDocuments(keys: readonly Buffer[]): void {
    const missing = keys.filter((key) => {
      const text = textOf(key);
      return this.#recent.get(text) === undefined && this.#find(DOCUMENTS, text) === undefined;
    });
    const values = this.#durable.getMany(DOCUMENTS, missing);
    missing.forEach((key, i) => {
      this.#prefetched.set(textOf(key), values[i]);
    });
  }

  forgetPrefetched(): void {
    if (this.#prefetched.size > 0) this.#prefetched = new Map();
  }

  beginCommand(): void {
    this.#undo.length = 0;
    this.#bytesBefore = this.#gathering.bytes;
  }

  /** Undoes what was written since `beginCommand`. */
  undoCommand(): void {
    for (let entry = this.#undo.pop(); entry !== undefined; entry = this.#undo.pop()) {
      const column = this.#gathering.column(entry.column);
      if (entry.previous === undefined) column.delete(entry.text);
      else column.set(entry.text, entry.previous);
    }
    this.#gathering.bytes = this.#bytesBefore;
  }

  /** Closes the gathering batch and gives its writes. Only when none is committing. */
  seal(): WriteBatch {
    const sealed = this.#gathering;
    const batch = new WriteBatch();
    sealed.columns.forEach((column, index) => {
      for (const { key, value } of column.values()) {
        if (value === null) batch.delete(index, key);
        else batch.put(index, key, value);
      }
    });
    this.#committing = sealed;
    this.#gathering = new Layer();
    return batch;
  }

  /** The sealed batch is durable: the storage has its effects. */
  committed(): void {
    const documents = this.#committing?.column(DOCUMENTS) ?? [];
    for (const [text, { value }] of documents) this.#recent.set(text, value);
    this.#committing = null;
  }

  /** Forgets everything that is not durable. */
  discard(): void {
    this.#recent.clear();
    this.#committing = null;
    this.#gathering = new Layer();
    this.#undo.length = 0;
    this.forgetPrefetched();
  }

  #set(column: number, key: Buffer, value: Buffer | null): void {
    const text = textOf(key);
    const map = this.#gathering.column(column);
    this.#undo.push({ column, text, previous: map.get(text) });
    map.set(text, { key, value });
    this.#gathering.bytes += key.length + (value === null ? 0 : value.length);
  }

  #find(column: number, text: string): PendingValue | undefined {
    return this.#gathering.column(column).get(text) ?? this.#committing?.column(column).get(text);
  }

  #pendingIn(column: number, range: KeyRange): PendingValue[] {
    const merged = new Map<string, PendingValue>();
    for (const layer of [this.#committing, this.#gathering]) {
      if (layer === null) continue;
      for (const [text, pending] of layer.column(column)) {
        if (isWithin(range, pending.key)) merged.set(text, pending);
      }
    }
    const sign = range.reverse === true ? -1 : 1;
    return [...merged.values()].sort((a, b) => sign * Buffer.compare(a.key, b.key));
  }
}

function textOf(key: Buffer): string {
  return key.toString('latin1');
}

function isWithin({ gte, gt, lt, lte }: KeyRange, key: Buffer): boolean {
  return (
    (gte === undefined || Buffer.compare(key, gte) >= 0) &&
    (gt === undefined || Buffer.compare(key, gt) > 0) &&
    (lt === undefined || Buffer.compare(key, lt) < 0) &&
    (lte === undefined || Buffer.compare(key, lte) <= 0)
  );
}
