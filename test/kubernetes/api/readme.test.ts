import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEPLOYMENT } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { commandsOf } from '../../readme/readme-commands.ts';
import { describeOnKubernetes } from '../harness/api-test.ts';
import { ControlPlane } from '../harness/control-plane.ts';
import { findBinaries, findProgram } from '../harness/kubernetes-binaries.ts';
import { run } from '../harness/shell.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const OPERATOR = { kind: DEPLOYMENT, namespace: 'ravencluster-system', name: 'ravencluster-operator' };
const MANIFESTS = 'kubectl apply --server-side -f charts/install.yaml';

/** The README's section, on a control plane of its own: what it installs is there for the whole cluster. */
describeOnKubernetes('the README on Kubernetes', () => {
  let folder: string;
  let plane: ControlPlane;
  let client: KubeClient;

  beforeAll(async () => {
    const binaries = findBinaries('control plane');
    if (binaries === undefined) throw new Error('Kubernetes is not at hand');
    folder = await mkdtemp(join(tmpdir(), 'kubernetes-readme-'));
    plane = await ControlPlane.start({ binaries, folder, address: '127.0.0.1' });
    client = KubeClient.from({ kubeconfig: plane.kubeconfig, userAgent: 'test' });
  }, 240_000);

  afterAll(async () => {
    await client?.close();
    await plane?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs it as it stands, by a shell, where a clone would be the working directory. */
  function paste(command: string): Promise<string> {
    const programs = [findProgram('helm'), findProgram('kubectl')].flatMap((each) =>
      each ? [dirname(each)] : [],
    );
    const PATH = [...programs, process.env.PATH ?? ''].join(delimiter);
    return run('sh', ['-c', command], { folder: root, environment: { PATH, KUBECONFIG: plane.kubeconfig } });
  }

  async function command(start: string): Promise<string> {
    const commands = commandsOf(await readFile(join(root, 'README.md'), 'utf8'));
    const found = commands.filter((each) => each.startsWith(start));
    expect(found, start).toHaveLength(1);
    return found[0] ?? '';
  }

  it('installs the operator by its manifests, and takes it away with them', async () => {
    await paste(await command('kubectl apply --server-side'));
    expect(await client.get(OPERATOR)).toMatchObject({ spec: { replicas: 2 } });
    await paste(MANIFESTS.replace('apply --server-side', 'delete'));
    await waitUntil('the operator to be gone', async () => (await client.get(OPERATOR)) === undefined);
  }, 240_000);

  it('installs it by Helm, makes a cluster and scales it', async () => {
    expect(await paste(await command('helm install'))).toContain('STATUS: deployed');
    expect(await client.get(OPERATOR)).toMatchObject({ spec: { replicas: 2 } });
    await paste(await command('kubectl apply -f'));
    await paste(await command('kubectl scale'));
    expect(await paste(await command('kubectl get'))).toMatch(/example\s/);
    const scaled = await paste('kubectl get ravencluster example -o jsonpath={.spec.nodes}');
    expect(scaled).toBe('5');
  }, 240_000);
});
