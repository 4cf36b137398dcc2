import type { RavenClusterSpec } from '../api/raven-cluster.ts';

/** User and group of the container; volumes belong to the group. No account of the machine has this number. */
export const NODE_USER_ID = 10_001;

/** Security context of the pod: with `CONTAINER_SECURITY` it satisfies the Pod Security profile `restricted`. */
export function podSecurityContext({
  pod,
}: Pick<RavenClusterSpec, 'pod'>): Readonly<Record<string, unknown>> {
  return {
    runAsNonRoot: true,
    runAsUser: NODE_USER_ID,
    runAsGroup: NODE_USER_ID,
    fsGroup: NODE_USER_ID,
    // Changing the owner of every file at every start takes minutes on a large volume.
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
    ...pod.securityContext,
  };
}

export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} as const;
