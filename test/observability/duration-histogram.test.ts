import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { DurationHistogram } from '../../node/observability/duration-histogram.ts';

const NAME = 'durations_seconds';
const HELP = 'How long.';
const bounds = [0.001, 0.01, 0.5, 1];

it('shows what a histogram of prom-client does, bounds and durations above all of them included', async () => {
  const seconds = fc.oneof(fc.constantFrom(0, ...bounds, 7), fc.double({ min: 0, max: 2, noNaN: true }));
  const observation = fc.record({ route: fc.constantFrom('GET /a', 'PUT /"b"'), seconds });
  await fc.assert(
    fc.asyncProperty(fc.array(observation, { maxLength: 30 }), async (observations) => {
      const [ours, theirs] = [new Registry(), new Registry()];
      const histogram = new DurationHistogram(ours, { name: NAME, help: HELP, bounds });
      const expected = new Histogram({
        name: NAME,
        help: HELP,
        labelNames: ['route', 'status'],
        buckets: [...bounds],
        registers: [theirs],
      });
      const series = new Map<string, ReturnType<DurationHistogram['series']>>();
      for (const { route, seconds } of observations) {
        const labels = { route, status: '200' };
        const known = series.get(route) ?? histogram.series(labels);
        series.set(route, known);
        known.observe(seconds);
        expected.observe(labels, seconds);
      }
      expect(await ours.metrics()).toBe(await theirs.metrics());
    }),
    { numRuns: 50 },
  );
});
