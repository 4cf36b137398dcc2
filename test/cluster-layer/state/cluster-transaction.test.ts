import { beforeEach, describe, expect, it } from 'vitest';
import type {
  ClusterTransaction,
  ClusterTransactionResult,
  TransactionDocument,
} from '../../../node/cluster/cluster-command.ts';
import { compareExchangeValues } from '../../../node/cluster/compare-exchange-values.ts';
import { TRANSACTION_COMMANDS_MAX, VIOLATIONS_TOLD_MAX } from '../../../node/cluster/limits.ts';
import { transactionQueue } from '../../../node/cluster/transaction-queue.ts';
import { Machine } from './machine.ts';

const GROUP = 'GGGGGGGGGGGGGGGGGGGGGG';
const CLUSTER = 'CCCCCCCCCCCCCCCCCCCCCC';
const vector = (count: number, index: number) => `RAFT:${count}-${GROUP},TRXN:${index}-${CLUSTER}`;

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
  const Topology = { Members: ['A'], DatabaseTopologyIdBase64: GROUP, ClusterTransactionIdBase64: CLUSTER };
  machine.apply({ type: 'AddDatabase', record: { DatabaseName: 'shop', Topology }, expectedEtag: null });
});

const put = (id: string, changeVector: string | null = null, document = '{}'): TransactionDocument => ({
  type: 'PUT',
  id,
  document,
  changeVector,
  expires: null,
});
const remove = (id: string, changeVector: string | null = null): TransactionDocument => ({
  type: 'DELETE',
  id,
  document: null,
  changeVector,
  expires: null,
});
const run = (transaction: Partial<ClusterTransaction>) =>
  machine.apply({
    type: 'ClusterTransaction',
    database: 'shop',
    values: [],
    documents: [],
    reads: [],
    hasGuards: true,
    ...transaction,
  }) as ClusterTransactionResult;
const violationsOf = (transaction: Partial<ClusterTransaction>) =>
  run(transaction).violations.map(({ type, operation, key, expected, actual }) => [
    type,
    operation,
    key,
    expected,
    actual,
  ]);
const values = () => compareExchangeValues(machine.reader, 'shop');
const queue = () => transactionQueue(machine.reader, 'shop');
const countsAfter = (count: number) => {
  const next = queue().after(count);
  return typeof next === 'string' || 'lostUpTo' in next
    ? next
    : next.documents.map(({ id, changeVector }) => [id, changeVector]);
};

describe('ClusterTransaction', () => {
  it('queues its documents under counts that go on, with the vector that every copy gives them', () => {
    expect(run({ documents: [put('a'), put('b')] })).toMatchObject({
      index: 2,
      firstCount: 1,
      violations: [],
    });
    expect(run({ documents: [remove('c')], hasGuards: false })).toMatchObject({ index: 3, firstCount: 3 });
    expect(queue().lastCount).toBe(3);
    expect(countsAfter(0)).toEqual([
      ['a', vector(1, 2)],
      ['b', vector(2, 2)],
    ]);
    expect(countsAfter(2)).toEqual([['c', `RAFT:3-${GROUP}`]]);
    expect(countsAfter(3)).toBe('none');
  });

  it('guards each document that it writes, with its expiry, and takes the guard of one that it deletes', () => {
    run({ documents: [put('Users/1'), { ...put('b'), expires: { text: '2030-01-01', atMs: 5 } }] });
    expect(values().find('rvn-atomic/users/1')).toMatchObject({
      index: 2,
      value: '{"Object":{"Id":"Users/1"}}',
      expiresAtMs: null,
    });
    expect(values().find('rvn-atomic/b')).toMatchObject({
      value: '{"Object":{"Id":"b"},"@metadata":{"@expires":"2030-01-01"}}',
      expiresAtMs: 5,
    });
    run({ documents: [remove('users/1')] });
    expect(values().find('rvn-atomic/users/1')).toBeUndefined();
  });

  it('makes no guards when they are off, and asks for none', () => {
    run({ documents: [put('a')], hasGuards: false });
    expect(run({ documents: [put('a')], hasGuards: false }).violations).toEqual([]);
    expect(values().list('', 10)).toEqual([]);
  });

  it.each<[what: string, transaction: Partial<ClusterTransaction>, violations: unknown[]]>([
    [
      'a new document that is guarded',
      { documents: [put('a')] },
      [['Document', 'put', 'rvn-atomic/a', 0, 2]],
    ],
    ['a change of the version that is there', { documents: [put('a', vector(1, 2))] }, []],
    [
      'a change of another version',
      { documents: [put('a', vector(9, 9))] },
      [['Document', 'put', 'rvn-atomic/a', 9, 2]],
    ],
    [
      'a change of a version of another cluster',
      { documents: [put('a', `RAFT:1-${GROUP},TRXN:2-XXXXXXXXXXXXXXXXXXXXXX`)] },
      [['Document', 'put', 'rvn-atomic/a', 0, 2]],
    ],
    [
      'a change of a version that one node wrote on top',
      { documents: [put('a', `${vector(1, 2)}, A:7-AAAAAAAAAAAAAAAAAAAAAA`)] },
      [],
    ],
    [
      'a change of a document whose guard is gone',
      { documents: [put('b', vector(1, 2))] },
      [['Document', 'put', 'rvn-atomic/b', 2, -1]],
    ],
    ['a deletion of whatever is there', { documents: [remove('a'), remove('none')] }, []],
    [
      'a deletion of another version',
      { documents: [remove('a', vector(9, 9))] },
      [['Document', 'delete', 'rvn-atomic/a', 9, 2]],
    ],
    [
      'a new value whose key is taken',
      { values: [valuePut('k', 0)] },
      [['CompareExchange', 'put', 'k', 0, 2]],
    ],
    ['a value at its index', { values: [valuePut('k', 2)] }, []],
    [
      'a value that is missing at an index',
      { values: [valuePut('none', 5), { type: 'DELETE', key: 'gone', index: 4 }] },
      [
        ['CompareExchange', 'put', 'none', 5, -1],
        ['CompareExchange', 'delete', 'gone', 4, -1],
      ],
    ],
    ['a deletion of a missing value at 0', { values: [{ type: 'DELETE', key: 'none', index: 0 }] }, []],
    [
      'a document that was read and has changed since',
      { reads: [{ id: 'a', changeVector: '' }], documents: [put('b')] },
      [['Document', 'read', 'rvn-atomic/a', 0, 2]],
    ],
    [
      'documents that were read and stand there still',
      {
        reads: [
          { id: 'a', changeVector: vector(1, 2) },
          { id: 'none', changeVector: '' },
        ],
        documents: [put('b')],
      },
      [],
    ],
  ])('judges %s', (_, transaction, violations) => {
    run({ documents: [put('a')], values: [valuePut('k', 0)] });
    expect(violationsOf(transaction)).toEqual(violations);
  });

  it('changes nothing when anything does not fit, and tells all of it, values first', () => {
    run({ documents: [put('a')], values: [valuePut('k', 0)] });
    const before = machine.image;
    expect(
      violationsOf({ documents: [put('new'), put('a')], values: [valuePut('fresh', 0), valuePut('k', 0)] }),
    ).toEqual([
      ['CompareExchange', 'put', 'k', 0, 2],
      ['Document', 'put', 'rvn-atomic/a', 0, 2],
    ]);
    expect(machine.image).toBe(before);
  });

  it('tells a bounded number of violations, and takes a bounded number of commands', () => {
    const documents = Array.from({ length: 50 }, (_, i) => put(`d${i}`));
    run({ documents });
    expect(violationsOf({ documents })).toHaveLength(VIOLATIONS_TOLD_MAX);
    const many = Array.from({ length: TRANSACTION_COMMANDS_MAX + 1 }, () => remove('x'));
    expect(run({ documents: many })).toBe('ClusterArgumentError');
    expect(run({ documents: [put('x', null, 'x'.repeat(17 * 1024 * 1024))] })).toBe('ClusterArgumentError');
  });

  it('is refused for a database whose ids no change vector can hold, and for none at all', () => {
    machine.create('odd', 'A');
    expect(run({ database: 'odd' })).toBe('ClusterOperationError');
    expect(run({ database: 'none' })).toBe('DatabaseDoesNotExistError');
  });
});

describe('PruneTransactions', () => {
  const prune = (upTo: number, space = 2) =>
    machine.apply({ type: 'PruneTransactions', database: 'shop', space, upTo });

  it('forgets the oldest, and the counts go on', () => {
    run({ documents: [put('a')] });
    run({ documents: [put('b')] });
    prune(1);
    expect(countsAfter(0)).toBe('pruned');
    expect(countsAfter(1)).toEqual([['b', vector(2, 3)]]);
    prune(2);
    expect(countsAfter(1)).toBe('pruned');
    expect(countsAfter(2)).toBe('none');
    expect(run({ documents: [put('c')] })).toMatchObject({ firstCount: 3 });
  });

  it('leaves a database alone that was created anew', () => {
    run({ documents: [put('a')] });
    prune(1, 1);
    expect(countsAfter(0)).not.toBe('pruned');
  });
});

describe('AbandonTransactions', () => {
  const forget = (upTo: number) =>
    machine.apply({ type: 'PruneTransactions', database: 'shop', space: 2, upTo });
  const abandon = (from: number, upTo: number, space = 2) =>
    machine.apply({ type: 'AbandonTransactions', database: 'shop', space, from, upTo });
  const guarded = (id: string, index: number) => run({ documents: [put(id, vector(1, index))] }).violations;

  it('lets a copy that has all before them go on behind them, and no other', () => {
    for (const id of ['a', 'b', 'c', 'd']) run({ documents: [put(id)] });
    forget(3);
    abandon(1, 3);
    expect([0, 1, 2].map(countsAfter)).toEqual(['pruned', { lostUpTo: 3 }, { lostUpTo: 3 }]);
    expect(countsAfter(3)).toEqual([['d', vector(4, 5)]]);
    forget(4);
    expect([2, 3].map(countsAfter)).toEqual([{ lostUpTo: 3 }, 'pruned']);
    abandon(3, 4);
    expect(countsAfter(3)).toEqual({ lostUpTo: 4 });
  });

  it('does nothing for another database of the name, or when more is forgotten than was known', () => {
    run({ documents: [put('a')] });
    run({ documents: [put('b')] });
    forget(1);
    abandon(0, 1, 1);
    abandon(0, 2);
    expect(countsAfter(0)).toBe('pruned');
  });

  it('lets documents be written that are older than their guards, once', () => {
    run({ documents: [put('a')] });
    run({ documents: [put('a', vector(1, 2)), put('b')] });
    run({ documents: [put('c')] });
    forget(3);
    expect(guarded('a', 2)).toHaveLength(1);
    abandon(1, 3);
    // What was not lost is guarded as ever.
    expect(guarded('c', 1)).toHaveLength(1);
    expect(guarded('a', 99)).toHaveLength(1);
    expect(guarded('a', 2)).toEqual([]);
    expect(guarded('a', 2)).toHaveLength(1);
    expect(run({ documents: [put('b')] }).violations).toEqual([]);
    expect(run({ documents: [put('b')] }).violations).toHaveLength(1);
  });
});

function valuePut(key: string, index: number) {
  return { type: 'PUT' as const, key, index, value: { value: '{"Object":1}', expiresAtMs: null } };
}
