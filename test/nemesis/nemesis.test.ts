import { expect, it } from 'vitest';
import { type NemesisOptions, refusalOf, runNemesis } from './run-nemesis.ts';
import { WORKLOAD_NAMES } from './workloads/all-workloads.ts';

/** With this seed each of the faults is among them, where the machine has what setting clocks takes. */
const SEED = 201;
const EPISODES = 4;

it('every workload gets what it is promised while nodes are killed, frozen and cut off, and their clocks set', async () => {
  const lines: string[] = [];
  const result = await runNemesis({
    workloads: WORKLOAD_NAMES,
    faults: ['kill', 'pause', 'partition', 'transfer', 'clock'],
    seed: SEED,
    durationMs: 0,
    episodes: EPISODES,
    nodes: 3,
    say: (line) => lines.push(line),
  });
  console.log(`nemesis: ${result.operations} lines of history; ${lines.join('; ')}`);
  expect(result.findings).toEqual([]);
  // Whoever got nothing done has shown nothing.
  for (const workload of WORKLOAD_NAMES) expect(result.acknowledged[workload]).toBeGreaterThan(EPISODES);
  expect(Object.values(result.faults).reduce((all, count) => all + count, 0)).toBeGreaterThanOrEqual(
    EPISODES,
  );
}, 300_000);

const ASKED: NemesisOptions = { workloads: ['set'], faults: ['kill'], seed: 1, durationMs: 1, nodes: 3 };

it.each<[what: string, asked: Partial<NemesisOptions>, refusal: RegExp | null]>([
  ['a sensible run', {}, null],
  ['lost disks under plain writes', { faults: ['kill', 'loss'] }, /use 'majority'/],
  ['lost disks under majority writes', { faults: ['loss'], workloads: ['majority'] }, null],
  ['two nodes', { nodes: 2 }, /three nodes/],
])('judges %s before it begins', (_, asked, refusal) => {
  const answer = refusalOf({ ...ASKED, ...asked });
  if (refusal === null) expect(answer).toBeNull();
  else expect(answer).toMatch(refusal);
});
