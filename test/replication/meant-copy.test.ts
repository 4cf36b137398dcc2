import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReplicatedGroup, type ReplicatedNode } from './replicated-node.ts';

let group: ReplicatedGroup;

/** A holds the copy that it was given at this Raft index, as a destination; B is the source. */
async function open(copySince: number | null): Promise<readonly [ReplicatedNode, ReplicatedNode]> {
  group = await ReplicatedGroup.open(2);
  const [a, b] = group.nodes as [ReplicatedNode, ReplicatedNode];
  if (copySince !== null) await a.beginCopy(copySince);
  return [a, b];
}

afterEach(() => group.close());

const toA = (source: ReplicatedNode) => source.replication.status().outgoing[0];

async function expectRefusal(source: ReplicatedNode, reason: string): Promise<void> {
  await vi.waitFor(() => expect(toA(source)?.errors.at(-1)?.message).toContain(reason));
  expect(toA(source)?.isConnected).toBe(false);
}

describe('a source of replication', () => {
  it('sends nothing to a copy that the group has given up, and fills the one that is begun in its place', async () => {
    const [a, b] = await open(7);
    b.setPeers([a], { A: 7 });
    await b.put('things/1', {});
    await vi.waitFor(() => expect(a.get('things/1')).toEqual({}));
    // The group goes on without A, and nobody keeps the tombstone.
    b.setPeers([]);
    await b.delete('things/1');
    expect(await b.database.cleanTombstones()).toBe(1);
    // A is given a copy again, and has yet to hear of all that.
    b.setPeers([a], { A: 9 });
    const before = a.database.changeVector;
    await b.put('things/2', {});
    await expectRefusal(b, 'given at Raft index 9; the one that is here is from 7, and is set aside');
    expect([a.get('things/2'), a.database.changeVector]).toEqual([undefined, before]);
    await b.delete('things/2');
    expect(await b.database.cleanTombstones()).toBe(0);
    await b.put('things/3', {});
    await a.beginCopy(9);
    await vi.waitFor(() => expect(a.get('things/3')).toEqual({}));
    expect(a.digest()).toEqual(b.digest());
  });

  it('leaves a copy to which it is connected, and counts on it no longer, when the group has given it up', async () => {
    const [a, b] = await open(7);
    b.setPeers([a], { A: 7 });
    const written = await b.put('things/1', {});
    expect(await b.replication.waitForReplication(written, 1, 20_000)).toBe(1);
    b.setPeers([a], { A: 9 });
    expect(await b.replication.waitForReplication(written, 1, 0)).toBe(0);
    await expectRefusal(b, 'given at Raft index 9');
    await vi.waitFor(() => expect(a.connections.size).toBe(0));
  });

  it('sends nothing to a copy that it has yet to hear of, until it has', async () => {
    const [a, b] = await open(9);
    b.setPeers([a], { A: 7 });
    await b.put('things/1', {});
    await expectRefusal(b, "the one that is here is from 9, which the source's node has yet to apply");
    expect(a.database.changeVector).toBe('');
    b.setPeers([a], { A: 9 });
    await vi.waitFor(() => expect(a.get('things/1')).toEqual({}));
  });

  it.each([
    ['does not tell which copy it means', 7, {}],
    ['sends to one that does not know since when it is there', null, { A: 7 }],
  ])('of an older version, or to one, is served: it %s', async (_, copySince, meant) => {
    const [a, b] = await open(copySince);
    b.setPeers([a], meant);
    await b.put('things/1', {});
    await vi.waitFor(() => expect(a.get('things/1')).toEqual({}));
  });
});
