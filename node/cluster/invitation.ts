import type { ClusterNode, Configuration } from '../rachis/core/configuration.ts';
import type { PeerFetch } from '../security/peer-https.ts';
import { ClusterOperationError } from './cluster-error.ts';
import { FIRST_COMMAND_VERSION } from './command-version.ts';
import { INVITATION_TIMEOUT_MS } from './limits.ts';

/** What a node says of itself over HTTP, before it is invited into a cluster. */
export interface NodeIntroduction {
  readonly serverId: string;
  /** null while it is in no cluster. */
  readonly clusterId: string | null;
  /** `host:port` */
  readonly tcpAddress: string;
  /** Version of the cluster's commands that it knows. */
  readonly commandVersion: number;
}

/** Asks the node at `url` who it is. Throws ClusterOperationError when it can't be reached or is no node. */
export async function askForIntroduction(url: string, fetch: PeerFetch): Promise<NodeIntroduction> {
  const info = await getJson(fetch, url, '/cluster/node-info');
  const tcp = await getJson(fetch, url, '/info/tcp?tag=Test-Connection');
  const { ServerId: serverId, TopologyId: clusterId } = info;
  const { Url: tcpUrl } = tcp;
  if (typeof serverId !== 'string' || typeof tcpUrl !== 'string') {
    throw new ClusterOperationError(
      `What answers at ${url} is not a node that can join: it tells no ServerId or TCP address.`,
    );
  }
  return {
    serverId,
    clusterId: typeof clusterId === 'string' ? clusterId : null,
    commandVersion: typeof info.CommandVersion === 'number' ? info.CommandVersion : FIRST_COMMAND_VERSION,
    tcpAddress: tcpUrl.replace(/^tcp:\/\//, '').replace(/\/$/, ''),
  };
}

async function getJson(fetch: PeerFetch, url: string, path: string): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url + path, { signal: AbortSignal.timeout(INVITATION_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClusterOperationError(`Can't reach the node at ${url} (${path}): ${reason}`);
  }
}

/** The configuration entry for the invited node. Throws ClusterOperationError when it does not fit in. */
export function planInvitation(
  configuration: Configuration,
  url: string,
  introduction: NodeIntroduction,
  options: { readonly tag?: string; readonly watcher?: boolean },
): ClusterNode {
  const { serverId, clusterId, tcpAddress } = introduction;
  const known = configuration.nodes.find((node) => node.id === serverId);
  if (known === undefined && clusterId !== null && clusterId !== configuration.clusterId) {
    throw new ClusterOperationError(
      `Can't add a new node on ${url}: it is already in another cluster (${clusterId}).`,
    );
  }
  if (known !== undefined && options.tag !== undefined && known.tag !== options.tag) {
    throw new ClusterOperationError(`The node at ${url} is in the cluster already, as node ${known.tag}.`);
  }
  const sameUrl = configuration.nodes.find((node) => node.url === url && node.id !== serverId);
  if (sameUrl !== undefined) {
    throw new ClusterOperationError(
      `Node ${sameUrl.tag} has the URL ${url} already, with another storage. If its disk was replaced, remove node ${sameUrl.tag} first.`,
    );
  }
  const tag = known?.tag ?? options.tag ?? nextTag(configuration.lastTag);
  if (configuration.nodes.some((node) => node.tag === tag && node.id !== serverId)) {
    throw new ClusterOperationError(
      `There is a node ${tag} in the cluster already; remove it first or choose another tag.`,
    );
  }
  const role = known?.role ?? (options.watcher === true ? 'watcher' : 'promotable');
  return { id: serverId, tag, url, tcpAddress, role };
}

/** A … Z, then ZA … ZZ, and so on. */
export function nextTag(lastTag: string): string {
  const head = lastTag.slice(0, -1);
  const last = lastTag.at(-1) ?? '@';
  return last < 'Z' ? head + String.fromCharCode(last.charCodeAt(0) + 1) : `${head}ZA`;
}
