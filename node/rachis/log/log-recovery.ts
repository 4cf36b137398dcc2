import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeChanges } from './log-change.ts';
import { RaftLogCorruptError } from './log-error.ts';
import { LogImage, type StoredLog } from './log-image.ts';
import {
  endOfBytes,
  hasRecordAfter,
  readRecord,
  readSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  segmentNumber,
} from './segment-format.ts';

/** A segment as recovery found it. */
export interface FoundSegment {
  readonly number: number;
  readonly maxIndex: number;
}

export interface RecoveredLog {
  readonly stored: StoredLog;
  /** Segments that hold records, the last one to be written on, oldest first. */
  readonly segments: readonly FoundSegment[];
  /** Where the next record goes in the last one. */
  readonly tail: { readonly position: number; readonly dirtyUntil: number };
  readonly nextSequence: number;
}

/** Numbers of the segments in the folder, ascending; leftovers of unfinished ones are deleted. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  for (const name of names) {
    if (name.endsWith('.tmp')) await rm(join(folder, name), { force: true });
  }
  return names
    .map(segmentNumber)
    .filter((number) => number !== null)
    .sort((a, b) => a - b);
}

interface ScannedSegment {
  readonly bytes: Buffer;
  readonly maxIndex: number;
  /** Where the first thing that is not a whole record in sequence stands. */
  readonly end: number;
  readonly nextSequence: number | null;
}

/**
 * Reads the log back. What follows the last whole record is an unsynced write that the crash tore, and is dropped; but
 * a damaged record that has a whole one after it was acknowledged, and is an error.
 *
 * @throws RaftLogCorruptError
 */
export async function recoverLog(folder: string, logNumber: number): Promise<RecoveredLog> {
  const numbers = await listSegments(folder);
  const image = new LogImage();
  const segments: FoundSegment[] = [];
  let nextSequence: number | null = null;
  let tail: RecoveredLog['tail'] | null = null;
  let tornIn: string | null = null;
  const spares: string[] = [];
  for (const [position, number] of numbers.entries()) {
    const path = join(folder, segmentName(number));
    if (position > 0 && numbers[position - 1] !== number - 1) {
      throw new RaftLogCorruptError(folder, `segment ${segmentName(number - 1)} is missing`);
    }
    const scanned: ScannedSegment = scanSegment(
      await readFile(path),
      path,
      number,
      logNumber,
      nextSequence,
      image,
    );
    const isEmpty = scanned.end === SEGMENT_HEADER_BYTES;
    if (!isEmpty && tornIn !== null) {
      throw new RaftLogCorruptError(tornIn, `a record is damaged although ${path} follows it`);
    }
    if (hasRecordAfter(scanned.bytes, scanned.end, logNumber)) {
      throw new RaftLogCorruptError(
        path,
        `the record at byte ${scanned.end} is damaged although others follow it`,
      );
    }
    const dirtyUntil = endOfBytes(scanned.bytes, scanned.end);
    if (dirtyUntil > scanned.end) tornIn = path;
    nextSequence = scanned.nextSequence;
    if (!isEmpty || segments.length === 0) {
      segments.push({ number, maxIndex: scanned.maxIndex });
      tail = { position: scanned.end, dirtyUntil };
    } else {
      // Made ahead of need, or its first record was torn: it is made again when it is needed.
      spares.push(path);
    }
  }
  if (tail === null) throw new RaftLogCorruptError(folder, 'all its segments are missing');
  const stored = image.finish();
  if ('problem' in stored) throw new RaftLogCorruptError(folder, stored.problem);
  for (const path of spares) await rm(path, { force: true });
  return { stored, segments, tail, nextSequence: nextSequence ?? 1 };
}

function scanSegment(
  bytes: Buffer,
  path: string,
  number: number,
  logNumber: number,
  firstSequence: number | null,
  image: LogImage,
): ScannedSegment {
  const ownNumber = readSegmentHeader(bytes, number);
  if (ownNumber === null) throw new RaftLogCorruptError(path, 'its header is damaged');
  if (ownNumber !== logNumber) throw new RaftLogCorruptError(path, 'it belongs to the log of another node');
  let nextSequence = firstSequence;
  let at = SEGMENT_HEADER_BYTES;
  let maxIndex = -1;
  for (;;) {
    const record = readRecord(bytes, at, logNumber);
    if (record === null) return { bytes, maxIndex, end: at, nextSequence };
    if (nextSequence !== null && record.sequence !== nextSequence) {
      throw new RaftLogCorruptError(
        path,
        `record ${nextSequence} is missing before record ${record.sequence}`,
      );
    }
    for (const change of decodeChanges(record.payload)) {
      image.apply(change);
      if (change.kind === 'entries') maxIndex = Math.max(maxIndex, change.entries.at(-1)?.index ?? -1);
    }
    nextSequence = record.sequence + 1;
    at = record.end;
  }
}
