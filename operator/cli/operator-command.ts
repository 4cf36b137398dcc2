import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { KubernetesOperator } from '../platform/kubernetes/controller/kubernetes-operator.ts';
import { ProbeServer } from '../platform/kubernetes/controller/probe-server.ts';
import { type LogFormat, type LogLevel, structuredLogging } from './operator-logging.ts';

export interface OperatorCommandOptions {
  readonly image: string;
  readonly namespaces?: string;
  readonly kubeconfig?: string;
  readonly metricsPort: string;
  readonly healthPort: string;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  readonly addressTemplate?: string;
  readonly clusterDomain: string;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** `ravencluster operator`: runs until a signal, or until another operator leads. */
export async function runOperator(options: OperatorCommandOptions): Promise<void> {
  const log = structuredLogging(options.logFormat, options.logLevel);
  const listed = (options.namespaces ?? 'all').split(',').flatMap((name) => name.trim() || []);
  const namespaces = listed.includes('all') ? [] : listed;
  const operator = new KubernetesOperator({
    namespaces,
    // Outside of a pod, where somebody tries it out, anything will do.
    operatorNamespace: process.env.POD_NAMESPACE ?? 'default',
    // A restarted container has the name of its pod again, but is another operator.
    identity: `${process.env.POD_NAME ?? hostname()}_${randomUUID()}`,
    image: options.image,
    clusterDomain: options.clusterDomain,
    access: { kubeconfig: options.kubeconfig },
    log,
    onLost: (why) => {
      log.warn(`This operator does not lead any more: ${why}`);
      // What it decided before must not be done any more, and the one that leads does not wait for this one.
      process.exit(1);
    },
    ...(options.addressTemplate === undefined ? {} : { addressTemplate: options.addressTemplate }),
  });
  const { health, metrics } = operator.probes;
  const servers = [
    await ProbeServer.listen(portOf(options.healthPort, '--health-port'), health),
    await ProbeServer.listen(portOf(options.metricsPort, '--metrics-port'), metrics),
  ];
  const where = namespaces.length === 0 ? 'every namespace' : `the namespaces ${namespaces.join(', ')}`;
  log.info(
    `The operator works in ${where}; health on port ${servers[0]?.port}, metrics on ${servers[1]?.port}`,
  );
  operator.start();
  await untilSignal();
  log.info('Stopping');
  await operator.stop();
  for (const server of servers) await server.close();
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve());
  });
}

/** 0 is any free port. */
function portOf(text: string, option: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${option} must be a port number from 0 to 65535 (got ${JSON.stringify(text)})`);
}
