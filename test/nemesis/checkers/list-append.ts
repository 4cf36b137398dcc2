import type { Completed } from '../history/operation.ts';

/** `["append", key, element]`, or `["r", key, list]`, null while it is not known. Elements are unique per key. */
export type MicroOperation =
  | readonly ['append', key: string, element: number]
  | readonly ['r', key: string, list: readonly number[] | null];

/** Who appended an element, and whether it was the last that it appended to that key. */
export interface Writer {
  readonly transaction: number;
  readonly isLast: boolean;
}

/** What a transaction that took effect saw of a key before it wrote to it itself. */
export interface ExternalRead {
  readonly transaction: number;
  readonly key: string;
  readonly list: readonly number[];
}

export interface ListAppendHistory {
  readonly transactions: readonly Completed[];
  readonly writers: ReadonlyMap<string, ReadonlyMap<number, Writer>>;
  readonly reads: readonly ExternalRead[];
  /** Of each key the longest list that was read: the order of its versions. */
  readonly orders: ReadonlyMap<string, readonly number[]>;
  /** Transactions that do not see what they themselves have written. */
  readonly inconsistent: readonly { readonly transaction: number; readonly why: string }[];
}

export function microOperations({ invoke, end, outcome }: Completed): readonly MicroOperation[] {
  return (outcome === 'ok' && end !== null ? end.value : invoke.value) as readonly MicroOperation[];
}

export function readListAppend(transactions: readonly Completed[]): ListAppendHistory {
  const writers = new Map<string, Map<number, Writer>>();
  const reads: ExternalRead[] = [];
  const inconsistent: { transaction: number; why: string }[] = [];
  for (const [transaction, completed] of transactions.entries()) {
    const operations = microOperations(completed);
    noteWriters(writers, transaction, operations);
    if (completed.outcome !== 'ok') continue;
    const seen = externalReads(operations);
    for (const [key, list] of seen.lists) reads.push({ transaction, key, list });
    if (seen.why !== null) inconsistent.push({ transaction, why: seen.why });
  }
  const orders = new Map<string, readonly number[]>();
  for (const { key, list } of reads) {
    if (list.length > (orders.get(key)?.length ?? -1)) orders.set(key, list);
  }
  return { transactions, writers, reads, orders, inconsistent };
}

function noteWriters(
  writers: Map<string, Map<number, Writer>>,
  transaction: number,
  operations: readonly MicroOperation[],
): void {
  for (const [at, [f, key, element]] of operations.entries()) {
    if (f !== 'append') continue;
    const ofKey = writers.get(key) ?? new Map<number, Writer>();
    writers.set(key, ofKey);
    if (ofKey.has(element))
      throw new Error(`The history appends ${element} to ${key} twice, so it can't be checked.`);
    const isLast = !operations.slice(at + 1).some(([f, other]) => f === 'append' && other === key);
    ofKey.set(element, { transaction, isLast });
  }
}

/** Of each key what was there before; and whether later reads see that and the transaction's own appends. */
function externalReads(operations: readonly MicroOperation[]) {
  const lists = new Map<string, readonly number[]>();
  const appended = new Map<string, readonly number[]>();
  let why: string | null = null;
  for (const [f, key, value] of operations) {
    const own = appended.get(key) ?? [];
    if (f === 'append') {
      appended.set(key, [...own, value]);
      continue;
    }
    const list = value ?? [];
    const before = list.slice(0, Math.max(0, list.length - own.length));
    const known = lists.get(key) ?? before;
    lists.set(key, known);
    const expected = [...known, ...own];
    if (!isSame(list, expected)) why ??= `it reads ${key} as [${list}], where it must be [${expected}]`;
  }
  return { lists, why };
}

export function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && isPrefix(one, other);
}

export function isPrefix(start: readonly number[], whole: readonly number[]): boolean {
  return start.length <= whole.length && start.every((element, at) => element === whole[at]);
}
