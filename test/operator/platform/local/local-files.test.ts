import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RavenCluster } from '../../../../operator/api/raven-cluster.ts';
import { ControlServer } from '../../../../operator/platform/local/control-server.ts';
import { readJson, writeDurableJson } from '../../../../operator/platform/local/durable-json.ts';
import { NodeData } from '../../../../operator/platform/local/node-data.ts';
import {
  findOperator,
  lockFolder,
  OperatorRunningError,
  unlockFolder,
} from '../../../../operator/platform/local/operator-lock.ts';
import { PortTakenError, requireFreePort } from '../../../../operator/platform/local/port-check.ts';
import { ResourceFile } from '../../../../operator/platform/local/resource-file.ts';
import { StateFolder } from '../../../../operator/platform/local/state-folder.ts';

const options = (current: RavenCluster | undefined, isFormed: () => boolean) => ({
  current,
  isFormed,
  furtherCheck: undefined,
});

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ravencluster-local-'));
});
afterEach(async () => {
  await rm(path, { recursive: true, force: true });
});

describe('the data of a node', () => {
  it('is none, unused, used or detached, and none again when somebody wiped it', async () => {
    const folder = new StateFolder(path);
    const data = new NodeData(folder);
    expect(await data.stateOf(1)).toBe('None');
    await data.prepare(1);
    expect(await data.stateOf(1)).toBe('None');
    await writeFile(join(folder.dataFolder(1), 'something'), '');
    expect(await data.stateOf(1)).toBe('Unused');
    await data.mark(1, 'Used');
    expect(await data.stateOf(1)).toBe('Used');
    await data.mark(1, 'Detached');
    expect(await data.stateOf(1)).toBe('Detached');
    expect(await data.ordinals()).toEqual([1]);
    await rm(folder.dataFolder(1), { recursive: true });
    expect(await data.stateOf(1)).toBe('None');
    await data.prepare(1);
    await writeFile(join(folder.dataFolder(1), 'something'), '');
    expect(await data.stateOf(1)).toBe('Unused');
  });

  it('is set aside whole by a quarantine', async () => {
    const folder = new StateFolder(path);
    const data = new NodeData(folder);
    await data.prepare(0);
    await writeFile(join(folder.dataFolder(0), 'precious'), 'x');
    const target = await data.quarantine(0, new Date(0));
    expect(await data.stateOf(0)).toBe('None');
    expect(await readdir(join(target, 'data'))).toEqual(['precious']);
  });
});

describe('a state file', () => {
  it('is replaced whole, and names itself when it is damaged', async () => {
    const file = join(path, 'deep', 'state.json');
    expect(await readJson(file)).toBeUndefined();
    await writeDurableJson(file, { a: 1 });
    await writeDurableJson(file, { a: 2 });
    expect(await readJson(file)).toEqual({ a: 2 });
    await writeFile(file, '{');
    await expect(readJson(file)).rejects.toThrow(file);
  });
});

describe('the lock of a state folder', () => {
  const listen = async (token: string) =>
    ControlServer.listen({
      token,
      report: () => ({ pid: process.pid, file: 'f', name: 'n', status: null }),
      stop: () => undefined,
    });

  it('goes to one operator of many that start at once', async () => {
    const folder = new StateFolder(path);
    const servers = await Promise.all(Array.from({ length: 8 }, (_, index) => listen(`token-${index}`)));
    const outcomes = await Promise.allSettled(
      servers.map(({ port }, index) =>
        lockFolder(folder, { pid: process.pid, port, token: `token-${index}` }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(OperatorRunningError);
    }
    expect((await findOperator(folder))?.pid).toBe(process.pid);
    await unlockFolder(folder);
    expect(await findOperator(folder)).toBeUndefined();
    for (const server of servers) server.close();
  });

  it('is taken from an operator that was killed', async () => {
    const folder = new StateFolder(path);
    await lockFolder(folder, { pid: 2 ** 22 + 1, port: 1, token: 'gone' });
    await lockFolder(folder, { pid: process.pid, port: 1, token: 'mine' });
    expect(await readFile(folder.lockFile, 'utf8')).toContain('mine');
  });

  it('opens the door to whoever has its token only', async () => {
    const server = await listen('secret');
    const url = `http://127.0.0.1:${server.port}/status`;
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { headers: { Authorization: 'Bearer secreT' } })).status).toBe(403);
    expect((await fetch(url, { headers: { Authorization: 'Bearer secret' } })).status).toBe(200);
    server.close();
  });
});

describe('a port', () => {
  it('that is taken is named with its purpose and the field to change', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(requireFreePort('127.0.0.1', port, 'HTTP of node A', 'spec.x')).rejects.toThrow(
      `Port ${port} on 127.0.0.1, for HTTP of node A, is taken by another program: stop that, or set spec.x to other ports`,
    );
    await expect(requireFreePort('127.0.0.1', port, 'a', 'b')).rejects.toBeInstanceOf(PortTakenError);
    await new Promise((resolve) => holder.close(resolve));
    await requireFreePort('127.0.0.1', port, 'a', 'b');
  });
});

describe('the resource file', () => {
  const text = (nodes: number | string, port = 8080) =>
    `apiVersion: ravencluster.io/v1beta1\nkind: RavenCluster\nmetadata: { name: t }\nspec:\n  nodes: ${nodes}\n  networking: { local: { httpPort: ${port} } }\n`;

  it('is read again when it is edited in place, and when another file takes its name', async () => {
    const file = join(path, 'cluster.yaml');
    await writeFile(file, text(3));
    const resource = new ResourceFile(
      file,
      options(undefined, () => true),
    );
    expect((await resource.load()).metadata.generation).toBe(1);
    const seen: RavenCluster[] = [];
    const refused: unknown[] = [];
    resource.watch({
      changed: (cluster) => void seen.push(cluster),
      refused: (error) => void refused.push(error),
    });
    await writeFile(file, text(5));
    await vi.waitFor(() => expect(seen.at(-1)?.spec.nodes).toBe(5), { timeout: 20_000 });
    await writeFile(join(path, 'draft'), text(4));
    await rename(join(path, 'draft'), file);
    await vi.waitFor(() => expect(seen.at(-1)?.spec.nodes).toBe(4), { timeout: 20_000 });
    expect(seen.at(-1)?.metadata.generation).toBe(3);
    expect(refused).toEqual([]);
    resource.close();
  });

  it('that can not be used is refused with line and field, and counts again when it is mended', async () => {
    const file = join(path, 'cluster.yaml');
    await writeFile(file, text(3));
    const resource = new ResourceFile(
      file,
      options(undefined, () => true),
    );
    await resource.load();
    const seen: RavenCluster[] = [];
    const refused: string[] = [];
    resource.watch({
      changed: (cluster) => void seen.push(cluster),
      refused: (error) => void refused.push(String(error)),
    });
    await writeFile(file, text(0));
    await vi.waitFor(() => expect(refused.at(-1)).toContain(`${file}:5:10: spec.nodes: must be >= 1`), {
      timeout: 20_000,
    });
    await writeFile(file, text(3, 9090));
    await vi.waitFor(() => expect(refused.at(-1)).toContain('spec.networking.local: must not change'), {
      timeout: 20_000,
    });
    await rm(file);
    await vi.waitFor(() => expect(refused.at(-1)).toContain('ENOENT'), { timeout: 20_000 });
    await writeFile(file, text(2));
    await vi.waitFor(() => expect(seen.map((cluster) => cluster.spec.nodes)).toEqual([2]), {
      timeout: 20_000,
    });
    resource.close();
  });

  it('may still change anything while there is no cluster', async () => {
    const file = join(path, 'cluster.yaml');
    await writeFile(file, text(3));
    const before = await new ResourceFile(
      file,
      options(undefined, () => false),
    ).load();
    await writeFile(file, text(3, 9090));
    expect(
      (
        await new ResourceFile(
          file,
          options(before, () => false),
        ).load()
      ).spec.networking.local.httpPort,
    ).toBe(9090);
    await expect(
      new ResourceFile(
        file,
        options(before, () => true),
      ).load(),
    ).rejects.toThrow('must not change');
  });

  it('is looked for in a folder that is not there with an error that names it', async () => {
    await mkdir(join(path, 'empty'));
    const file = join(path, 'empty', 'none.yaml');
    await expect(
      new ResourceFile(
        file,
        options(undefined, () => false),
      ).load(),
    ).rejects.toThrow(file);
  });
});
