import type { FrameConnection } from '../../wire/frame-connection.ts';
import type { Message } from '../core/message.ts';
import { BULK_MESSAGE_BYTES, PEER_REQUESTS_MAX } from '../limits.ts';
import { RachisError, RachisOverloadError, RetryError } from '../rachis-error.ts';
import {
  decodeFrame,
  type ErrorTuple,
  encodeFrame,
  type LinkFrame,
  type LinkRequest,
  type LinkResponse,
  type SnapshotAck,
  type SnapshotChunk,
} from './link-frame.ts';
import { OutgoingQueue } from './outgoing-queue.ts';

/** Who is told of what arrives. */
export interface LinkHandlers {
  /** Whether a connection that was made in this cluster still is one to listen to. */
  isOfCluster(clusterId: string): boolean;
  onMessages(messages: readonly Message[]): void;
  /** What it throws goes back to the asker. */
  onRequest(from: string, topic: string, body: unknown): Promise<unknown>;
  onTold(from: string, topic: string, body: unknown): void;
  onChunk(connection: LinkConnection, chunk: SnapshotChunk): void;
  onAck(from: string, ack: SnapshotAck): void;
}

/** Who is connected, and as nodes of which cluster. */
export interface LinkEnds {
  readonly peerId: string;
  readonly ownId: string;
  readonly clusterId: string;
}

interface PendingRequest {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One connection to a peer that has said who it is: messages, requests with their answers, and snapshot chunks. */
export class LinkConnection {
  readonly peerId: string;
  readonly #ownId: string;
  /** The cluster that the two met as nodes of. */
  readonly #clusterId: string;
  readonly #connection: FrameConnection;
  readonly #queue: OutgoingQueue;
  readonly #handlers: LinkHandlers;
  readonly #pending = new Map<number, PendingRequest>();
  #requests: LinkRequest[] = [];
  #responses: LinkResponse[] = [];
  #isFlushScheduled = false;
  #lastRequestId = 0;
  lastReceivedMs = performance.now();
  lastSentMs = 0;

  constructor(connection: FrameConnection, ends: LinkEnds, handlers: LinkHandlers) {
    this.#connection = connection;
    this.peerId = ends.peerId;
    this.#ownId = ends.ownId;
    this.#clusterId = ends.clusterId;
    this.#handlers = handlers;
    this.#queue = new OutgoingQueue(connection);
    connection.onClose(() => this.failRequests(`the connection to ${ends.peerId} broke`));
    connection.onFrame((payload) => this.#receive(payload));
  }

  get isClosed(): boolean {
    return this.#connection.isClosed;
  }

  onClose(listener: (error: Error | null) => void): void {
    this.#connection.onClose(listener);
  }

  close(error: Error | null = null): void {
    this.#connection.close(error);
  }

  sendMessages(messages: readonly Message[]): void {
    const frame = encodeFrame({ kind: 'messages', messages });
    this.#sendBytes(frame, frame.byteLength < BULK_MESSAGE_BYTES);
  }

  /** False when it was dropped. */
  send(frame: LinkFrame, isUrgent = true): boolean {
    return this.#sendBytes(encodeFrame(frame), isUrgent);
  }

  /** Bytes that wait to be sent. */
  get queuedBytes(): number {
    return this.#queue.byteLength + this.#connection.queuedBytes;
  }

  /**
   * Asks the peer. Rejects with RetryError when the connection closes first (whether it was done is unknown then), and
   * with the peer's own error, by name and message, when it refuses.
   */
  request(topic: string, body: unknown): Promise<unknown> {
    if (this.isClosed) return Promise.reject(new RetryError(`the connection to ${this.peerId} is closed`));
    if (this.#pending.size >= PEER_REQUESTS_MAX) {
      return Promise.reject(new RachisOverloadError(`${PEER_REQUESTS_MAX} requests wait for ${this.peerId}`));
    }
    const id = ++this.#lastRequestId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#requests.push({ id, topic, body });
      this.#scheduleFlush();
    });
  }

  /** Whoever waits for an answer of the peer should ask again, perhaps somebody else. */
  failRequests(reason: string): void {
    const error = new RetryError(reason);
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #sendBytes(frame: Uint8Array, isUrgent: boolean): boolean {
    if (this.isClosed) return false;
    this.lastSentMs = performance.now();
    return this.#queue.send(frame, isUrgent);
  }

  /** Requests and answers of one turn of the event loop share a frame. */
  #scheduleFlush(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    setImmediate(() => {
      this.#isFlushScheduled = false;
      const requests = this.#requests.splice(0);
      const responses = this.#responses.splice(0);
      const isSent =
        (requests.length === 0 || this.#deliver({ kind: 'requests', requests })) &&
        (responses.length === 0 || this.#deliver({ kind: 'responses', responses }));
      // A request or an answer that got lost would leave its asker waiting: better that it knows.
      if (!isSent) this.close(new RachisOverloadError(`too much waits for ${this.peerId}`));
    });
  }

  #deliver(frame: LinkFrame): boolean {
    const bytes = encodeFrame(frame);
    return this.#sendBytes(bytes, bytes.byteLength < BULK_MESSAGE_BYTES);
  }

  #receive(payload: Buffer): void {
    this.lastReceivedMs = performance.now();
    if (!this.#handlers.isOfCluster(this.#clusterId)) {
      this.close(new RachisError(`node ${this.peerId} is of cluster ${this.#clusterId}, as this one was`));
      return;
    }
    const frame = decodeFrame(payload, this.peerId, this.#ownId);
    switch (frame.kind) {
      case 'messages':
        this.#handlers.onMessages(frame.messages);
        break;
      case 'requests':
        for (const request of frame.requests) void this.#serve(request);
        break;
      case 'responses':
        for (const response of frame.responses) this.#settle(response);
        break;
      case 'told':
        this.#handlers.onTold(this.peerId, frame.topic, frame.body);
        break;
      case 'chunk':
        this.#handlers.onChunk(this, frame);
        break;
      case 'ack':
        this.#handlers.onAck(this.peerId, frame);
        break;
      case 'ping':
        this.send({ kind: 'pong' });
        break;
      case 'pong':
        break;
    }
  }

  async #serve({ id, topic, body }: LinkRequest): Promise<void> {
    let response: LinkResponse;
    try {
      const value = await this.#handlers.onRequest(this.peerId, topic, body);
      response = { id, error: null, value: value ?? null };
    } catch (error) {
      response = { id, error: errorTuple(error), value: null };
    }
    this.#responses.push(response);
    this.#scheduleFlush();
  }

  #settle({ id, error, value }: LinkResponse): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === null) pending?.resolve(value);
    else pending?.reject(errorOf(error));
  }
}

function errorTuple(error: unknown): ErrorTuple {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/** The peer's error with its stable name; what may be retried is told by its class. */
function errorOf({ name, message }: ErrorTuple): Error {
  if (name === 'RetryError') return new RetryError(message);
  const error = new RachisError(message);
  Object.defineProperty(error, 'name', { value: name });
  return error;
}
