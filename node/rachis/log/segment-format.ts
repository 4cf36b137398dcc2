import { crc32 } from 'node:zlib';
import { LOG_RECORD_BYTES_MAX } from '../limits.ts';

/**
 * A segment file: a header, then records one after the other at multiples of 8, then zeros up to its preallocated size.
 *
 * Record: magic u32, payload length u32, checksum u32, 4 zero bytes, sequence f64, payload, zeros up to a multiple of 8.
 * The checksum covers sequence and payload and starts from the log's own random number, so that a record of another
 * log, or of an older life of the same file, never counts. Sequences grow by one over all segments: a record that is
 * missing in the middle is noticed. Little-endian.
 */
const SEGMENT_MAGIC = 'RCLSEG01';
export const SEGMENT_HEADER_BYTES = 32;
const RECORD_MAGIC = 0x52_43_4c_52;
export const RECORD_HEADER_BYTES = 24;

export function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.segment`;
}

/** The number in a segment's file name, or null for another file. */
export function segmentNumber(fileName: string): number | null {
  const match = /^(\d{10})\.segment$/.exec(fileName);
  return match === null ? null : Number(match[1]);
}

export function segmentHeader(number: number, logNumber: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  header.write(SEGMENT_MAGIC, 0, 'latin1');
  header.writeUInt32LE(number, 8);
  header.writeUInt32LE(logNumber, 12);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return header;
}

/** The log number that the header names; null when the header is not whole (a segment that was being made). */
export function readSegmentHeader(bytes: Buffer, number: number): number | null {
  if (bytes.byteLength < SEGMENT_HEADER_BYTES) return null;
  if (bytes.toString('latin1', 0, 8) !== SEGMENT_MAGIC) return null;
  if (bytes.readUInt32LE(16) !== crc32(bytes.subarray(0, 16)) || bytes.readUInt32LE(8) !== number)
    return null;
  return bytes.readUInt32LE(12);
}

const PADDING = Buffer.alloc(8);

/** Fills the header of a record whose payload stands after it; gives the bytes to write, padded. */
export function sealRecord(record: Buffer, sequence: number, logNumber: number): Buffer {
  record.writeUInt32LE(RECORD_MAGIC, 0);
  record.writeUInt32LE(record.byteLength - RECORD_HEADER_BYTES, 4);
  record.writeUInt32LE(0, 12);
  record.writeDoubleLE(sequence, 16);
  record.writeUInt32LE(crc32(record.subarray(16), logNumber), 8);
  const surplus = record.byteLength % 8;
  return surplus === 0 ? record : Buffer.concat([record, PADDING.subarray(0, 8 - surplus)]);
}

export interface ScannedRecord {
  readonly sequence: number;
  readonly payload: Buffer;
  /** Offset just after it. */
  readonly end: number;
}

/** The record at `at`, or null when there is no whole one. */
export function readRecord(bytes: Buffer, at: number, logNumber: number): ScannedRecord | null {
  if (at + RECORD_HEADER_BYTES > bytes.byteLength || bytes.readUInt32LE(at) !== RECORD_MAGIC) return null;
  const length = bytes.readUInt32LE(at + 4);
  const payloadEnd = at + RECORD_HEADER_BYTES + length;
  if (length > LOG_RECORD_BYTES_MAX || payloadEnd > bytes.byteLength) return null;
  if (bytes.readUInt32LE(at + 8) !== crc32(bytes.subarray(at + 16, payloadEnd), logNumber)) return null;
  return {
    sequence: bytes.readDoubleLE(at + 16),
    payload: bytes.subarray(at + RECORD_HEADER_BYTES, payloadEnd),
    end: Math.ceil(payloadEnd / 8) * 8,
  };
}

/** Whether a whole record of the log stands anywhere after `at`. */
export function hasRecordAfter(bytes: Buffer, at: number, logNumber: number): boolean {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(RECORD_MAGIC);
  for (let found = bytes.indexOf(magic, at + 1); found >= 0; found = bytes.indexOf(magic, found + 1)) {
    if (found % 8 === 0 && readRecord(bytes, found, logNumber) !== null) return true;
  }
  return false;
}

/** Offset after the last byte that is not zero, at or after `from`. */
export function endOfBytes(bytes: Buffer, from: number): number {
  let end = bytes.byteLength;
  while (end > from && bytes[end - 1] === 0) end--;
  return end;
}
