import { readFileSync, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { Command, InvalidArgumentError } from 'commander';
import { FAULT_NAMES, FAULTS, type FaultName } from './faults/all-faults.ts';
import { historyLine, parseHistory } from './history/history-lines.ts';
import type { Operation } from './history/operation.ts';
import { type FoundBy, type NemesisOptions, refusalOf, runNemesis } from './run-nemesis.ts';
import {
  checkWorkload,
  claimOf,
  needsEveryDisk,
  WORKLOAD_NAMES,
  type WorkloadName,
} from './workloads/all-workloads.ts';

const DURATION_UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

const DEFAULT_DURATION_MS = 60_000;

interface Options {
  readonly duration?: number;
  readonly workload?: readonly WorkloadName[];
  readonly faults?: readonly FaultName[];
  readonly seed: number;
  readonly nodes: number;
  readonly history?: string;
  readonly check?: string;
}

function durationMs(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  const ms = Number(number) * (DURATION_UNITS_MS[unit] ?? 0);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('It must be a number with s, m or h, for instance 10m.');
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It must be a whole number.');
}

function listOf<T extends string>(known: readonly T[]): (text: string) => readonly T[] {
  return (text) =>
    [...new Set(text.split(','))].map((name) => {
      const found = known.find((one) => one === name);
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`There is no '${name}'; there are ${known.join(', ')}.`);
    });
}

const program = new Command('nemesis')
  .description(
    'Runs clients on a cluster of real nodes while faults strike, writes down what they saw, and checks whether that is what is promised.',
  )
  .option('--duration <time>', 'how long faults strike, for instance 90s or 10m; default: 1m', durationMs)
  .option(
    '--workload <names>',
    'which clients, by commas; default: all that the faults allow',
    listOf(WORKLOAD_NAMES),
  )
  .option('--faults <names>', "which faults, by commas; default: all but 'loss'", listOf(FAULT_NAMES))
  .option('--seed <number>', 'of which faults, whom, how long, and of what clients ask', wholeNumber, 1)
  .option('--nodes <number>', 'size of the cluster', wholeNumber, 3)
  .option('--history <file>', 'where the history goes, as JSON lines')
  .option('--check <file>', 'run nothing, check the history in that file')
  .addHelpText(
    'after',
    `\nWorkloads:\n${WORKLOAD_NAMES.map((name) => `  ${name.padEnd(18)}${claimOf(name)}`).join('\n')}\n` +
      `\nFaults: ${FAULT_NAMES.join(', ')}\n` +
      '\nEnds with 0 when everything holds, 1 when something does not, 2 when it was asked for nothing sensible.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();

/** Of each anomaly the shortest explanation, and how many more there are. */
function report(findings: readonly FoundBy[]): void {
  const kinds = Map.groupBy(findings, ({ workload, anomaly }) => `${workload}: ${anomaly}`);
  const shown = [...kinds].map(([kind, alike]) => {
    const [shortest = ''] = alike.map(({ explanation }) => explanation).sort((a, b) => a.length - b.length);
    return `${kind}: ${shortest}${alike.length === 1 ? '' : `\n  and ${alike.length - 1} more`}`;
  });
  for (const text of shown.sort((a, b) => a.length - b.length)) console.error(text);
  process.exitCode = findings.length === 0 ? 0 : 1;
}

function readHistory(file: string): readonly Operation[] {
  try {
    return parseHistory(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(
      `The history in ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(2);
  }
}

/** Opened before the run, which nobody wants to be for nothing. */
async function historyFile(file: string): Promise<WriteStream> {
  try {
    return (await open(file, 'w')).createWriteStream();
  } catch (error) {
    console.error(
      `The history can't be written to ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(2);
  }
}

function checkFile(file: string, wanted: readonly WorkloadName[] = WORKLOAD_NAMES): void {
  const history = readHistory(file);
  const present = wanted.filter((name) => history.some(({ workload }) => workload === name));
  report(
    present.flatMap((workload) => {
      return checkWorkload(workload, history).map((finding) => ({ workload, ...finding }));
    }),
  );
  console.log(`${history.length} lines, of ${present.join(', ')}`);
}

async function run({
  duration = DEFAULT_DURATION_MS,
  seed,
  nodes,
  history: file,
  ...options
}: Options): Promise<void> {
  const faults = options.faults ?? FAULT_NAMES.filter((name) => !FAULTS[name].losesDisks);
  const losesDisks = faults.some((name) => FAULTS[name].losesDisks);
  const workloads =
    options.workload ?? WORKLOAD_NAMES.filter((name) => !(losesDisks && needsEveryDisk(name)));
  const startMs = performance.now();
  const asked: NemesisOptions = {
    workloads,
    faults,
    seed,
    nodes,
    durationMs: duration,
    say: (line) => console.log(`${((performance.now() - startMs) / 1000).toFixed(1).padStart(7)} s  ${line}`),
  };
  const refusal = refusalOf(asked);
  if (refusal !== null) {
    console.error(refusal);
    process.exit(2);
  }
  const lines = file === undefined ? undefined : await historyFile(file);
  const result = await runNemesis({
    ...asked,
    onOperation: (operation) => void lines?.write(historyLine(operation)),
  });
  if (lines !== undefined) {
    lines.end();
    await finished(lines);
  }
  report(result.findings);
  const { operations, acknowledged, faults: struck, findings } = result;
  console.log(
    `seed ${seed}: ${operations} lines of history; acknowledged ${told(acknowledged)}; faults ${told(struck)}`,
  );
  console.log(findings.length === 0 ? 'Everything holds.' : `${findings.length} findings.`);
}

function told(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

const options = program.opts<Options>();
if (options.check === undefined) await run(options);
else checkFile(options.check, options.workload);
