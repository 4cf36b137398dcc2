import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../operator/platform/kubernetes/api/kube-object.ts';
import {
  type CacheChange,
  ObjectCache,
} from '../../../../../operator/platform/kubernetes/api/object-cache.ts';

const silent = { info: () => undefined, warn: () => undefined };

function pod(name: string, version: number, options: { uid?: string; namespace?: string; of?: string } = {}) {
  const { uid = `uid of ${name}`, namespace = 'ns', of } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, uid, resourceVersion: String(version), ...(of && { labels: { of } }) },
  };
}

function cacheWithHistory() {
  const cache = new ObjectCache<KubeObject>({
    log: silent,
    indexBy: (object) => object.metadata.labels?.of,
  });
  const history: string[] = [];
  cache.onChange(({ type, object }) => history.push(`${type} ${object.metadata.name}`));
  return { cache, history };
}

describe('the cache', () => {
  it('tells the difference when everything is listed again, deletions first', () => {
    const { cache, history } = cacheWithHistory();
    cache.replace([pod('a', 1), pod('b', 2), pod('c', 3)], undefined);
    history.length = 0;
    cache.replace([pod('b', 2), pod('c', 5), pod('d', 6)], undefined);
    expect(history).toEqual(['Deleted a', 'Modified c', 'Added d']);
  });

  it('replaces one namespace without touching another', () => {
    const { cache, history } = cacheWithHistory();
    cache.set(pod('a', 1, { namespace: 'one' }));
    cache.set(pod('b', 1, { namespace: 'two' }));
    history.length = 0;
    cache.replace([], 'one');
    expect(history).toEqual(['Deleted a']);
    expect(cache.get('two/b')).toBeDefined();
  });

  it('takes an object of the same name with another UID for another object', () => {
    const { cache, history } = cacheWithHistory();
    cache.set(pod('a', 1));
    cache.replace([pod('a', 9, { uid: 'another' })], undefined);
    expect(history).toEqual(['Added a', 'Deleted a', 'Added a']);
  });

  it('finds objects by the index, which follows changes', () => {
    const { cache } = cacheWithHistory();
    const names = (word: string) => cache.indexed(word).map(({ metadata }) => metadata.name);
    cache.set(pod('b', 1, { of: 'x' }));
    cache.set(pod('a', 2, { of: 'x' }));
    expect(names('x')).toEqual(['a', 'b']);
    cache.set(pod('b', 3, { of: 'y' }));
    expect([names('x'), names('y')]).toEqual([['a'], ['b']]);
    cache.remove(pod('a', 4));
    expect(names('x')).toEqual([]);
  });

  it('survives a listener that throws, and says which one it was', () => {
    const lines: string[] = [];
    const cache = new ObjectCache({ log: { info: () => undefined, warn: (line) => lines.push(line) } });
    const seen: string[] = [];
    cache.onChange(() => {
      throw new Error('a fault');
    });
    cache.onChange(({ type }) => seen.push(type));
    cache.set(pod('a', 1));
    expect(seen).toEqual(['Added']);
    expect(lines[0]).toMatch(/A listener failed on Added Pod ns\/a: .*a fault/);
  });

  it('shows the same as somebody who heard every change, whatever comes', () => {
    const object = fc
      .record({ name: fc.constantFrom('a', 'b', 'c'), version: fc.nat(9), uid: fc.constantFrom('1', '2') })
      .map(({ name, version, uid }) => pod(name, version, { uid, of: uid }));
    const unique = (items: readonly ReturnType<typeof pod>[]) => [
      ...new Map(items.map((item) => [item.metadata.name, item])).values(),
    ];
    const step = fc.oneof(
      fc.record({ type: fc.constant('set' as const), object }),
      fc.record({ type: fc.constant('remove' as const), object }),
      fc.record({ type: fc.constant('replace' as const), items: fc.array(object).map(unique) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const cache = new ObjectCache<KubeObject>({
          log: silent,
          indexBy: (each) => each.metadata.labels?.of,
        });
        const heard = new Map<string, KubeObject>();
        cache.onChange((change: CacheChange) => {
          const { name } = change.object.metadata;
          expect(heard.has(name)).toBe(change.type !== 'Added');
          if (change.type === 'Deleted') heard.delete(name);
          else heard.set(name, change.object);
        });
        for (const each of steps) {
          if (each.type === 'set') cache.set(each.object);
          if (each.type === 'remove') cache.remove(each.object);
          if (each.type === 'replace') cache.replace(each.items, undefined);
        }
        const shown = (objects: Iterable<KubeObject>) => [...objects].map(String).sort();
        expect(shown(cache.values())).toEqual(shown(heard.values()));
        expect(cache.indexed('1').length + cache.indexed('2').length).toBe(cache.size);
      }),
    );
  });
});
