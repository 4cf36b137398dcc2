import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { LEASE } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import {
  type ElectionTiming,
  LeaderElection,
} from '../../../operator/platform/kubernetes/api/leader-election.ts';
import type { Lease } from '../../../operator/platform/kubernetes/api/lease-record.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import {
  adminClient,
  controlPlane,
  describeOnKubernetes,
  memoryLog,
  newNamespace,
} from '../harness/api-test.ts';
import { FaultProxy } from '../harness/fault-proxy.ts';

/** The proportions of the real ones, in less time. */
const QUICK: ElectionTiming = { durationMs: 5_000, renewDeadlineMs: 3_500, retryMs: 300 };

function leaseOf(client: KubeClient, namespace: string): Promise<Lease | undefined> {
  return client.get<Lease>({ kind: LEASE, namespace, name: 'leader' }, { isUrgent: true });
}

/** A candidate in a process of its own, which can be stopped like a machine that sleeps. */
class Candidate {
  readonly identity: string;
  readonly lines: string[] = [];
  readonly #child: ChildProcess;

  constructor(namespace: string, identity: string) {
    this.identity = identity;
    const script = join(import.meta.dirname, '..', 'harness', 'elector-process.ts');
    const args = [script, controlPlane().kubeconfig, namespace, identity, JSON.stringify(QUICK)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line));
    this.#child = child;
    onTestFinished(() => {
      this.send('SIGCONT');
      this.send('SIGKILL');
    });
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  has(beginning: string): boolean {
    return this.lines.some((line) => line.startsWith(beginning));
  }

  /** When it acted as the leader, in milliseconds since 1970. */
  get actsMs(): readonly number[] {
    return this.lines.filter((line) => line.startsWith('act ')).map((line) => Number(line.slice(4)));
  }
}

/** One candidate in this process. */
function candidate(client: KubeClient, namespace: string, identity: string) {
  const events: string[] = [];
  const log = memoryLog();
  const election = new LeaderElection({
    client,
    namespace,
    name: 'leader',
    identity,
    onElected: (epoch) => events.push(`elected ${epoch}`),
    onLost: (why) => events.push(`lost: ${why}`),
    log,
    timing: QUICK,
  });
  onTestFinished(() => election.stop());
  return { election, events, log };
}

describeOnKubernetes('an election', () => {
  it('has one leader of three, and another as soon as it stops', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const candidates = ['a', 'b', 'c'].map((identity) => new Candidate(namespace, identity));
    const leaders: string[] = [];
    for (let round = 0; round < 3; round++) {
      const leader = await waitUntil('a leader', () =>
        candidates.find((each) => !leaders.includes(each.identity) && each.has('elected')),
      );
      expect(leader.has(`elected ${round}`)).toBe(true);
      expect((await leaseOf(client, namespace))?.spec?.holderIdentity).toBe(leader.identity);
      await waitUntil('some acts', () => leader.actsMs.length >= 5);
      leaders.push(leader.identity);
      const stoppedMs = Date.now();
      leader.send('SIGTERM');
      await waitUntil('the end', () => leader.has('stopped'));
      if (round === 2) break;
      await waitUntil('the next', () =>
        candidates.some((each) => !leaders.includes(each.identity) && each.has('elected')),
      );
      // Given back, not run out.
      expect(Date.now() - stoppedMs).toBeLessThan(QUICK.durationMs);
    }
    const spans = candidates.map(({ actsMs }) => [Math.min(...actsMs), Math.max(...actsMs)] as const);
    spans.sort((x, y) => x[0] - y[0]);
    expect(spans[0]?.[1]).toBeLessThan(spans[1]?.[0] ?? 0);
    expect(spans[1]?.[1]).toBeLessThan(spans[2]?.[0] ?? 0);
    expect((await leaseOf(client, namespace))?.spec?.holderIdentity ?? '').toBe('');
  });

  it('passes to another when the leader sleeps, and the sleeper does not act any more when it wakes', async () => {
    const namespace = await newNamespace(adminClient());
    const sleeper = new Candidate(namespace, 'sleeper');
    await waitUntil('the first leader', () => sleeper.actsMs.length >= 5);
    const other = new Candidate(namespace, 'other');
    sleeper.send('SIGSTOP');
    await waitUntil('the second leader', () => other.actsMs.length >= 5);
    const wokenMs = Date.now();
    sleeper.send('SIGCONT');
    await waitUntil('the sleeper to notice', () => sleeper.has('lost'));
    expect(sleeper.actsMs.filter((ms) => ms >= wokenMs)).toEqual([]);
    expect(Math.max(...sleeper.actsMs)).toBeLessThan(Math.min(...other.actsMs));
    expect(other.has('elected 1')).toBe(true);
  });

  it('passes to another when the leader loses the API server, only after it has stopped', async () => {
    const namespace = await newNamespace(adminClient());
    const proxy = await FaultProxy.start();
    const cutOff = new KubeClient({ config: proxy.config(), userAgent: 'test' });
    onTestFinished(async () => {
      await cutOff.close();
      await proxy.stop();
    });
    const first = candidate(cutOff, namespace, 'first');
    first.election.start();
    await waitUntil('the first leader', () => first.election.isLeader);
    const second = candidate(adminClient(), namespace, 'second');
    second.election.start();
    proxy.freeze();
    await waitUntil('the first to stop', () => first.events.length === 2);
    expect(first.events[1]).toMatch(/^lost: it could not be renewed for 3.5 s: Lease .*no answer within/);
    expect(first.election.isLeader).toBe(false);
    expect(second.events).toEqual([]);
    await waitUntil('the second leader', () => second.election.isLeader);
    expect(second.events).toEqual(['elected 1']);
  });

  it('survives failures shorter than the deadline', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const proxy = await FaultProxy.start();
    const shaky = new KubeClient({ config: proxy.config(), userAgent: 'test' });
    onTestFinished(async () => {
      await shaky.close();
      await proxy.stop();
    });
    const { election, events, log } = candidate(shaky, namespace, 'a');
    election.start();
    await waitUntil('the leader', () => election.isLeader);
    proxy.answer({ times: 2, status: 500 });
    await waitUntil('the failures', () => log.lines.length >= 1);
    // A write of which nobody knows whether it was carried out: cut when the answer was on its way.
    const before = (await leaseOf(client, namespace))?.spec?.renewTime;
    proxy.cut();
    await waitUntil('a renewal', async () => (await leaseOf(client, namespace))?.spec?.renewTime !== before);
    await waitUntil('another', async () => {
      const now = (await leaseOf(client, namespace))?.spec?.renewTime;
      return now !== before && election.isLeader;
    });
    expect(events).toEqual(['elected 0']);
  });

  it('notices at once when somebody took the lease', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const { election, events } = candidate(client, namespace, 'a');
    election.start();
    await waitUntil('the leader', () => election.isLeader);
    await client.mergePatch(
      { kind: LEASE, namespace, name: 'leader' },
      { spec: { holderIdentity: 'a thief' } },
      { isUrgent: true },
    );
    await waitUntil('the loss', () => events.length === 2);
    expect(events[1]).toBe('lost: a thief has it now');
    expect(election.epoch).toBeUndefined();
  });

  it('writes a lease that others understand', async () => {
    const client = adminClient();
    const namespace = await newNamespace(client);
    const { election } = candidate(client, namespace, 'a');
    election.start();
    await waitUntil('the leader', () => election.isLeader);
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
    expect((await leaseOf(client, namespace))?.spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 5,
      leaseTransitions: 0,
      acquireTime: expect.stringMatching(time),
      renewTime: expect.stringMatching(time),
    });
  });
});
