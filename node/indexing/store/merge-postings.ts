import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { BLOCK_ENTRIES_MAX, MERGED_ENTRIES_AT_ONCE } from '../limits.ts';
import { merged } from './block-edits.ts';
import { indexRange, POSTINGS } from './index-columns.ts';
import { blockCount, decodeBlock, encodeBlock } from './posting-block.ts';
import { prefixOfBlock } from './posting-key.ts';

interface Run {
  /** Key of the first of its blocks. */
  readonly key: Buffer;
  readonly prefix: Buffer;
  readonly blocks: Buffer[];
  /** Keys of the others. */
  readonly others: Buffer[];
  count: number;
}

/**
 * Makes one block of neighbouring small blocks of a term: big batches leave many, and whoever scans terms reads each.
 * Looks at so many blocks of an index from a key on, or at fewer when much of them is merged; null is its beginning.
 * Nothing that can be read changes.
 *
 * @returns where to go on; undefined at the end
 */
export function mergePostings(
  view: KeyValueView,
  batch: WriteBatch,
  index: number,
  from: Buffer | null,
  most: number,
): Buffer | undefined {
  const { gte, lt } = indexRange(index);
  let seen = 0;
  let mergedEntries = 0;
  let run: Run | undefined;
  for (const [key, bytes] of view.scan(POSTINGS, { gte: from ?? gte, lt })) {
    const prefix = prefixOfBlock(key);
    const count = blockCount(bytes);
    const goesOn = run !== undefined && run.count + count <= BLOCK_ENTRIES_MAX && run.prefix.equals(prefix);
    if (run !== undefined && goesOn) {
      run.blocks.push(bytes);
      run.others.push(key);
      run.count += count;
    } else {
      if (run !== undefined) mergedEntries += write(run, batch);
      // A run is read whole, unless it is the only one.
      if (seen >= most || mergedEntries >= MERGED_ENTRIES_AT_ONCE) return key;
      run = { key, prefix, blocks: [bytes], others: [], count };
    }
    seen++;
  }
  if (run !== undefined) write(run, batch);
  return undefined;
}

/** Gives the number of entries that were merged. */
function write({ key, blocks, others, count }: Run, batch: WriteBatch): number {
  if (others.length === 0) return 0;
  const whole = blocks.map(decodeBlock).reduce(merged);
  for (const other of others) batch.delete(POSTINGS, other);
  batch.put(POSTINGS, key, encodeBlock(whole));
  return count;
}
