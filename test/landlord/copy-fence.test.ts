import { describe, expect, it } from 'vitest';
import { copyConnector, formerCopyIn, replacedCopies } from '../../node/landlord/copy-fence.ts';
import type { ConnectOptions } from '../../node/wire/connect.ts';
import { parseOperationHeader } from '../../node/wire/operation-header.ts';

/** The header that the other side would read of a copy that node C was given at this Raft index; null: it says nothing. */
async function headerFrom(copySince: number | null) {
  let dialled: ConnectOptions | undefined;
  const dial = async (options: ConnectOptions) => {
    dialled = options;
    throw new Error('nobody there');
  };
  const connect = copySince === null ? dial : copyConnector(dial, copySince);
  const options = { address: 'x:1', operation: 'Replication', version: 1, info: { Kept: 1 } } as const;
  await expect(connect(options)).rejects.toThrow('nobody there');
  expect(dialled?.info).toMatchObject({ Kept: 1 });
  return parseOperationHeader({
    Operation: 'Replication',
    OperationVersion: 1,
    SourceNodeTag: 'C',
    Info: dialled?.info,
  });
}

describe('a copy that replicates', () => {
  it('is refused when its node was given another one since, and only then', async () => {
    const refusal = async (copySince: number | null, NodesAddedAt: Record<string, number>) =>
      formerCopyIn(await headerFrom(copySince), { NodesAddedAt });
    expect(await refusal(7, { A: 90, C: 8 })).toContain('The copy on node C is not trusted any more');
    expect(await refusal(8, { A: 90, C: 8 })).toBeNull();
    // This node may be the one that is behind.
    expect(await refusal(9, { C: 8 })).toBeNull();
    expect(await refusal(9, {})).toBeNull();
    expect(await refusal(null, { C: 8 })).toBeNull();
  });

  it('has its connections ended when it is replaced; who comes or goes ends none', () => {
    const before = { NodesAddedAt: { A: 1, B: 1, C: 1 } };
    expect(replacedCopies(before, { NodesAddedAt: { A: 1, B: 5, D: 5 } })).toEqual(['B']);
    expect(replacedCopies(before, before)).toEqual([]);
  });
});
