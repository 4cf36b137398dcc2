import type { RavenCluster } from '../api/raven-cluster.ts';
import { TEMPORARY_SIZE } from './limits.ts';
import { DATA_VOLUME, incarnationsName, POD_PATHS, serverSecretName, settingsName } from './names.ts';

type Json = Readonly<Record<string, unknown>>;

export function isSecure({ spec }: Pick<RavenCluster, 'spec'>): boolean {
  return spec.tls.mode !== 'Disabled';
}

/**
 * Volumes of the pod beside the data, which comes from the claim template. ConfigMaps and Secrets are mounted as whole
 * folders, so that what is in them changes in a running pod: a new certificate restarts nothing.
 */
export function podVolumes(cluster: RavenCluster): readonly Json[] {
  const { name } = cluster.metadata;
  return [
    { name: 'settings', configMap: { name: settingsName(name) } },
    // Most clusters never have one.
    { name: 'incarnations', configMap: { name: incarnationsName(name), optional: true } },
    ...(isSecure(cluster) ? [{ name: 'certificates', secret: { secretName: serverSecretName(name) } }] : []),
    { name: 'temporary', emptyDir: { sizeLimit: TEMPORARY_SIZE } },
    ...(cluster.spec.pod.volumes ?? []),
  ];
}

export function volumeMounts(cluster: RavenCluster): readonly Json[] {
  return [
    { name: DATA_VOLUME, mountPath: POD_PATHS.data },
    {
      name: 'settings',
      mountPath: POD_PATHS.settings.slice(0, POD_PATHS.settings.lastIndexOf('/')),
      readOnly: true,
    },
    { name: 'incarnations', mountPath: POD_PATHS.incarnations, readOnly: true },
    ...(isSecure(cluster)
      ? [{ name: 'certificates', mountPath: POD_PATHS.certificates, readOnly: true }]
      : []),
    { name: 'temporary', mountPath: POD_PATHS.temporary },
    ...(cluster.spec.pod.volumeMounts ?? []),
  ];
}
