import { describe, expect, it } from 'vitest';
import { DriftLog, otherManagers } from '../../../../../operator/platform/kubernetes/apply/drift-log.ts';

const MINUTE_MS = 60_000;
const field = (path: string) => [{ path, wanted: '1', found: '2' }];

describe('drift', () => {
  it('is put back every time and told once an hour', () => {
    const log = new DriftLog();
    const verdicts = [0, 10, 30, 61].map((minute) => log.judge('Service a', field('x'), minute * MINUTE_MS));
    expect(verdicts.map(({ isCorrected }) => isCorrected)).toEqual([true, true, true, true]);
    expect(verdicts.map(({ isTold }) => isTold)).toEqual([true, false, false, true]);
  });

  it('is left alone for ten minutes when the same field was put back more than five times, and then taken up again', () => {
    const log = new DriftLog();
    const at = (minute: number) => log.judge('Service a', field('x'), minute * MINUTE_MS);
    for (const minute of [0, 1, 2, 3, 4]) expect(at(minute).isCorrected).toBe(true);
    expect(at(5)).toEqual({ isCorrected: false, isTold: true });
    expect(at(14)).toEqual({ isCorrected: false, isTold: false });
    expect(log.isAtTruce('Service a', 14 * MINUTE_MS)).toBe(true);
    expect(at(15).isCorrected).toBe(true);
  });

  it('of several fields, or of another object, is not a fight', () => {
    const log = new DriftLog();
    for (let turn = 0; turn < 20; turn++) {
      expect(log.judge('Service a', field(`x${turn}`), turn).isCorrected).toBe(true);
    }
    for (let turn = 0; turn < 5; turn++) log.judge('Service a', field('y'), turn);
    expect(log.judge('Service b', field('y'), 5).isCorrected).toBe(true);
  });

  it('names who else writes to the object, the latest first', () => {
    const managedFields = [
      { manager: 'ravencluster-operator', time: '2026-11-26T12:00:00Z' },
      { manager: 'kubectl-edit', time: '2026-11-26T11:00:00Z' },
      { manager: 'argocd', time: '2026-11-26T11:30:00Z' },
      { manager: 'kube-controller-manager', subresource: 'status', time: '2026-11-26T11:45:00Z' },
    ];
    const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', managedFields } };
    expect(otherManagers(object, ['ravencluster-operator'])).toEqual(['argocd', 'kubectl-edit']);
  });
});
