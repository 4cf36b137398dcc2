import { pack } from 'msgpackr';
import type { Logger } from '../observability/logger.ts';
import type { StorageEnvironment } from '../storage/storage-environment.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { SAVE_AFTER_MS, SAVE_AT_BYTES, SAVE_RETRY_MS } from './limits.ts';
import type { RequestBlocks } from './request-blocks.ts';
import { isStoredKey } from './state/state-keys.ts';
import { APPLIED, META, STATE, VALUES_COLUMN } from './state-columns.ts';
import type { StoredState } from './stored-state.ts';
import type { GatheredChanges, UnwrittenChanges } from './unwritten-changes.ts';

export interface StateSaverOptions {
  readonly storage: StorageEnvironment;
  readonly stored: StoredState;
  readonly unwritten: UnwrittenChanges;
  readonly requests: RequestBlocks;
  readonly logger: Logger;
  /** Index that storage is at. */
  readonly appliedIndex: number;
}

/**
 * Writes the effects of applied entries to storage, in order, each write with the index it brings the storage to.
 * What comes within a short time is written together: nobody waits for it, since the log has it all. A write that fails
 * (a full disk) is tried again, with what came since: storage may lag behind memory, but never has a hole.
 */
export class StateSaver {
  readonly #storage: StorageEnvironment;
  readonly #stored: StoredState;
  readonly #unwritten: UnwrittenChanges;
  readonly #requests: RequestBlocks;
  readonly #logger: Logger;
  #appliedIndex: number;
  #savedIndex: number;
  #gatheredBytes = 0;
  #writingBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor({ storage, stored, unwritten, requests, logger, appliedIndex }: StateSaverOptions) {
    this.#storage = storage;
    this.#stored = stored;
    this.#unwritten = unwritten;
    this.#requests = requests;
    this.#logger = logger;
    this.#appliedIndex = appliedIndex;
    this.#savedIndex = appliedIndex;
  }

  /** Bytes of commands whose effects are not in storage yet. */
  get unwrittenBytes(): number {
    return this.#gatheredBytes + this.#writingBytes;
  }

  /** Everything up to `appliedIndex` is among the unwritten changes; `bytes` is the size of the commands that made them. */
  applied(appliedIndex: number, bytes: number): void {
    this.#gatheredBytes += bytes;
    this.#appliedIndex = appliedIndex;
    this.#writeSoon();
  }

  /** Resolves when everything saved so far is durable, with the index that storage is at. */
  async flush(): Promise<number> {
    const target = this.#appliedIndex;
    // A write under way would come before this one, and have a later index than it names.
    while (this.#running !== null || (this.#savedIndex < target && !this.#isClosed)) await this.#write();
    const index = this.#savedIndex;
    const batch = new WriteBatch();
    batch.put(META, APPLIED, pack(index));
    await this.#storage.commit(batch, { sync: true });
    return index;
  }

  /** Nothing that was saved before matters any more: storage was replaced as a whole. */
  restored(index: number): void {
    this.#unwritten.clear();
    this.#requests.restored(index);
    this.#gatheredBytes = 0;
    this.#appliedIndex = index;
    this.#savedIndex = index;
  }

  /** Writes what is left, once; what could not be written is applied again from the log at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
    if (this.#savedIndex < this.#appliedIndex) await this.#write();
  }

  #writeSoon(): void {
    if (this.#running !== null || this.#isClosed || this.#savedIndex >= this.#appliedIndex) return;
    if (this.#gatheredBytes >= SAVE_AT_BYTES) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), SAVE_AFTER_MS);
  }

  /** Never rejects. */
  #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#running ??= this.#writeGathered().finally(() => {
      this.#running = null;
      this.#writeSoon();
    });
    return this.#running;
  }

  /** Until a write has succeeded. */
  async #writeGathered(): Promise<void> {
    for (;;) {
      const changes = this.#unwritten.beginWrite();
      const index = this.#appliedIndex;
      this.#writingBytes += this.#gatheredBytes;
      this.#gatheredBytes = 0;
      try {
        const batch = new WriteBatch();
        const requestsWritten = this.#fill(batch, changes, index);
        await this.#storage.commit(batch, { sync: false });
        requestsWritten();
        this.#savedIndex = index;
        this.#writingBytes = 0;
        this.#unwritten.written();
        return;
      } catch (error) {
        this.#unwritten.notWritten();
        if (this.#isClosed) return;
        this.#logger.error(`The cluster state could not be written; next try in ${SAVE_RETRY_MS} ms`, {
          error: String(error),
        });
        await new Promise((resolve) => setTimeout(resolve, SAVE_RETRY_MS));
      }
    }
  }

  /** Gives what is to be called when the batch is written. */
  #fill(batch: WriteBatch, { values, requests }: GatheredChanges, appliedIndex: number): () => void {
    for (const [key, value] of values) {
      const isStored = isStoredKey(key);
      const column = isStored ? VALUES_COLUMN : STATE;
      const bytes = isStored ? this.#stored.storageKey(key) : Buffer.from(key);
      if (value === undefined) batch.delete(column, bytes);
      else batch.put(column, bytes, pack(value));
    }
    batch.put(META, APPLIED, pack(appliedIndex));
    return this.#requests.write(batch, requests);
  }
}
