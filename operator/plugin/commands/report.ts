import { type ClusterObject, findCluster } from '../find-cluster.ts';
import { PluginError } from '../plugin-error.ts';
import { collectNodeLogs, collectOperator } from '../report/collect-logs.ts';
import { collectNodes } from '../report/collect-nodes.ts';
import { collectResources } from '../report/collect-resources.ts';
import { isFile, type Omission, type ReportFile, type ReportPart } from '../report/report-file.ts';
import { writeArchive } from '../report/write-archive.ts';
import type { Session } from '../session.ts';
import { clusterStatus } from '../status-view.ts';

export interface ReportOptions {
  /** Where it goes; a name with the time in the working directory when it is not given. */
  readonly output?: string;
  readonly operatorNamespace?: string;
}

/** `kubectl raven report`: everything that somebody who is to help needs to see, and nothing that they must not. */
export async function report(
  session: Session,
  name: string,
  { output, operatorNamespace }: ReportOptions,
): Promise<void> {
  const cluster = await findCluster(session, name);
  const folder = `${name}-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}`;
  const target = output ?? `${folder}.tar.gz`;
  const omissions: Omission[] = [];
  const files = withoutOmissions(collect(session, cluster, operatorNamespace), omissions);
  try {
    const count = await writeArchive(target, folder, files);
    session.print(
      `${target}: ${count} files. It holds logs and resources, no contents of Secrets and no documents`,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new PluginError(`${target} exists already: name another file with -o`);
  }
  for (const { what, why } of omissions) session.print(`Missing: ${what}: ${why}`);
}

async function* collect(
  session: Session,
  cluster: ClusterObject,
  operatorNamespace: string | undefined,
): AsyncGenerator<ReportPart> {
  yield { path: 'status.txt', text: `${clusterStatus(cluster, new Map())}\n` };
  yield await versions(session, cluster);
  yield* collectResources(session, cluster);
  yield* collectNodes(session, cluster);
  yield* collectNodeLogs(session, cluster);
  yield* collectOperator(session, operatorNamespace);
}

async function versions({ client }: Session, { status = {} }: ClusterObject): Promise<ReportPart> {
  try {
    const kubernetes: unknown = JSON.parse(await client.raw('/version'));
    const { operatorVersion, version } = status;
    return {
      path: 'versions.json',
      text: `${JSON.stringify({ kubernetes, operator: operatorVersion, nodes: version }, null, 2)}\n`,
    };
  } catch (error) {
    return { what: 'versions', why: error instanceof Error ? error.message : String(error) };
  }
}

/** What is missing is told in the report itself, too. */
async function* withoutOmissions(
  parts: AsyncIterable<ReportPart>,
  omissions: Omission[],
): AsyncGenerator<ReportFile> {
  for await (const part of parts) {
    if (isFile(part)) yield part;
    else omissions.push(part);
  }
  const lines = omissions.map(({ what, why }) => `${what}: ${why}`);
  yield { path: 'missing.txt', text: lines.length === 0 ? 'nothing\n' : `${lines.join('\n')}\n` };
}
