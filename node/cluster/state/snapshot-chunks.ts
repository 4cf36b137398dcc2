import { pack } from 'msgpackr';
import { SNAPSHOT_CHUNK_BYTES, SNAPSHOT_CHUNK_ENTRIES } from '../limits.ts';
import type { StateEntry } from './state-transaction.ts';

/** An entry with its size, as far as that is known. */
export interface MeasuredEntry {
  readonly entry: StateEntry;
  readonly bytes: number | null;
}

/** The state cut into pieces, each a packed array of entries. */
export function* snapshotChunks(entries: Iterable<MeasuredEntry>): Generator<Uint8Array> {
  let chunk: StateEntry[] = [];
  let total = 0;
  for (const { entry, bytes } of entries) {
    chunk.push(entry);
    total += bytes ?? approximateBytes(entry);
    if (total < SNAPSHOT_CHUNK_BYTES && chunk.length < SNAPSHOT_CHUNK_ENTRIES) continue;
    yield pack(chunk);
    chunk = [];
    total = 0;
  }
  if (chunk.length > 0) yield pack(chunk);
}

function approximateBytes([key, value]: StateEntry): number {
  // The exact size would cost a second packing; large values are mostly text.
  return key.length + (typeof value === 'object' ? JSON.stringify(value).length : 16);
}
