import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { KubeError } from '../../../../../operator/platform/kubernetes/api/kube-error.ts';
import { QueueMetrics } from '../../../../../operator/platform/kubernetes/api/queue-metrics.ts';
import { type Work, WorkQueue } from '../../../../../operator/platform/kubernetes/api/work-queue.ts';
import { ManualClock } from './manual-clock.ts';

const silent = { info: () => undefined, warn: () => undefined };

function started(work: Work, options: { readonly parallel?: number; readonly registry?: Registry } = {}) {
  const clock = new ManualClock();
  const { parallel, registry } = options;
  const metrics = registry && new QueueMetrics(registry);
  const queue = new WorkQueue({ work, log: silent, clock, metrics, ...(parallel && { parallel }) });
  queue.start();
  return { queue, clock };
}

describe('the queue', () => {
  it('works on several keys at a time, on each once at a time', async () => {
    const running = new Map<string, number>();
    let most = 0;
    const ends: (() => void)[] = [];
    const { queue, clock } = started(
      async (key) => {
        expect(running.get(key) ?? 0).toBe(0);
        running.set(key, 1);
        most = Math.max(most, running.size);
        await new Promise<void>((resolve) => ends.push(resolve));
        running.delete(key);
        return undefined;
      },
      { parallel: 2 },
    );
    for (const key of ['a', 'a', 'b', 'c', 'a']) queue.add(key);
    const seen: string[] = [];
    while (running.size > 0) {
      seen.push([...running.keys()].join());
      queue.add('b');
      ends.shift()?.();
      await clock.pass(0);
      if (seen.length > 6) break;
    }
    expect(most).toBe(2);
    expect(seen.join(';')).toContain('c');
    while (ends.length > 0) {
      for (const end of ends.splice(0)) end();
      await clock.pass(0);
    }
    expect(running.size).toBe(0);
  });

  it('looks again after the time that the work names', async () => {
    const times: number[] = [];
    const { queue, clock } = started(async () => {
      times.push(clock.nowMs());
      return times.length < 3 ? 5_000 : undefined;
    });
    queue.add('a');
    await clock.pass(60_000);
    expect(times).toEqual([0, 5_000, 10_000]);
    expect(clock.pending).toBe(0);
  });

  it('comes back after failures, as late as the API server asks for', async () => {
    const times: number[] = [];
    const { queue, clock } = started(async () => {
      times.push(clock.nowMs());
      if (times.length === 1) {
        throw new KubeError('busy', { code: 429, reason: 'TooManyRequests', retryAfterMs: 45_000 });
      }
      if (times.length === 2) throw new Error('a fault of ours');
      return undefined;
    });
    queue.add('a');
    await clock.pass(120_000);
    expect(times[1]).toBe(45_000);
    expect(times[2]).toBeGreaterThanOrEqual(46_000);
    expect(times[2]).toBeLessThanOrEqual(47_000);
    expect(times).toHaveLength(3);
  });

  it('tells the work that it stops, waits for its end, and begins nothing more', async () => {
    const events: string[] = [];
    const { queue, clock } = started(async (key, signal) => {
      events.push(`begin ${key}`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await clock.pass(0);
      events.push(`end ${key}`);
      return 1;
    });
    queue.add('a');
    queue.addAfter('b', 1_000);
    await clock.pass(10);
    await queue.stop();
    queue.add('c');
    await clock.pass(600_000);
    expect(events).toEqual(['begin a', 'end a']);
    expect(clock.pending).toBe(0);
  });

  it('keeps what is added before it starts', async () => {
    const seen: string[] = [];
    const clock = new ManualClock();
    const queue = new WorkQueue({
      work: async (key) => {
        seen.push(key);
        return undefined;
      },
      log: silent,
      clock,
    });
    queue.add('a');
    await clock.pass(1_000);
    expect(seen).toEqual([]);
    queue.start();
    await clock.pass(0);
    expect(seen).toEqual(['a']);
  });

  it('shows what waits, what runs and what failed', async () => {
    const registry = new Registry();
    const { queue, clock } = started(
      async (key) => {
        if (key === 'bad') throw new Error('no');
        return undefined;
      },
      { registry },
    );
    queue.add('good');
    queue.add('bad');
    await clock.pass(0);
    const text = await registry.metrics();
    expect(text).toContain('kubernetes_work_queue_failures_total 1');
    expect(text).toContain('kubernetes_work_queue_waiting_keys 1');
    expect(text).toContain('kubernetes_work_queue_running_keys 0');
    expect(text).toContain('kubernetes_work_queue_work_seconds_count{outcome="Done"} 1');
  });
});
