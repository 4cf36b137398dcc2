import type { BulkInsertItem } from '../../../documents/commands/bulk-insert.ts';
import { BULK_BATCH_BYTES, BULK_BATCH_COUNT, BULK_BATCHES_IN_FLIGHT } from '../../limits.ts';

/** Makes a batch durable; resolves with the id of its last document as it was stored. */
export type StoreBatch = (items: readonly BulkInsertItem[]) => Promise<string | null>;

/**
 * Gathers the documents of a bulk insert into batches, and keeps a few of them on their way to the disk. `add` and
 * `flush` come back when there is room for more: that is the back-pressure the client feels.
 */
export class BulkBatches {
  readonly #store: StoreBatch;
  #items: BulkInsertItem[] = [];
  #bytes = 0;
  #inFlight: Promise<void>[] = [];
  #failure: unknown = null;
  #hasFailed = false;

  /** Documents that are durable. */
  storedCount = 0;
  batchCount = 0;
  lastId: string | null = null;

  constructor(store: StoreBatch) {
    this.#store = store;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Whether `flush` is due. */
  add(item: BulkInsertItem): boolean {
    this.#items.push(item);
    this.#bytes += item.document.byteLength;
    return this.#items.length >= BULK_BATCH_COUNT || this.#bytes >= BULK_BATCH_BYTES;
  }

  /** Sends what is gathered on its way; rejects with the first failure of any batch. */
  async flush(): Promise<void> {
    this.#throwFailure();
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    this.#bytes = 0;
    this.#inFlight.push(this.#storeOne(items));
    if (this.#inFlight.length > BULK_BATCHES_IN_FLIGHT) await this.#inFlight.shift();
    this.#throwFailure();
  }

  /** Resolves when everything that was added is durable. */
  async finish(): Promise<void> {
    await this.flush();
    await this.settle();
    this.#throwFailure();
  }

  /** Waits for what is on its way, whatever comes of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight);
    this.#inFlight = [];
  }

  async #storeOne(items: readonly BulkInsertItem[]): Promise<void> {
    try {
      this.lastId = await this.#store(items);
      this.storedCount += items.length;
      this.batchCount += 1;
    } catch (error) {
      if (!this.#hasFailed) this.#failure = error;
      this.#hasFailed = true;
    }
  }

  #throwFailure(): void {
    if (this.#hasFailed) throw this.#failure;
  }
}
