/**
 * Makes volumes for claims of the test's storage classes, as folders on the machine that the scheduler chose, lets them
 * grow, and deletes what was released. A program of its own, so that volumes come whether or not a test looks:
 *
 *     node provisioner.ts KUBECONFIG FOLDER
 */
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  STORAGE_CLASS,
} from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { type KubeObject, refOf } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { PROVISIONER, VOLUME_FOLDER_ANNOTATION } from './storage-classes.ts';

/** Pause between two looks, in milliseconds: volumes are few, and a watch would be more code than this program. */
const LOOK_PERIOD_MS = 300;

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

interface Claim extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly uid: string };
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes: readonly string[];
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage?: string } };
}

interface Volume extends KubeObject {
  readonly spec: {
    readonly capacity: { readonly storage: string };
    readonly persistentVolumeReclaimPolicy: string;
    readonly claimRef?: { readonly uid?: string };
  };
  readonly status?: { readonly phase?: string };
}

interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly allowVolumeExpansion?: boolean;
}

const [kubeconfig = '', folder = ''] = process.argv.slice(2);
const client = KubeClient.from({ kubeconfig, userAgent: 'test-provisioner' });

async function look(): Promise<void> {
  const classes = await client.list<StorageClass>(STORAGE_CLASS);
  const ours = new Map(
    classes.items
      .filter(({ provisioner }) => provisioner === PROVISIONER)
      .map((each) => [each.metadata.name, each]),
  );
  const claims = await client.list<Claim>(PERSISTENT_VOLUME_CLAIM);
  const volumes = await client.list<Volume>(PERSISTENT_VOLUME);
  for (const claim of claims.items) {
    const storageClass = ours.get(claim.spec.storageClassName ?? '');
    if (storageClass === undefined || claim.metadata.deletionTimestamp !== undefined) continue;
    const machine = claim.metadata.annotations?.[SELECTED_NODE];
    if (claim.spec.volumeName === undefined && machine !== undefined) {
      const name = volumeName(claim);
      if (!volumes.items.some(({ metadata }) => metadata.name === name)) await provide(claim, machine);
    }
    const volume = volumes.items.find(({ spec }) => spec.claimRef?.uid === claim.metadata.uid);
    if (volume !== undefined && storageClass.allowVolumeExpansion === true) await grow(claim, volume);
  }
  for (const volume of volumes.items) if (isDone(volume)) await remove(volume);
}

function volumeName({ metadata }: Claim): string {
  return `pvc-${metadata.uid}`;
}

async function provide(claim: Claim, machine: string): Promise<void> {
  const name = volumeName(claim);
  const path = join(folder, machine, name);
  await mkdir(path, { recursive: true });
  // The kubelet gives it to the pod's group.
  await chmod(path, 0o770);
  await client.create({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { [PROVISIONED_BY]: PROVISIONER, [VOLUME_FOLDER_ANNOTATION]: path } },
    spec: {
      capacity: { storage: claim.spec.resources.requests.storage },
      accessModes: claim.spec.accessModes,
      storageClassName: claim.spec.storageClassName,
      persistentVolumeReclaimPolicy: 'Delete',
      local: { path },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: claim.metadata.name,
        namespace: claim.metadata.namespace,
        uid: claim.metadata.uid,
      },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [machine] }] },
          ],
        },
      },
    },
  } as KubeObject);
  console.log(`${claim.metadata.namespace}/${claim.metadata.name}: ${path}`);
}

/** What a resizer does: first the volume, then the claim says so. The kubelet has nothing to do for a folder. */
async function grow(claim: Claim, volume: Volume): Promise<void> {
  const wanted = claim.spec.resources.requests.storage;
  if (claim.status?.phase !== 'Bound' || claim.status.capacity?.storage === wanted) return;
  if (volume.spec.capacity.storage !== wanted) {
    await client.mergePatch(refOf(PERSISTENT_VOLUME, volume), { spec: { capacity: { storage: wanted } } });
  }
  await client.mergePatch(
    refOf(PERSISTENT_VOLUME_CLAIM, claim),
    { status: { capacity: { storage: wanted }, conditions: null } },
    { subresource: 'status' },
  );
  console.log(`${claim.metadata.namespace}/${claim.metadata.name}: now ${wanted}`);
}

function isDone({ metadata, spec, status }: Volume): boolean {
  return (
    metadata.annotations?.[PROVISIONED_BY] === PROVISIONER &&
    status?.phase === 'Released' &&
    spec.persistentVolumeReclaimPolicy === 'Delete'
  );
}

async function remove(volume: Volume): Promise<void> {
  const path = volume.metadata.annotations?.[VOLUME_FOLDER_ANNOTATION];
  if (path?.startsWith(folder)) await rm(path, { recursive: true, force: true });
  await client.delete(refOf(PERSISTENT_VOLUME, volume));
  console.log(`${volume.metadata.name}: deleted`);
}

for (;;) {
  try {
    await look();
  } catch (error) {
    // The next look finds what this one did not do.
    console.log(String(error));
  }
  await pause(LOOK_PERIOD_MS);
}
