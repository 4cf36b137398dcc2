import type { ClusterObject } from '../find-cluster.ts';
import { NODE_ANSWER_BYTES_MAX, TUNNEL_TIMEOUT_MS } from '../limits.ts';
import { ClusterAccess } from '../node-access/cluster-access.ts';
import type { Session } from '../session.ts';
import { omission, type ReportPart } from './report-file.ts';

/** What each node is asked, and the name of the file with its answer. None of it holds documents or secrets. */
const QUESTIONS: readonly (readonly [path: string, file: string])[] = [
  ['/build/version', 'build-version.json'],
  ['/cluster/node-info', 'node-info.json'],
  ['/cluster/topology', 'topology.json'],
  ['/databases', 'databases.json'],
  ['/admin/cluster/observer/decisions', 'observer-decisions.json'],
  ['/admin/cluster/maintenance-stats', 'maintenance-stats.json'],
  ['/admin/cluster/log?pageSize=512', 'raft-log.json'],
  ['/admin/debug/node/engine-logs', 'engine-logs.json'],
  ['/admin/debug/node/ping', 'ping.json'],
  ['/admin/certificates/state', 'certificates-state.json'],
  ['/metrics', 'metrics.txt'],
];

/** What every node says itself, through the API server. */
export async function* collectNodes(session: Session, cluster: ClusterObject): AsyncGenerator<ReportPart> {
  const access = await openAccess(session, cluster);
  if (!(access instanceof ClusterAccess)) {
    yield access;
    return;
  }
  try {
    for (const { tag } of cluster.status?.nodes ?? []) {
      for (const [path, file] of QUESTIONS) {
        const part = await ask(access, tag, path, `nodes/${tag}/${file}`);
        yield part;
        // One that can't be reached is not asked the rest, each with its own time limit.
        if (!('path' in part) && part.why.includes('cannot be reached')) break;
      }
    }
  } finally {
    await access.close();
  }
}

async function openAccess(session: Session, cluster: ClusterObject): Promise<ClusterAccess | ReportPart> {
  try {
    return await ClusterAccess.open(session, cluster);
  } catch (error) {
    return omission('what the nodes say', error);
  }
}

async function ask(access: ClusterAccess, tag: string, path: string, file: string): Promise<ReportPart> {
  try {
    const response = await access.fetch(`${access.urlOf(tag)}${path}`, {
      signal: AbortSignal.timeout(TUNNEL_TIMEOUT_MS),
    });
    const text = await boundedText(response);
    return response.ok
      ? { path: file, text }
      : { what: file, why: `${response.status} ${text.slice(0, 300)}` };
  } catch (error) {
    return omission(file, error);
  }
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > NODE_ANSWER_BYTES_MAX)
      throw new RangeError(`the answer is longer than ${NODE_ANSWER_BYTES_MAX} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
