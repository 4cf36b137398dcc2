import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RavenClusterSpec } from '../../api/raven-cluster.ts';

/** The program of a node: beside this one, compiled or as source, whichever this one is. */
export const NODE_PROGRAM = fileURLToPath(
  new URL(`../../../node/main${extname(import.meta.url)}`, import.meta.url),
);

export interface NodeAddress {
  readonly host: string;
  readonly httpPort: number;
  readonly tcpPort: number;
}

/** Where the node of an ordinal listens: one port above the one before. */
export function addressOf(
  ordinal: number,
  { networking }: Pick<RavenClusterSpec, 'networking'>,
): NodeAddress {
  const { host, httpPort, tcpPort } = networking.local;
  return { host, httpPort: httpPort + ordinal, tcpPort: tcpPort + ordinal };
}

export function httpUrl({ host, httpPort }: NodeAddress): string {
  return `http://${inUrl(host)}:${httpPort}`;
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Command line of a node: what the spec sets first, then what the operator sets, which wins. */
export function nodeArguments(
  spec: RavenClusterSpec,
  address: NodeAddress,
  dataFolder: string,
): readonly string[] {
  const settings: readonly (readonly [string, string])[] = [
    ['Logs.MinLevel', spec.logging.level],
    ...Object.entries(spec.config),
    ['Setup.Mode', 'None'],
    ['License.Eula.Accepted', 'true'],
    ['DataDir', dataFolder],
    ['ServerUrl', httpUrl(address)],
    ['ServerUrl.Tcp', `tcp://${inUrl(address.host)}:${address.tcpPort}`],
  ];
  return settings.map(([key, value]) => `--${key}=${value}`);
}
