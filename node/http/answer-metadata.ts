import { ownUrl } from './client-facing-url.ts';
import type { NodeServices } from './node-services.ts';
import type { HttpRequest } from './request.ts';
import { timestamp } from './timestamp.ts';

/** The `@metadata` with which statistics and debug answers start. */
export function answerMetadata(request: HttpRequest, node: NodeServices) {
  return {
    DateTime: timestamp(new Date()),
    WebUrl: ownUrl(request, node),
    NodeTag: node.cluster.nodeTag(),
  };
}
