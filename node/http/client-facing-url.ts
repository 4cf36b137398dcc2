import type { NodeServices } from './node-services.ts';
import type { HttpRequest } from './request.ts';

const WILDCARD_HOSTS: ReadonlySet<string> = new Set(['0.0.0.0', '[::]', '[::0]']);

/**
 * Where clients find each node of the cluster, by tag: at the public URL that an administrator gave it; else where the
 * other nodes do. This node itself is, without a public URL, where the client has just reached it.
 */
export function clientFacingUrls(request: HttpRequest, node: NodeServices): Readonly<Record<string, string>> {
  const { allNodes, properties } = node.cluster.topology();
  const ownTag = node.cluster.nodeTag();
  return Object.fromEntries(
    Object.entries(allNodes).map(([tag, url]) => [
      tag,
      properties[tag]?.publicUrl ?? (tag === ownTag ? ownUrl(request, node) : url),
    ]),
  );
}

/**
 * This node's URL as the client reached it, so that it works through proxies and on any interface; unless the operator
 * of the node said which one is public.
 */
export function ownUrl(request: HttpRequest, node: NodeServices): string {
  return node.hasConfiguredPublicUrl || !URL.canParse(request.baseUrl) ? node.publicUrl() : request.baseUrl;
}

/** A TCP URL of this node; one that listens on every address is named by the host that the client used. */
export function ownTcpUrl(request: HttpRequest, node: NodeServices): string {
  const url = node.tcpUrl();
  if (!URL.canParse(url) || !URL.canParse(request.baseUrl)) return url;
  const { hostname, protocol, port } = new URL(url);
  if (!WILDCARD_HOSTS.has(hostname)) return url;
  return `${protocol}//${new URL(request.baseUrl).hostname}:${port}`;
}
