// Run by `helm test`: makes a cluster of one node, waits until it serves, and deletes it, volume and all.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, NAMESPACE, NAME } = process.env;
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const clusters = `https://${host.includes(':') ? `[${host}]` : host}:${port}/apis/ravencluster.io/v1beta1/namespaces/${NAMESPACE}/ravenclusters`;
const deadlineMs = Date.now() + Number(process.env.TIMEOUT_SECONDS) * 1000;
const POLL_MS = 1000;

const cluster = {
  apiVersion: 'ravencluster.io/v1beta1',
  kind: 'RavenCluster',
  metadata: { name: NAME, namespace: NAMESPACE },
  spec: {
    nodes: 1,
    resources: { requests: { cpu: '50m', memory: '256Mi' } },
    storage: {
      data: {
        size: '1Gi',
        accessMode: 'ReadWriteOnce',
        ...(process.env.STORAGE_CLASS ? { storageClassName: process.env.STORAGE_CLASS } : {}),
      },
      retention: { whenDeleted: 'Delete' },
    },
  },
};

async function call(method, path = '', body = undefined) {
  const token = readFileSync(`${account}/token`, 'utf8');
  const response = await fetch(`${clusters}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.json();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method}: ${answer.message}`);
  return answer;
}

async function until(what, holds) {
  for (let last = ''; ; await wait(POLL_MS)) {
    const now = await holds();
    if (now === true) return console.log(`${what}: yes`);
    if (now !== last) console.log(`${what}: ${now}`);
    last = now;
    if (Date.now() > deadlineMs) throw new Error(`${what}: not in time, ${now}`);
  }
}

try {
  await call('POST', '', cluster);
  await until('The cluster is ready', async () => {
    const conditions = (await call('GET', `/${NAME}`))?.status?.conditions ?? [];
    const ready = conditions.find(({ type }) => type === 'Ready');
    return ready?.status === 'True' || `${ready?.reason ?? 'the operator has not looked yet'} ${ready?.message ?? ''}`.trim();
  });
} finally {
  await call('DELETE', `/${NAME}`);
}
await until('The cluster is gone', async () => (await call('GET', `/${NAME}`)) === undefined || 'still there');
