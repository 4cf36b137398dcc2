import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { compareMembers, NOTHING_WRONG, waitForConvergence } from './harness/compare-members.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import type { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';
import { WriteLedger } from './harness/write-ledger.ts';

let cluster: RavenCluster | undefined;

afterEach(() => cluster?.dispose());

async function load(
  running: RavenCluster,
  database: string,
  documents: number,
  targets: () => readonly RavenNode[] = () => running.running,
): Promise<WriteLedger> {
  const ledger = new WriteLedger(database, targets);
  ledger.start(4);
  await waitUntil('writes', () => ledger.acknowledged >= documents);
  return ledger;
}

it('finds all acknowledged writes after every node was killed at once under load', async () => {
  cluster = await RavenCluster.start(3);
  const { nodes } = cluster;
  await cluster.createDatabase('all-down', 3);
  const ledger = await load(cluster, 'all-down', 300);
  await Promise.all(nodes.map((node) => node.kill()));
  await ledger.stop();
  await Promise.all(nodes.map((node) => node.start()));
  await cluster.leader();
  await waitForConvergence(nodes, 'all-down');
  expect(await compareMembers(nodes, 'all-down', ledger)).toMatchObject(NOTHING_WRONG);
  // And it is a working cluster again, not only a readable one.
  await cluster.createDatabase('after', 3);
});

it('takes a node whose disk was wiped back as a new one, and fills it', async () => {
  cluster = await RavenCluster.start(3);
  const { nodes } = cluster;
  await cluster.createDatabase('wiped', 3);
  const victim = cluster.node(2);
  // What only the lost disk had acknowledged would be lost with it: writers who fear that wait for replication.
  const ledger = await load(cluster, 'wiped', 300, () => nodes.filter((node) => node !== victim));
  await victim.kill();
  await victim.wipe();
  await victim.start();
  // Without its disk it is nobody: it must not answer for the node it was, nor vote as it.
  expect((await victim.topology()).CurrentState).toBe('Passive');
  await cluster.remove('C');
  await cluster.add(victim);
  const tag = (await victim.topology()).NodeTag;
  const leader = await cluster.leader();
  const { Topology } = await cluster.record('wiped', leader);
  if (![...Topology.Members, ...Topology.Promotables, ...Topology.Rehabs].includes(tag)) {
    const response = await fetch(`${leader.url}/admin/databases/node?name=wiped&node=${tag}`, {
      method: 'PUT',
    });
    expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
  }
  await waitUntil('the new copy to be a member', async () => {
    return (await (cluster as RavenCluster).record('wiped', leader)).Topology.Members.includes(tag);
  });
  await ledger.stop();
  await waitForConvergence(nodes, 'wiped');
  expect(await compareMembers(nodes, 'wiped', ledger)).toMatchObject(NOTHING_WRONG);
});

it('goes on after a node was frozen for longer than an election takes', async () => {
  cluster = await RavenCluster.start(3);
  const { nodes } = cluster;
  await cluster.createDatabase('frozen', 3);
  const frozen = await cluster.leader();
  const awake = nodes.filter((node) => node !== frozen);
  const ledger = new WriteLedger('frozen', () => awake);
  frozen.process.pause();
  ledger.start(4);
  const next = await cluster.leader(awake);
  expect(next).not.toBe(frozen);
  await waitUntil('writes', () => ledger.acknowledged >= 300);
  frozen.process.resume();
  await waitUntil(
    'the thawed leader to follow',
    async () => (await frozen.topology()).CurrentState === 'Follower',
  );
  await ledger.stop();
  await waitForConvergence(nodes, 'frozen');
  expect(await compareMembers(nodes, 'frozen', ledger)).toMatchObject(NOTHING_WRONG);
});

it('opens a database whose indexes could not be opened as soon as they can, without a restart', async () => {
  cluster = await RavenCluster.start(1);
  const node = cluster.node(0);
  await cluster.createDatabase('blocked', 1);
  const url = `${node.url}/databases/blocked/docs?id=a`;
  expect((await fetch(url, { method: 'PUT', body: '{}' })).status).toBe(201);
  await node.kill();
  const folder = join(node.dataDirectory, 'Databases', 'blocked', 'Indexes');
  await rm(folder, { recursive: true });
  await writeFile(folder, 'not a folder');
  await node.start();
  const refusal = await fetch(url);
  expect([refusal.status, await refusal.text()]).toEqual([
    503,
    expect.stringContaining('could not be opened'),
  ]);
  await rm(folder);
  await waitUntil('the database to be open', async () => (await fetch(url)).status === 200);
});
