import { argumentError, invalidOperation } from '../../errors/protocol-error.ts';
import { KNOWN_INDEX_WAIT_MS } from '../../limits.ts';
import type { NodeServices } from '../../node-services.ts';
import { boolParameter, optionalText, requiredInt, requiredText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';

/** Already in a cluster: nothing to do. */
const bootstrap: ServerHandler = async (_request, { node }) => {
  if (node.cluster.nodeTag() === '?') await node.cluster.bootstrap();
  return NO_CONTENT;
};

/** `replaces` (ours): the tag of a node whose place the new one takes, in one step, when it has what the cluster has. */
const addNode: ServerHandler = async (request, { node }) => {
  const url = requiredText(request, 'url');
  const tag = optionalText(request, 'tag');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw argumentError(`'${url}' is not a URL of a node; it must start with http:// or https://.`);
  }
  if (tag !== undefined && !/^[A-Z]{1,4}$/.test(tag)) {
    throw argumentError(`'${tag}' is not a node tag: it must have one to four letters from A to Z.`);
  }
  if (node.cluster.nodeTag() === '?') await node.cluster.bootstrap();
  const replaced = optionalText(request, 'replaces');
  if (replaced !== undefined) {
    await node.cluster.replaceNode(replaced, url.replace(/\/+$/, ''), tag === undefined ? {} : { tag });
    return NO_CONTENT;
  }
  await node.cluster.addNode(url.replace(/\/+$/, ''), {
    watcher: boolParameter(request, 'watcher', false),
    ...(tag === undefined ? {} : { tag }),
  });
  return NO_CONTENT;
};

function knownTag(request: HttpRequest, node: NodeServices, doing: string): string {
  const tag = requiredText(request, 'nodeTag');
  if (node.cluster.topology().allNodes[tag] === undefined) {
    throw invalidOperation(
      `Was requested to ${doing} node=${tag} from the topology but it is not contained by the topology.`,
    );
  }
  return tag;
}

const removeNode: ServerHandler = async (request, { node }) => {
  await node.cluster.removeNode(knownTag(request, node, 'remove'));
  return NO_CONTENT;
};

const promote: ServerHandler = async (request, { node }) => {
  await node.cluster.promote(knownTag(request, node, 'promote'));
  return NO_CONTENT;
};

const demote: ServerHandler = async (request, { node }) => {
  const tag = knownTag(request, node, 'demote');
  if (tag === node.cluster.status().leader) {
    throw invalidOperation(
      `Failed to demote node ${tag} because ${tag} is the current leader in the cluster topology. In order to demote ${tag} perform a Step-Down first`,
    );
  }
  await node.cluster.demote(tag);
  return NO_CONTENT;
};

/**
 * The leader steps down. `nodeTag` (ours) names who is to lead then, for instance one in another zone when a node is
 * drained: a member that is connected and up to date, otherwise the leader goes on and the request is refused.
 */
const reelect: ServerHandler = async (request, { node }) => {
  await node.cluster.reelect(optionalText(request, 'nodeTag'));
  return NO_CONTENT;
};

const forceTimeout: ServerHandler = async (_request, { node }) => {
  await node.cluster.forceTimeout();
  return NO_CONTENT;
};

/** Comes back once this node has applied the index; clients use it to read their own Raft writes elsewhere. */
const waitFor: ServerHandler = async (request, { node }) => {
  await node.cluster.waitForIndex(requiredInt(request, 'index'), KNOWN_INDEX_WAIT_MS);
  return NO_CONTENT;
};

export const clusterAdminRoutes = [
  serverRoute('POST /admin/cluster/bootstrap', 'ClusterAdmin', bootstrap),
  serverRoute('PUT /admin/cluster/node', 'ClusterAdmin', addNode),
  serverRoute('DELETE /admin/cluster/node', 'ClusterAdmin', removeNode),
  serverRoute('POST /admin/cluster/promote', 'ClusterAdmin', promote),
  serverRoute('POST /admin/cluster/demote', 'ClusterAdmin', demote),
  serverRoute('POST /admin/cluster/reelect', 'ClusterAdmin', reelect),
  serverRoute('POST /admin/cluster/timeout', 'ClusterAdmin', forceTimeout),
  serverRoute('GET /rachis/waitfor', 'ValidUser', waitFor),
];
