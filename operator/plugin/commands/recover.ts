import { RECOVER_ANNOTATION } from '../../api/annotations.ts';
import { compareLogs, requestFor, type Survivor } from '../../decide/quorum-loss.ts';
import type { DatabaseReply } from '../../platform/cluster-admin-client.ts';
import { awaitCluster } from '../await-cluster.ts';
import { annotate } from '../edit-cluster.ts';
import { type ClusterObject, findCluster } from '../find-cluster.ts';
import { WAIT_MS } from '../limits.ts';
import { ClusterAccess } from '../node-access/cluster-access.ts';
import { PluginError } from '../plugin-error.ts';
import type { Session } from '../session.ts';

/** What the nodes that are left say. */
interface Remains {
  readonly survivors: readonly Survivor[];
  readonly silent: readonly string[];
  /** Databases as the best survivor knows them; absent when it does not say. */
  readonly databases: readonly DatabaseReply[] | undefined;
}

/** `kubectl raven recover`: after the quorum is lost for good, one node goes on alone. Says first what that means. */
export async function recover(
  session: Session,
  name: string,
  { yes = false, timeoutMs = WAIT_MS }: { readonly yes?: boolean; readonly timeoutMs?: number },
): Promise<void> {
  const cluster = await findCluster(session, name);
  const remains = await askSurvivors(session, cluster);
  const [best] = remains.survivors;
  if (best === undefined) {
    throw new PluginError(
      `No node of ${name} says where its log ends, so none can go on alone: bring one back first`,
    );
  }
  const members = cluster.status?.topology?.members ?? [];
  const answering = members.filter((tag) => remains.survivors.some((one) => one.tag === tag));
  if (members.length > 0 && answering.length > members.length / 2) {
    throw new PluginError(
      `${answering.join(', ')} of the members ${members.join(', ')} answer, which is a majority: there is nothing to recover. kubectl raven status ${name} --live shows what they say`,
    );
  }
  session.print(consequences(name, best, remains));
  if (!yes) {
    throw new PluginError('Nothing was done. If this is what you want, say --yes');
  }
  const request = requestFor(best);
  await annotate(session, cluster, { [RECOVER_ANNOTATION]: request });
  session.print(`Asked the operator: ${RECOVER_ANNOTATION}=${request}`);
  const verdict = await awaitCluster(session, name, 'the operator to answer', timeoutMs, ({ status }) => {
    const condition = status?.conditions?.find(({ type }) => type === 'RecoveryAccepted');
    if (condition !== undefined) return condition;
    const isThrough =
      status?.clusterId !== cluster.status?.clusterId && status?.topology?.leader === best.tag;
    return isThrough ? { status: 'True', message: '' } : undefined;
  });
  if (verdict.status !== 'True')
    throw new PluginError(verdict.message ?? 'The operator refuses, and does not say why');
  session.print(`The operator follows it: node ${best.tag} goes on alone. See kubectl raven status ${name}`);
}

async function askSurvivors(session: Session, cluster: ClusterObject): Promise<Remains> {
  const access = await ClusterAccess.open(session, cluster);
  const tags = (cluster.status?.nodes ?? []).map(({ tag }) => tag);
  try {
    const ends = await Promise.all(tags.map((tag) => logEndOf(access, tag)));
    const survivors = ends
      .filter((end): end is Survivor => end !== undefined)
      .sort((a, b) => compareLogs(b, a));
    const [best] = survivors;
    const databases =
      best === undefined
        ? undefined
        : // It tells what would be lost; that it does not say so is said to the reader instead.
          await access.admin.databases(access.urlOf(best.tag)).catch(() => undefined);
    const silent = tags.filter((tag) => !survivors.some((one) => one.tag === tag));
    return { survivors, silent, databases };
  } finally {
    await access.close();
  }
}

async function logEndOf(access: ClusterAccess, tag: string): Promise<Survivor | undefined> {
  try {
    const { LastLogIndex: index, LastLogTerm: term } = await access.admin.nodeInfo(access.urlOf(tag));
    return index === undefined || term === undefined ? undefined : { tag, term, index };
  } catch {
    // Away, which is what this is about.
    return undefined;
  }
}

function consequences(name: string, best: Survivor, { survivors, silent, databases }: Remains): string {
  const others = [...survivors.slice(1).map(({ tag }) => tag), ...silent];
  const logs = survivors.map(({ tag, term, index }) => `  ${tag}: term ${term}, index ${index}`);
  return [
    `Nodes of ${name} that are left, and where their logs end:`,
    ...logs,
    silent.length === 0 ? 'Every node answers.' : `No answer from ${silent.join(', ')}.`,
    '',
    `Node ${best.tag}, which has the longest log, would go on alone as a new cluster. This cannot be taken back:`,
    `- ${others.join(', ')} lose their place. What is on their disks is set aside, not deleted, and they join again empty.`,
    '- Changes of the cluster (databases created or deleted, settings, identities) that only they had are gone.',
    '- Documents that only they had are gone from the cluster; they are still in what was set aside.',
    `- ${lostDatabases(best.tag, databases)}`,
    'Do this only when they never come back. If they can, bring them back instead: nothing is lost then.',
  ].join('\n');
}

function lostDatabases(tag: string, databases: readonly DatabaseReply[] | undefined): string {
  if (databases === undefined)
    return `Node ${tag} does not say which databases have no copy there: they would be gone.`;
  const lost = databases.filter(({ NodesTopology: group }) => {
    const holders = [...(group?.Members ?? []), ...(group?.Promotables ?? []), ...(group?.Rehabs ?? [])];
    return !holders.some(({ NodeTag }) => NodeTag === tag);
  });
  return lost.length === 0
    ? `Every database has a copy on ${tag}.`
    : `These databases have no copy on ${tag} and would be gone: ${lost.map(({ Name }) => Name).join(', ')}`;
}
