import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lastLogLine } from '../../../../operator/platform/local/log-tail.ts';
import { NodeProcess } from '../../../../operator/platform/local/node-process.ts';
import { isAlive, isProcessWith } from '../../../../operator/platform/local/process-identity.ts';

let path: string;
let log: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ravencluster-process-'));
  log = join(path, 'logs', 'A.log');
});
afterEach(async () => {
  await rm(path, { recursive: true, force: true });
});

async function start(script: string): Promise<NodeProcess> {
  const file = join(path, 'program.mjs');
  await writeFile(file, script);
  const started = await NodeProcess.start({
    args: [file, `--DataDir=${path}`],
    folder: path,
    logFile: log,
    revision: 'r1',
  });
  await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain('up'), { timeout: 20_000 });
  return started;
}

const POLITE = "process.on('SIGTERM', () => process.exit(0)); setInterval(() => 0, 1e6); console.log('up');";
const STUBBORN = "process.on('SIGTERM', () => 0); setInterval(() => 0, 1e6); console.log('up');";

describe('a node process', () => {
  it('stops when it is asked to, and says that it was', async () => {
    const node = await start(POLITE);
    expect(await isProcessWith(node.pid, `--DataDir=${path}`)).toBe(true);
    expect(await isProcessWith(node.pid, '--DataDir=/elsewhere')).toBe(false);
    await node.stop();
    expect(await node.ended).toEqual({ reason: 'exit code 0', wasAsked: true });
    expect(isAlive(node.pid)).toBe(false);
  });

  it('is killed when it does not stop in time', async () => {
    const node = await start(STUBBORN);
    await node.stop(50);
    expect(await node.ended).toEqual({ reason: 'signal SIGKILL', wasAsked: true });
  });

  it('that ends by itself says how, and its log says why', async () => {
    const node = await start("console.log('up'); console.error('the disk is gone'); process.exitCode = 3;");
    expect(await node.ended).toEqual({ reason: 'exit code 3', wasAsked: false });
    expect(await lastLogLine(log)).toBe('the disk is gone');
  });

  it('of an earlier operator can be taken over, watched and stopped', async () => {
    const node = await start(POLITE);
    const adopted = NodeProcess.adopt(node);
    expect(adopted.isRunning).toBe(true);
    await adopted.stop();
    expect((await adopted.ended).wasAsked).toBe(true);
    expect(adopted.isRunning).toBe(false);
  });

  it('that can not be started is an error', async () => {
    const original = process.execPath;
    process.execPath = join(path, 'missing');
    await expect(
      NodeProcess.start({ args: ['x'], folder: path, logFile: log, revision: 'r1' }),
    ).rejects.toThrow('ENOENT');
    process.execPath = original;
  });
});
