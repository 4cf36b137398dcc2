import { Worker } from 'node:worker_threads';
import type { BatchWriter, WriteOptions } from './batch-writer.ts';
import { giveFrame } from './frame-pool.ts';
import { PENDING_COMMITS_MAX } from './limits.ts';
import type { ReadGate } from './read-gate.ts';
import { StorageClosedError, StorageError } from './storage-error.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

/** Sees every durable write: how long RocksDB took, in microseconds, and how many bytes. For metrics. */
export type WriteObserver = (microseconds: number, bytes: number, synced: boolean) => void;

interface PendingWrite {
  readonly bytes: number;
  readonly sync: boolean;
  resolve(): void;
  reject(error: string): void;
}

interface Attached {
  readonly pending: Map<number, PendingWrite>;
  opened: (() => void) | null;
  closed: (() => void) | null;
}

/**
 * The side of a writer thread where batches are made: one a node for all environments of the main thread, and another
 * one for large batches of indexes. Writes of one environment
 * are made durable in the order in which they were submitted.
 */
export class StorageWriter implements BatchWriter {
  readonly #worker: Worker;
  readonly #attached = new Map<number, Attached>();
  readonly #exited: Promise<void>;
  readonly #observers = new Set<WriteObserver>();
  #nextEnvironment = 1;
  #nextTicket = 1;
  #failure: string | null = null;

  /** `name`: of the thread, for whoever looks at the process. */
  constructor(name = 'writer') {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./writer-thread.${extension}`, import.meta.url), { name });
    this.#worker.on('message', (reply: WriterReply) => this.#onReply(reply));
    this.#worker.on('error', (error) => this.#fail(`The writer thread failed: ${error.message}`));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail('The writer thread has ended.');
        resolve();
      });
    });
  }

  /** Nothing that is given to it is written any more. */
  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  observe(observer: WriteObserver): void {
    this.#observers.add(observer);
  }

  /** Makes the environment behind a shared handle known to the thread; gives the number to write under. Throws StorageError. */
  async attach(handle: bigint, columns: readonly string[], gate: ReadGate): Promise<number> {
    if (this.#failure !== null) throw new StorageError(this.#failure);
    const environment = this.#nextEnvironment++;
    const attached: Attached = { pending: new Map(), opened: null, closed: null };
    this.#attached.set(environment, attached);
    await new Promise<void>((resolve) => {
      attached.opened = resolve;
      this.#send({ kind: 'open', environment, handle, columns, gate: gate.memory });
    });
    return environment;
  }

  /** Resolves when the frame is written. Rejects with the engine's text. */
  write(environment: number, frame: Uint8Array<ArrayBuffer>, { sync }: WriteOptions): Promise<void> {
    const attached = this.#attached.get(environment);
    if (attached === undefined) return Promise.reject(new StorageClosedError('The environment is closed.'));
    if (this.#failure !== null) return Promise.reject(new StorageError(this.#failure));
    if (attached.pending.size >= PENDING_COMMITS_MAX) {
      return Promise.reject(
        new StorageError(`More than ${PENDING_COMMITS_MAX} batches wait for the writer thread.`),
      );
    }
    const ticket = this.#nextTicket++;
    return new Promise((resolve, reject) => {
      attached.pending.set(ticket, {
        bytes: frame.byteLength,
        sync,
        resolve,
        reject: (error) => reject(new StorageError(error)),
      });
      this.#send({ kind: 'write', environment, ticket, frame, sync }, [frame.buffer]);
    });
  }

  /** Closes the thread's view of the environment. The owner's handle must outlive it. */
  async detach(environment: number): Promise<void> {
    const attached = this.#attached.get(environment);
    if (attached === undefined) return;
    if (this.#failure === null) {
      await new Promise<void>((resolve) => {
        attached.closed = resolve;
        this.#send({ kind: 'close', environment });
      });
    }
    this.#attached.delete(environment);
  }

  /** Ends the thread; every environment must have been detached. Close the owners' handles after this. */
  async stop(): Promise<void> {
    this.#send({ kind: 'stop' });
    await this.#exited;
  }

  #send(request: WriterRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #onReply(reply: WriterReply): void {
    if (reply.kind === 'written') giveFrame(reply.memory);
    const attached = this.#attached.get(reply.environment);
    if (attached === undefined) return;
    if (reply.kind === 'opened') {
      attached.opened?.();
      return;
    }
    if (reply.kind === 'closed') {
      attached.closed?.();
      return;
    }
    const pending = attached.pending.get(reply.ticket);
    attached.pending.delete(reply.ticket);
    if (pending === undefined) return;
    for (const observer of this.#observers) observer(reply.microseconds, pending.bytes, pending.sync);
    if (reply.error === undefined) pending.resolve();
    else pending.reject(reply.error);
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    for (const attached of this.#attached.values()) {
      for (const pending of attached.pending.values()) pending.reject(this.#failure);
      attached.pending.clear();
      attached.opened?.();
      attached.closed?.();
    }
  }
}
