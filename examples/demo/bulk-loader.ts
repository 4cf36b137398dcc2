import type { DocumentStore } from 'ravendb';
import type { DemoDocument } from './data-set.ts';

/** Documents in one bulk insert. A bulk insert is acknowledged as a whole, when it ends. */
const DOCUMENTS_PER_INSERT = 2_000;

/** Longest time that one part may fail over and over, in milliseconds. */
const RETRY_FOR_MS = 60_000;

/** Loads a data set by one bulk insert after another; one that breaks is done again, through whichever node serves. */
export class BulkLoader {
  /** Documents whose bulk insert was acknowledged, in order. */
  readonly acknowledged: DemoDocument[] = [];
  readonly #store: DocumentStore;
  readonly #documents: readonly DemoDocument[];
  #broken = 0;

  constructor(store: DocumentStore, documents: readonly DemoDocument[]) {
    this.#store = store;
    this.#documents = documents;
  }

  /** Bulk inserts that broke and were done again. */
  get broken(): number {
    return this.#broken;
  }

  /** How much is acknowledged, from 0 to 1. */
  get progress(): number {
    return this.acknowledged.length / this.#documents.length;
  }

  async run(): Promise<void> {
    for (let at = 0; at < this.#documents.length; at += DOCUMENTS_PER_INSERT) {
      const part = this.#documents.slice(at, at + DOCUMENTS_PER_INSERT);
      await this.#insertUntilAcknowledged(part);
      this.acknowledged.push(...part);
    }
  }

  async #insertUntilAcknowledged(part: readonly DemoDocument[]): Promise<void> {
    const deadline = performance.now() + RETRY_FOR_MS;
    for (;;) {
      try {
        return await this.#insert(part);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        this.#broken++;
        await this.#findNodeThatServes();
      }
    }
  }

  async #insert(part: readonly DemoDocument[]): Promise<void> {
    const bulk = this.#store.bulkInsert();
    try {
      for (const { id, entity } of part) await bulk.store(entity, id);
      await bulk.finish();
    } catch (error) {
      await bulk.abort().catch(() => undefined);
      throw error;
    }
  }

  /** A bulk insert stays on one node; an ordinary request makes the client look for another one. */
  async #findNodeThatServes(): Promise<void> {
    await this.#store
      .openSession()
      .load('cities/1')
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
