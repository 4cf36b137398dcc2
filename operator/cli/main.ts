import { Command, Option } from 'commander';
import { PROGRAM_VERSION } from '../program-version.ts';
import type { OperatorCommandOptions } from './operator-command.ts';
import { start } from './start-command.ts';
import { status } from './status-command.ts';
import { stop } from './stop-command.ts';

/** Everything after `node` belongs to the node program, which reads RavenDB's configuration keys itself. */
async function runNode(): Promise<void> {
  const { applyMemorySettings } = await import('../../node/memory-settings.ts');
  // It may start this process over with the same arguments, so `node` must still be among them.
  applyMemorySettings();
  process.argv.splice(2, 1);
  await import('../../node/main.ts');
}

/** As `node`, with arguments that follow from the pod. */
async function runPod(): Promise<void> {
  const { applyMemorySettings } = await import('../../node/memory-settings.ts');
  applyMemorySettings();
  // A container's first process gets no signal that it does not listen for.
  await import('../../node/stop-signals.ts');
  const { preparePod } = await import('./pod-command.ts');
  const [program = '', script = '', , ...args] = process.argv;
  process.argv = [program, script, ...(await preparePod(args))];
  await import('../../node/node-program.ts');
}

function stateDir(): Option {
  return new Option('--state-dir <folder>', 'where data, logs and state are kept').default('.ravencluster');
}

function program(): Command {
  const root = new Command('ravencluster')
    .description('Runs a RavenCluster on this machine, and its nodes.')
    .version(PROGRAM_VERSION);
  root
    .command('start')
    .description('start the cluster that a RavenCluster file describes, and keep it so until Ctrl-C')
    .argument(
      '[file]',
      'the RavenCluster resource; edit it while the cluster runs',
      'examples/ravencluster.yaml',
    )
    .addOption(stateDir())
    .addOption(
      new Option('--log-format <format>', 'lines for people or for machines')
        .choices(['text', 'json'])
        .default('text')
        .env('RAVENCLUSTER_LOG_FORMAT'),
    )
    .action(start);
  root
    .command('status')
    .description('show the nodes of the running cluster')
    .addOption(stateDir())
    .option('--json', 'print JSON', false)
    .action(status);
  root
    .command('stop')
    .description('stop the running cluster; its data stays')
    .addOption(stateDir())
    .action(stop);
  root
    .command('operator')
    .description('run the operator on Kubernetes: it keeps every RavenCluster as its resource says')
    .addOption(
      new Option('--image <reference>', 'image of the nodes, where a resource names none')
        .env('RAVENCLUSTER_IMAGE')
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--namespaces <names>', 'where to work: comma-separated, or all').env(
        'RAVENCLUSTER_NAMESPACES',
      ),
    )
    .option('--kubeconfig <file>', 'how to reach Kubernetes; inside a pod its ServiceAccount')
    .option('--cluster-domain <domain>', 'DNS domain of the Kubernetes cluster', 'cluster.local')
    .option('--metrics-port <port>', 'port of /metrics', '9090')
    .option('--health-port <port>', 'port of /healthz and /readyz', '9091')
    .addOption(
      new Option(
        '--address-template <url>',
        'for an operator outside of Kubernetes: URL of a node by {namespace}, {cluster} and {ordinal}',
      ),
    )
    .addOption(
      new Option('--log-level <level>', 'what is logged')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('info'),
    )
    .addOption(
      new Option('--log-format <format>', 'lines for people or for machines')
        .choices(['text', 'json'])
        .default('json')
        .env('RAVENCLUSTER_LOG_FORMAT'),
    )
    .action(async (options: OperatorCommandOptions) => {
      // The Kubernetes client takes a second to load, which no other command needs.
      const { runOperator } = await import('./operator-command.ts');
      await runOperator(options);
    });
  root
    .command('node')
    .description(
      'run one node by itself, with RavenDB configuration keys: --ServerUrl=… --DataDir=… (--help lists them)',
    )
    .allowUnknownOption();
  root
    .command('pod')
    .description('run the node of a pod that the operator made; see operator/pod/pod-environment.ts')
    .allowUnknownOption();
  return root;
}

if (process.argv[2] === 'node') {
  await runNode();
} else if (process.argv[2] === 'pod') {
  await runPod();
} else {
  try {
    await program().parseAsync();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
