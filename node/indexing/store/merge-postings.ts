import type { KeyValueView } from '../../documents/key-value-view.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { BLOCK_ENTRIES_MAX } from '../limits.ts';
import { merged } from './block-edits.ts';
import { indexRange, POSTINGS } from './index-columns.ts';
import { blockCount, decodeBlock, encodeBlock } from './posting-block.ts';
import { prefixOfBlock } from './posting-key.ts';

/** What one turn has done. */
export interface MergeTurn {
  /** Where to go on; null: there is nothing more. */
  readonly next: Buffer | null;
  readonly blocksRead: number;
  /** How many fewer blocks there are. */
  readonly blocksSaved: number;
}

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
 * Looks at the blocks of an index from a key on, null is its beginning, until `isOver` says so, which is asked between
 * any two that are not to be one. Nothing that can be read changes. A key of an index that this one has taken the place
 * of is its beginning.
 */
export function mergePostings(
  view: KeyValueView,
  batch: WriteBatch,
  index: number,
  from: Buffer | null,
  isOver: () => boolean,
): MergeTurn {
  const { gte, lt } = indexRange(index);
  const start = from === null || from.compare(gte) < 0 ? gte : from;
  let run: Run | undefined;
  let blocksRead = 0;
  let blocksSaved = 0;
  for (const [key, bytes] of view.scan(POSTINGS, { gte: start, lt })) {
    const prefix = prefixOfBlock(key);
    const count = blockCount(bytes);
    const goesOn = run !== undefined && run.count + count <= BLOCK_ENTRIES_MAX && run.prefix.equals(prefix);
    if (run !== undefined && goesOn) {
      run.blocks.push(bytes);
      run.others.push(key);
      run.count += count;
    } else {
      if (run !== undefined) {
        blocksSaved += write(run, batch);
        if (isOver()) return { next: key, blocksRead, blocksSaved };
      }
      run = { key, prefix, blocks: [bytes], others: [], count };
    }
    blocksRead += 1;
  }
  if (run !== undefined) blocksSaved += write(run, batch);
  return { next: null, blocksRead, blocksSaved };
}

function write({ key, blocks, others }: Run, batch: WriteBatch): number {
  if (others.length === 0) return 0;
  const whole = blocks.map(decodeBlock).reduce(merged);
  for (const other of others) batch.delete(POSTINGS, other);
  batch.put(POSTINGS, key, encodeBlock(whole));
  return others.length;
}
