import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { SecuredNode } from '../security/support/secured-node.ts';
import { NodeDoor } from './node-door.ts';

/** What a suite is started with. */
export interface SuiteProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
}

/**
 * Runs a suite beside a cluster of three real nodes, and one node with TLS. It finds them in its environment:
 *
 * - `CLUSTER_URLS`: of the nodes A, B and C, by commas;
 * - `CLUSTER_DOOR`: where it has nodes killed and started, see {@link NodeDoor};
 * - `SECURED_URL`, `SECURED_AUTHORITY`, `SECURED_OPERATOR`: the node with TLS, and PEM files of the authority that it
 *   has its certificate from and of a cluster administrator, key and certificate in one.
 *
 * Gives the exit code of the suite.
 */
export async function runSuite({ command, args, folder }: SuiteProgram): Promise<number> {
  const certificates = await mkdtemp(join(tmpdir(), 'raven-suite-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(certificates, { recursive: true, force: true }));
  const cluster = await RavenCluster.start(3);
  stack.defer(() => cluster.dispose());
  const secured = await SecuredNode.start();
  stack.defer(() => secured.stop());
  await secured.administer('POST', '/admin/cluster/bootstrap');
  const door = await NodeDoor.open(cluster);
  stack.defer(() => door.close());

  const authority = join(certificates, 'authority.pem');
  const operator = join(certificates, 'operator.pem');
  await writeFile(authority, secured.authority.pem);
  await writeFile(operator, secured.operator.keyPem + secured.operator.pem);

  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      CLUSTER_URLS: cluster.nodes.map(({ url }) => url).join(','),
      CLUSTER_DOOR: door.url,
      SECURED_URL: secured.url,
      SECURED_AUTHORITY: authority,
      SECURED_OPERATOR: operator,
    },
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
