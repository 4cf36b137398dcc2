/**
 * Runs a program in a run's own network, with the cluster's name server: in it the control plane listens, and pods can
 * be reached by address and by name.
 *
 *     node run-in-network.ts PROGRAM ARGUMENT…
 *
 * The program gets KUBERNETES_RUN, the id of the run. Root only. Ends with the program's exit code.
 */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notePid } from '../harness/own-process.ts';
import { OWNER, removeLeftovers, removeRun } from './leftovers.ts';
import { RESOLVER_CONFIGURATION } from './name-server.ts';
import { newRunNames } from './run-names.ts';
import { RunNetwork } from './run-network.ts';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('Name the program to run');

await removeLeftovers();
const names = newRunNames();
await mkdir(names.folder, { recursive: true });
await notePid(names.folder, OWNER, process.pid);
const network = new RunNetwork(names);
const resolver = join(names.folder, 'resolv.conf');
await writeFile(resolver, RESOLVER_CONFIGURATION);
await network.create();

// A mount namespace of its own, so that the name server is the cluster's for the program alone.
const script = `mount --bind "$0" /etc/resolv.conf && exec "$@"`;
const child = spawn(
  'nsenter',
  [...network.enter(), 'unshare', '--mount', 'bash', '-c', script, resolver, program, ...args],
  { stdio: 'inherit', env: { ...process.env, KUBERNETES_RUN: names.id } },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
const code = await new Promise<number>((settle) => {
  child.once('error', () => settle(1));
  child.once('exit', (exit, signal) => settle(exit ?? (signal === null ? 1 : 128)));
});
if (process.env.KUBERNETES_KEEP !== '1') await removeRun(names);
process.exit(code);
