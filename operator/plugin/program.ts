import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDurationMs } from '../api/duration.ts';
import { PROGRAM_VERSION } from '../program-version.ts';
import { approve } from './commands/approve.ts';
import { type DrainOptions, drain } from './commands/drain.ts';
import { hibernate, wake } from './commands/hibernate.ts';
import { promote, stepDown } from './commands/lead.ts';
import { pause, resume } from './commands/pause.ts';
import { recover } from './commands/recover.ts';
import { type ReportOptions, report } from './commands/report.ts';
import { rotateAuthority } from './commands/rotate-ca.ts';
import { type StatusOptions, status } from './commands/status.ts';
import { WAIT_MS } from './limits.ts';
import type { Session, SessionOpener, SessionOptions } from './session.ts';

interface TimedOptions {
  readonly timeout: number;
}

/** The command `kubectl raven`. */
export function pluginProgram(open: SessionOpener): Command {
  const program = new Command('kubectl raven')
    .description(
      'Looks after RavenClusters: what they are doing, who leads, and what is needed on a bad day.',
    )
    .version(PROGRAM_VERSION)
    .showHelpAfterError('(kubectl raven --help shows what there is)');
  addDailyCommands(program, open);
  addLifeCommands(program, open);
  addRescueCommands(program, open);
  for (const command of program.commands) addSessionOptions(command);
  return program;
}

function addDailyCommands(program: Command, open: SessionOpener): void {
  program
    .command('status')
    .description('show a cluster, or all of the namespace a line each')
    .argument('[cluster]')
    .addOption(new Option('-o, --output <format>', 'print JSON').choices(['json']))
    .option('-A, --all-namespaces', 'clusters of every namespace')
    .option('--live', 'ask the nodes themselves, too')
    .action((name: string | undefined, options: StatusOptions & SessionOptions) =>
      inSession(options, open, (session) => status(session, name, options)),
    );
  program
    .command('promote')
    .description('let a node lead')
    .argument('<cluster>')
    .argument('<tag>', 'its node tag', asTag)
    .action((name: string, tag: string, options: SessionOptions) =>
      inSession(options, open, (session) => promote(session, name, tag)),
    );
  program
    .command('step-down')
    .description('let the leader give up the lead to whoever is elected')
    .argument('<cluster>')
    .action((name: string, options: SessionOptions) =>
      inSession(options, open, (session) => stepDown(session, name)),
    );
  program
    .command('drain')
    .description('keep the lead and new copies away from a node, and wait until it does not lead')
    .argument('<cluster>')
    .argument('<tag>', 'its node tag', asTag)
    .option('--undo', 'take it back')
    .addOption(timeoutOption())
    .action(
      (name: string, tag: string, options: Omit<DrainOptions, 'timeoutMs'> & TimedOptions & SessionOptions) =>
        inSession(options, open, (session) =>
          drain(session, name, tag, { ...options, timeoutMs: options.timeout }),
        ),
    );
}

function addLifeCommands(program: Command, open: SessionOpener): void {
  program
    .command('approve')
    .description('let an update that waits for somebody go on')
    .argument('<cluster>')
    .argument('[tag]', 'for this node only', asTag)
    .action((name: string, tag: string | undefined, options: SessionOptions) =>
      inSession(options, open, (session) => approve(session, name, tag)),
    );
  for (const [word, description, act] of [
    ['pause', 'let the operator only watch', pause],
    ['resume', 'let the operator take care again', resume],
  ] as const) {
    program
      .command(word)
      .description(description)
      .argument('<cluster>')
      .action((name: string, options: SessionOptions) =>
        inSession(options, open, (session) => act(session, name)),
      );
  }
  for (const [word, description, act] of [
    ['hibernate', 'stop every node and keep the data', hibernate],
    ['wake', 'start the nodes again', wake],
  ] as const) {
    program
      .command(word)
      .description(description)
      .argument('<cluster>')
      .addOption(timeoutOption())
      .action((name: string, options: TimedOptions & SessionOptions) =>
        inSession(options, open, (session) => act(session, name, options.timeout)),
      );
  }
}

function addRescueCommands(program: Command, open: SessionOpener): void {
  program
    .command('rotate-ca')
    .description('replace the certificate authority of the operator, without a gap')
    .argument('<cluster>')
    .option('--overlap <duration>', 'how long the old one stays trusted afterwards, such as 10m')
    .action((name: string, options: { readonly overlap?: string } & SessionOptions) =>
      inSession(options, open, (session) => rotateAuthority(session, name, options)),
    );
  program
    .command('recover')
    .description('after the quorum is lost for good, let one node go on alone; says first what that means')
    .argument('<cluster>')
    .option('--yes', 'do it')
    .addOption(timeoutOption())
    .action((name: string, options: { readonly yes?: boolean } & TimedOptions & SessionOptions) =>
      inSession(options, open, (session) =>
        recover(session, name, { ...options, timeoutMs: options.timeout }),
      ),
    );
  program
    .command('report')
    .description('collect resources, events, logs and what the nodes say into one archive, without secrets')
    .argument('<cluster>')
    .option('-o, --output <file>', 'where it goes (default: <cluster>-<time>.tar.gz)')
    .option(
      '--operator-namespace <namespace>',
      'where the operator runs (default: it is looked for everywhere)',
    )
    .action((name: string, options: ReportOptions & SessionOptions) =>
      inSession(options, open, (session) => report(session, name, options)),
    );
}

function addSessionOptions(command: Command): void {
  command
    .option('-n, --namespace <namespace>', 'namespace of the cluster')
    .option('--context <context>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig to use');
}

function timeoutOption(): Option {
  return new Option('--timeout <duration>', 'how long to wait for it')
    .argParser((text) => {
      const ms = parseDurationMs(text);
      if (ms === undefined) throw new InvalidArgumentError('Write it as 30s, 10m or 1h.');
      return ms;
    })
    .default(WAIT_MS, `${WAIT_MS / 1_000}s`);
}

function asTag(text: string): string {
  return text.toUpperCase();
}

async function inSession(
  options: SessionOptions,
  open: SessionOpener,
  act: (session: Session) => Promise<void>,
): Promise<void> {
  const session = open(options);
  try {
    await act(session);
  } finally {
    await session.client.close();
  }
}
