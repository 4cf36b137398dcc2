import { DocumentStore } from 'ravendb';
import {
  documentFor,
  type Ledger,
  type LedgerDocument,
  type LedgerEntry,
} from '../../processes/harness/write-ledger.ts';

/** Longest the client waits for an answer of one node before it goes to the next, in milliseconds. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Pause of a writer after each write, in milliseconds: the load should find faults, not fill two cores. */
const WRITE_PAUSE_MS = 40;

/** Every so many writes, one session saves several documents at once. */
const BATCH_EVERY = 4;
const BATCH_SIZE = 3;

export interface WritersOptions {
  readonly urls: readonly string[];
  readonly database: string;
  /** undefined: plain HTTP. */
  readonly tls: ClientTls | undefined;
}

/** What the official client takes as `authOptions`. */
export interface ClientTls {
  /** Certificate and key as PKCS #12, without a password. */
  readonly pfx: Buffer;
  /** PEM. */
  readonly authorities: string;
}

/**
 * Applications that store documents with the official client, all the time, and remember what was acknowledged. The
 * client itself finds nodes that answer; what it gives up is tried again.
 */
export class ClientWriters implements Ledger {
  readonly entries: LedgerEntry[] = [];
  #options: WritersOptions;
  #store: DocumentStore;
  readonly #running: Promise<void>[] = [];
  #isStopped = false;
  #isResting = false;
  #acknowledged = 0;
  #lastAckMs = performance.now();
  #longestPauseMs = 0;
  #lastError = '';

  constructor(options: WritersOptions) {
    this.#options = options;
    this.#store = storeOf(options);
  }

  /** Documents acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** What the client said last when it could not write, for whoever has to explain a pause. */
  get lastError(): string {
    return this.#lastError;
  }

  idsWhere(outcome: LedgerEntry['outcome']): string[] {
    return this.entries.filter((entry) => entry.outcome === outcome).flatMap(({ ids }) => ids);
  }

  start(writers: number): void {
    this.#lastAckMs = performance.now();
    for (let i = 0; i < writers; i++) this.#running.push(this.#write(`w${i}`));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
    this.#store.dispose();
  }

  /** No new writes until `resume`; what is under way ends by itself. */
  rest(): void {
    this.#isResting = true;
  }

  resume(): void {
    this.#isResting = false;
    this.#lastAckMs = performance.now();
  }

  /** The longest time without an acknowledged write since this was last asked, in milliseconds. */
  takeLongestPause(): number {
    this.#noteTime();
    const longest = this.#longestPauseMs;
    this.#longestPauseMs = 0;
    return longest;
  }

  /** As an application does whose authorities were changed under it: it makes its store anew. */
  useAuthorities(authorities: string): void {
    const { tls } = this.#options;
    if (tls === undefined || tls.authorities === authorities) return;
    const old = this.#store;
    this.#options = { ...this.#options, tls: { ...tls, authorities } };
    this.#store = storeOf(this.#options);
    // Sessions that are at work with it end first.
    setTimeout(() => old.dispose(), 2 * REQUEST_TIMEOUT_MS).unref();
  }

  async #write(writer: string): Promise<void> {
    for (let n = 0; !this.#isStopped; n++) {
      const count = n % BATCH_EVERY === BATCH_EVERY - 1 ? BATCH_SIZE : 1;
      const ids = Array.from({ length: count }, (_, i) => `writes/${writer}-${n}-${i}`);
      const isAcknowledged = await this.#saveUntilAcknowledged(ids);
      this.entries.push({ ids, outcome: isAcknowledged ? 'acknowledged' : 'unknown' });
      if (isAcknowledged) this.#acknowledged += count;
      do await new Promise((resolve) => setTimeout(resolve, WRITE_PAUSE_MS));
      while (this.#isResting && !this.#isStopped);
    }
  }

  async #saveUntilAcknowledged(ids: readonly string[]): Promise<boolean> {
    while (!this.#isStopped) {
      try {
        const session = this.#store.openSession();
        for (const id of ids) await session.store<LedgerDocument>(documentFor(id), id);
        await session.saveChanges();
        this.#noteTime();
        return true;
      } catch (error) {
        // It may have happened or not: the same document is stored again.
        this.#lastError = error instanceof Error ? error.message : String(error);
        await new Promise((resolve) => setTimeout(resolve, WRITE_PAUSE_MS));
      }
    }
    return false;
  }

  #noteTime(): void {
    const nowMs = performance.now();
    if (!this.#isResting) this.#longestPauseMs = Math.max(this.#longestPauseMs, nowMs - this.#lastAckMs);
    this.#lastAckMs = nowMs;
  }
}

function storeOf({ urls, database, tls }: WritersOptions): DocumentStore {
  const store =
    tls === undefined
      ? new DocumentStore([...urls], database)
      : new DocumentStore([...urls], database, { certificate: tls.pfx, type: 'pfx', ca: tls.authorities });
  store.conventions.requestTimeout = REQUEST_TIMEOUT_MS;
  store.initialize();
  return store;
}
