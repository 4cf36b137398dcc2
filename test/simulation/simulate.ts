import { parseArgs } from 'node:util';
import { defaultSteps, runSimulation, SimulationFailure } from './rachis/run-simulation.ts';

const usage = `Usage: npm run simulate -- [--seeds COUNT] [--from SEED] [--steps EVENTS]
       npm run simulate -- --seed SEED [--steps EVENTS]   replays one run and tells its story`;

function wholeNumber(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${option} must be a whole number, not '${text}'.\n${usage}`);
  process.exit(2);
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    steps: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  console.log(usage);
  process.exit(0);
}

function replay(seed: number, steps: number): void {
  console.log(runSimulation({ seed, steps, onTrace: (line) => console.log(line) }));
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

const steps = wholeNumber('steps', values.steps, defaultSteps);
try {
  if (values.seed !== undefined) replay(wholeNumber('seed', values.seed, 0), steps);
  else runMany(wholeNumber('from', values.from, 1), wholeNumber('seeds', values.seeds, 10_000), steps);
} catch (error) {
  if (!(error instanceof SimulationFailure)) throw error;
  // A broken invariant is a finding, not a fault of this program: what and how to see it again is all there is to say.
  console.error(error.message);
  process.exit(1);
}
