import { effectiveClientConfiguration } from './client-configuration.ts';
import { clientTopologyEtag } from './client-topology-etag.ts';
import type { LoadedDatabase, NodeServices } from './node-services.ts';
import { unquote } from './parameters/entity-tag.ts';
import { PROTOCOL_VERSION } from './product-version.ts';
import type { HttpRequest } from './request.ts';

const REFRESH = 'true';

/** Seconds for which the answering node has been cut off: other nodes may hold newer writes, and get those made here later. */
const ISOLATED = 'Raven-Cluster-Isolated';

/** A number from a header, quoted or not; null when absent or unreadable, which is the same to the protocol. */
export function numberHeader(request: HttpRequest, name: string): number | null {
  const text = request.header(name);
  if (text === undefined) return null;
  const bare = unquote(text).trim();
  return /^-?\d{1,15}$/.test(bare) ? Number(bare) : null;
}

/** As the Python client calls what it has not been told yet. */
const NONE_KNOWN = '"None"';

/** The etag of what a client knows; -1: it knows nothing. Null: it does not say. */
function knownEtag(request: HttpRequest, header: string): number | null {
  return request.header(header) === NONE_KNOWN ? -1 : numberHeader(request, header);
}

/** The headers of every answer of the server's own routes. */
export function serverHeaders(request: HttpRequest, node: NodeServices, announcesChanges: boolean): string[] {
  const headers = ['Raven-Server-Version', PROTOCOL_VERSION];
  if (!announcesChanges) return headers;
  const known = numberHeader(request, 'cluster-topology-etag');
  if (known !== null && known < node.cluster.topology().etag) headers.push('Refresh-Topology', REFRESH);
  return headers;
}

/** The headers of every answer of a loaded database's routes; older etags than ours ask the client to refresh. */
export function databaseHeaders(
  request: HttpRequest,
  node: NodeServices,
  loaded: LoadedDatabase,
  announcesChanges: boolean,
): string[] {
  const record = loaded.record();
  const headers = [
    'Raven-Server-Version',
    PROTOCOL_VERSION,
    'Database-Cluster-Tx-Id',
    record.Topology.ClusterTransactionIdBase64,
  ];
  const isolatedMs = node.cluster.isolatedMs();
  if (isolatedMs !== null) headers.push(ISOLATED, String(Math.floor(isolatedMs / 1000)));
  if (!announcesChanges) return headers;
  const topologyEtag = knownEtag(request, 'topology-etag');
  if (topologyEtag !== null && topologyEtag < clientTopologyEtag(record.Topology, node.cluster)) {
    headers.push('Refresh-Topology', REFRESH);
  }
  const configurationEtag = knownEtag(request, 'client-configuration-etag');
  if (
    configurationEtag !== null &&
    configurationEtag < effectiveClientConfiguration(record, node.cluster).Etag
  ) {
    headers.push('Refresh-Client-Configuration', REFRESH);
  }
  return headers;
}
