import {
  NOTIFY_DELAY_MS,
  PEER_SILENCE_MAX_MS,
  TRANSACTION_BYTES_MAX,
  UNAPPLIED_BYTES_MAX,
} from './limits.ts';
import type { ReplicationClock } from './replication-clock.ts';
import type { ReplicationConnection } from './replication-connection.ts';
import { ReplicationError, ReplicationProtocolError } from './replication-error.ts';
import { type BatchMessage, decodeMessage, encodeMessage, type StateMessage } from './replication-message.ts';

/** A whole batch as it goes to the transaction merger. */
export interface ArrivedBatch {
  readonly from: number;
  readonly to: number;
  readonly resume: number;
  readonly claim: string;
  readonly isWholeClaim: boolean;
  /** Packed items of each part. */
  readonly parts: readonly Buffer[];
}

export interface IncomingStreamOptions {
  readonly connection: ReplicationConnection;
  readonly clock: ReplicationClock;
  /** Applies a batch; resolves when it is durable. Batches are applied in the order of the calls. */
  readonly apply: (batch: ArrivedBatch) => Promise<void>;
  /** What this database has, durably, as its sources should know it. */
  readonly state: () => Omit<StateMessage, 'type' | 'acceptedBatches'>;
}

/** The receiving end of one connection: hands batches to the transaction merger, and answers when they are durable. */
export class IncomingStream {
  readonly #options: IncomingStreamOptions;
  readonly #idle: (() => void)[] = [];
  #parts: Buffer[] = [];
  #partBytes = 0;
  #applying = 0;
  #unappliedBytes = 0;
  #isPaused = false;
  #acceptedBatches = 0;
  #receivedItems = 0;
  #heardAt: number;
  #toldVector = '';
  #isStateDue = false;
  #cancelWatch: (() => void) | null = null;
  #cancelNotice: (() => void) | null = null;

  constructor(options: IncomingStreamOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    options.connection.onClose(() => {
      this.#cancelWatch?.();
      this.#cancelNotice?.();
    });
    this.#watch();
    this.#sendState();
    options.connection.onFrame((payload) => this.#onFrame(payload));
  }

  get receivedItems(): number {
    return this.#receivedItems;
  }

  /** Milliseconds of the clock when the source was last heard. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** This database has something new; the source may want to know what it need not send. */
  notice(): void {
    const { clock, connection } = this.#options;
    if (this.#cancelNotice !== null || connection.isClosed) return;
    this.#cancelNotice = clock.after(NOTIFY_DELAY_MS, () => {
      this.#cancelNotice = null;
      if (this.#options.state().changeVector !== this.#toldVector) this.#sendState();
    });
  }

  /** Ends the connection, and resolves when nothing that came over it is still being applied. */
  async close(error: Error | null = null): Promise<void> {
    this.#options.connection.close(error);
    if (this.#applying > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #onFrame(payload: Buffer): void {
    const message = decodeMessage(payload);
    this.#heardAt = this.#options.clock.now();
    if (message.type === 'ping') this.#sendState();
    else if (message.type === 'batch') this.#takePart(message);
    else throw new ReplicationProtocolError(`A source of replication sent a ${message.type} message.`);
  }

  #takePart(message: BatchMessage): void {
    this.#parts.push(message.items);
    this.#partBytes += message.items.byteLength;
    this.#receivedItems += message.itemCount;
    if (this.#partBytes > 2 * TRANSACTION_BYTES_MAX) {
      throw new ReplicationProtocolError(
        `A replication batch is larger than ${2 * TRANSACTION_BYTES_MAX} bytes.`,
      );
    }
    if (message.hasMore) return;
    const { from, to, resume, claim, isWholeClaim } = message;
    const parts = this.#parts;
    const bytes = this.#partBytes;
    this.#parts = [];
    this.#partBytes = 0;
    void this.#apply({ from, to, resume, claim, isWholeClaim, parts }, bytes);
  }

  async #apply(batch: ArrivedBatch, bytes: number): Promise<void> {
    this.#applying++;
    this.#hold(bytes);
    try {
      await this.#options.apply(batch);
      this.#acceptedBatches++;
      this.#sendStateSoon();
    } catch (error) {
      // The batches behind this one fail by themselves, since they start at a cursor that was not reached.
      const reason = error instanceof Error ? error : new ReplicationError(String(error));
      if (!this.#options.connection.isClosed) {
        this.#options.connection.send(encodeMessage({ type: 'refusal', message: reason.message }));
      }
      this.#options.connection.close(reason);
    } finally {
      this.#hold(-bytes);
      if (--this.#applying === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #hold(bytes: number): void {
    this.#unappliedBytes += bytes;
    const isTooMuch = this.#unappliedBytes > UNAPPLIED_BYTES_MAX;
    if (isTooMuch === this.#isPaused) return;
    this.#isPaused = isTooMuch;
    if (isTooMuch) this.#options.connection.pause();
    else this.#options.connection.resume();
  }

  /** One answer for all batches that became durable together. */
  #sendStateSoon(): void {
    if (this.#isStateDue) return;
    this.#isStateDue = true;
    this.#options.clock.soon(() => {
      this.#isStateDue = false;
      this.#sendState();
    });
  }

  #sendState(): void {
    if (this.#options.connection.isClosed) return;
    const state = this.#options.state();
    this.#toldVector = state.changeVector;
    this.#options.connection.send(
      encodeMessage({ type: 'state', ...state, acceptedBatches: this.#acceptedBatches }),
    );
  }

  #watch(): void {
    const { clock, connection } = this.#options;
    const leftMs = Math.max(1, this.#heardAt + PEER_SILENCE_MAX_MS - clock.now());
    this.#cancelWatch = clock.after(leftMs, () => {
      const silenceMs = Math.round(clock.now() - this.#heardAt);
      // A paused connection is silent because nothing is read from it.
      if (silenceMs < PEER_SILENCE_MAX_MS || this.#isPaused) {
        if (this.#isPaused) this.#heardAt = clock.now();
        this.#watch();
        return;
      }
      connection.close(new ReplicationError(`${connection.remote} has been silent for ${silenceMs} ms.`));
    });
  }
}
