import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AppendLevel, checkAppend } from './check-append.ts';
import { historyOf, type Line } from './history-of.ts';
import type { MicroOperation } from './list-append.ts';

const a = (key: string, element: number): MicroOperation => ['append', key, element];
const r = (key: string, ...list: number[]): MicroOperation => ['r', key, list];

/** Transactions of which each ended before the next began. */
const oneByOne = (...transactions: readonly (readonly MicroOperation[])[]): Line[] =>
  transactions.flatMap((value, process): Line[] => [
    [process, 'invoke', 'txn', value],
    [process, 'ok', 'txn', value],
  ]);

/** Transactions that were all on their way at once. */
const atOnce = (...transactions: readonly (readonly MicroOperation[])[]): Line[] => [
  ...transactions.map((value, process): Line => [process, 'invoke', 'txn', value]),
  ...transactions.map((value, process): Line => [process, 'ok', 'txn', value]),
];

const anomalies = (lines: readonly Line[], level: AppendLevel = 'strict-serializable') => [
  ...new Set(checkAppend(historyOf(lines), level).map(({ anomaly }) => anomaly)),
];

describe('checkAppend, for strict serializability', () => {
  it.each<[what: string, lines: Line[]]>([
    ['nothing', []],
    ['reads of what was written', oneByOne([a('x', 1)], [r('x', 1)], [a('x', 2)], [r('x', 1, 2)])],
    ['a read of nothing beside a write', atOnce([a('x', 1)], [r('x')])],
    [
      'two appends at once, in the other order',
      [
        ...atOnce([a('x', 1)], [a('x', 2)]),
        ...oneByOne([r('x', 2, 1)]).map(([, ...rest]): Line => [9, ...rest]),
      ],
    ],
    ['own writes, seen by itself', oneByOne([a('x', 1), r('x', 1), a('x', 2), r('x', 1, 2)], [r('x', 1, 2)])],
    [
      'an unknown one that took effect',
      [
        [0, 'invoke', 'txn', [a('x', 1)]],
        [0, 'info', 'txn', [a('x', 1)]],
        [1, 'invoke', 'txn', [r('x')]],
        [1, 'ok', 'txn', [r('x', 1)]],
      ],
    ],
    [
      'an unknown one that took effect late',
      [
        [0, 'invoke', 'txn', [a('x', 1)]],
        [0, 'info', 'txn', [a('x', 1)]],
        ...oneByOne([], [r('x')], [r('x', 1)]).slice(2),
      ],
    ],
    [
      'one that failed',
      [
        [0, 'invoke', 'txn', [a('x', 1)]],
        [0, 'fail', 'txn', [a('x', 1)]],
        [1, 'invoke', 'txn', [r('x')]],
        [1, 'ok', 'txn', [r('x')]],
      ],
    ],
  ])('takes %s', (_, lines) => {
    expect(checkAppend(historyOf(lines), 'strict-serializable')).toEqual([]);
  });

  it.each<[anomaly: string, what: string, lines: Line[]]>([
    [
      'G0',
      'writes that interleave',
      atOnce([a('x', 1), a('y', 1)], [a('x', 2), a('y', 2)], [r('x', 1, 2), r('y', 2, 1)]),
    ],
    [
      'G1a',
      'a read of what failed',
      [
        [0, 'invoke', 'txn', [a('x', 1)]],
        [0, 'fail', 'txn', [a('x', 1)]],
        [1, 'invoke', 'txn', [r('x', 1)]],
        [1, 'ok', 'txn', [r('x', 1)]],
      ],
    ],
    [
      'G1b',
      'a read from the middle of a transaction',
      atOnce([a('x', 1), a('x', 2)], [r('x', 1)], [r('x', 1, 2)]),
    ],
    ['G1c', 'two that read one another', atOnce([a('x', 1), r('y', 1)], [a('y', 1), r('x', 1)])],
    ['G-single', 'read skew', atOnce([a('x', 1), a('y', 1)], [r('x', 1), r('y')], [r('y', 1)])],
    ['G2', 'write skew', atOnce([r('x'), a('y', 1)], [r('y'), a('x', 1)], [r('x', 1), r('y', 1)])],
    [
      'G0-realtime',
      'writes in the other order than they were acknowledged',
      oneByOne([a('x', 1)], [a('x', 2)], [r('x', 2, 1)]),
    ],
    [
      'G1c-realtime',
      'a read of the future',
      [...oneByOne([r('x', 1)]), [1, 'invoke', 'txn', [a('x', 1)]], [1, 'ok', 'txn', [a('x', 1)]]],
    ],
    ['G-single-realtime', 'a stale read', oneByOne([a('x', 1)], [a('x', 2)], [r('x', 1)], [r('x', 1, 2)])],
    [
      'G2-realtime',
      'write skew through real time',
      [
        [0, 'invoke', 'txn', [r('x')]],
        [1, 'invoke', 'txn', [r('y')]],
        [1, 'ok', 'txn', [r('y')]],
        [2, 'invoke', 'txn', [a('x', 1)]],
        [2, 'ok', 'txn', [a('x', 1)]],
        [0, 'ok', 'txn', [r('x')]],
        [3, 'invoke', 'txn', [a('y', 1), r('x')]],
        [3, 'ok', 'txn', [a('y', 1), r('x')]],
        ...oneByOne([], [], [], [], [r('x', 1), r('y', 1)]).slice(8),
      ],
    ],
    [
      'lost-update',
      'two that append to what both read',
      atOnce([r('x'), a('x', 1)], [r('x'), a('x', 2)], [r('x', 1, 2)]),
    ],
    ['lost-append', 'an acknowledged append that is gone', oneByOne([a('x', 1)], [r('x')])],
    ['turned-around', 'own appends in another order', oneByOne([a('x', 1), a('x', 2)], [r('x', 2, 1)])],
    ['lost-update', 'one that nobody read', atOnce([r('x'), a('x', 1)], [r('x'), a('x', 2)], [r('x', 1)])],
    [
      'G-single',
      'an unknown one of which half is there',
      [
        [0, 'invoke', 'txn', [a('x', 1), a('y', 1)]],
        [0, 'info', 'txn', [a('x', 1), a('y', 1)]],
        [1, 'invoke', 'txn', [r('x'), r('y')]],
        [1, 'ok', 'txn', [r('x', 1), r('y')]],
      ],
    ],
    [
      'incompatible-order',
      'two orders of one list',
      atOnce([a('x', 1)], [a('x', 2)], [r('x', 1, 2)], [r('x', 2)]),
    ],
    ['internal', 'one that does not see its own append', oneByOne([a('x', 1), r('x')])],
    ['duplicate', 'an element that is there twice', atOnce([a('x', 1)], [r('x', 1, 1)])],
    ['never-written', 'an element from nowhere', oneByOne([r('x', 7)])],
  ])('finds %s: %s', (anomaly, _, lines) => {
    expect(anomalies(lines)).toContain(anomaly);
  });

  it('tells the transactions of a cycle, and why each must come before the next', () => {
    const lines = atOnce([a('x', 1), a('y', 1)], [r('x', 1), r('y')], [r('y', 1)]);
    const found = checkAppend(historyOf(lines), 'strict-serializable').find(
      ({ anomaly }) => anomaly === 'G-single',
    );
    expect(found?.explanation.split('\n')).toEqual([
      'a cycle of transactions that must each come before the next:',
      '  #1 (process 1): [["r","x",[1]],["r","y",[]]]',
      '  #0 (process 0): [["append","x",1],["append","y",1]]',
      '  #1 (process 1) → #0 (process 0), rw: #1 (process 1) read y without 1 of #0 (process 0)',
      '  #0 (process 0) → #1 (process 1), wr: #1 (process 1) read x with 1 of #0 (process 0)',
    ]);
  });

  it('takes every history of a store that runs one transaction after the other, and none of one that loses one', () => {
    const micro = fc.record({ isAppend: fc.boolean(), key: fc.constantFrom('x', 'y', 'z') });
    const plan = fc.record({ asked: fc.array(micro, { minLength: 1, maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(plan, { minLength: 2, maxLength: 30 }), fc.nat(), (plans, pick) => {
        const { lines, store } = run(plans.map(({ asked }) => asked));
        expect(checkAppend(historyOf(lines), 'strict-serializable')).toEqual([]);
        // The same with one element that vanished from all that was read.
        const elements = [...store].flatMap(([key, list]) => list.map((element) => [key, element] as const));
        const lost = elements[pick % Math.max(1, elements.length)];
        if (lost === undefined) return;
        const without = lines.map(([process, type, f, value]): Line => {
          const operations = (value as readonly MicroOperation[]).map((operation): MicroOperation => {
            const [kind, key, list] = operation;
            if (kind === 'append' || key !== lost[0]) return operation;
            return ['r', key, list?.filter((element) => element !== lost[1]) ?? null];
          });
          return [process, type, f, operations];
        });
        expect(checkAppend(historyOf(without), 'strict-serializable')).not.toEqual([]);
      }),
    );
  });
});

/** Runs them on a real store one after the other, and reads everything in the end. */
function run(plans: readonly (readonly { readonly isAppend: boolean; readonly key: string }[])[]) {
  const store = new Map<string, readonly number[]>();
  let elements = 0;
  const transactions = plans.map((asked) =>
    asked.map(({ isAppend, key }): MicroOperation => {
      const list = store.get(key) ?? [];
      if (!isAppend) return r(key, ...list);
      elements++;
      store.set(key, [...list, elements]);
      return a(key, elements);
    }),
  );
  const final = [...store].map(([key, list]) => r(key, ...list));
  return { lines: oneByOne(...transactions, final), store };
}

describe('checkAppend, for no lost updates', () => {
  it.each<[what: string, lines: Line[]]>([
    ['read skew', atOnce([a('x', 1), a('y', 1)], [r('x', 1), r('y')], [r('y', 1)])],
    ['write skew', atOnce([r('x'), a('y', 1)], [r('y'), a('x', 1)], [r('x', 1), r('y', 1)])],
    ['a stale read', oneByOne([a('x', 1)], [r('x')], [r('x', 1)])],
  ])('takes %s', (_, lines) => {
    expect(anomalies(lines, 'no-lost-updates')).toEqual([]);
  });

  it.each<[anomaly: string, lines: Line[]]>([
    ['G0', atOnce([a('x', 1), a('y', 1)], [a('x', 2), a('y', 2)], [r('x', 1, 2), r('y', 2, 1)])],
    ['G1c', atOnce([a('x', 1), r('y', 1)], [a('y', 1), r('x', 1)])],
    ['lost-update', atOnce([r('x'), a('x', 1)], [r('x'), a('x', 2)], [r('x', 1, 2)])],
    ['lost-append', oneByOne([a('x', 1)], [r('x')])],
  ])('finds %s', (anomaly, lines) => {
    expect(anomalies(lines, 'no-lost-updates')).toContain(anomaly);
  });
});
