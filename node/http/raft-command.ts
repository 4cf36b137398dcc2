import type { ClusterCommand } from '../cluster/cluster-command.ts';
import type { NodeServices } from './node-services.ts';
import { optionalText } from './parameters/parameters.ts';
import type { HttpRequest } from './request.ts';

/**
 * Gives a command to the cluster under the client's `raft-request-id`, so that one that is sent again, through this
 * node or another, does not happen twice.
 */
export function submitFor(request: HttpRequest, node: NodeServices, command: ClusterCommand) {
  const requestId = optionalText(request, 'raft-request-id');
  return node.cluster.submit(command, requestId === undefined ? {} : { requestId });
}
