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

const record = (NodesAddedAt: Record<string, number>, leaving: Record<string, 'HardDelete'> = {}) => ({
  Topology: { Members: Object.keys(NodesAddedAt), Promotables: [], Rehabs: [], NodesAddedAt },
  DeletionInProgress: leaving,
});

describe('a copy that replicates', () => {
  const refusal = async (copySince: number | null, known: ReturnType<typeof record>, recordIndex = 100) =>
    formerCopyIn(await headerFrom(copySince), known, recordIndex);

  it('is refused when its node was given another one since', async () => {
    expect(await refusal(7, record({ A: 90, C: 8 }))).toContain('the node was given another one at 8');
    expect(await refusal(8, record({ A: 90, C: 8 }))).toBeNull();
    expect(await refusal(null, record({ C: 8 }))).toBeNull();
  });

  it('is refused when its node holds none any more, unless it is handing over', async () => {
    expect(await refusal(7, record({ A: 90 }))).toContain('the node holds none any more');
    expect(await refusal(7, record({ A: 90 }, { C: 'HardDelete' }))).toBeNull();
  });

  it('is not judged by a record that is older than it: this node may be the one that is behind', async () => {
    expect(await refusal(101, record({ A: 90 }))).toBeNull();
    expect(await refusal(100, record({ A: 90 }))).not.toBeNull();
    expect(await refusal(9, record({ C: 8 }))).toBeNull();
  });

  it('is refused when it was begun in place of one that is not trusted, until the record says so', async () => {
    const known = record({ A: 90, C: 95 });
    const expired = { ...known, Topology: { ...known.Topology, NodesExpiredAt: { C: 'then' } } };
    expect(await refusal(95, expired)).toContain('has yet to hear that it was begun');
    expect(await refusal(94, expired)).toContain('the node was given another one at 95');
    expect(await refusal(95, known)).toBeNull();
    // A record from before that, which knows the one that was there.
    expect(await refusal(95, record({ A: 60, C: 61 }), 80)).toContain('has yet to hear that it was begun');
    expect(await refusal(95, record({ A: 60 }), 80)).toBeNull();
  });

  it('has its connections ended when it is replaced, or dropped without handing over', () => {
    const before = record({ A: 1, B: 1, C: 1, E: 1 });
    const after = record({ A: 1, B: 5, D: 5 }, { E: 'HardDelete' });
    expect(replacedCopies(before, after)).toEqual(['B', 'C']);
    expect(replacedCopies(before, before)).toEqual([]);
  });
});
