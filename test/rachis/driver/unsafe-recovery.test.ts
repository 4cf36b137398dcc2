import { afterEach, describe, expect, it } from 'vitest';
import { RecoveryRefusedError } from '../../../node/rachis/rachis-error.ts';
import { TestCluster, type TestNode, until } from './test-cluster.ts';

let cluster: TestCluster;
afterEach(() => cluster.close());

function orderFor(node: TestNode, clusterId = 'recovered') {
  const { lastIndex: index, lastTerm: term } = node.rachis.status();
  return { at: { index, term }, clusterId, commands: [Buffer.from('alone')] };
}

/** The others are gone, and the node has noticed. */
async function loneSurvivor(others: readonly TestNode[], survivor: TestNode): Promise<void> {
  await Promise.all(others.map((node) => node.stop()));
  await until(() => survivor.rachis.status().leader === null, 'the survivor missing its leader');
}

describe('unsafe recovery over TCP and files', () => {
  it('lets the survivor of three go on alone with all it holds, over a restart, and grow again', async () => {
    cluster = await TestCluster.of(3);
    const leader = await cluster.leader();
    for (let i = 0; i < 20; i++) await leader.append(`line ${i}`);
    await cluster.converged();
    const survivor = await cluster.follower();
    await loneSurvivor(
      cluster.nodes.filter((node) => node !== survivor),
      survivor,
    );
    const { id, tag } = survivor.rachis;

    const configuration = await survivor.rachis.recover(orderFor(survivor));
    expect(configuration.nodes).toMatchObject([{ id, tag, role: 'member' }]);
    expect(configuration).toMatchObject({ clusterId: 'recovered', recovery: { epoch: 1 } });
    expect(survivor.machine.lines.slice(0, 21)).toEqual([
      ...Array.from({ length: 20 }, (_, i) => `line ${i}`),
      'alone',
    ]);
    expect(survivor.rachis.isLeader).toBe(true);

    await survivor.stop();
    await survivor.start();
    await survivor.append('after a restart');
    const newcomer = await cluster.add();
    await survivor.rachis.changeConfiguration({ upsert: [newcomer.asMember('Z', 'promotable')] });
    await until(() => newcomer.rachis.tag === 'Z', 'the new node');
    await newcomer.append('together');
    expect(newcomer.rachis.configuration?.clusterId).toBe('recovered');
    expect(newcomer.machine.lines).toEqual(survivor.machine.lines);
  });

  it('changes nothing when the same order comes again, and is refused for another one', async () => {
    cluster = await TestCluster.of(3);
    const survivor = await cluster.follower();
    await loneSurvivor(
      cluster.nodes.filter((node) => node !== survivor),
      survivor,
    );
    const order = orderFor(survivor);
    const first = await survivor.rachis.recover(order);
    const again = await survivor.rachis.recover({ ...order, clusterId: 'once more' });
    expect(again).toEqual(first);
    await expect(survivor.rachis.recover(orderFor(survivor, 'other'))).rejects.toThrow(RecoveryRefusedError);
  });

  it('is refused while a majority is connected, and for a node whose log ends elsewhere', async () => {
    cluster = await TestCluster.of(3);
    const follower = await cluster.follower();
    await expect(follower.rachis.recover(orderFor(follower))).rejects.toThrow(/majority of the members/);
    await loneSurvivor(
      cluster.nodes.filter((node) => node !== follower),
      follower,
    );
    const order = orderFor(follower);
    const elsewhere = { ...order, at: { ...order.at, index: order.at.index + 1 } };
    await expect(follower.rachis.recover(elsewhere)).rejects.toThrow(/look again which node/);
    expect(follower.rachis.configuration?.clusterId).toBe('test-cluster');
  });

  it('shuts out the old members, who go on as the old cluster, and are told why', async () => {
    cluster = await TestCluster.of(3);
    const leader = await cluster.leader();
    await leader.append('before');
    await cluster.converged();
    const survivor = await cluster.follower();
    const others = cluster.nodes.filter((node) => node !== survivor);
    await loneSurvivor(others, survivor);
    await survivor.rachis.recover(orderFor(survivor));
    for (const node of others) await node.start();
    await until(() => others.some((node) => node.rachis.isLeader), 'a leader of the old cluster');
    await others[0]?.append('in the old cluster');
    await survivor.append('in the new cluster');
    await until(
      () => others.every((node) => node.warnings.some((line) => /belongs to cluster recovered/.test(line))),
      'the refusals in the logs of the old members',
    );
    expect(survivor.rachis.isLeader).toBe(true);
    expect(survivor.machine.lines).toEqual(['before', 'alone', 'in the new cluster']);
    // Whom nobody asked applies it a moment later.
    await until(() => others.every(({ machine }) => machine.lines.length > 1), 'the others to apply it');
    for (const node of others) expect(node.machine.lines).toEqual(['before', 'in the old cluster']);
  });

  it('cuts off an old member that was connected at that moment', async () => {
    cluster = await TestCluster.of(5);
    const leader = await cluster.leader();
    const [survivor, witness, ...gone] = [...cluster.nodes.filter((node) => node !== leader), leader];
    if (survivor === undefined || witness === undefined) throw new Error('too few nodes');
    await Promise.all(gone.map((node) => node.stop()));
    await until(() => survivor.rachis.status().leader === null, 'the survivor missing its leader');
    await survivor.rachis.recover(orderFor(survivor));
    await until(
      () => witness.warnings.some((line) => /belongs to cluster recovered/.test(line)),
      'the refusal in the log of the old member',
    );
    const { term } = survivor.rachis.status();
    witness.rachis.forceTimeout();
    await survivor.append('undisturbed');
    expect(survivor.rachis.status().term).toBe(term);
    expect(witness.machine.lines).not.toContain('undisturbed');
  });
});
