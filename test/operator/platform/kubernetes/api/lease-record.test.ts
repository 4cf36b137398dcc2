import { describe, expect, it } from 'vitest';
import {
  heldLease,
  type Lease,
  LeaseView,
  releasedLease,
} from '../../../../../operator/platform/kubernetes/api/lease-record.ts';

const place = { namespace: 'ns', name: 'leader' };

function lease(resourceVersion: string, spec: NonNullable<Lease['spec']>): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...place, resourceVersion },
    spec,
  };
}

describe('the view of a lease', () => {
  it('takes one that nobody holds, at once', () => {
    const view = new LeaseView('we');
    expect(view.step(0)).toBe('Acquire');
    view.see(lease('1', { holderIdentity: '', leaseDurationSeconds: 1 }), 0);
    expect(view.step(0)).toBe('Acquire');
  });

  it('waits for as long as it changes, whatever the times in it say', () => {
    const view = new LeaseView('we');
    const theirs = {
      holderIdentity: 'they',
      leaseDurationSeconds: 15,
      renewTime: '1999-01-01T00:00:00.000000Z',
    };
    view.see(lease('1', theirs), 0);
    expect(view.step(14_999)).toBe('Wait');
    view.see(lease('2', theirs), 14_999);
    expect(view.step(15_001)).toBe('Wait');
    view.see(lease('2', theirs), 20_000);
    expect(view.step(29_999)).toBe('Acquire');
  });

  it('renews its own', () => {
    const view = new LeaseView('we');
    view.see(lease('1', { holderIdentity: 'we', leaseDurationSeconds: 15 }), 0);
    expect(view.step(99_999)).toBe('Renew');
  });
});

describe('the lease that is written', () => {
  it('counts how often it changed hands, not how often it was renewed', () => {
    const first = heldLease(place, undefined, 'we', 't1', 15_000);
    expect(first.spec).toEqual({
      holderIdentity: 'we',
      leaseDurationSeconds: 15,
      acquireTime: 't1',
      renewTime: 't1',
      leaseTransitions: 0,
    });
    const renewed = heldLease(place, first, 'we', 't2', 15_000);
    expect(renewed.spec).toMatchObject({ acquireTime: 't1', renewTime: 't2', leaseTransitions: 0 });
    const taken = heldLease(place, renewed, 'they', 't3', 15_000);
    expect(taken.spec).toMatchObject({ holderIdentity: 'they', acquireTime: 't3', leaseTransitions: 1 });
    const back = heldLease(place, releasedLease(taken, 't4'), 'they', 't5', 15_000);
    expect(back.spec).toMatchObject({ leaseTransitions: 2 });
  });

  it('is written over the version that was seen', () => {
    const seen = lease('7', { holderIdentity: 'they' });
    expect(heldLease(place, seen, 'we', 't', 15_000).metadata.resourceVersion).toBe('7');
  });
});
