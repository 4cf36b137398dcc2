import { parseArgs } from 'node:util';
import { defaultSteps, runSimulation } from './rachis/run-simulation.ts';

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

const steps = wholeNumber('steps', values.steps, defaultSteps);
if (values.seed !== undefined) {
  const result = runSimulation({
    seed: wholeNumber('seed', values.seed, 0),
    steps,
    onTrace: (line) => console.log(line),
  });
  console.log(result);
} else {
  const count = wholeNumber('seeds', values.seeds, 10_000);
  const from = wholeNumber('from', values.from, 1);
  const totals = { virtualMs: 0, elections: 0, committed: 0, acknowledged: 0, reads: 0 };
  const startedMs = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const result = runSimulation({ seed, steps });
    totals.virtualMs += result.virtualMs;
    totals.elections += result.elections;
    totals.committed += result.committed;
    totals.acknowledged += result.acknowledged;
    totals.reads += result.reads;
    if ((seed - from + 1) % 1000 === 0) console.log(`${seed - from + 1} seeds hold`);
  }
  const realMs = performance.now() - startedMs;
  console.log(
    `${count} seeds hold: ${(totals.virtualMs / 3_600_000).toFixed(1)} simulated hours in ${(realMs / 1000).toFixed(1)} s ` +
      `(${(totals.virtualMs / realMs).toFixed(0)} times real time), ${totals.elections} elections, ${totals.committed} entries committed, ` +
      `${totals.acknowledged} requests acknowledged, ${totals.reads} reads confirmed.`,
  );
}
