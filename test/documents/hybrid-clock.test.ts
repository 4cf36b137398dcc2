import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTicks, HybridClock, parseTicks } from '../../node/documents/hybrid-clock.ts';
import { CLOCK_AHEAD_MAX_MS } from '../../node/documents/limits.ts';

describe('the hybrid logical clock', () => {
  it('only goes forward, whatever the wall clock does and other nodes say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 1e6 }), fc.option(fc.bigInt({ min: 0n, max: 10n ** 11n })))),
        (steps) => {
          let wall = 0;
          const clock = new HybridClock(() => wall, 5n);
          let last = 5n;
          for (const [ms, observed] of steps) {
            wall = ms;
            if (observed !== null) clock.observe(observed);
            const now = clock.now();
            expect(now).toBeGreaterThan(last);
            last = now;
          }
        },
      ),
    );
  });

  it('is later than every time it follows, and follows no clock that is far ahead', () => {
    const clock = new HybridClock(() => 1000);
    const near = BigInt(1000 + CLOCK_AHEAD_MAX_MS) * 10_000n;
    expect(clock.observe(near)).toBe(true);
    expect(clock.now()).toBe(near + 1n);
    expect(clock.observe(near * 2n)).toBe(false);
    expect(clock.now()).toBe(near + 2n);
  });

  it('is written with seven digits of fraction and read back', () => {
    expect(formatTicks(0n)).toBe('1970-01-01T00:00:00.0000000Z');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 253402300799n * 10_000_000n }), (ticks) => {
        expect(parseTicks(formatTicks(ticks))).toBe(ticks);
      }),
    );
    expect(parseTicks('2026-01-01T00:00:00.5Z')).toBe(
      BigInt(Date.parse('2026-01-01T00:00:00.500Z')) * 10_000n,
    );
    expect(parseTicks('yesterday')).toBeNull();
  });
});
