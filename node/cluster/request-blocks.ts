import { pack, unpack } from 'msgpackr';
import type { WriteBatch } from '../storage/write-batch.ts';
import { REQUESTS_PER_BLOCK } from './limits.ts';
import type { RememberedRequest } from './state/request-history.ts';
import { numberKey, REQUESTS } from './state/state-keys.ts';
import type { StateEntry } from './state/state-transaction.ts';
import { FORGOTTEN, META, STATE } from './state-columns.ts';

/** Key of a row with many requests; the rest of it is the Raft index of the first. No key of the state begins so. */
const BLOCKS = 'request-block/';

/** A request in a block: its Raft index and its members, of which the later ones may be undefined. */
type Row = [
  index: number,
  id: string,
  outcome: RememberedRequest['outcome'],
  type: string | undefined,
  term: number | undefined,
  timeMs: number | undefined,
  logTimeMs: number | undefined,
];

interface Block {
  readonly first: number;
  readonly last: number;
}

/**
 * How remembered requests stand in storage: those of one write together in a row, since each command brings one and a
 * row costs more than what is in it. Requests are forgotten by age: up to which index is noted, and a row goes when all
 * of it is forgotten. Requests of a snapshot, and of storage from before there were blocks, are rows of their own.
 */
export class RequestBlocks {
  /** Oldest first. */
  #blocks: Block[] = [];
  /** Requests up to this index are rows of their own. */
  #singleUntil: number;
  #forgottenUntil: number;

  /** `appliedIndex` is that of the storage, `forgottenUntil` what stands there under FORGOTTEN, 0 for nothing. */
  constructor(appliedIndex: number, forgottenUntil: number) {
    this.#singleUntil = appliedIndex;
    this.#forgottenUntil = forgottenUntil;
  }

  /** The entries of the state that a row of storage holds; rows come in the order of their keys. */
  read(key: string, bytes: Buffer): readonly StateEntry[] {
    if (!key.startsWith(BLOCKS)) return [[key, unpack(bytes)]];
    const rows = unpack(bytes) as Row[];
    const first = (rows[0] as Row)[0];
    this.#blocks.push({ first, last: (rows.at(-1) as Row)[0] });
    this.#singleUntil = Math.min(this.#singleUntil, first - 1);
    return rows
      .filter(([index]) => index > this.#forgottenUntil)
      .map((row) => [REQUESTS + numberKey(row[0]), requestOf(row)]);
  }

  /**
   * Adds to a batch what it takes to store these changes of keys of REQUESTS, which are in the order of the log. Gives
   * what is to be called when the batch is written.
   */
  write(batch: WriteBatch, changes: readonly StateEntry[]): () => void {
    const rows: Row[] = [];
    let forgottenUntil = this.#forgottenUntil;
    for (const [key, value] of changes) {
      const index = Number(key.slice(REQUESTS.length));
      if (value !== undefined) rows.push(rowOf(index, value as RememberedRequest));
      else {
        forgottenUntil = Math.max(forgottenUntil, index);
        if (index <= this.#singleUntil) batch.delete(STATE, Buffer.from(key));
      }
    }
    const added: Block[] = [];
    for (let at = 0; at < rows.length; at += REQUESTS_PER_BLOCK) {
      const part = rows.slice(at, at + REQUESTS_PER_BLOCK);
      const block = { first: (part[0] as Row)[0], last: (part.at(-1) as Row)[0] };
      batch.put(STATE, keyOf(block), pack(part));
      added.push(block);
    }
    let gone = 0;
    for (; (this.#blocks[gone]?.last ?? Number.POSITIVE_INFINITY) <= forgottenUntil; gone++) {
      batch.delete(STATE, keyOf(this.#blocks[gone] as Block));
    }
    if (forgottenUntil > this.#forgottenUntil) batch.put(META, FORGOTTEN, pack(forgottenUntil));
    return () => {
      this.#blocks = [...this.#blocks.slice(gone), ...added];
      this.#forgottenUntil = forgottenUntil;
    };
  }

  /** Storage was replaced by what a snapshot of this index held, in rows of their own, with nothing under FORGOTTEN. */
  restored(index: number): void {
    this.#blocks = [];
    this.#singleUntil = index;
    this.#forgottenUntil = 0;
  }
}

function keyOf({ first }: Block): Buffer {
  return Buffer.from(BLOCKS + numberKey(first));
}

function rowOf(index: number, { id, outcome, type, term, timeMs, logTimeMs }: RememberedRequest): Row {
  return [index, id, outcome, type, term, timeMs, logTimeMs];
}

function requestOf([, id, outcome, type, term, timeMs, logTimeMs]: Row): RememberedRequest {
  return {
    id,
    outcome,
    ...(type === undefined ? {} : { type }),
    ...(term === undefined ? {} : { term }),
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(logTimeMs === undefined ? {} : { logTimeMs }),
  };
}
