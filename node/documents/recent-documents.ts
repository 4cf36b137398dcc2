import { RECENT_DOCUMENTS_BYTES_MAX, RECENT_DOCUMENTS_MAX } from './limits.ts';

/**
 * The stored form of the documents that were written last, so that writing one of them again needs no read. Only the
 * writes of a database may use it: it says what is durable, but not at which moment. The oldest goes first.
 */
export class RecentDocuments {
  readonly #values = new Map<string, Buffer>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Buffer | undefined {
    return this.#values.get(key);
  }

  /** `value` null: deleted. */
  set(key: string, value: Buffer | null): void {
    const previous = this.#values.get(key);
    if (previous !== undefined) {
      this.#values.delete(key);
      this.#bytes -= previous.length;
    }
    if (value === null) return;
    this.#values.set(key, value);
    this.#bytes += value.length;
    if (this.#bytes > RECENT_DOCUMENTS_BYTES_MAX || this.#values.size > RECENT_DOCUMENTS_MAX) this.#evict();
  }

  clear(): void {
    this.#values.clear();
    this.#bytes = 0;
  }

  #evict(): void {
    for (const [key, value] of this.#values) {
      if (this.#bytes <= RECENT_DOCUMENTS_BYTES_MAX && this.#values.size <= RECENT_DOCUMENTS_MAX) return;
      this.#values.delete(key);
      this.#bytes -= value.length;
    }
  }
}
