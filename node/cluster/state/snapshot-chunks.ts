import { pack } from 'msgpackr';
import { SNAPSHOT_CHUNK_BYTES, SNAPSHOT_CHUNK_ENTRIES } from '../limits.ts';

export type StateEntry = readonly [key: string, value: unknown];

/** The state cut into pieces, each a packed array of entries. */
export function* snapshotChunks(entries: readonly StateEntry[]): Generator<Uint8Array> {
  let chunk: StateEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    chunk.push(entry);
    bytes += approximateBytes(entry);
    if (bytes < SNAPSHOT_CHUNK_BYTES && chunk.length < SNAPSHOT_CHUNK_ENTRIES) continue;
    yield pack(chunk);
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield pack(chunk);
}

function approximateBytes([key, value]: StateEntry): number {
  // The exact size would cost a second packing; records are the only large values, and mostly text.
  return key.length + (typeof value === 'object' ? JSON.stringify(value).length : 16);
}
