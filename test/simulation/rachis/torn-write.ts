import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { PersistRequest } from '../../../node/rachis/core/ready.ts';
import {
  changesOf,
  decodeChanges,
  encodeChanges,
  type LogChange,
} from '../../../node/rachis/log/log-change.ts';
import { RECORD_HEADER_BYTES, readRecord, sealRecord } from '../../../node/rachis/log/segment-format.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { SeededRandom } from '../kernel/seeded-random.ts';

const LOG_NUMBER = 4711;

/** What stands where a segment was never written: it is preallocated. */
const SURPLUS_BYTES = 64;

/** Bytes that a disk writes at once: whether a piece of a torn write is there says nothing of the next one. */
const SECTOR_BYTES = 32;

/**
 * The last write at a crash, as the log puts it on the disk: pieces of it got there, each or none. True when the log
 * finds it whole after the restart.
 */
export function isFoundWhole(request: PersistRequest, random: SeededRandom): boolean {
  const changes = changesOf(request);
  const whole = sealRecord(encodeChanges(changes, RECORD_HEADER_BYTES), 1, LOG_NUMBER);
  const disk = Buffer.alloc(whole.byteLength + SURPLUS_BYTES);
  const share = random.pick([0.2, 0.8, 0.98, 1]) ?? 0.8;
  for (let at = 0; at < whole.byteLength; at += SECTOR_BYTES) {
    if (random.chance(share)) whole.copy(disk, at, at, Math.min(at + SECTOR_BYTES, whole.byteLength));
  }
  const found = readRecord(disk, 0, LOG_NUMBER);
  const isWhole = disk.subarray(0, whole.byteLength).equals(whole);
  check(
    (found !== null) === isWhole,
    'what is left of a torn write does not count',
    () => `${isWhole ? 'nothing' : 'a record'} was found`,
  );
  if (found === null) return false;
  check(
    isDeepStrictEqual(plain(decodeChanges(found.payload)), plain(changes)),
    'the log reads what it wrote',
    () => JSON.stringify(changes),
  );
  return true;
}

/** Bytes are compared as bytes, whatever holds them. */
function plain(changes: readonly LogChange[]): unknown {
  return changes.map((change) =>
    change.kind === 'entries' ? { ...change, entries: change.entries.map(plainEntry) } : change,
  );
}

function plainEntry(entry: Entry): unknown {
  return entry.kind === 'command' ? { ...entry, data: Buffer.from(entry.data).toString('hex') } : entry;
}
