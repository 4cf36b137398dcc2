import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';

/** Name under which provisioner.ts makes volumes. */
export const PROVISIONER = 'test.ravencluster.io/machine-disk';

/** On a volume: the folder on its machine that it is. */
export const VOLUME_FOLDER_ANNOTATION = 'test.ravencluster.io/folder';

/** The default class. Its volumes grow. */
export const MACHINE_DISK = 'machine-disk';

/** Volumes that can't grow. */
export const FIXED_MACHINE_DISK = 'machine-disk-fixed';

function storageClass(name: string, properties: Readonly<Record<string, unknown>>): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      annotations: { 'storageclass.kubernetes.io/is-default-class': String(name === MACHINE_DISK) },
    },
    provisioner: PROVISIONER,
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
    ...properties,
  } as KubeObject;
}

export const STORAGE_CLASSES: readonly KubeObject[] = [
  storageClass(MACHINE_DISK, { allowVolumeExpansion: true }),
  storageClass(FIXED_MACHINE_DISK, { allowVolumeExpansion: false }),
];
