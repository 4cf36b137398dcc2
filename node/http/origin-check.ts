import type { NodeServices } from './node-services.ts';
import type { HttpRequest } from './request.ts';

/**
 * Whether a browser page of some other site sent this. Pages of this server, and of the other nodes of its cluster
 * (the Studio of one node asks the others), are welcome.
 */
export function isForeignOrigin(request: HttpRequest, node: NodeServices): boolean {
  const origin = request.header('origin');
  if (origin === undefined || origin === request.baseUrl) return false;
  const { allNodes, properties } = node.cluster.topology();
  const urls = [
    ...Object.values(allNodes),
    ...Object.values(properties).flatMap(({ publicUrl }) => publicUrl ?? []),
  ];
  return !urls.some((url) => originOf(url) === origin);
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
