/**
 * `npm run test:kubernetes`: builds the image, starts real Kubernetes on this machine and takes a cluster through its
 * life. Root only; Kubernetes' programs by `npm run kubernetes:build`, containerd and the rest by prepare-machine.sh.
 *
 * KUBERNETES_STEPS=drain,power runs only the steps whose names have one of these words, besides those that all need.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../harness/kubernetes-binaries.ts';
import { missingPrerequisites } from './prerequisites.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..');

const missing = missingPrerequisites();
if (missing.length > 0) {
  console.log(`The end-to-end tests are SKIPPED: ${missing.join('; ')}`);
  console.log('0 passed, 0 failed');
  // A build server that could have prepared all of it must not pass for want of it.
  const couldBePrepared = process.getuid?.() === 0 && findProgram('go') !== undefined;
  process.exit(process.env.CI === 'true' && couldBePrepared ? 1 : 0);
}

const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as { version: string };
const image = `localhost/ravencluster:${version}`;
const archive = process.env.KUBERNETES_IMAGE ?? join(PROJECT, 'build', 'image', 'ravencluster.tar');
if (process.env.KUBERNETES_IMAGE === undefined) {
  await run('npm', ['run', '--silent', 'image', '--', '--local-base', '--name', image]);
}
if (!existsSync(archive)) throw new Error(`There is no ${archive}`);
const diagnostics = process.env.KUBERNETES_DIAGNOSTICS ?? (await mkdtemp(join(tmpdir(), 'end-to-end-')));
await mkdir(diagnostics, { recursive: true });
const inNetwork = join(import.meta.dirname, '..', 'cluster', 'run-in-network.ts');
const main = join(import.meta.dirname, 'main.ts');
await run(process.execPath, [inNetwork, process.execPath, main, archive, image, diagnostics]);

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { cwd: PROJECT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail);
    child.once('exit', settle);
  });
  if (code !== 0) process.exit(code ?? 1);
}
