import { afterEach, describe, expect, it } from 'vitest';
import type { AppendEntries } from '../../../node/rachis/core/message.ts';
import { Proposals } from '../../../node/rachis/driver/proposals.ts';
import {
  UNAPPLIED_LOG_BYTES_MAX,
  UNWRITTEN_BYTES_MAX,
  WAITING_COMMAND_BYTES_MAX,
} from '../../../node/rachis/limits.ts';
import { RachisOverloadError } from '../../../node/rachis/rachis-error.ts';
import { driverOfTwo } from './driver-of-two.ts';
import { TestCluster, until } from './test-cluster.ts';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

describe('a node whose state is written too slowly', () => {
  it('applies nothing more until its disk has come up, and then everything once and in order', async () => {
    cluster = await TestCluster.of(1);
    const leader = await cluster.leader();
    await leader.append('before');
    leader.machine.unwrittenBytes = UNWRITTEN_BYTES_MAX + 1;
    const { commitIndex } = leader.rachis.status();
    const waiting = Promise.all(Array.from({ length: 2000 }, (_, i) => leader.append(`line ${i}`)));
    await until(() => leader.rachis.status().commitIndex === commitIndex + 2000, 'the commit of all');
    expect(leader.machine.lines).toEqual(['before']);
    leader.machine.unwrittenBytes = UNWRITTEN_BYTES_MAX;
    await waiting;
    expect(leader.machine.lines).toEqual(['before', ...Array.from({ length: 2000 }, (_, i) => `line ${i}`)]);
  });

  it('holds up nobody as a follower, and has everything afterwards', async () => {
    cluster = await TestCluster.of(3);
    const follower = await cluster.follower();
    follower.machine.unwrittenBytes = UNWRITTEN_BYTES_MAX + 1;
    const leader = await cluster.leader();
    for (let i = 0; i < 20; i++) await leader.append(`line ${i}`);
    expect(follower.machine.lines).toEqual([]);
    follower.machine.unwrittenBytes = 0;
    expect(await cluster.converged()).toHaveLength(20);
  });

  it('hands over as the leader, so that commands go on', async () => {
    cluster = await TestCluster.of(3);
    const slow = await cluster.leader();
    slow.machine.unwrittenBytes = UNWRITTEN_BYTES_MAX + 1;
    const other = await cluster.follower();
    // Whoever leads by then has applied it, and the slow one is asked by nobody.
    await expect(other.append('through another leader', 15_000)).resolves.toBeDefined();
    expect(slow.rachis.isLeader).toBe(false);
    slow.machine.unwrittenBytes = 0;
    expect(await cluster.converged()).toEqual(['through another leader']);
  });
});

describe('a follower that can not apply and whose log is full', () => {
  const entriesAt = (index: number): AppendEntries => ({
    type: 'AppendEntries',
    from: 'b',
    to: 'a',
    term: 1,
    previousIndex: index - 1,
    previousTerm: 1,
    entries: [{ kind: 'command', index, term: 1, data: Buffer.from(`line ${index}`) }],
    leaderCommit: index,
  });

  it('leaves out entries, as if they were lost, but hears its leader, and goes on once it can apply', async () => {
    const { stateMachine, core, log, driver } = driverOfTwo();
    driver.start();
    stateMachine.unwrittenBytes = UNWRITTEN_BYTES_MAX + 1;
    driver.step([entriesAt(2)]);
    await until(() => driver.heldUpMs > 0, 'the first entry to wait');
    // There is room: entries are taken, though not applied.
    driver.step([entriesAt(3)]);
    expect(core.status().lastIndex).toBe(3);
    log.byteLength = UNAPPLIED_LOG_BYTES_MAX + 1;
    driver.step([
      entriesAt(4),
      { type: 'Heartbeat', from: 'b', to: 'a', term: 2, leaderCommit: 3, readContext: 0, wantsReply: true },
    ]);
    expect(core.status()).toMatchObject({ lastIndex: 3, term: 2, leader: 'b' });
    expect(stateMachine.lines).toEqual([]);
    stateMachine.unwrittenBytes = 0;
    await until(() => stateMachine.lines.length === 2, 'what waited to be applied');
    expect(driver.heldUpMs).toBe(0);
    driver.step([{ ...entriesAt(4), term: 2 }]);
    await until(() => stateMachine.lines.length === 3, 'the entry that was left out');
    expect(stateMachine.lines).toEqual(['line 2', 'line 3', 'line 4']);
    await driver.stop();
  });
});

describe('Proposals', () => {
  it('takes no more bytes than may wait, but a single large command, and more when some are settled', async () => {
    const proposals = new Proposals();
    const half = new Uint8Array(WAITING_COMMAND_BYTES_MAX / 2);
    const waiting = [proposals.add(half), proposals.add(half)];
    await expect(proposals.add(new Uint8Array(1))).rejects.toThrow(RachisOverloadError);
    proposals.abandon(new Error('no leader any more'));
    await Promise.allSettled(waiting);
    const large = proposals.add(new Uint8Array(WAITING_COMMAND_BYTES_MAX + 1));
    await expect(proposals.add(new Uint8Array(1))).rejects.toThrow(RachisOverloadError);
    proposals.abandon(new Error('no leader any more'));
    await expect(large).rejects.toThrow('no leader any more');
  });
});
