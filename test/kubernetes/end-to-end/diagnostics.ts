import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesCluster } from '../cluster/kubernetes-cluster.ts';

/** Lines of a log that are kept. */
const LOG_LINES = 2000;

interface Where {
  readonly namespace: string;
  readonly operatorNamespace: string;
}

/** Writes down what somebody will ask for who has to explain a failure. Gives the folder. */
export async function writeDiagnostics(
  kubernetes: KubernetesCluster,
  { namespace, operatorNamespace }: Where,
  folder: string,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const keep = async (file: string, args: readonly string[]): Promise<void> => {
    // A question that can't be answered is answered by its error.
    const text = await kubernetes.kubectl(args, { timeoutMs: 30_000 }).catch(String);
    await writeFile(join(folder, file), text);
  };
  await keep('clusters.yaml', ['get', 'ravenclusters,ravendatabases', '-n', namespace, '-o', 'yaml']);
  await keep('objects.txt', ['get', 'all,pvc,pdb,cm,leases', '-n', namespace, '-o', 'wide']);
  await keep('pods.txt', ['describe', 'pods', '-n', namespace]);
  await keep('events.txt', ['get', 'events', '-A', '--sort-by=.lastTimestamp']);
  await keep('nodes.txt', ['get', 'nodes', '-o', 'wide']);
  await keep('operator-objects.txt', ['get', 'all', '-n', operatorNamespace, '-o', 'wide']);
  for (const each of [namespace, operatorNamespace]) {
    const list = await kubernetes.kubectl(['get', 'pods', '-n', each, '-o', 'name']).catch(() => '');
    for (const pod of list.split('\n').filter((line) => line !== '')) {
      const file = `${each}-${pod.replace('pod/', '')}`;
      const logs = ['logs', '-n', each, pod, `--tail=${LOG_LINES}`];
      await keep(`${file}.log`, logs);
      await keep(`${file}.previous.log`, [...logs, '--previous']);
    }
  }
  return folder;
}
