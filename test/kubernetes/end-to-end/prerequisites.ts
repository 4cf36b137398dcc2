import { existsSync } from 'node:fs';
import { findBinaries, findProgram } from '../harness/kubernetes-binaries.ts';

/** Programs of the machine's own packages; prepare-machine.sh installs them on Debian. */
const PROGRAMS = [
  'containerd',
  'ctr',
  'runc',
  'nft',
  'conntrack',
  'ip',
  'nsenter',
  'unshare',
  'buildah',
  'debootstrap',
  'kubectl',
  'helm',
];

/** What this machine lacks for machines with kubelets, a sentence each. */
export function missingPrerequisites(): readonly string[] {
  const programs = PROGRAMS.filter((name) => findProgram(name) === undefined);
  return [
    ...(process.platform === 'linux' && process.arch === 'x64' ? [] : ['it takes Linux on x64']),
    ...(process.getuid?.() === 0 ? [] : ['it takes root, for namespaces and mounts']),
    ...(findBinaries('machines') === undefined ? ['Kubernetes is not built: npm run kubernetes:build'] : []),
    ...(existsSync('/usr/lib/cni/bridge') ? [] : ['there are no network plugins in /usr/lib/cni']),
    ...(programs.length === 0
      ? []
      : [`there is no ${programs.join(', ')}: test/kubernetes/prepare-machine.sh`]),
  ];
}
