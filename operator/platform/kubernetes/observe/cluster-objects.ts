import type { KubeObject } from '../api/kube-object.ts';

/** Objects of the API server, as far as the nodes of a cluster are read from them. */

/** A condition in the status of a built-in kind. */
export interface KubeCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly finishedAt?: string; readonly exitCode?: number };
  };
  readonly lastState?: { readonly terminated?: { readonly finishedAt?: string } };
}

export interface PodObject extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly conditions?: readonly KubeCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface ClaimObject extends KubeObject {
  readonly spec?: {
    readonly storageClassName?: string;
    readonly volumeAttributesClassName?: string;
    readonly volumeName?: string;
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly phase?: string;
    readonly capacity?: Readonly<Record<string, string>>;
    readonly allocatedResourceStatuses?: Readonly<Record<string, string>>;
    readonly conditions?: readonly KubeCondition[];
  };
}

export interface StatefulSetObject extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly volumeClaimTemplates?: readonly { readonly spec?: ClaimObject['spec'] }[];
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updateRevision?: string;
    readonly currentRevision?: string;
  };
}

/** A machine of the Kubernetes cluster; "node" alone is one of ours. */
export interface HostObject extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: { readonly conditions?: readonly KubeCondition[] };
}

export interface StorageClassObject extends KubeObject {
  readonly allowVolumeExpansion?: boolean;
}

/** What there is of one cluster, as the watches or a live look show it. */
export interface ClusterObjects {
  readonly statefulSet: StatefulSetObject | undefined;
  readonly pods: ReadonlyMap<number, PodObject>;
  readonly claims: ReadonlyMap<number, ClaimObject>;
  /** By name; absent where the operator may not read machines. */
  readonly hosts: ReadonlyMap<string, HostObject> | undefined;
  /** By name; absent where the operator may not read storage classes. */
  readonly storageClasses: ReadonlyMap<string, StorageClassObject> | undefined;
}

export function conditionOf(
  conditions: readonly KubeCondition[] | undefined,
  type: string,
): KubeCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** A time of the API as milliseconds since the epoch; `undefined` for none and for what is no time. */
export function timeMs(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
