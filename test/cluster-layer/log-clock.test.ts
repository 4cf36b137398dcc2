import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterCommand } from '../../node/cluster/cluster-command.ts';
import { REQUESTS_KEPT_MIN } from '../../node/cluster/limits.ts';
import { LogClock } from '../../node/cluster/log-clock.ts';
import { ClusterState } from '../../node/cluster/state/cluster-state.ts';
import { LOG_TIME } from '../../node/cluster/state/state-keys.ts';
import { silentLogger } from '../../node/observability/logger.ts';

describe('LogClock', () => {
  let state: ClusterState;
  let nowMs: number;
  let rememberedCount: number;
  let term: number | null;
  let isRefused: boolean;
  let submitted: ClusterCommand[];
  let clock: LogClock;

  beforeEach(() => {
    state = new ClusterState();
    nowMs = 5000;
    rememberedCount = 0;
    term = 1;
    isRefused = false;
    submitted = [];
    clock = new LogClock({
      state,
      logger: silentLogger,
      rememberedCount: () => rememberedCount,
      ledTerm: () => term,
      nowMs: () => nowMs,
      submit: async (command) => {
        submitted.push(command);
        if (isRefused) throw new Error('refused');
        if (command.type === 'AdvanceLogTime') state.apply([[LOG_TIME, command.to]]);
      },
    });
  });
  afterEach(() => clock.close());

  const look = async (atMs: number) => {
    nowMs = atMs;
    await clock.look().catch(() => undefined);
    return state.get(LOG_TIME);
  };

  it('starts the time at once, and leaves it alone while there is nothing to forget', async () => {
    expect(await look(5000)).toBe(0);
    rememberedCount = REQUESTS_KEPT_MIN;
    await look(15_000);
    expect(submitted).toHaveLength(1);
    rememberedCount = REQUESTS_KEPT_MIN + 1;
    expect(await look(25_000)).toBe(10_000);
  });

  it('counts only what passed in one term of this node as the leader', async () => {
    rememberedCount = REQUESTS_KEPT_MIN + 1;
    await look(10_000);
    term = null;
    await look(20_000);
    term = 3;
    expect(await look(30_000)).toBe(0);
    expect(await look(40_000)).toBe(10_000);
    // Between two looks it was deposed, and leads again.
    term = 5;
    expect(await look(50_000)).toBe(10_000);
    expect(await look(60_000)).toBe(20_000);
  });

  it('does not count again what it could not have committed for sure', async () => {
    rememberedCount = REQUESTS_KEPT_MIN + 1;
    await look(10_000);
    isRefused = true;
    await look(20_000);
    isRefused = false;
    expect(await look(30_000)).toBe(10_000);
  });
});
