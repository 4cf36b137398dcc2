import { RECOVER_ANNOTATION } from '../../../../operator/api/annotations.ts';
import { RECOVERY_PATIENCE_MS } from '../../../../operator/decide/limits.ts';
import { CONFIG_MAP } from '../../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../../operator/platform/kubernetes/api/kube-object.ts';
import { MEMORY_KEY, memoryName } from '../../../../operator/resources/names.ts';
import { waitUntil } from '../../../processes/harness/wait-until.ts';
import type { Machine } from '../../cluster/machine.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** Longest any one thing may take here, in milliseconds: machines are found dead, pods move, the operator restarts. */
const PATIENCE_MS = 240_000;

interface MemoryMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const QUORUM_LOSS: Step = {
  name: 'two of three machines dead and given up; by annotation the third goes on alone; two new nodes join',
  operator: 'left alone',
  async run(stage) {
    // What the dead ones alone have is lost by what is asked for here, so they have nothing alone.
    await stage.checkCopies();
    stage.writers?.rest();
    const survivor = await machineOfOne(stage);
    const dead = stage.kubernetes.machines.filter((machine) => machine !== survivor);
    await Promise.all(dead.map((machine) => machine.powerOff()));
    // One copy is left, and it serves.
    stage.writers?.resume();
    for (const machine of dead) {
      await stage.kubernetes.waitForMachine(machine, 'not ready');
      await stage.kubernetes.kubectl(['delete', 'node', machine.name]);
    }
    await waitUntil('the quorum to be missed', () => isQuorumLost(stage), PATIENCE_MS);
    await stage.requireProgress();
    await letTimePass(stage, RECOVERY_PATIENCE_MS);
    const request = await waitUntil('the operator to say how to go on', () => proposal(stage), PATIENCE_MS);
    await stage.patch({ metadata: { annotations: { [RECOVER_ANNOTATION]: request } } });
    const [tag = ''] = request.split('@');
    await waitUntil(
      `${tag} to be a cluster by itself`,
      async () => {
        const { topology, phase } = (await stage.facts()).resource?.status ?? {};
        return topology?.members.join() === tag && phase !== 'Unavailable';
      },
      PATIENCE_MS,
    );
    for (const machine of dead) await machine.powerOn();
    for (const machine of dead) await stage.kubernetes.waitForMachine(machine, 'ready');
    await stage.settle();
  },
};

/** A machine with one of the nodes: earlier steps may have left two on another one. The leader's, if it can be. */
async function machineOfOne(stage: Stage): Promise<Machine> {
  const { pods } = await stage.facts();
  const machines = [await stage.leader(), ...pods].map((pod) => stage.machineOf(pod));
  const counts = pods.map((pod) => stage.machineOf(pod));
  const found = machines.find((machine) => counts.filter((each) => each === machine).length === 1);
  if (found === undefined) throw new Error('No machine has exactly one node');
  return found;
}

async function isQuorumLost(stage: Stage): Promise<boolean> {
  const { resource } = await stage.facts();
  const available = resource?.status?.conditions?.find(({ type }) => type === 'Available');
  return available?.status !== 'True' && available?.reason === 'QuorumLost';
}

/** What the operator shows as the value of the annotation. */
async function proposal(stage: Stage): Promise<string | undefined> {
  const { resource } = await stage.facts();
  const messages = (resource?.status?.conditions ?? []).map(({ message }) => message ?? '');
  const pattern = new RegExp(`${RECOVER_ANNOTATION}=([A-Z]+@\\d+:\\d+)`);
  return messages.map((message) => pattern.exec(message)?.[1]).find((value) => value !== undefined);
}

/**
 * Makes the operator remember that the quorum was lost longer ago than it was: what it waits for is the time in which
 * machines reboot, and ten minutes of a test prove nothing more about it.
 */
async function letTimePass(stage: Stage, ms: number): Promise<void> {
  const { namespace, kubernetes, cluster, operatorNamespace } = stage;
  const ref = { kind: CONFIG_MAP, namespace, name: memoryName(cluster) };
  const deployment = await kubernetes.kubectl(['get', 'deployment', '-n', operatorNamespace, '-o', 'name']);
  const scale = (replicas: number) =>
    kubernetes.kubectl(['scale', '-n', operatorNamespace, deployment.trim(), `--replicas=${replicas}`]);
  await scale(0);
  const pods = ['get', 'pods', '-n', operatorNamespace, '-o', 'name'];
  await waitUntil(
    'the operator to be away',
    async () => (await kubernetes.kubectl(pods)) === '',
    PATIENCE_MS,
  );
  const map = await kubernetes.client.get<MemoryMap>(ref);
  const memory = JSON.parse(map?.data?.[MEMORY_KEY] ?? '{}') as { quorumLostSinceMs?: number };
  if (memory.quorumLostSinceMs === undefined) throw new Error('The operator does not remember a lost quorum');
  const aged = { ...memory, quorumLostSinceMs: memory.quorumLostSinceMs - ms };
  await kubernetes.client.mergePatch(ref, { data: { [MEMORY_KEY]: JSON.stringify(aged) } });
  await scale(2);
}
