import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../node/observability/logger.ts';
import { identityPath, openRachisStorage } from '../../../node/rachis/identity/rachis-storage.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rachis-storage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (path = folder) =>
  openRachisStorage(path, { logger: silentLogger, durable: true, segmentBytes: 65_536 });

describe("a node's identity", () => {
  it('is the same after a restart', async () => {
    const first = await open();
    await first.log.close();
    const second = await open();
    await second.log.close();
    expect(second.identity).toEqual(first.identity);
  });

  it('is a new one on a wiped disk', async () => {
    const first = await open();
    await first.log.close();
    rmSync(folder, { recursive: true });
    const second = await open();
    await second.log.close();
    expect(second.identity.serverId).not.toBe(first.identity.serverId);
  });

  it('is not used without its log: a node that forgot whom it voted for must not vote again', async () => {
    const { log } = await open();
    await log.persist({ hardState: { term: 1, votedFor: 'x' }, entries: [] });
    await log.close();
    rmSync(join(folder, 'log'), { recursive: true });
    await expect(open()).rejects.toThrow(/all its segments are missing/);
  });

  it('is not minted beside the log of another one', async () => {
    const { log } = await open();
    await log.persist({ hardState: { term: 1, votedFor: 'x' }, entries: [] });
    await log.close();
    rmSync(identityPath(folder));
    await expect(open()).rejects.toThrow(/identity.json is missing/);
  });

  it('is minted again when the first start was cut off before it was written', async () => {
    const { log } = await open();
    await log.close();
    rmSync(identityPath(folder));
    const again = await open();
    await again.log.close();
    expect(again.stored.entries).toEqual([]);
  });

  it("does not open another node's log", async () => {
    const other = join(folder, 'other');
    const mine = join(folder, 'mine');
    await (await open(other)).log.close();
    await (await open(mine)).log.close();
    rmSync(join(mine, 'log'), { recursive: true });
    cpSync(join(other, 'log'), join(mine, 'log'), { recursive: true });
    await expect(open(mine)).rejects.toThrow(/another node/);
  });
});
