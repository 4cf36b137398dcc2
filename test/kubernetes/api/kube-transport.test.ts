import { expect, it, onTestFinished } from 'vitest';
import { CONFIG_MAP } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { ObjectRef } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { EXPIRED, FaultProxy, isList } from '../harness/fault-proxy.ts';

async function behindProxy() {
  const proxy = await FaultProxy.start();
  const client = new KubeClient({ config: proxy.config(), userAgent: 'test' });
  onTestFinished(async () => {
    await client.close();
    await proxy.stop();
  });
  return { proxy, client };
}

const ref: ObjectRef = { kind: CONFIG_MAP, namespace: 'kube-system', name: 'kube-root-ca.crt' };

describeOnKubernetes('a request', () => {
  it('comes again when the API server says when, and only then', async () => {
    const { proxy, client } = await behindProxy();
    proxy.answer({ times: 1, status: 429, headers: { 'retry-after': '1' } });
    const startedMs = performance.now();
    expect(await client.get(ref)).toBeDefined();
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(995);
    proxy.answer({ times: 1, status: 503 });
    await expect(client.get(ref)).rejects.toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
    expect(proxy.requests).toBe(3);
  });

  it('gives a long wait to the caller instead of sleeping through it', async () => {
    const { proxy, client } = await behindProxy();
    proxy.answer({ times: 1, status: 429, headers: { 'retry-after': '60' } });
    await expect(client.get(ref)).rejects.toMatchObject({ reason: 'TooManyRequests', retryAfterMs: 60_000 });
    expect(proxy.requests).toBe(1);
  });

  it('does not wait longer than it may, and leaves no connection to an API server that is silent', async () => {
    const { proxy, client } = await behindProxy();
    await client.get(ref);
    proxy.freeze();
    await expect(client.get(ref, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 0,
      reason: 'Timeout',
      message: 'get ConfigMap kube-system/kube-root-ca.crt: Timeout: no answer within 0.2 s',
    });
    await waitUntil('the connection to end', () => proxy.openRequests === 0);
  });

  it('says that it could not reach the API server', async () => {
    const { proxy, client } = await behindProxy();
    proxy.down();
    await expect(client.get(ref)).rejects.toMatchObject({ code: 0, reason: 'Unreachable' });
    proxy.up();
    expect(await client.get(ref)).toBeDefined();
  });

  it('takes no page of a proxy for an object', async () => {
    const { proxy, client } = await behindProxy();
    proxy.answer({ times: 1, status: 200, body: '<html>Welcome!</html>' });
    await expect(client.get(ref)).rejects.toMatchObject({ reason: 'BadAnswer' });
    proxy.answer({ times: 1, status: 302, headers: { location: 'https://example.com' } });
    await expect(client.get(ref)).rejects.toMatchObject({ code: 302 });
  });
});

describeOnKubernetes('a list', () => {
  it('starts over when its moment is forgotten between two pages', async () => {
    const { proxy, client } = await behindProxy();
    proxy.answer({ of: isList, times: 2, status: 410, body: EXPIRED });
    const { items } = await client.list(CONFIG_MAP, { namespace: 'kube-system' });
    expect(items.length).toBeGreaterThan(0);
    expect(proxy.requests).toBe(3);
    proxy.answer({ of: isList, times: 10, status: 410, body: EXPIRED });
    await expect(client.list(CONFIG_MAP, {})).rejects.toMatchObject({ reason: 'Expired' });
    expect(proxy.requests).toBe(7);
  });
});
