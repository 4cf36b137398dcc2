import { Packr } from 'msgpackr';
import type { Message, SnapshotMetadata } from '../core/message.ts';
import { decodeMessage, encodeMessage, type MessageTuple } from './message-codec.ts';

/** An error on its way between nodes. */
export interface ErrorTuple {
  readonly name: string;
  readonly message: string;
}

/** The frames of a Rachis connection, in both directions. */
export type LinkFrame =
  | { readonly kind: 'messages'; readonly messages: readonly Message[] }
  | { readonly kind: 'requests'; readonly requests: readonly LinkRequest[] }
  | { readonly kind: 'responses'; readonly responses: readonly LinkResponse[] }
  /** Something for the leader that needs no answer. */
  | { readonly kind: 'told'; readonly topic: string; readonly body: unknown }
  | SnapshotChunk
  | SnapshotAck
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' };

export interface LinkRequest {
  readonly id: number;
  readonly topic: string;
  readonly body: unknown;
}

export interface LinkResponse {
  readonly id: number;
  readonly error: ErrorTuple | null;
  readonly value: unknown;
}

export interface SnapshotChunk {
  readonly kind: 'chunk';
  readonly transfer: number;
  readonly sequence: number;
  readonly data: Uint8Array;
  /** On the last chunk, which has no data of its own. */
  readonly end: SnapshotEnd | null;
}

export interface SnapshotEnd {
  readonly metadata: SnapshotMetadata;
  /** The sender's term. */
  readonly term: number;
  readonly bytes: number;
  /** CRC-32 of all the data. */
  readonly checksum: number;
}

export interface SnapshotAck {
  readonly kind: 'ack';
  readonly transfer: number;
  /** The chunk that is expected next; 0 for a transfer that is not known, -1 for one that can't go on. */
  readonly next: number;
}

const MESSAGES = 0;
const REQUESTS = 1;
const RESPONSES = 2;
const TOLD = 3;
const CHUNK = 4;
const ACK = 5;
const PING = 6;
const PONG = 7;

// What is read of a frame are views of it. Commands are copied out: they live long, and would keep the whole frame alive.
const packr = new Packr({ useRecords: false });

export function encodeFrame(frame: LinkFrame): Buffer {
  return packr.pack(toTuple(frame));
}

function toTuple(frame: LinkFrame): readonly unknown[] {
  switch (frame.kind) {
    case 'messages':
      return [MESSAGES, frame.messages.map(encodeMessage)];
    case 'requests':
      return [REQUESTS, frame.requests.map(({ id, topic, body }) => [id, topic, body])];
    case 'responses':
      return [
        RESPONSES,
        frame.responses.map(({ id, error, value }) => [
          id,
          error === null ? null : [error.name, error.message],
          value,
        ]),
      ];
    case 'told':
      return [TOLD, frame.topic, frame.body];
    case 'chunk':
      return [CHUNK, frame.transfer, frame.sequence, frame.data, frame.end];
    case 'ack':
      return [ACK, frame.transfer, frame.next];
    case 'ping':
      return [PING];
    case 'pong':
      return [PONG];
  }
}

/** `from` and `to` are the ends of the connection. Throws on what is not a frame of ours. */
export function decodeFrame(payload: Buffer, from: string, to: string): LinkFrame {
  const tuple: unknown = packr.unpack(payload);
  if (!Array.isArray(tuple)) throw new TypeError('a Rachis frame is an array');
  const [kind, a, b, c, d] = tuple;
  switch (kind) {
    case MESSAGES:
      return {
        kind: 'messages',
        messages: (a as MessageTuple[]).map((message) => decodeMessage(message, from, to)),
      };
    case REQUESTS:
      return {
        kind: 'requests',
        requests: (a as [number, string, unknown][]).map(([id, topic, body]) => ({
          id,
          topic,
          body: body instanceof Uint8Array ? Buffer.from(body) : body,
        })),
      };
    case RESPONSES:
      return {
        kind: 'responses',
        responses: (a as [number, [string, string] | null, unknown][]).map(([id, error, value]) => ({
          id,
          error: error === null ? null : { name: error[0], message: error[1] },
          value,
        })),
      };
    case TOLD:
      return { kind: 'told', topic: a as string, body: b };
    case CHUNK:
      return { kind: 'chunk', transfer: a, sequence: b, data: c, end: d };
    case ACK:
      return { kind: 'ack', transfer: a, next: b };
    case PING:
      return { kind: 'ping' };
    case PONG:
      return { kind: 'pong' };
    default:
      throw new TypeError(`unknown kind of Rachis frame: ${String(kind)}`);
  }
}
