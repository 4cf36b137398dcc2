import { describe, expect, it } from 'vitest';
import { fencedConnector, foreignClusterIn } from '../../node/landlord/cluster-fence.ts';
import type { ConnectOptions } from '../../node/wire/connect.ts';
import { parseOperationHeader } from '../../node/wire/operation-header.ts';

/** The header that the other side would read. */
async function headerOf(clusterId: string | null) {
  let dialled: ConnectOptions | undefined;
  const connect = fencedConnector(
    async (options) => {
      dialled = options;
      throw new Error('nobody there');
    },
    () => clusterId,
  );
  const options = { address: 'x:1', operation: 'Replication', version: 1, info: { Kept: 1 } } as const;
  await expect(connect(options)).rejects.toThrow('nobody there');
  expect(dialled?.info).toMatchObject({ Kept: 1 });
  return parseOperationHeader({ Operation: 'Replication', OperationVersion: 1, Info: dialled?.info });
}

describe('replication between nodes', () => {
  it('is accepted inside of one cluster only', async () => {
    expect(foreignClusterIn(await headerOf('c1'), 'c1')).toBeNull();
    expect(foreignClusterIn(await headerOf('c1'), 'c2')).toContain('cluster c1, this node of cluster c2');
    expect(foreignClusterIn(await headerOf(null), 'c2')).toContain('of no cluster');
    expect(foreignClusterIn(await headerOf('c1'), null)).toContain('this node of no cluster');
    expect(foreignClusterIn(await headerOf(null), null)).not.toBeNull();
  });
});
