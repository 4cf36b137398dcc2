import { BLOCK_ENTRIES_MAX } from '../limits.ts';
import type { PostingBlock } from './posting-block.ts';

/** A block of these entries, ascending; `positions` parallel to them, or absent. */
export function blockOf(
  entries: readonly number[],
  positions: readonly (readonly number[])[] | undefined,
): PostingBlock {
  const numbers = new Uint32Array(entries);
  if (positions === undefined) return { entries: numbers };
  return { entries: numbers, positions: positions.map((places) => new Uint32Array(places)) };
}

export function without(block: PostingBlock, removed: ReadonlySet<number>): PostingBlock {
  const kept: number[] = [];
  block.entries.forEach((entry, at) => {
    if (!removed.has(entry)) kept.push(at);
  });
  return kept.length === block.entries.length ? block : picked(block, kept);
}

/** Entries of both; of one that is in both, what `b` says. */
export function merged(a: PostingBlock, b: PostingBlock): PostingBlock {
  const hasPositions = a.positions !== undefined || b.positions !== undefined;
  const entries = new Uint32Array(a.entries.length + b.entries.length);
  const positions: Uint32Array[] = [];
  let count = 0;
  let i = 0;
  let j = 0;
  while (i < a.entries.length || j < b.entries.length) {
    const left = a.entries[i] ?? Number.POSITIVE_INFINITY;
    const right = b.entries[j] ?? Number.POSITIVE_INFINITY;
    const [from, at] = left < right ? [a, i] : [b, j];
    entries[count++] = Math.min(left, right);
    if (hasPositions) positions.push(from.positions?.[at] ?? NO_POSITIONS);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  const whole = entries.subarray(0, count);
  return hasPositions ? { entries: whole, positions } : { entries: whole };
}

/** Blocks of a bearable size. */
export function split(block: PostingBlock): readonly PostingBlock[] {
  const { entries, positions } = block;
  if (entries.length === 0) return [];
  if (entries.length <= BLOCK_ENTRIES_MAX) return [block];
  const parts: PostingBlock[] = [];
  for (let at = 0; at < entries.length; at += BLOCK_ENTRIES_MAX) {
    const end = at + BLOCK_ENTRIES_MAX;
    const part = entries.subarray(at, end);
    parts.push(
      positions === undefined ? { entries: part } : { entries: part, positions: positions.slice(at, end) },
    );
  }
  return parts;
}

const NO_POSITIONS = new Uint32Array(0);

function picked({ entries, positions }: PostingBlock, places: readonly number[]): PostingBlock {
  const kept = new Uint32Array(places.map((at) => entries[at] as number));
  if (positions === undefined) return { entries: kept };
  return { entries: kept, positions: places.map((at) => positions[at] ?? NO_POSITIONS) };
}
