import { parseArgs } from 'node:util';
import { shortStory } from './cluster/short-story.ts';
import { shrinkWorld } from './cluster/shrink-world.ts';
import { simulateWorld, WorldFailure } from './cluster/simulate-world.ts';
import { WorldTotals } from './cluster/world-totals.ts';
import { defaultSteps, runSimulation, SimulationFailure } from './rachis/run-simulation.ts';

const usage = `Usage: npm run simulate -- [--seeds COUNT] [--from SEED] [--steps EVENTS]
       npm run simulate -- --seed SEED [--steps EVENTS]   replays one run and tells its story
       npm run simulate -- --world cluster [--seeds COUNT] [--from SEED]
       npm run simulate -- --world cluster --seed SEED [--shrink [--shrink-seconds SECONDS]]

--world rachis (if absent) is the consensus alone; cluster is whole clusters with databases and clients.
A broken invariant ends a run of many seeds; with --keep-going the other seeds of a world of clusters follow.
--shrink leaves out of a failing run the faults that it does not need, and tells the story of what is left; it takes
SECONDS at most (--shrink-seconds, if absent 120) and one run.`;

function refuse(problem: string): never {
  console.error(`${problem}\n${usage}`);
  process.exit(2);
}

function wholeNumber(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  return refuse(`--${option} must be a whole number, not '${text}'.`);
}

const { values } = parseArgs({
  options: {
    world: { type: 'string', default: 'rachis' },
    seeds: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    steps: { type: 'string' },
    'shrink-seconds': { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  console.log(usage);
  process.exit(0);
}

const tell = (line: string) => console.log(line);

function replay(seed: number, steps: number): void {
  console.log(runSimulation({ seed, steps, onTrace: tell }));
}

function runMany(from: number, count: number, steps: number): void {
  const totals = { virtualMs: 0, elections: 0, committed: 0, acknowledged: 0, reads: 0, recoveries: 0 };
  const startedMs = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const result = runSimulation({ seed, steps });
    totals.virtualMs += result.virtualMs;
    totals.elections += result.elections;
    totals.committed += result.committed;
    totals.acknowledged += result.acknowledged;
    totals.reads += result.reads;
    totals.recoveries += result.recoveries;
    if ((seed - from + 1) % 1000 === 0) console.log(`${seed - from + 1} seeds hold`);
  }
  const realMs = performance.now() - startedMs;
  console.log(
    `${count} seeds hold: ${(totals.virtualMs / 3_600_000).toFixed(1)} simulated hours in ${(realMs / 1000).toFixed(1)} s ` +
      `(${(totals.virtualMs / realMs).toFixed(0)} times real time), ${totals.elections} elections, ${totals.committed} entries committed, ` +
      `${totals.acknowledged} requests acknowledged, ${totals.reads} reads confirmed, ${totals.recoveries} unsafe recoveries.`,
  );
}

async function replayWorld(seed: number): Promise<void> {
  console.log(await simulateWorld(seed, tell));
}

async function tellShrunk(seed: number, seconds: number): Promise<void> {
  const startedMs = performance.now();
  const leftSeconds = () => seconds - (performance.now() - startedMs) / 1000;
  const { without, faults, isShortest } = await shrinkWorld(seed, {
    mayGoOn: () => leftSeconds() > 0,
    onTry: ({ tries, left, all, failure }) =>
      console.log(
        `try ${tries}: ${failure === null ? 'holds' : `fails (${failure})`}; ${left} of ${all} faults are left, ${leftSeconds().toFixed(0)} s too`,
      ),
  });
  const lines: string[] = [];
  const failure = await simulateWorld(seed, (line) => lines.push(line), without).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure === null) {
    console.log(`Seed ${seed} holds: there is nothing to be made short.`);
    return;
  }
  for (const line of shortStory(lines)) console.log(line);
  console.log(
    `${isShortest ? 'None of these faults can be left out' : 'There was no time to leave out more'}:`,
  );
  for (const { kind, atMs } of faults) console.log(`  ${kind} ${atMs} ms after its round began`);
  throw failure;
}

async function runManyWorlds(from: number, count: number, isKeptGoing: boolean): Promise<void> {
  const totals = new WorldTotals();
  const broken: number[] = [];
  for (let seed = from; seed < from + count; seed++) {
    try {
      totals.add(await simulateWorld(seed));
    } catch (error) {
      if (!isKeptGoing || !(error instanceof WorldFailure)) throw error;
      console.error(error.message);
      broken.push(seed);
    }
    const ran = seed - from + 1;
    if (ran % 100 === 0) console.log(`${ran - broken.length} of ${ran} seeds hold`);
  }
  console.log(totals.toString());
  if (broken.length > 0) throw new WorldFailure(`${broken.length} seeds are broken: ${broken.join(', ')}`);
}

const steps = wholeNumber('steps', values.steps, defaultSteps);
const from = wholeNumber('from', values.from, 1);
const seed = values.seed === undefined ? null : wholeNumber('seed', values.seed, 0);
try {
  if (values.world === 'cluster') {
    if (seed === null)
      await runManyWorlds(from, wholeNumber('seeds', values.seeds, 1000), values['keep-going']);
    else if (values.shrink)
      await tellShrunk(seed, wholeNumber('shrink-seconds', values['shrink-seconds'], 120));
    else await replayWorld(seed);
  } else if (values.world !== 'rachis') {
    refuse(`There is no world '${values.world}'.`);
  } else if (seed !== null) replay(seed, steps);
  else runMany(from, wholeNumber('seeds', values.seeds, 10_000), steps);
} catch (error) {
  if (!(error instanceof SimulationFailure || error instanceof WorldFailure)) throw error;
  // A broken invariant is a finding, not a fault of this program: what and how to see it again is all there is to say.
  console.error(error.message);
  process.exit(1);
}
