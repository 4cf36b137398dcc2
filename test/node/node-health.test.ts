import { describe, expect, it } from 'vitest';
import { type HealthView, livenessOf, readinessOf } from '../../node/node-health.ts';

const well: HealthView = {
  eventLoopDelayMaxMs: 3,
  nodeTag: 'A',
  databaseFaults: new Map(),
  hasCaughtUp: true,
  indexThread: { isOk: true, detail: '' },
  isStopping: false,
};
const failing = (checks: readonly { readonly name: string; readonly isOk: boolean }[]) =>
  checks.filter(({ isOk }) => !isOk).map(({ name }) => name);

describe('the health of a node', () => {
  it('is ready when it is in a cluster with all its databases open, and not told to stop', () => {
    expect(failing(readinessOf(well))).toEqual([]);
    expect(failing(readinessOf({ ...well, nodeTag: '?' }))).toEqual(['cluster']);
    expect(failing(readinessOf({ ...well, databaseFaults: new Map([['shop', 'broken']]) }))).toEqual([
      'databases',
    ]);
    expect(failing(readinessOf({ ...well, hasCaughtUp: false }))).toEqual(['state']);
    expect(failing(readinessOf({ ...well, isStopping: true }))).toEqual(['running']);
    const indexThread = { isOk: false, detail: 'It is being started again.' };
    expect(failing(readinessOf({ ...well, indexThread }))).toEqual(['queries']);
  });

  it('is alive as long as its event loop turns, whatever its cluster and its databases do', () => {
    const lonely = { ...well, nodeTag: '?', databaseFaults: new Map([['shop', 'broken']]), isStopping: true };
    expect(failing(livenessOf(lonely))).toEqual([]);
    expect(failing(livenessOf({ ...well, eventLoopDelayMaxMs: 60_000 }))).toEqual(['event-loop']);
  });
});
