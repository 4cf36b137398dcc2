import { setTimeout as delay } from 'node:timers/promises';
import { DATABASE_CREATION_WAIT_MS } from '../../limits.ts';
import type { NodeServices } from '../../node-services.ts';

/** Pause between two questions to a node that hasn't heard of the database yet, in milliseconds. */
const ASK_AGAIN_MS = 50;

/**
 * Waits until every member has the database open, as far as that takes a bounded time: a member that is down must not
 * keep others from using the database, and clients find their way around it.
 */
export async function awaitMembers(name: string, node: NodeServices): Promise<void> {
  const deadline = AbortSignal.timeout(DATABASE_CREATION_WAIT_MS);
  const members = node.cluster.record(name)?.record.Topology.Members ?? [];
  await Promise.all(members.map((tag) => awaitMember(tag, name, node, deadline)));
}

async function awaitMember(
  tag: string,
  name: string,
  node: NodeServices,
  deadline: AbortSignal,
): Promise<void> {
  if (tag === node.cluster.nodeTag()) {
    await node.landlord.get(name);
    return;
  }
  const url = node.cluster.topology().allNodes[tag];
  if (url === undefined) return;
  const target = `${url}/databases/${encodeURIComponent(name)}/healthcheck`;
  while (!deadline.aborted && !(await isServed(node, target, deadline))) {
    await delay(ASK_AGAIN_MS);
  }
}

async function isServed(node: NodeServices, target: string, deadline: AbortSignal): Promise<boolean> {
  try {
    const answer = await node.fetch(target, { signal: deadline });
    // Read to its end, so that the connection is free again.
    await answer.text();
    return answer.status === 204;
  } catch {
    // Unreachable counts as not yet; the deadline ends it.
    return false;
  }
}
