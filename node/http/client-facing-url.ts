import type { NodeServices } from './node-services.ts';
import type { HttpRequest } from './request.ts';

const WILDCARD_HOSTS: ReadonlySet<string> = new Set(['0.0.0.0', '[::]', '[::0]']);

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
