import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_MAP, SECRET } from '../../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../../operator/platform/kubernetes/api/kube-object.ts';

interface PodVolume {
  readonly name: string;
  readonly configMap?: { readonly name: string; readonly optional?: boolean };
  readonly secret?: { readonly secretName: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

export interface PodToRun extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly uid: string; readonly namespace: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly volumes?: readonly PodVolume[];
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly args?: readonly string[];
      readonly env?: readonly {
        readonly name: string;
        readonly value?: string;
        readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
      }[];
      readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
      readonly readinessProbe?: { readonly httpGet?: { readonly path: string } };
    }[];
  };
}

interface Keyed extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The volumes of one pod as folders of this machine. */
export class PodFiles {
  readonly #client: KubeClient;
  readonly #pod: PodToRun;
  readonly #folder: string;

  /** @param folder of this pod alone */
  constructor(client: KubeClient, pod: PodToRun, folder: string) {
    this.#client = client;
    this.#pod = pod;
    this.#folder = folder;
  }

  /** Writes what ConfigMaps and Secrets hold now. Files that are there are replaced in one step. */
  async write(): Promise<void> {
    const { namespace } = this.#pod.metadata;
    for (const volume of this.#pod.spec.volumes ?? []) {
      const folder = this.#volumeFolder(volume.name);
      await mkdir(folder, { recursive: true });
      const { configMap, secret } = volume;
      if (configMap !== undefined) {
        const ref = { kind: CONFIG_MAP, namespace, name: configMap.name };
        const found = await this.#client.get<Keyed>(ref, { isUrgent: true });
        if (found === undefined && configMap.optional !== true) throw new Error(`No ConfigMap ${ref.name}`);
        await writeAll(folder, found?.data ?? {}, 'utf8');
      } else if (secret !== undefined) {
        const ref = { kind: SECRET, namespace, name: secret.secretName };
        const found = await this.#client.get<Keyed>(ref, { isUrgent: true });
        if (found === undefined) throw new Error(`No Secret ${ref.name}`);
        await writeAll(folder, found.data ?? {}, 'base64');
      }
    }
  }

  /** A path in the container as one of this machine. */
  translate(path: string, dataFolder: string): string {
    const mounts = this.#pod.spec.containers[0]?.volumeMounts ?? [];
    const mount = mounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));
    if (mount === undefined) return path;
    const isData = this.#pod.spec.volumes?.some(
      ({ name, persistentVolumeClaim }) => name === mount.name && persistentVolumeClaim !== undefined,
    );
    const folder = isData === true ? dataFolder : this.#volumeFolder(mount.name);
    return join(folder, path.slice(mount.mountPath.length));
  }

  #volumeFolder(name: string): string {
    return join(this.#folder, name);
  }
}

async function writeAll(
  folder: string,
  data: Readonly<Record<string, string>>,
  encoding: BufferEncoding,
): Promise<void> {
  for (const [key, value] of Object.entries(data)) {
    const file = join(folder, key);
    await writeFile(`${file}.new`, Buffer.from(value, encoding));
    await rename(`${file}.new`, file);
  }
}
