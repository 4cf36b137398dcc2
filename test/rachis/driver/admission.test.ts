import { afterEach, describe, expect, it } from 'vitest';
import { RachisRefusedError } from '../../../node/rachis/rachis-error.ts';
import { TestCluster } from './test-cluster.ts';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

describe('nodes that are to join', () => {
  it('are looked at by the leader, with what was said of them, through any node, and no other change is', async () => {
    cluster = await TestCluster.of(2);
    const leader = await cluster.leader();
    const follower = await cluster.follower();
    const newcomer = await cluster.add();
    const seen: unknown[] = [];
    leader.hooks.admit = (joining, introductions) => {
      const [node] = joining;
      seen.push([joining.length, node?.tag, introductions[node?.id ?? '']]);
    };
    const upsert = [newcomer.asMember('C', 'watcher')];
    const introductions = { [newcomer.rachis.id]: 7 };
    await follower.rachis.changeConfiguration({ upsert, introductions });
    await follower.rachis.changeConfiguration({ remove: [newcomer.rachis.id] });
    await follower.rachis.changeConfiguration({ upsert });
    await follower.rachis.changeConfiguration({ upsert: [newcomer.asMember('C', 'promotable')] });
    expect(seen).toEqual([
      [1, 'C', 7],
      [1, 'C', undefined],
    ]);
  });

  it('are not let in when the room above refuses them', async () => {
    cluster = await TestCluster.of(1);
    const leader = await cluster.leader();
    const newcomer = await cluster.add();
    leader.hooks.admit = () => {
      throw new RachisRefusedError('too old');
    };
    const change = { upsert: [newcomer.asMember('B', 'promotable')] };
    await expect(leader.rachis.changeConfiguration(change)).rejects.toThrow('too old');
    expect(leader.rachis.configuration?.nodes.map(({ tag }) => tag)).toEqual(['A']);
  });

  it('count for the very next command: it is prepared behind the configuration that they are in', async () => {
    cluster = await TestCluster.of(1);
    const leader = await cluster.leader();
    const newcomer = await cluster.add();
    const behind: (readonly string[] | undefined)[] = [];
    leader.hooks.prepare = (data, configuration) => {
      behind.push(configuration?.nodes.map(({ tag }) => tag));
      return data;
    };
    // Nothing comes between the two: the entry of the configuration is not even on its way to the disk.
    leader.hooks.admit = () => {
      queueMicrotask(() => submitted.push(leader.append('next')));
    };
    const submitted: Promise<unknown>[] = [];
    await leader.rachis.changeConfiguration({ upsert: [newcomer.asMember('B', 'watcher')] });
    await Promise.all(submitted);
    expect(behind).toEqual([['A', 'B']]);
  });
});
