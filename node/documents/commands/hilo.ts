import { splitDocument } from '../../json/document-json.ts';
import { defineCommand } from '../command.ts';
import { InvalidCommandError } from '../document-errors.ts';
import type { DocumentTransaction } from '../document-transaction.ts';
import { formatTicks, parseTicks } from '../hybrid-clock.ts';
import { HILO_CAPACITY_MAX, HILO_CAPACITY_MIN } from '../limits.ts';

export interface HiloNextArguments {
  readonly tag: string;
  /** Size of the client's last range; 0 when it had none. */
  readonly lastBatchSize: number;
  /** When that was, as the client sent it. */
  readonly lastRangeAt: string | null;
  readonly identityPartsSeparator: string;
  /** Greatest number that the client knows to be taken. */
  readonly lastMax: number;
}

export interface HiloRange {
  readonly prefix: string;
  readonly low: number;
  readonly high: number;
  readonly lastSize: number;
  readonly serverTag: string;
  readonly lastRangeAt: string;
}

export interface HiloReturnArguments {
  readonly tag: string;
  /** End of the range, and the last number of it that was used. */
  readonly end: number;
  readonly last: number;
}

/** A client that comes back this soon gets twice as many numbers, and half as many after the longer time. */
const DOUBLE_WITHIN_TICKS = 30n * 10_000_000n;
const HALVE_AFTER_TICKS = 60n * 10_000_000n;

/** Takes the next range of numbers of a tag, for a client to make ids of. */
export const hiloNext = defineCommand(
  'HiloNext',
  (transaction, args: HiloNextArguments): HiloRange => {
    const now = transaction.now();
    const capacity = nextCapacity(args, now);
    const low = Math.max(readMax(transaction, args.tag), args.lastMax) + 1;
    const high = low + capacity - 1;
    if (!Number.isSafeInteger(high)) {
      throw new InvalidCommandError(`The HiLo numbers of '${args.tag}' are used up: ${low} is too large.`);
    }
    writeMax(transaction, args.tag, high);
    return {
      prefix: args.tag + args.identityPartsSeparator,
      low,
      high,
      lastSize: capacity,
      serverTag: transaction.nodeTag,
      lastRangeAt: formatTicks(now),
    };
  },
  { ids: ({ tag }) => [hiloId(tag)] },
);

/** Gives the unused end of a range back, unless somebody took the next one meanwhile. */
export const hiloReturn = defineCommand(
  'HiloReturn',
  (transaction, { tag, end, last }: HiloReturnArguments): null => {
    if (transaction.exists(hiloId(tag)) && readMax(transaction, tag) === end && last <= end) {
      writeMax(transaction, tag, last);
    }
    return null;
  },
  { ids: ({ tag }) => [hiloId(tag)] },
);

function hiloId(tag: string): string {
  return `Raven/Hilo/${tag}`;
}

function nextCapacity({ lastBatchSize, lastRangeAt }: HiloNextArguments, now: bigint): number {
  const size = Math.max(HILO_CAPACITY_MIN, lastBatchSize);
  const at = lastRangeAt === null ? null : parseTicks(lastRangeAt);
  if (at === null) return Math.min(HILO_CAPACITY_MAX, size);
  const age = now - at;
  if (age < DOUBLE_WITHIN_TICKS)
    return Math.min(HILO_CAPACITY_MAX, Math.max(HILO_CAPACITY_MIN, lastBatchSize * 2));
  if (age > HALVE_AFTER_TICKS) {
    return Math.min(HILO_CAPACITY_MAX, Math.max(HILO_CAPACITY_MIN, Math.floor(lastBatchSize / 2)));
  }
  return Math.min(HILO_CAPACITY_MAX, size);
}

/** 0 when there is no document, or none with a number in it: people may edit it. */
function readMax(transaction: DocumentTransaction, tag: string): number {
  const body = transaction.get(hiloId(tag))?.body;
  if (body === undefined) return 0;
  const { Max: max } = JSON.parse(body.toString()) as { readonly Max?: unknown };
  return typeof max === 'number' && Number.isFinite(max) ? Math.trunc(max) : 0;
}

function writeMax(transaction: DocumentTransaction, tag: string, max: number): void {
  const json = splitDocument(Buffer.from(`{"Max":${max},"@metadata":{"@collection":"@hilo"}}`));
  transaction.putDocument(hiloId(tag), json, null);
}
