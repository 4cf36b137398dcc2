import { nodeName } from '../../../../operator/resources/names.ts';
import { waitUntil } from '../../../processes/harness/wait-until.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** The chart as it lies in the project. */
const CHART = 'charts/ravencluster-operator';

const RELEASE = 'ravencluster-operator';

export const INSTALL_OPERATOR: Step = {
  name: 'helm install of the operator, two replicas',
  isNeeded: true,
  operator: 'left alone',
  async run({ kubernetes, operatorNamespace }) {
    const where = ['--namespace', operatorNamespace, '--create-namespace'];
    await kubernetes.helm(['install', RELEASE, CHART, ...where, '--wait', '--timeout', '5m'], {
      timeoutMs: 330_000,
    });
  },
};

export const HELM_TEST: Step = {
  name: 'helm test: the chart’s own test brings up a cluster of one node and removes it',
  operator: 'left alone',
  async run({ kubernetes, operatorNamespace }) {
    const where = ['--namespace', operatorNamespace, '--timeout', '5m'];
    await kubernetes.helm(['test', RELEASE, ...where], { timeoutMs: 330_000 });
  },
};

export const APPLY_CLUSTER: Step = {
  name: 'kubectl apply of a RavenCluster of three nodes',
  isNeeded: true,
  async run(stage) {
    await stage.kubernetes.kubectl(['create', 'namespace', stage.namespace]);
    const restricted = 'pod-security.kubernetes.io/enforce=restricted';
    await stage.kubernetes.kubectl(['label', 'namespace', stage.namespace, restricted]);
    await stage.kubernetes.kubectl(['apply', '-f', '-'], { input: JSON.stringify(resourceOf(stage)) });
    stage.expected = { nodes: 3, copies: 3 };
    await waitUntil(
      'certificates',
      async () => {
        await stage.renewAccess();
        await (await stage.access()).topology(nodeName(stage.cluster, 0));
        return true;
      },
      180_000,
    );
    await stage.settle();
  },
};

/** As small as three machines on two cores need it; everything else as it is by default. */
function resourceOf({ cluster, namespace }: Stage) {
  return {
    apiVersion: 'ravencluster.io/v1beta1',
    kind: 'RavenCluster',
    metadata: { name: cluster, namespace },
    spec: {
      nodes: 3,
      storage: { data: { size: '1Gi' } },
      resources: { requests: { cpu: '50m', memory: '192Mi' } },
      // Five nodes on three machines.
      placement: { hostAntiAffinity: 'Preferred' },
      update: { minReadySeconds: 1 },
    },
  };
}

export const CREATE_DATABASE: Step = {
  name: 'a RavenDatabase with three copies in two zones; the client begins to write',
  isNeeded: true,
  async run(stage) {
    await applyDatabase(stage, stage.database);
    await waitForDatabase(stage, stage.database);
    await stage.startWriters();
  },
};

export async function applyDatabase(stage: Stage, name: string): Promise<void> {
  const database = {
    apiVersion: 'ravencluster.io/v1beta1',
    kind: 'RavenDatabase',
    metadata: { name, namespace: stage.namespace },
    spec: { clusterRef: { name: stage.cluster }, name, reclaimPolicy: 'Delete' },
  };
  await stage.kubernetes.kubectl(['apply', '-f', '-'], { input: JSON.stringify(database) });
}

export async function waitForDatabase(stage: Stage, name: string): Promise<void> {
  await waitUntil(
    `the database ${name} to be ready`,
    async () =>
      (await stage.kubectl('get', 'ravendatabase', name, '-o', 'jsonpath={.status.phase}')) === 'Ready',
    120_000,
  );
}

/** The namespaces and the volumes stay; so do the resource definitions, for other clusters hang on them. */
export const UNINSTALL: Step = {
  name: 'the RavenCluster is deleted and the operator uninstalled; the volumes stay',
  operator: 'left alone',
  async run(stage) {
    await stage.writers?.stop();
    // From here on there is nothing to write to, and no copy to compare.
    stage.writers = undefined;
    const claims = await stage.kubectl('get', 'pvc', '-o', 'name');
    await stage.kubectl('delete', 'ravendatabase', stage.database, '--timeout=120s');
    await stage.kubectl('delete', 'ravencluster', stage.cluster, '--timeout=180s');
    await waitUntil(
      'the pods to be gone',
      async () => (await stage.kubectl('get', 'pods', '-o', 'name')) === '',
      180_000,
    );
    await stage.kubernetes.helm(['uninstall', RELEASE, '--namespace', stage.operatorNamespace, '--wait']);
    const kept = await stage.kubectl('get', 'pvc', '-o', 'name');
    if (kept !== claims) throw new Error(`Of the volumes ${claims} there are ${kept}`);
    await stage.kubernetes.kubectl(['get', 'crd', 'ravenclusters.ravencluster.io']);
  },
};
