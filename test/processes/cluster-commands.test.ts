import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HttpFailure, requestJson } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import type { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';

const KILLS = 6;
const CLIENTS = 6;
/** Commands that must be acknowledged between two faults. */
const PROGRESS = 40;
const ATTEMPT_TIMEOUT_MS = 2_000;

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
  await cluster.createDatabase('commands', 3);
});
afterAll(() => cluster.dispose());

function nextIdentity(node: RavenNode, requestId: string): Promise<{ readonly NewIdentityValue: number }> {
  const url = `${node.url}/databases/commands/identity/next?name=orders&raft-request-id=${requestId}`;
  return requestJson('POST', url, { timeoutMs: ATTEMPT_TIMEOUT_MS });
}

it(`runs every cluster command once, however often it is sent and whoever leads, through ${KILLS} kills of leaders`, async () => {
  const values: number[] = [];
  let isStopped = false;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    while (!isStopped) {
      const requestId = randomUUID();
      // Sent to any node again and again until one says that it is done, always under the same id.
      for (let attempt = client; ; attempt++) {
        const node = cluster.nodes[attempt % cluster.nodes.length];
        const answer = node?.isRunning
          ? await nextIdentity(node, requestId).catch(() => undefined)
          : undefined;
        if (answer !== undefined) {
          values.push(answer.NewIdentityValue);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  });
  const progress = (what: string) => {
    const target = values.length + PROGRESS;
    return waitUntil(what, () => values.length >= target);
  };
  for (let kill = 0; kill < KILLS; kill++) {
    await progress('commands before a kill');
    const leader = await cluster.leader();
    await leader.kill();
    await progress('commands under the next leader');
    await leader.start();
  }
  await progress('commands after the last kill');
  isStopped = true;
  await Promise.all(clients);

  const sorted = values.toSorted((a, b) => a - b);
  // Each got a number of its own, and none was handed out for nothing.
  expect(sorted).toEqual(sorted.map((_, i) => i + 1));
  expect((await nextIdentity(cluster.node(0), randomUUID())).NewIdentityValue).toBe(values.length + 1);
});

it('refuses a cluster command on a node that can not reach a majority, serves documents all the same, and recovers', async () => {
  const [first, ...others] = cluster.nodes;
  if (first === undefined) throw new Error('The cluster has no nodes.');
  await Promise.all(others.map((node) => node.kill()));
  const url = `${first.url}/admin/databases?name=minority&replicationFactor=1`;
  const refusal = await requestJson('PUT', url, {
    body: { DatabaseName: 'minority' },
    timeoutMs: 60_000,
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(HttpFailure);
  // Who led waits for a majority in vain (408); who followed knows no leader (500, 503).
  expect([408, 500, 503]).toContain((refusal as HttpFailure).status);
  // Its databases are served all the same.
  expect(await first.get('/databases/commands/stats')).toContain('CountOfDocuments');
  await Promise.all(others.map((node) => node.start()));
  await cluster.leader();
  await cluster.createDatabase('majority', 1);
});
