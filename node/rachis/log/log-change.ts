import type { Configuration } from '../core/configuration.ts';
import type { Entry } from '../core/entry.ts';
import type { SnapshotMetadata } from '../core/message.ts';
import type { HardState, PersistRequest } from '../core/ready.ts';

/** One change of the durable state of Rachis; a record of the log is a list of them and is durable as a whole. */
export type LogChange =
  | { readonly kind: 'hardState'; readonly hardState: HardState }
  /** Entries up to this position are not needed any more. */
  | { readonly kind: 'compacted'; readonly point: SnapshotMetadata }
  /** A snapshot took the place of the whole log, or an unsafe recovery has written it anew from here on. */
  | { readonly kind: 'reset'; readonly point: SnapshotMetadata }
  /** Replaces everything from the first of these on. */
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] };

/** What a persist changes, in the order in which it is written. */
export function changesOf(request: Omit<PersistRequest, 'ticket'>): readonly LogChange[] {
  const changes: LogChange[] = [];
  if (request.hardState !== undefined) changes.push({ kind: 'hardState', hardState: request.hardState });
  const start = request.snapshot ?? request.rewrittenAfter;
  if (start !== undefined) changes.push({ kind: 'reset', point: start });
  if (request.entries.length > 0) changes.push({ kind: 'entries', entries: request.entries });
  return changes;
}

const HARD_STATE = 1;
const COMPACTED = 2;
const RESET = 3;
const ENTRIES = 4;

const NOOP = 0;
const COMMAND = 1;
const CONFIGURATION = 2;
const ENTRY_HEADER_BYTES = 13;

/** A change with its variable parts in bytes, so that its size is known before it is written. */
interface EncodedChange {
  readonly byteLength: number;
  write(target: Buffer, at: number): number;
}

/**
 * The changes as bytes, after `headerBytes` that are left for the caller to fill. Numbers are little-endian; indexes and
 * terms are doubles, which hold every safe integer.
 */
export function encodeChanges(changes: readonly LogChange[], headerBytes: number): Buffer {
  const encoded = changes.map(encodeChange);
  const length = encoded.reduce((sum, change) => sum + change.byteLength, headerBytes);
  const bytes = Buffer.allocUnsafe(length);
  let at = headerBytes;
  for (const change of encoded) at = change.write(bytes, at);
  return bytes;
}

function encodeChange(change: LogChange): EncodedChange {
  switch (change.kind) {
    case 'hardState': {
      const vote = Buffer.from(change.hardState.votedFor ?? '');
      return {
        byteLength: 13 + vote.byteLength,
        write(target, at) {
          target[at] = HARD_STATE;
          target.writeDoubleLE(change.hardState.term, at + 1);
          target.writeUInt32LE(vote.byteLength, at + 9);
          target.set(vote, at + 13);
          return at + 13 + vote.byteLength;
        },
      };
    }
    case 'compacted':
    case 'reset': {
      const point = Buffer.from(JSON.stringify(change.point));
      return {
        byteLength: 5 + point.byteLength,
        write(target, at) {
          target[at] = change.kind === 'reset' ? RESET : COMPACTED;
          target.writeUInt32LE(point.byteLength, at + 1);
          target.set(point, at + 5);
          return at + 5 + point.byteLength;
        },
      };
    }
    case 'entries':
      return encodeEntries(change.entries);
  }
}

function encodeEntries(entries: readonly Entry[]): EncodedChange {
  const bodies = entries.map(bodyOf);
  const byteLength = bodies.reduce((sum, body) => sum + ENTRY_HEADER_BYTES + body.byteLength, 13);
  return {
    byteLength,
    write(target, start) {
      target[start] = ENTRIES;
      target.writeDoubleLE(entries[0]?.index ?? 0, start + 1);
      target.writeUInt32LE(entries.length, start + 9);
      let at = start + 13;
      for (let position = 0; position < entries.length; position++) {
        const entry = entries[position] as Entry;
        const body = bodies[position] ?? EMPTY;
        target[at] = entry.kind === 'noop' ? NOOP : entry.kind === 'command' ? COMMAND : CONFIGURATION;
        target.writeDoubleLE(entry.term, at + 1);
        target.writeUInt32LE(body.byteLength, at + 9);
        target.set(body, at + ENTRY_HEADER_BYTES);
        at += ENTRY_HEADER_BYTES + body.byteLength;
      }
      return at;
    },
  };
}

const EMPTY = Buffer.alloc(0);

function bodyOf(entry: Entry): Uint8Array {
  if (entry.kind === 'command') return entry.data;
  return entry.kind === 'configuration' ? Buffer.from(JSON.stringify(entry.configuration)) : EMPTY;
}

/** Reads what `encodeChanges` wrote. The checksum was right, so anything odd is a fault of the program. */
export function decodeChanges(bytes: Buffer): LogChange[] {
  const changes: LogChange[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    const kind = bytes[at];
    if (kind === HARD_STATE) {
      const length = bytes.readUInt32LE(at + 9);
      const votedFor = length === 0 ? null : bytes.toString('utf8', at + 13, at + 13 + length);
      changes.push({ kind: 'hardState', hardState: { term: bytes.readDoubleLE(at + 1), votedFor } });
      at += 13 + length;
    } else if (kind === COMPACTED || kind === RESET) {
      const length = bytes.readUInt32LE(at + 1);
      const point = JSON.parse(bytes.toString('utf8', at + 5, at + 5 + length)) as SnapshotMetadata;
      changes.push({ kind: kind === RESET ? 'reset' : 'compacted', point });
      at += 5 + length;
    } else if (kind === ENTRIES) {
      const { entries, end } = decodeEntries(bytes, at);
      changes.push({ kind: 'entries', entries });
      at = end;
    } else {
      throw new RangeError(`unknown change ${kind} at byte ${at}`);
    }
  }
  return changes;
}

function decodeEntries(bytes: Buffer, start: number): { readonly entries: Entry[]; readonly end: number } {
  const firstIndex = bytes.readDoubleLE(start + 1);
  const count = bytes.readUInt32LE(start + 9);
  const entries: Entry[] = [];
  let at = start + 13;
  for (let position = 0; position < count; position++) {
    const index = firstIndex + position;
    const kind = bytes[at];
    const term = bytes.readDoubleLE(at + 1);
    const end = at + ENTRY_HEADER_BYTES + bytes.readUInt32LE(at + 9);
    const body = bytes.subarray(at + ENTRY_HEADER_BYTES, end);
    if (kind === NOOP) entries.push({ kind: 'noop', index, term });
    // A copy: a view would keep the whole segment's bytes alive as long as the entry.
    else if (kind === COMMAND) entries.push({ kind: 'command', index, term, data: Buffer.from(body) });
    else {
      const configuration = JSON.parse(body.toString()) as Configuration;
      entries.push({ kind: 'configuration', index, term, configuration });
    }
    at = end;
  }
  return { entries, end: at };
}
