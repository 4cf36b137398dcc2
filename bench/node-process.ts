import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LoadRequest, LoadResult } from './load-worker.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const script = (name: string) => new URL(`${name}.${extension}`, import.meta.url).pathname;

/** A server in a process of its own. */
export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startServer(args: readonly string[], cleanUp: () => Promise<void>): Promise<BenchServer> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`The server ended with ${code} before it served: ${args.join(' ')}`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /Server available on: (\S+)/.exec(line);
      if (match?.[1] !== undefined) resolve(match[1].replace(/\/$/, ''));
    });
  });
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      await end(child);
      await cleanUp();
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

export function startFloorHttp(document: string): Promise<BenchServer> {
  return startServer([script('floor-http'), document], async () => {});
}

/** Our node program, on free ports, with an empty data directory of its own. */
export async function startNode(more: readonly string[] = []): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), 'raven-bench-'));
  const args = [
    new URL(`../node/main.${extension}`, import.meta.url).pathname,
    '--ServerUrl=http://127.0.0.1:0',
    '--ServerUrl.Tcp=tcp://127.0.0.1:0',
    `--DataDir=${directory}`,
    '--Setup.Mode=None',
    '--Logs.MinLevel=Error',
    ...more,
  ];
  return startServer(args, () => rm(directory, { recursive: true, force: true }));
}

/** Runs one load in a process of its own. */
export async function runLoad(load: LoadRequest): Promise<LoadResult> {
  const child = fork(script('load-worker'), { stdio: 'inherit' });
  child.send(load);
  const [result] = (await once(child, 'message')) as [LoadResult];
  child.disconnect();
  await once(child, 'exit');
  if (result.firstError !== null) throw new Error(`${load.method} ${load.path}: ${result.firstError}`);
  return result;
}
