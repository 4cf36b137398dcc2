import { createInterface } from 'node:readline';
import { ConfigurationError } from './configuration/configuration-error.ts';
import { helpText } from './configuration/help-text.ts';
import {
  type Invocation,
  type NodeConfiguration,
  readInvocation,
} from './configuration/node-configuration.ts';
import { PRODUCT_VERSION } from './http/product-version.ts';
import { STOP_TIMEOUT_MS } from './limits.ts';
import { NodeLogging } from './observability/node-logging.ts';
import { CertificateError } from './security/certificate-error.ts';
import { NodeServer } from './server.ts';
import { onStopSignal } from './stop-signals.ts';

/** Exit codes: 1 something failed while running, 2 the node was told to run in a way it can't. */
const FAILED = 1;
const MISCONFIGURED = 2;

/** How often it is looked whether the parent process is still there, in milliseconds. */
const PARENT_CHECK_MS = 1000;

/** The line by which launchers made for RavenDB stop their server. */
const SHUTDOWN_LINE = 'shutdown no-confirmation';

async function run(configuration: NodeConfiguration): Promise<void> {
  const { logs } = configuration;
  const logging = new NodeLogging({
    format: logs.format,
    level: logs.level,
    ...(logs.file === null
      ? {}
      : { file: logs.file, fileBytesMax: logs.fileBytesMax, filesMax: logs.filesMax }),
  });
  for (const warning of configuration.warnings) logging.logger.warn(warning);
  // A rejection nobody handles is a fault of ours; going on could mean to acknowledge what did not happen.
  process.on('uncaughtException', (error) => {
    logging.logger.error('An unexpected error ends this node', { error: error.stack ?? String(error) });
    process.exitCode = FAILED;
    void logging.close().finally(() => process.exit(FAILED));
  });

  const server = await NodeServer.start(configuration, logging);
  console.log(`Server available on: ${server.url}`);
  console.log(`Tcp listening on: ${server.tcpUrl}`);

  let isStopping = false;
  const stop = (reason: string) => {
    if (isStopping) return;
    isStopping = true;
    logging.logger.info(`Stopping: ${reason}`);
    setTimeout(() => process.exit(FAILED), STOP_TIMEOUT_MS).unref();
    void server
      .stop()
      .then(() => logging.close())
      .then(() => process.exit(0));
  };
  onStopSignal(stop);
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() === SHUTDOWN_LINE) stop(`'${SHUTDOWN_LINE}' on standard input`);
  });
  process.stdin.on('error', () => {
    // Standard input may be closed or be none at all; the signals remain.
  });
  // A file or /dev/null as standard input has nothing to wait for, and no unref either.
  if ('unref' in process.stdin) process.stdin.unref();
  watchParent(configuration.parentProcessId, stop);
}

function watchParent(pid: number | null, stop: (reason: string) => void): void {
  if (pid === null) return;
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      // The signal 0 can't be delivered: no such process.
      stop(`the parent process ${pid} is gone`);
    }
  }, PARENT_CHECK_MS);
  timer.unref();
}

function invocation(): Invocation {
  const sources = { args: process.argv.slice(2), environment: process.env, workingDirectory: process.cwd() };
  return readInvocation(sources);
}

try {
  const invoked = invocation();
  if (invoked.wants === 'help') console.log(helpText('ravencluster node'));
  else if (invoked.wants === 'run') await run(invoked.configuration);
  else console.log(PRODUCT_VERSION);
} catch (error) {
  const isMisconfigured = error instanceof ConfigurationError || error instanceof CertificateError;
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(isMisconfigured ? MISCONFIGURED : FAILED);
}
