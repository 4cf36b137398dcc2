import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Hierarchies of cgroup v1 that kubelet and runc want a group in. */
const V1_HIERARCHIES = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'devices',
  'freezer',
  'blkio',
  'pids',
  'systemd',
] as const;

/** Controllers of cgroup v2 that a machine's group must be given. */
const V2_CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'pids'] as const;

/** One unified hierarchy. A machine with both versions mounted counts as v1: that is where its controllers are. */
const isVersion2 = existsSync(join(ROOT, 'cgroup.controllers'));

/** Makes `<run>/<machine>` in every hierarchy. Gives the path as the kubelet wants it. */
export async function makeCgroup(run: string, machine: string): Promise<string> {
  if (isVersion2) {
    await delegate(ROOT);
    await mkdir(join(ROOT, run), { recursive: true });
    await delegate(join(ROOT, run));
    await mkdir(join(ROOT, run, machine), { recursive: true });
  } else {
    for (const hierarchy of V1_HIERARCHIES) {
      let group = join(ROOT, hierarchy);
      if (!existsSync(group)) continue;
      for (const name of [run, machine]) {
        const parent = group;
        group = join(group, name);
        await mkdir(group, { recursive: true });
        if (hierarchy === 'cpuset') await inheritCpus(parent, group);
      }
    }
  }
  return `/${run}/${machine}`;
}

/** Without CPUs and memory nodes no process can enter a group of the first version. */
async function inheritCpus(parent: string, group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) await copyFile(join(parent, file), join(group, file));
}

async function delegate(group: string): Promise<void> {
  const available = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim().split(' ');
  const wanted = V2_CONTROLLERS.filter((controller) => available.includes(controller));
  await writeFile(
    join(group, 'cgroup.subtree_control'),
    wanted.map((controller) => `+${controller}`).join(' '),
  );
}

/** Removes a group and all below it, in every hierarchy. Processes in them must have ended. */
export async function removeCgroup(...path: readonly string[]): Promise<void> {
  const roots = isVersion2
    ? [ROOT]
    : [...V1_HIERARCHIES, 'unified'].map((hierarchy) => join(ROOT, hierarchy));
  await Promise.all(roots.map((root) => removeTree(join(root, ...path))));
}

async function removeTree(group: string): Promise<void> {
  if (!existsSync(group)) return;
  for (const entry of await readdir(group, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(group, entry.name));
  }
  await rmdir(group).catch((error: NodeJS.ErrnoException) => {
    // Its last process may be a moment from its end; the next run finds it by its name.
    if (error.code !== 'EBUSY' && error.code !== 'ENOENT') throw error;
  });
}
