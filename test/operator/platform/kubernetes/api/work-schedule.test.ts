import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  WORK_BACKOFF_MAX_MS,
  WORK_BACKOFF_MIN_MS,
} from '../../../../../operator/platform/kubernetes/api/limits.ts';
import { WorkSchedule } from '../../../../../operator/platform/kubernetes/api/work-schedule.ts';

describe('the schedule', () => {
  it('gives a key once, however often it was asked for', () => {
    const schedule = new WorkSchedule();
    for (let i = 0; i < 5; i++) schedule.add('a', i);
    expect(schedule.take(10)).toEqual({ key: 'a', waitedMs: 10 });
    expect(schedule.take(10)).toBeUndefined();
  });

  it('gives a key that is asked for during its work again, after the work', () => {
    const schedule = new WorkSchedule();
    schedule.add('a', 0);
    schedule.take(0);
    schedule.add('a', 1);
    expect(schedule.take(2)).toBeUndefined();
    schedule.finish('a', { type: 'Done' }, 3, 0);
    expect(schedule.take(3)?.key).toBe('a');
  });

  it('looks again when the work says so, or earlier when something happens', () => {
    const schedule = new WorkSchedule();
    schedule.add('a', 0);
    schedule.take(0);
    schedule.finish('a', { type: 'Done', againAfterMs: 500 }, 10, 0);
    expect(schedule.nextDueMs()).toBe(510);
    expect(schedule.take(509)).toBeUndefined();
    schedule.add('a', 100);
    expect(schedule.take(100)?.key).toBe('a');
  });

  it('waits longer after each failure, and starts over after a success', () => {
    const schedule = new WorkSchedule();
    const pauses: number[] = [];
    let nowMs = 0;
    schedule.add('a', nowMs);
    for (let i = 0; i < 12; i++) {
      schedule.take(nowMs);
      schedule.finish('a', { type: 'Failed' }, nowMs, 0);
      const dueMs = schedule.nextDueMs() ?? Number.NaN;
      pauses.push(dueMs - nowMs);
      nowMs = dueMs;
    }
    expect(pauses.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(pauses.at(-1)).toBe(WORK_BACKOFF_MAX_MS);
    schedule.take(nowMs);
    schedule.finish('a', { type: 'Done' }, nowMs, 0);
    schedule.add('a', nowMs);
    schedule.take(nowMs);
    schedule.finish('a', { type: 'Failed' }, nowMs, 0);
    expect(schedule.nextDueMs()).toBe(nowMs + 1_000);
  });

  it('does not let events that failing work causes make it run without a pause', () => {
    const schedule = new WorkSchedule();
    schedule.add('a', 0);
    for (let i = 0; i < 10; i++) {
      schedule.take(1_000_000 + i * 1_000);
      schedule.finish('a', { type: 'Failed' }, 1_000_000 + i * 1_000, 0);
      schedule.add('a', 1_000_000 + i * 1_000);
      expect(schedule.nextDueMs()).toBe(1_000_000 + (i + 1) * 1_000);
    }
  });

  it('does not come before the API server asks for', () => {
    const schedule = new WorkSchedule();
    schedule.add('a', 0);
    schedule.take(0);
    schedule.finish('a', { type: 'Failed', againAfterMs: 30_000 }, 0, 0);
    expect(schedule.nextDueMs()).toBe(30_000);
  });

  it('gives the key first that has been due longest', () => {
    const schedule = new WorkSchedule();
    schedule.addAt('late', 50, 0);
    schedule.addAt('early', 20, 0);
    expect(schedule.take(60)).toEqual({ key: 'early', waitedMs: 40 });
    expect(schedule.take(60)).toEqual({ key: 'late', waitedMs: 10 });
  });

  it('forgets keys that are done', () => {
    const schedule = new WorkSchedule();
    for (let i = 0; i < 100; i++) {
      schedule.add(`k${i}`, 0);
      schedule.take(0);
      schedule.finish(`k${i}`, { type: 'Done' }, 0, 0);
    }
    expect(schedule).toMatchObject({ waiting: 0, running: 0 });
    expect(schedule.nextDueMs()).toBeUndefined();
  });

  it('loses no wish and never gives a running key, whatever happens in whatever order', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ type: fc.constant('add' as const), key }),
      fc.record({ type: fc.constant('take' as const) }),
      fc.record({ type: fc.constant('finish' as const), key, isGood: fc.boolean() }),
      fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 5_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const schedule = new WorkSchedule();
        const running = new Set<string>();
        const wanted = new Set<string>();
        let nowMs = 0;
        const take = () => {
          const next = schedule.take(nowMs);
          if (next === undefined) return;
          expect(running.has(next.key)).toBe(false);
          running.add(next.key);
          wanted.delete(next.key);
        };
        const finish = (name: string, isGood: boolean) => {
          if (!running.delete(name)) return;
          schedule.finish(name, { type: isGood ? 'Done' : 'Failed' }, nowMs, 0.5);
          if (!isGood) wanted.add(name);
        };
        for (const each of steps) {
          if (each.type === 'pass') nowMs += each.ms;
          if (each.type === 'take') take();
          if (each.type === 'finish') finish(each.key, each.isGood);
          if (each.type === 'add') {
            schedule.add(each.key, nowMs);
            wanted.add(each.key);
          }
        }
        for (const name of [...running]) finish(name, true);
        // Everything that anybody wanted comes, at the latest after the longest pause.
        nowMs += WORK_BACKOFF_MAX_MS;
        for (let i = 0; i < 3; i++) take();
        expect([...wanted]).toEqual([]);
        expect(schedule.running).toBe(running.size);
      }),
    );
    expect(WORK_BACKOFF_MIN_MS).toBeLessThan(WORK_BACKOFF_MAX_MS);
  });
});
