import { setTimeout as pause } from 'node:timers/promises';
import { AdminRequestError } from '../../platform/admin-error.ts';
import type { ClusterTopologyReply } from '../../platform/cluster-admin-client.ts';
import { findCluster } from '../find-cluster.ts';
import { LOOK_PAUSE_MS, WAIT_MS } from '../limits.ts';
import { ClusterAccess, ordinalOf } from '../node-access/cluster-access.ts';
import { PluginError } from '../plugin-error.ts';
import type { Session } from '../session.ts';

/** `kubectl raven promote`: the lead moves to this node. */
export async function promote(session: Session, name: string, tag: string): Promise<void> {
  ordinalOf(tag);
  await moveLead(session, name, tag);
}

/** `kubectl raven step-down`: the lead moves to whichever node is elected. */
export function stepDown(session: Session, name: string): Promise<void> {
  return moveLead(session, name, undefined);
}

async function moveLead(session: Session, name: string, tag: string | undefined): Promise<void> {
  const cluster = await findCluster(session, name);
  const access = await ClusterAccess.open(session, cluster);
  const tags = (cluster.status?.nodes ?? []).map((node) => node.tag);
  try {
    const before = await leaderAmong(access, tags);
    if (before === undefined) {
      throw new PluginError(
        `No node of ${name} says that there is a leader, so there is no lead to move: kubectl raven status ${name} --live shows what each node says`,
      );
    }
    if (before === tag) {
      session.print(`Node ${tag} leads already`);
      return;
    }
    const urls = [before, ...tags.filter((one) => one !== before)].map((one) => access.urlOf(one));
    try {
      await access.admin.reelect(urls, tag);
    } catch (error) {
      throw error instanceof AdminRequestError ? new PluginError(error.message, { cause: error }) : error;
    }
    const after = await awaitLeader(access, tags, before);
    session.print(`Node ${after} leads now; it was ${before}`);
  } finally {
    await access.close();
  }
}

async function awaitLeader(access: ClusterAccess, tags: readonly string[], before: string): Promise<string> {
  const deadlineMs = performance.now() + WAIT_MS;
  for (;;) {
    const leader = await leaderAmong(access, tags);
    if (leader !== undefined && leader !== before) return leader;
    if (performance.now() > deadlineMs) {
      throw new PluginError(
        `Node ${before} was asked to give up the lead, but ${leader === undefined ? 'nobody leads' : 'leads again'} after ${WAIT_MS / 1_000} s`,
      );
    }
    await pause(LOOK_PAUSE_MS);
  }
}

/** Who leads, by what the nodes say: the leader of the highest term. */
async function leaderAmong(access: ClusterAccess, tags: readonly string[]): Promise<string | undefined> {
  const replies = await Promise.all(
    tags.map((tag) =>
      // One that is down has no opinion.
      access.admin.topology(access.urlOf(tag)).catch(() => undefined),
    ),
  );
  const [newest] = replies
    .filter((reply): reply is ClusterTopologyReply => reply?.CurrentState === 'Leader')
    .sort((a, b) => b.CurrentTerm - a.CurrentTerm);
  return newest?.NodeTag;
}
