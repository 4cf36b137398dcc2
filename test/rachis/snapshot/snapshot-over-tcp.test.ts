import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Faults, FaultyProxy } from '../driver/faulty-proxy.ts';
import { TestCluster, type TestNode, until } from '../driver/test-cluster.ts';

const LINES = 17_000;
const LINE_LENGTH = 200;

describe('a snapshot over TCP', () => {
  let cluster: TestCluster;
  let leader: TestNode;
  let proxy: FaultyProxy | undefined;
  let appended = LINES;

  beforeAll(async () => {
    cluster = await TestCluster.of(1, { logTailEntriesMin: 10, logTailEntriesMax: 20 });
    leader = await cluster.leader();
    const line = (i: number) => `${i} `.padEnd(LINE_LENGTH, 'x');
    for (let from = 0; from < LINES; from += 1000) {
      await Promise.all(Array.from({ length: 1000 }, (_, i) => leader.append(line(from + i))));
    }
    await until(() => leader.rachis.status().firstIndex > 1000, 'the compaction');
  }, 30_000);
  afterEach(() => proxy?.close());
  afterAll(() => cluster.close());

  /** A new watcher behind a proxy, once it has everything; gives the leader's word on the transfers to it. */
  async function join(tag: string, faults: Faults, meanwhile = async () => {}): Promise<readonly string[]> {
    const late = await cluster.add();
    proxy = await FaultyProxy.to(late.port, faults);
    late.proxy = proxy;
    await leader.rachis.changeConfiguration({ upsert: [late.asMember(tag, 'watcher')] });
    await meanwhile();
    await until(
      () => late.machine.lines.length === appended,
      () => `${late.machine.lines.length} of ${appended} lines`,
    );
    expect(late.machine.digest).toBe(leader.machine.digest);
    return leader.messages.filter(
      (message) => message.includes('napshot') && message.includes(late.rachis.id),
    );
  }

  const once = [
    expect.stringMatching(/^Sending a snapshot/),
    expect.stringMatching(/^The snapshot has arrived/),
  ];

  it('goes on at the chunk where its connection broke', async () => {
    expect(await join('B', { cutAfterBytes: (LINES * LINE_LENGTH) / 2 })).toEqual(once);
  });

  it('goes on at the chunk that was damaged on its way, by another connection', async () => {
    expect(await join('C', { damageAfterBytes: (LINES * LINE_LENGTH) / 2 })).toEqual(once);
    await until(() => (proxy?.connections ?? 0) > 1, 'another connection');
  });

  it('goes to a slow node at the pace of that node, and holds up nobody else', async () => {
    const messages = await join('D', { bytesPerSecond: LINES * LINE_LENGTH }, async () => {
      await until(
        () => leader.rachis.status().peers.some(({ state }) => state === 'snapshot'),
        'the transfer',
      );
      await leader.append('meanwhile');
      appended++;
    });
    expect(messages).toEqual(once);
    // Nothing of it was sent twice.
    expect(proxy?.bytes).toBeLessThan(1.3 * LINES * LINE_LENGTH);
  });
});
