import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What the API tests need. */
const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** What a machine needs besides; only the end-to-end suite has machines. */
const MACHINE = ['kubelet', 'kube-proxy', 'coredns'] as const;

/** Where `test/kubernetes/build` puts what it builds. */
export const BUILT_BINARIES = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'kubernetes-on-bare-machine',
  'bin',
);

/**
 * The folder with Kubernetes' programs: KUBEBUILDER_ASSETS if it is set, otherwise where our own build puts them;
 * undefined when not all of them are there.
 */
export function findBinaries(wanted: 'control plane' | 'machines'): string | undefined {
  const names = wanted === 'machines' ? [...CONTROL_PLANE, ...MACHINE] : CONTROL_PLANE;
  const folders = [process.env.KUBEBUILDER_ASSETS ?? '', BUILT_BINARIES].filter((folder) => folder !== '');
  return folders.find((folder) => names.every((name) => existsSync(join(folder, name))));
}

/** Path of a program in a folder of ours or in PATH; undefined when it is in neither. */
export function findProgram(name: string, folder = BUILT_BINARIES): string | undefined {
  const folders = [folder, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((each) => join(each, name)).find((file) => existsSync(file));
}
