import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppliedWaiters } from '../../../node/rachis/driver/applied-waiters.ts';
import { type Due, IndexHeap } from '../../../node/rachis/driver/index-heap.ts';

const LONG_MS = 60_000;

describe('IndexHeap', () => {
  it('has the least index first, whatever came and was taken out', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(20) }),
      fc.record({ remove: fc.nat(40) }),
      fc.constant('takeFirst' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const heap = new IndexHeap<Due>();
        const all: Due[] = [];
        const inside = new Set<Due>();
        for (const one of steps) {
          const item = one === 'takeFirst' ? heap.first : 'remove' in one ? all[one.remove] : undefined;
          if (typeof one === 'object' && 'add' in one) {
            const added = { index: one.add, place: -1 };
            all.push(added);
            inside.add(added);
            heap.add(added);
          } else if (item !== undefined) {
            heap.remove(item);
            inside.delete(item);
          }
          expect(heap.size).toBe(inside.size);
          const least = Math.min(...[...inside].map(({ index }) => index));
          expect(heap.first?.index ?? Number.POSITIVE_INFINITY).toBe(least);
        }
      }),
    );
  });
});

describe('those who wait for an index', () => {
  it('are woken when it is applied, in the order of their indexes, and not before', async () => {
    const waiters = new AppliedWaiters(5);
    const woken: number[] = [];
    const waits = [9, 7, 8, 7].map(async (index) => {
      await waiters.wait(index, LONG_MS);
      woken.push(index);
    });
    await waiters.wait(5, LONG_MS);
    waiters.advance(6);
    expect(waiters.count).toBe(4);
    waiters.advance(8);
    expect(waiters.count).toBe(1);
    waiters.advance(7);
    expect(waiters.count).toBe(1);
    waiters.advance(20);
    await Promise.all(waits);
    expect(woken).toEqual([7, 7, 8, 9]);
  });

  it('are forgotten when their time is over, and refused when the node stops', async () => {
    const waiters = new AppliedWaiters(0);
    const stopped = waiters.wait(3, LONG_MS);
    await expect(waiters.wait(2, 1)).rejects.toThrow('index 2 is not applied here within 1 ms');
    expect(waiters.count).toBe(1);
    waiters.close();
    await expect(stopped).rejects.toThrow('shutting down');
    expect(waiters.count).toBe(0);
  });
});
