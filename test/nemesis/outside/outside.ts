import { Command } from 'commander';
import { compareCheckers } from './compare-checkers.ts';
import { OutsideChecker } from './outside-checker.ts';
import { TOY_NAMES } from './toy-systems.ts';

interface Options {
  readonly histories: string;
  readonly seed: string;
}

const program = new Command('nemesis:outside')
  .description(
    'Has Porcupine, a checker that others maintain, check histories of the nemesis; without a file it is compared with our checkers on random small histories.',
  )
  .argument('[file...]', 'histories, as `npm run nemesis -- --history` writes them')
  .option('--histories <count>', 'how many random histories of each kind', '10000')
  .option('--seed <number>', 'of the random histories', '1')
  .addHelpText(
    'after',
    '\nEnds with 0 when all is right and both agree, 1 when not, 2 when there is no outside checker.',
  )
  .parse();

async function checkFiles(outside: OutsideChecker, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const { isRight, report } = await outside.checkFile(file);
    console.log(`${file}: ${isRight ? 'right' : 'wrong'}\n${report}`);
    if (!isRight) process.exitCode = 1;
  }
}

async function compare(outside: OutsideChecker, { histories, seed }: Options): Promise<void> {
  for (const name of TOY_NAMES) {
    const options = { count: Number(histories), seed: Number(seed) };
    const { right, wrong, disagreements } = await compareCheckers(outside, name, options);
    console.log(`${name}: ${right} right, ${wrong} wrong; ${disagreements.length} judged differently`);
    const [shortest] = disagreements.toSorted((a, b) => a.history.length - b.history.length);
    if (shortest === undefined) continue;
    console.log(`ours: ${shortest.ours}; outside: ${shortest.theirs}\n${shortest.history}`);
    process.exitCode = 1;
  }
}

const outside = await OutsideChecker.build();
if (outside === undefined) process.exit(2);
try {
  if (program.args.length > 0) await checkFiles(outside, program.args);
  else await compare(outside, program.opts<Options>());
} finally {
  await outside.dispose();
}
