import { ClusterAdminClient } from '../platform/cluster-admin-client.ts';
import type { OperatorReport } from '../platform/local/control-server.ts';
import { askOperator, findOperator } from '../platform/local/operator-lock.ts';
import { StateFolder } from '../platform/local/state-folder.ts';
import { type NodeLine, type StatusFacts, statusText } from './status-table.ts';

/** `ravencluster status`: what the operator knows, and what each node says itself. */
export async function status({ stateDir, json }: { stateDir: string; json: boolean }): Promise<void> {
  const folder = new StateFolder(stateDir);
  const address = await findOperator(folder);
  if (address === undefined) {
    throw new Error(`No operator is at work in ${folder.path}: start one with ravencluster start`);
  }
  const report = (await askOperator(address, 'GET', '/status')) as OperatorReport;
  const facts = await gather(report);
  console.log(json ? JSON.stringify({ ...report, nodes: facts.nodes }, null, 2) : statusText(facts));
}

async function gather(report: OperatorReport): Promise<StatusFacts> {
  const admin = new ClusterAdminClient();
  const status = report.status ?? {};
  // A node that does not answer has a line like the others; that is what the table is for.
  const nodes = await Promise.all(
    (status.nodes ?? []).map(async (node): Promise<NodeLine> => {
      const own = node.url === undefined ? undefined : await admin.topology(node.url).catch(() => undefined);
      return { node, own };
    }),
  );
  const leader = nodes.find(({ node }) => node.role === 'Leader')?.node.url;
  const databases = leader === undefined ? undefined : await admin.databases(leader).catch(() => undefined);
  return { name: report.name, status, nodes, databases };
}
