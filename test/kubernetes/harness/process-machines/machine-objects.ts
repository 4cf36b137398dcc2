import type { KubeObject } from '../../../../operator/platform/kubernetes/api/kube-object.ts';

export interface MachinePlan {
  readonly name: string;
  readonly zone: string;
  /** Keeps pods of other tests away: the scheduler is shared. */
  readonly taint: string;
}

export const TAINT_KEY = 'test.ravencluster.io/run';

/** Namespace of the leases by which machines say that they live. */
export const HEARTBEAT_NAMESPACE = 'kube-node-lease';

/** A machine as its kubelet registers it. */
export function machineObject({ name, zone, taint }: MachinePlan): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zone,
        [TAINT_KEY]: taint,
      },
    },
    spec: { taints: [{ key: TAINT_KEY, value: taint, effect: 'NoSchedule' }] },
  } as KubeObject;
}

/** What the kubelet reports of its machine. */
export function machineStatus(isReady: boolean): Readonly<Record<string, unknown>> {
  const now = new Date().toISOString();
  const size = { cpu: '64', memory: '256Gi', pods: '110', 'ephemeral-storage': '1Ti' };
  return {
    capacity: size,
    allocatable: size,
    addresses: [{ type: 'InternalIP', address: '10.99.0.1' }],
    conditions: [
      {
        type: 'Ready',
        status: isReady ? 'True' : 'False',
        reason: isReady ? 'KubeletReady' : 'KubeletNotReady',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  };
}

/** The sign of life of a machine, which it renews. */
export function heartbeat(name: string): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: HEARTBEAT_NAMESPACE },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: 40,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  } as KubeObject;
}
