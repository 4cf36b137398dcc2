import { Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { CONFIG_MAP } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { ObjectCache } from '../../../operator/platform/kubernetes/api/object-cache.ts';
import { Reflector, type ReflectorTiming } from '../../../operator/platform/kubernetes/api/reflector.ts';
import { ReflectorMetrics } from '../../../operator/platform/kubernetes/api/reflector-metrics.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { adminClient, describeOnKubernetes, memoryLog, newNamespace } from '../harness/api-test.ts';
import { EXPIRED, FaultProxy, isList, isWatch } from '../harness/fault-proxy.ts';

/** A mirror of the ConfigMaps of a namespace, behind a proxy that can do harm. */
interface Mirror {
  readonly namespace: string;
  /** Not through the proxy. */
  readonly admin: KubeClient;
  readonly proxy: FaultProxy;
  readonly client: KubeClient;
  readonly reflector: Reflector;
  readonly cache: ObjectCache;
  readonly changes: readonly string[];
  readonly log: ReturnType<typeof memoryLog>;
  write(name: string, value: string): Promise<KubeObject>;
  remove(name: string): Promise<boolean>;
  /** Resolves when the mirror shows what the API server has. */
  caughtUp(): Promise<void>;
  figure(name: string): Promise<number>;
}

const QUICK: ReflectorTiming = { silenceMaxMs: 60_000, backoffMinMs: 10, backoffMaxMs: 100 };

async function mirror(timing: Partial<ReflectorTiming> = {}): Promise<Mirror> {
  const admin = adminClient();
  const namespace = await newNamespace(admin);
  const proxy = await FaultProxy.start();
  const client = new KubeClient({ config: proxy.config(), userAgent: 'test' });
  const log = memoryLog();
  const cache = new ObjectCache({ log });
  const changes: string[] = [];
  cache.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
  const registry = new Registry();
  const reflector = new Reflector({
    client,
    kind: CONFIG_MAP,
    // Every namespace has a ConfigMap that comes a little later.
    selection: { namespace, fieldSelector: 'metadata.name!=kube-root-ca.crt' },
    sink: cache,
    log,
    metrics: new ReflectorMetrics(registry),
    timing: { ...QUICK, ...timing },
  });
  onTestFinished(async () => {
    await reflector.stop();
    await client.close();
    await proxy.stop();
  });
  const shown = (objects: readonly KubeObject[]) =>
    objects
      .map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)
      .filter((line) => !line.startsWith('kube-root-ca.crt'))
      .sort();
  return {
    namespace,
    admin,
    proxy,
    client,
    reflector,
    cache,
    changes,
    log,
    write: (name, value) => {
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace, name },
        data: { value },
      };
      return admin.apply(object, { fieldManager: 'test', isUrgent: true });
    },
    remove: (name) => admin.delete({ kind: CONFIG_MAP, namespace, name }, { isUrgent: true }),
    caughtUp: async () => {
      await waitUntil('the mirror to catch up', async () => {
        const truth = shown((await admin.list(CONFIG_MAP, { namespace }, { isUrgent: true })).items);
        return JSON.stringify(shown(cache.values())) === JSON.stringify(truth);
      });
    },
    figure: async (name) => {
      const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
      return values.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

const LISTS = 'kubernetes_reflector_lists_total';
const WATCHES = 'kubernetes_reflector_watches_total';

describeOnKubernetes('the reflector', () => {
  it('lists once, then follows every change', async () => {
    const { reflector, write, remove, caughtUp, changes, figure } = await mirror();
    await write('a', '1');
    reflector.start();
    await reflector.synced;
    expect(changes).toEqual(['Added a']);
    await write('b', '1');
    await write('a', '2');
    await remove('b');
    await caughtUp();
    expect(changes).toEqual(['Added a', 'Added b', 'Modified a', 'Deleted b']);
    expect(await figure(LISTS)).toBe(1);
    expect(reflector.silentForMs).toBeLessThan(5_000);
  });

  it('goes on where it was when the stream is cut or ends, without listing again', async () => {
    const { reflector, proxy, write, remove, caughtUp, changes, figure } = await mirror();
    reflector.start();
    await reflector.synced;
    for (const harm of [() => proxy.cut(), () => proxy.endWatches()]) {
      await waitUntil('the watch', () => proxy.openWatches === 1);
      harm();
      await write('a', String(changes.length));
      await write('b', String(changes.length));
      await remove('b');
      await caughtUp();
    }
    expect(changes).toEqual(['Added a', 'Added b', 'Deleted b', 'Modified a', 'Added b', 'Deleted b']);
    expect(await figure(LISTS)).toBe(1);
    expect(await figure(WATCHES)).toBeGreaterThanOrEqual(3);
  });

  it('takes an event that was torn in half for one that has not come', async () => {
    const { reflector, proxy, write, caughtUp, changes, figure } = await mirror();
    reflector.start();
    await reflector.synced;
    await waitUntil('the watch', () => proxy.openWatches === 1);
    proxy.tearNextEvent();
    await write('a', 'x'.repeat(1_000));
    await caughtUp();
    expect(changes).toEqual(['Added a']);
    expect(await figure(LISTS)).toBe(1);
  });

  it('lists again when its place is forgotten, and tells what it missed', async () => {
    const { reflector, proxy, write, remove, caughtUp, changes, figure } = await mirror();
    await write('stays', '1');
    await write('goes', '1');
    await write('changes', '1');
    reflector.start();
    await reflector.synced;
    for (const harm of ['status', 'event'] as const) {
      await waitUntil('the watch', () => proxy.openWatches === 1);
      const before = await figure(LISTS);
      if (harm === 'status') {
        proxy.answer({ of: isWatch, times: 1, status: 410, body: EXPIRED });
        proxy.down();
        await remove('goes');
        await write('changes', '2');
        await write('comes', '1');
        proxy.up();
      } else {
        proxy.endWatches(EXPIRED);
      }
      await waitUntil('another list', async () => (await figure(LISTS)) > before);
      await caughtUp();
    }
    expect(changes.slice(3).sort()).toEqual(['Added comes', 'Deleted goes', 'Modified changes']);
  });

  it('survives whatever a busy API server answers, and comes back slower', async () => {
    const { reflector, proxy, write, caughtUp, log } = await mirror();
    for (const status of [429, 500, 503, 401]) proxy.answer({ of: isList, times: 1, status });
    for (const status of [500, 429, 403, 504]) proxy.answer({ of: isWatch, times: 1, status });
    await write('a', '1');
    reflector.start();
    await reflector.synced;
    await caughtUp();
    await waitUntil('the watch', () => proxy.openWatches === 1);
    await write('a', '2');
    await caughtUp();
    expect(log.lines.filter((line) => /^(list|watch) configmaps: \d+ /.test(line))).toHaveLength(8);
  });

  it('waits as long as the API server asks for before it lists again', async () => {
    const { reflector, proxy } = await mirror({ backoffMaxMs: 5_000 });
    const headers = { 'retry-after': '1' };
    proxy.answer({ of: isList, times: 3, status: 429, headers });
    const startedMs = performance.now();
    reflector.start();
    await reflector.synced;
    // Two waits are the client's, the third is the reflector's.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(3_000);
  });

  it('takes a silent stream for dead', async () => {
    const { reflector, proxy, write, changes, log } = await mirror({ silenceMaxMs: 300 });
    reflector.start();
    await reflector.synced;
    await waitUntil('the watch', () => proxy.openWatches === 1);
    proxy.freeze();
    await write('a', '1');
    await waitUntil('the silence to be noticed', () =>
      log.lines.some((line) => line.includes('silent for 0.3 s, so it counts as dead')),
    );
    expect(changes).toEqual([]);
    proxy.thaw();
    await waitUntil('the change', () => changes.includes('Added a'));
  });

  it('leaves nothing behind when it stops: no request, no connection, no watch that opens later', async () => {
    const { reflector, proxy, client, log } = await mirror({ backoffMinMs: 200, backoffMaxMs: 200 });
    reflector.start();
    await reflector.synced;
    await waitUntil('the watch', () => proxy.openWatches === 1);
    // In the pause before the next attempt, which is when others open one more.
    proxy.cut();
    await waitUntil('the failure', () => log.lines.length > 0);
    await reflector.stop();
    // That nothing comes any more can only be seen by waiting longer than the pause.
    const { requests } = proxy;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(proxy.requests).toBe(requests);
    expect(proxy.openRequests).toBe(0);
    await client.close();
    await waitUntil('the connections to end', () => proxy.sockets === 0);
  });

  it('stops at once while it follows, lists, or waits for an answer that does not come', async () => {
    for (const moment of ['follows', 'lists', 'opens'] as const) {
      const { reflector, proxy } = await mirror();
      if (moment === 'lists') proxy.freeze();
      reflector.start();
      if (moment === 'follows') await reflector.synced;
      if (moment === 'opens') {
        await reflector.synced;
        await waitUntil('the watch', () => proxy.openWatches === 1);
        proxy.freeze();
        proxy.cut();
      }
      await waitUntil('the request', () => proxy.openRequests === 1);
      const startedMs = performance.now();
      await reflector.stop();
      expect(performance.now() - startedMs).toBeLessThan(1_000);
      await waitUntil('the request to end', () => proxy.openRequests === 0);
      if (moment === 'lists') await expect(reflector.synced).rejects.toMatchObject({ reason: 'Aborted' });
    }
  });

  it('is started once', async () => {
    const { reflector } = await mirror();
    reflector.start();
    expect(() => reflector.start()).toThrow('runs already');
  });

  it('shows the truth in the end, whatever happens to its streams in whatever order', async () => {
    const { reflector, proxy, write, remove, caughtUp, changes } = await mirror({ silenceMaxMs: 400 });
    reflector.start();
    await reflector.synced;
    const harms = [
      () => proxy.cut(),
      () => proxy.endWatches(),
      () => proxy.endWatches(EXPIRED),
      () => proxy.tearNextEvent(),
      () => proxy.freeze(),
      () => proxy.answer({ of: isWatch, times: 2, status: 429 }),
      () => proxy.answer({ of: isWatch, times: 1, status: 410, body: EXPIRED }),
      () => proxy.answer({ of: isList, times: 1, status: 500 }),
      () => proxy.thaw(),
    ];
    for (let i = 0; i < 400; i++) {
      const name = `m${i % 7}`;
      if (i % 5 === 4) await remove(name);
      else await write(name, String(i));
      if (i % 6 === 0) harms[(i / 6) % harms.length]?.();
    }
    proxy.thaw();
    await caughtUp();
    // And it is alive afterwards.
    const before = changes.length;
    await write('last', 'x');
    await waitUntil('the last change', () => changes.slice(before).includes('Added last'));
  });
});
