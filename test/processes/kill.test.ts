import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareMembers, NOTHING_WRONG, waitForConvergence } from './harness/compare-members.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import { waitUntil } from './harness/wait-until.ts';
import { WriteLedger } from './harness/write-ledger.ts';

const KILLS = 20;
const WRITERS = 6;
/** Documents that must be acknowledged while a node is down, and again after it is back. */
const PROGRESS = 40;

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
});
afterAll(() => cluster.dispose());

it(`loses and tears no acknowledged write in ${KILLS} kills under load, of the leader in every second one`, async () => {
  await cluster.createDatabase('ledger', 3);
  const ledger = new WriteLedger('ledger', () => cluster.running);
  ledger.start(WRITERS);
  const progress = (what: string) => {
    const target = ledger.acknowledged + PROGRESS;
    return waitUntil(what, () => ledger.acknowledged >= target);
  };
  const terms: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await progress('writes before a kill');
    const leader = await cluster.leader();
    const victim = kill % 2 === 0 ? leader : cluster.node(kill % cluster.nodes.length);
    await victim.kill();
    await progress('writes while a node is down');
    await victim.start();
    terms.push((await (await cluster.leader()).topology()).CurrentTerm);
  }
  await progress('writes after the last kill');
  await ledger.stop();

  const documents = await waitForConvergence(cluster.nodes, 'ledger');
  const comparison = await compareMembers(cluster.nodes, 'ledger', ledger);
  expect(comparison).toMatchObject(NOTHING_WRONG);
  expect(documents).toBe(comparison.checked);
  expect(ledger.acknowledged).toBeGreaterThan(KILLS * PROGRESS);
  // Each kill of a leader ends its term, and terms only grow.
  expect(terms).toEqual([...terms].sort((a, b) => a - b));
  expect(new Set(terms).size).toBeGreaterThan(KILLS / 4);
}, 240_000);
