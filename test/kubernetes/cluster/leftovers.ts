import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopControlPlane } from '../harness/control-plane.ts';
import { notedNames, ownPid, stopNoted } from '../harness/own-process.ts';
import { run } from '../harness/shell.ts';
import { removeCgroup } from './cgroups.ts';
import { type RunNames, runOfFolder } from './run-names.ts';
import { RunNetwork } from './run-network.ts';

/** Name under which the process that a run belongs to is noted. */
export const OWNER = 'owner';

/** Text in the command line of an owner: whatever program runs a test of the cluster is started with it. */
export const OWNER_MARKER = 'kubernetes';

/** Removes what runs left behind that were killed. A run whose owner lives is not touched. */
export async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const names = runOfFolder(name);
    if (names === undefined) continue;
    if ((await ownPid(names.folder, OWNER, OWNER_MARKER)) !== undefined) continue;
    await removeRun(names);
  }
}

/** Ends every process that a run noted and removes everything that has its name. */
export async function removeRun(names: RunNames): Promise<void> {
  const entries = await readdir(names.folder, { withFileTypes: true }).catch(() => []);
  const machines = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith('machine-'));
  for (const { name } of machines) {
    const folder = join(names.folder, name);
    // The command line of a machine's own first process names the machine's folder.
    for (const process of await notedNames(folder)) await stopNoted(folder, process);
  }
  for (const process of await notedNames(names.folder)) {
    if (process !== OWNER) await stopNoted(names.folder, process);
  }
  await stopControlPlane(join(names.folder, 'control-plane'));
  await new RunNetwork(names).remove();
  await removeCgroup(names.cgroup);
  await unmountUnder(names.folder);
  await rm(names.folder, { recursive: true, force: true });
}

/** Mounts are in the machines' namespaces and go with them; this is for what a crash may have left in ours. */
async function unmountUnder(folder: string): Promise<void> {
  const mounts = (await run('cat', ['/proc/self/mounts']))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) {
    await run('umount', ['-l', mount]);
  }
}
