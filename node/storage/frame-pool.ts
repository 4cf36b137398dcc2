import { FRAME_BYTES_KEPT_MAX, FRAMES_KEPT_MAX } from './limits.ts';

/**
 * Buffers of written batches, for the next ones. Without it every batch would touch fresh pages, and the memory of the
 * old ones would wait in two threads for a garbage collection that has no reason to come soon.
 */
const kept: ArrayBuffer[] = [];

/** A buffer of at least `bytes`; its content is arbitrary. */
export function takeFrame(bytes: number): Buffer {
  for (let i = kept.length - 1; i >= 0; i--) {
    const candidate = kept[i] as ArrayBuffer;
    if (candidate.byteLength < bytes) continue;
    kept.splice(i, 1);
    return Buffer.from(candidate);
  }
  return Buffer.allocUnsafeSlow(bytes);
}

/** The small ones go first when there are too many: a large one serves every batch. */
export function giveFrame(frame: ArrayBuffer): void {
  if (frame.byteLength > FRAME_BYTES_KEPT_MAX || frame.byteLength === 0) return;
  kept.push(frame);
  if (kept.length <= FRAMES_KEPT_MAX) return;
  const smallest = Math.min(...kept.map((candidate) => candidate.byteLength));
  kept.splice(
    kept.findIndex((candidate) => candidate.byteLength === smallest),
    1,
  );
}
