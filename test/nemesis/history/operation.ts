/** `invoke` begins an operation; `ok`: it took effect; `fail`: it did not; `info`: nobody knows, it may later, too. */
export type OperationType = 'invoke' | 'ok' | 'fail' | 'info';

/** One line of a history, in the form of Jepsen's; nothing in it is undefined, so that it survives JSON. */
export interface Operation {
  /** Place in the history, from 0. */
  readonly index: number;
  /** Nanoseconds since the history began, by a clock that only grows. */
  readonly time: number;
  /** Does one operation at a time. After an `info` it is never heard of again; its client goes on under another number. */
  readonly process: number | 'nemesis';
  readonly type: OperationType;
  /** What was asked, for instance `read`. */
  readonly f: string;
  readonly value: unknown;
  /** Which part of a mixed history it belongs to; the nemesis belongs to none. */
  readonly workload?: string;
  /** What the value is of, where a workload has several independent ones. */
  readonly key?: string;
  /** Where it was sent: address of the last node tried. */
  readonly node?: string;
  /** Why it did not, or perhaps did not, take effect. */
  readonly error?: string;
  /** What a refused compare-and-set found instead. */
  readonly seen?: unknown;
}

/** An operation from its beginning to its end. */
export interface Completed {
  readonly invoke: Operation;
  /** null: the history ends before the operation. */
  readonly end: Operation | null;
  readonly outcome: 'ok' | 'fail' | 'info';
  /** Infinity: it may still take effect. Both are places in the history, which order it exactly. */
  readonly startAt: number;
  readonly endAt: number;
}

/** The operations of one workload, in the order of their beginnings. Throws for a history that is none. */
export function completedOperations(history: readonly Operation[], workload: string): readonly Completed[] {
  const open = new Map<number, { readonly invoke: Operation; end: Operation | null }>();
  const pairs: { readonly invoke: Operation; end: Operation | null }[] = [];
  for (const operation of history) {
    const { process, type } = operation;
    if (operation.workload !== workload || process === 'nemesis') continue;
    const pair = open.get(process);
    if (type === 'invoke') {
      if (pair !== undefined)
        throw malformed(operation, 'begins before the last one of its process has ended');
      const begun = { invoke: operation, end: null };
      open.set(process, begun);
      pairs.push(begun);
    } else {
      if (pair === undefined) throw malformed(operation, 'ends without having begun');
      pair.end = operation;
      // A process that crashed is never heard of again; one that was, is.
      if (type !== 'info') open.delete(process);
    }
  }
  return pairs.map(({ invoke, end }) => {
    const outcome = end === null || end.type === 'invoke' ? 'info' : end.type;
    const endAt = outcome === 'info' || end === null ? Number.POSITIVE_INFINITY : end.index;
    return { invoke, end, outcome, startAt: invoke.index, endAt };
  });
}

/** As reports name it. */
export function nameOf({ invoke }: Completed): string {
  return `#${invoke.index} (process ${invoke.process})`;
}

function malformed({ index, process }: Operation, what: string): Error {
  return new Error(`The history is malformed: operation #${index} of process ${process} ${what}.`);
}
