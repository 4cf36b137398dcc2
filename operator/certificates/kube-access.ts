import type { KubeClient } from '../platform/kubernetes/api/kube-client.ts';

/** What is needed of the Kubernetes API; who writes, and whether it may, is somebody else's matter. */
export type KubeAccess = Pick<KubeClient, 'get' | 'apply' | 'create'>;
