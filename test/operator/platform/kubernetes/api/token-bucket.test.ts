import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../../../operator/platform/kubernetes/api/token-bucket.ts';

describe('the bucket', () => {
  it('lets a burst through at once and then so many a second', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 });
    expect([0, 0, 0, 0, 0].map((nowMs) => bucket.take(nowMs, 1_000))).toEqual([0, 0, 0, 100, 200]);
    expect(bucket.take(1_300, 1_000)).toBe(0);
  });

  it('takes no turn that would come too late', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 });
    expect(bucket.take(0, 500)).toBe(0);
    expect(bucket.take(0, 500)).toBeUndefined();
    expect(bucket.take(600, 500)).toBe(400);
  });

  it('never lets more through than burst and rate allow, in any stretch of time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 100 }), (gaps) => {
        const bucket = new TokenBucket({ perSecond: 20, burst: 5 });
        let nowMs = 0;
        const passed = gaps.map((gap) => {
          nowMs += gap;
          return nowMs + (bucket.take(nowMs, 60_000) ?? 0);
        });
        for (let from = 0; from < passed.length; from++) {
          for (let to = from; to < passed.length; to++) {
            const stretchMs = (passed[to] ?? 0) - (passed[from] ?? 0);
            expect(to - from + 1).toBeLessThanOrEqual(5 + 1 + (stretchMs * 20) / 1_000 + 1e-6);
          }
        }
      }),
    );
  });
});
