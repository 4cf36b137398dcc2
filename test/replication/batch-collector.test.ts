import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectItems, type SourceItem } from '../../node/replication/batch-collector.ts';
import { STREAM_LIMITS } from '../../node/replication/limits.ts';
import { packItems, type ReplicatedItem, unpackItems } from '../../node/replication/replicated-item.ts';

const limits = { ...STREAM_LIMITS, batchItems: 3, scanItems: 5 };

function item(id: string, body = '{}'): ReplicatedItem {
  return {
    kind: 'document',
    id,
    changeVector: '',
    collection: 'Things',
    flags: 3,
    lastModified: 17_000_000_000_000_123n,
    metadata: Buffer.from('{}'),
    body: Buffer.from(body),
  };
}

/** Etags from 1 on; `transactions` gives the number of items of each. */
function source(transactions: readonly number[]): SourceItem[] {
  let etag = 0;
  return transactions.flatMap((count) => {
    const transaction = etag + 1;
    return Array.from({ length: count }, () => {
      const own = ++etag;
      return {
        etag: own,
        transaction,
        changeVector: '',
        isMergedTwin: false,
        isAlwaysSent: false,
        isOwnOnly: false,
        load: () => item(`things/${own}`),
      };
    });
  });
}

describe('collecting a batch', () => {
  it('stops at the limit and says that a transaction goes on', () => {
    const collected = collectItems(source([2, 2]), 0, limits, () => 'send');
    expect(collected).toMatchObject({ scannedEtag: 3, isAtEnd: false, isInsideTransaction: true });
    expect(collected.items).toHaveLength(3);
  });

  it('stops at the limit between two transactions', () => {
    const collected = collectItems(source([3, 2]), 0, limits, () => 'send');
    expect(collected).toMatchObject({ scannedEtag: 3, isAtEnd: false, isInsideTransaction: false });
  });

  it('looks at a bounded number of items even when it takes none', () => {
    const collected = collectItems(source([1, 1, 1, 1, 1, 1, 1]), 0, limits, () => 'skip');
    expect(collected).toMatchObject({ scannedEtag: 5, isAtEnd: false, items: [] });
  });

  it('never cuts inside a transaction without saying so, and misses no item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }), (transactions) => {
        const all = source(transactions);
        const seen: string[] = [];
        for (let scanned = 0, isAtEnd = false; !isAtEnd; ) {
          const rest = all.filter(({ etag }) => etag > scanned);
          const collected = collectItems(rest, scanned, limits, () => 'send');
          const last = all.find(({ etag }) => etag === collected.scannedEtag);
          const next = all.find(({ etag }) => etag === collected.scannedEtag + 1);
          const isInside = next !== undefined && next.transaction === last?.transaction;
          expect(collected.isInsideTransaction).toBe(isInside);
          seen.push(...collected.items.map(({ id }) => id));
          scanned = collected.scannedEtag;
          isAtEnd = collected.isAtEnd;
        }
        expect(seen).toEqual(all.map(({ etag }) => `things/${etag}`));
      }),
    );
  });
});

describe('packed items', () => {
  it('come back as they went', () => {
    const items = [item('a'), { ...item('ü', ''), kind: 'tombstone' as const }, item('b', '{"n":1}')];
    expect(unpackItems(packItems(items))).toEqual(items);
  });

  it('are refused when they are something else', () => {
    expect(() => unpackItems(packItems([item('a')]).subarray(0, 12))).toThrow();
    expect(() => unpackItems(Buffer.from([0x91, 0x01]))).toThrow(/does not hold a list of items/);
  });
});
