import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTimeSpan, parseTimeSpanMs } from '../../../node/http/parameters/time-span.ts';

describe('a time span', () => {
  it.each([
    ['00:00:15', 15_000],
    ['00:00:00.300000', 300],
    ['00:00:00.5000000', 500],
    ['1.02:03:04.0050000', 93_784_005],
    ['-00:00:01', -1000],
    ['12:30', 45_000_000],
    ['15000', 15_000],
    ['', null],
    ['soon', null],
    ['00:00:00.12345678', null],
  ])('%s is %d ms', (text, ms) => {
    expect(parseTimeSpanMs(text)).toBe(ms);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
        expect(parseTimeSpanMs(formatTimeSpan(ms))).toBeCloseTo(ms, 3);
      }),
    );
  });
});
