import { readFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../processes/harness/wait-until.ts';

/** How long a process may take to end by itself before it is killed, and then to vanish, in milliseconds. */
const STOP_TIMEOUT_MS = 10_000;
const KILL_TIMEOUT_MS = 20_000;

/** Notes a process of this run, so that whoever finds the folder can end it. */
export async function notePid(folder: string, name: string, pid: number): Promise<void> {
  await writeFile(join(folder, `${name}.pid`), String(pid));
}

/** The pid noted under a name, if it still is the process of this run: its command line names the run's folder. */
export async function ownPid(folder: string, name: string, marker = folder): Promise<number | undefined> {
  try {
    const pid = Number(await readFile(join(folder, `${name}.pid`), 'utf8'));
    return isAliveWith(pid, marker) ? pid : undefined;
  } catch {
    // Nothing was noted.
    return undefined;
  }
}

export async function notedNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.pid')).map((name) => name.slice(0, -'.pid'.length));
}

/** Ends a noted process: by SIGTERM, and by SIGKILL when it takes too long. Nothing happens when it is not there. */
export async function stopNoted(folder: string, name: string, marker = folder): Promise<void> {
  const pid = await ownPid(folder, name, marker);
  if (pid !== undefined) {
    signal(pid, 'SIGTERM');
    try {
      await waitUntil(`${name} to end`, () => !isAliveWith(pid, marker), STOP_TIMEOUT_MS);
    } catch {
      signal(pid, 'SIGKILL');
      await waitUntil(`${name} to be gone`, () => !isAliveWith(pid, marker), KILL_TIMEOUT_MS);
    }
  }
  await rm(join(folder, `${name}.pid`), { force: true });
}

export function isAliveWith(pid: number, marker: string): boolean {
  try {
    // A zombie has an empty command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
  } catch {
    return false;
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
