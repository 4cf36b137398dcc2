import { join } from 'node:path';
import { pack, unpack } from 'msgpackr';
import { afterEach, describe, expect, it } from 'vitest';
import { DigestComparison } from '../../node/cluster/digest-comparison.ts';
import { recordKey } from '../../node/cluster/state/state-keys.ts';
import type { StoredRecord } from '../../node/cluster/state/stored-record.ts';
import { STATE, STATE_COLUMNS } from '../../node/cluster/state-columns.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';
import { LayerCluster, type LayerNode, until } from './layer-harness.ts';

let cluster: LayerCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

describe('the comparison of states', () => {
  it('goes by the newest place that both know, says a difference once, and forgets it when it is gone', () => {
    const comparison = new DigestComparison();
    comparison.own([
      { index: 1024, digest: 'a' },
      { index: 2048, digest: 'b' },
    ]);
    expect(comparison.hear('B', [{ index: 1500, digest: 'z' }])).toBeNull();
    expect(comparison.differing.size).toBe(0);
    expect(comparison.compared.size).toBe(0);
    const wrong = [
      { index: 2048, digest: 'z' },
      { index: 1024, digest: 'a' },
    ];
    expect(comparison.hear('B', wrong)).toBe(2048);
    expect(comparison.hear('B', wrong)).toBeNull();
    expect([...comparison.differing]).toEqual([['B', 2048]]);
    expect([...comparison.compared]).toEqual([['B', 2048]]);
    expect(comparison.hear('B', [{ index: 2048, digest: 'b' }])).toBeNull();
    expect(comparison.differing.size).toBe(0);
  });
});

/** Has the disk of a node that is down hold another record than the others. */
async function falsify(node: LayerNode, database: string): Promise<void> {
  const writer = new StorageWriter();
  const path = join(node.folder, 'State');
  const storage = await StorageEnvironment.open({ path, writer, durable: true, columns: STATE_COLUMNS });
  const key = Buffer.from(recordKey(database));
  const stored = unpack(storage.get(STATE, key) as Buffer) as StoredRecord;
  const batch = new WriteBatch();
  batch.put(STATE, key, pack({ ...stored, record: { ...stored.record, LockMode: 'PreventDeletesError' } }));
  await storage.commit(batch, { sync: true });
  await storage.close();
  await writer.stop();
}

const differences = async (node: LayerNode) =>
  Object.entries(await node.layer.observer.maintenanceStats()).flatMap(([tag, { differsAt }]) =>
    differsAt === null ? [] : [tag],
  );

describe('the leader', () => {
  it('finds the node whose state is another, and no other', async () => {
    cluster = await LayerCluster.of(3);
    const leader = await cluster.leader();
    await leader.layer.submit({
      type: 'AddDatabase',
      record: { DatabaseName: 'shop' },
      replicationFactor: 1,
      expectedEtag: null,
    });
    await cluster.converged();
    const reported = async () => {
      const told = Object.values(await leader.layer.observer.maintenanceStats());
      return told.every(({ comparedAt }) => comparedAt !== null);
    };
    while (!(await reported())) await new Promise(setImmediate);
    expect(await differences(leader)).toEqual([]);
    const bad = await cluster.follower();
    const tag = bad.layer.nodeTag();
    await bad.stop();
    await falsify(bad, 'shop');
    await bad.start();
    let found: readonly string[] = [];
    await until(() => {
      void differences(leader).then((tags) => {
        found = tags;
      });
      return found.length > 0;
    }, 'the difference to be found');
    expect(found).toEqual([tag]);
  });
});
