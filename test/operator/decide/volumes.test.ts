import { describe, expect, it } from 'vitest';
import type { ObservedVolume } from '../../../operator/decide/observed.ts';
import { conditionOf, decideOn } from './observations.ts';

const members = ['A', 'B', 'C'];
const volume = (requestedBytes: number, capacityBytes: number, more: Partial<ObservedVolume> = {}) => ({
  volume: { requestedBytes, capacityBytes, wantedBytes: 40, canGrow: true, ...more },
});
const small = volume(20, 20);
const grown = volume(40, 40);

const decideFor = (platform: Readonly<Record<string, object>>) =>
  decideOn('{}', { members, databases: [{ members }], platform });
const actionsFor = (platform: Readonly<Record<string, object>>) => decideFor(platform).actions;
const storageOf = (platform: Readonly<Record<string, object>>) =>
  conditionOf(decideFor(platform), 'StorageReady');

describe('volumes that are too small', () => {
  it('grow one at a time, the leader’s last', () => {
    expect(actionsFor({ A: small, B: small, C: small })).toEqual([{ type: 'GrowVolume', ordinal: 1 }]);
    expect(actionsFor({ A: small, B: volume(40, 20), C: small })).toEqual([]);
    expect(actionsFor({ A: small, B: grown, C: small })).toEqual([{ type: 'GrowVolume', ordinal: 2 }]);
    expect(actionsFor({ A: small, B: grown, C: grown })).toEqual([{ type: 'GrowVolume', ordinal: 0 }]);
    expect(actionsFor({ A: grown, B: grown, C: grown })).toEqual([]);
  });

  it('show up as an operation that holds up no other', () => {
    expect(decideFor({ A: small, B: small, C: small }).status.operation?.type).toBe('Resize');
    const busy = decideOn('{}', { members, databases: [{ members: ['A'] }], platform: { B: small } });
    expect(busy.status.operation?.type).toBe('Rebalance');
    expect(busy.actions.map(({ type }) => type)).toEqual(['AddDatabaseReplica', 'GrowVolume']);
  });

  it('grow without a leader, too: a full disk may be why there is none', () => {
    const { actions } = decideOn('{}', { members, leader: null, platform: { C: small } });
    expect(actions).toEqual([{ type: 'GrowVolume', ordinal: 2 }]);
  });

  it('are not waited for when growing failed or their machine is gone', () => {
    const failed = volume(40, 20, { growthError: 'no space' });
    expect(actionsFor({ B: failed, C: small })).toEqual([{ type: 'GrowVolume', ordinal: 2 }]);
    const gone = { ...volume(40, 20), host: { name: 'h', isDraining: false, lostSinceMs: 1 } };
    expect(actionsFor({ B: gone, C: small })).toEqual([{ type: 'GrowVolume', ordinal: 2 }]);
  });
});

describe('the condition StorageReady', () => {
  it.each([
    ['Bound', { A: grown, B: grown, C: grown }],
    ['Pending', { A: grown, B: volume(40, 20), C: grown }],
    ['ExpansionUnsupported', { A: grown, B: volume(20, 20, { canGrow: false }), C: volume(40, 20) }],
    ['ExpansionFailed', { A: volume(20, 20, { canGrow: false }), B: volume(40, 20, { growthError: 'x' }) }],
    ['ShrinkIgnored', { A: grown, B: volume(60, 60), C: grown }],
  ])('is %s', (reason, platform) => {
    expect(storageOf(platform)?.reason).toBe(reason);
  });

  it('is absent where there are no volumes', () => {
    expect(storageOf({})).toBeUndefined();
  });
});
