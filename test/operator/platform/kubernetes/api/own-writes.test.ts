import { describe, expect, it } from 'vitest';
import { POD, SECRET } from '../../../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../../../operator/platform/kubernetes/api/kube-object.ts';
import { OWN_WRITE_UNSEEN_MAX_MS } from '../../../../../operator/platform/kubernetes/api/limits.ts';
import { ObjectCache } from '../../../../../operator/platform/kubernetes/api/object-cache.ts';
import { OwnWrites } from '../../../../../operator/platform/kubernetes/api/own-writes.ts';
import { isAtLeast } from '../../../../../operator/platform/kubernetes/api/resource-version.ts';
import { ManualClock } from './manual-clock.ts';

const silent = { info: () => undefined, warn: () => undefined };

function pod(resourceVersion: string, more: { uid?: string; deletionTimestamp?: string } = {}): KubeObject {
  const metadata = { namespace: 'ns', name: 'a', uid: '1', resourceVersion, ...more };
  return { apiVersion: 'v1', kind: 'Pod', metadata };
}

function followed() {
  const clock = new ManualClock();
  const cache = new ObjectCache({ log: silent });
  const writes = new OwnWrites(clock);
  writes.follow(POD, cache);
  return { clock, cache, writes, isBehind: () => writes.isBehind(POD, 'ns/a') };
}

describe('own writes', () => {
  it('are unseen until the cache shows them, or something later', () => {
    const { cache, writes, isBehind } = followed();
    cache.set(pod('5'));
    expect(isBehind()).toBe(false);
    writes.wrote(POD, pod('8'));
    expect(isBehind()).toBe(true);
    cache.set(pod('7'));
    expect(isBehind()).toBe(true);
    cache.set(pod('10'));
    expect(isBehind()).toBe(false);
  });

  it('are seen already when the watch was quicker than the answer, or nothing changed', () => {
    const { cache, writes, isBehind } = followed();
    cache.set(pod('12'));
    writes.wrote(POD, pod('12'));
    expect(isBehind()).toBe(false);
    writes.wrote(POD, pod('9'));
    expect(isBehind()).toBe(false);
  });

  it('are over when the object is gone', () => {
    const { cache, writes, isBehind } = followed();
    cache.set(pod('5'));
    writes.wrote(POD, pod('8'));
    cache.remove(pod('9'));
    expect(isBehind()).toBe(false);
  });

  it('that delete are seen by a deletion time, by the end, or by a successor', () => {
    for (const end of ['mark', 'remove', 'successor'] as const) {
      const { cache, writes, isBehind } = followed();
      cache.set(pod('5'));
      writes.deleted(POD, 'ns/a', '1');
      cache.set(pod('6'));
      expect(isBehind()).toBe(true);
      if (end === 'mark') cache.set(pod('7', { deletionTimestamp: '2026-01-01T00:00:00Z' }));
      if (end === 'remove') cache.remove(pod('7'));
      if (end === 'successor') cache.set(pod('7', { uid: '2' }));
      expect(isBehind()).toBe(false);
    }
  });

  it('are not waited for for ever', async () => {
    const { clock, writes, isBehind } = followed();
    writes.wrote(POD, pod('8'));
    await clock.pass(OWN_WRITE_UNSEEN_MAX_MS - 1);
    expect(isBehind()).toBe(true);
    await clock.pass(1);
    expect(isBehind()).toBe(false);
  });

  it('to kinds that no cache follows are not remembered', () => {
    const { writes } = followed();
    writes.wrote(SECRET, { ...pod('8'), kind: 'Secret' });
    expect(writes.isBehind(SECRET, 'ns/a')).toBe(false);
  });
});

describe('resource versions', () => {
  it('are compared as numbers of any length, and otherwise only for equality', () => {
    expect(isAtLeast('10', '9')).toBe(true);
    expect(isAtLeast('9', '10')).toBe(false);
    expect(isAtLeast('90071992547409931', '90071992547409930')).toBe(true);
    expect(isAtLeast('abc', 'abc')).toBe(true);
    expect(isAtLeast('abd', 'abc')).toBe(false);
    expect(isAtLeast('', '1')).toBe(false);
  });
});
