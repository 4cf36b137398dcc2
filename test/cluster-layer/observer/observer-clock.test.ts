import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { ClusterObserver } from '../../../node/cluster/cluster-observer.ts';
import type { DatabaseRecord } from '../../../node/cluster/database-record.ts';
import { silentLogger } from '../../../node/observability/logger.ts';
import { groupTopology } from './group-topology.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const ROUNDS = 5;

let observer: ClusterObserver | undefined;
beforeEach(() => {
  // The leader's own clock.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  observer?.close();
  vi.useRealTimers();
});

/** The copy on C went to rehab a minute ago; D could take another, after a quarter of an hour. */
function shop(nowMs: number): DatabaseRecord {
  return {
    DatabaseName: 'shop',
    Disabled: false,
    LockMode: 'Unlock',
    DeletionInProgress: {},
    Topology: groupTopology({
      Members: ['A', 'B'],
      Rehabs: ['C'],
      DynamicNodesDistribution: true,
      PromotablesStatus: { C: 'NotResponding' },
      NodesDemotedAt: { C: new Date(nowMs - MINUTE_MS).toISOString() },
    }),
    Settings: {},
    ConflictSolverConfig: null,
    UnusedDatabaseIds: [],
  };
}

/** What the leader does in a few rounds, while A, B and D tell these clocks. */
async function decided(clocksMs: Readonly<Record<string, number>>, record: DatabaseRecord) {
  const submitted: ClusterCommand[] = [];
  const leaderSinceMs = performance.now() - MINUTE_MS;
  const watching = new ClusterObserver({
    settings: {
      moveToRehabMs: MINUTE_MS,
      rotatePreferredMs: MINUTE_MS,
      addReplicaMs: 15 * MINUTE_MS,
      silentCopyMaxMs: HOUR_MS,
      silentCopyTombstonesMax: 1000,
      stabilizationMs: 0,
      reportTimeoutMs: HOUR_MS,
    },
    periodMs: 1,
    logger: silentLogger,
    leaderSinceMs: () => leaderSinceMs,
    isSuspended: () => false,
    appliedIndex: () => 50,
    mayExpire: () => true,
    nodes: () => ['A', 'B', 'C', 'D'].map((tag) => ({ tag })),
    databases: () => [{ record, index: 1 }],
    submit: async (command) => {
      submitted.push(command);
      return { index: 2 };
    },
  });
  observer = watching;
  for (const [tag, wallMs] of Object.entries(clocksMs)) {
    const loaded = {
      name: 'shop',
      status: 'Loaded' as const,
      lastEtag: 1,
      changeVector: `A:1-${'a'.repeat(22)}`,
      documentsCount: 1,
      connectedPeers: [],
    };
    watching.report(tag, { appliedIndex: 50, wallMs, databases: tag === 'D' ? [] : [loaded] });
  }
  await vi.waitUntil(() => watching.rounds >= ROUNDS, { interval: 1, timeout: 60_000 });
  return submitted;
}

it('a leader whose clock has jumped ahead does not take a copy that went a minute ago for lost', async () => {
  const nowMs = Date.now();
  vi.setSystemTime(nowMs + 8 * HOUR_MS);
  expect(await decided({ A: nowMs + 8 * HOUR_MS, B: nowMs, D: nowMs }, shop(nowMs))).toEqual([]);
});

it('a leader takes a copy for lost when that long has passed for most of the nodes, whatever its own clock says', async () => {
  const nowMs = Date.now();
  const later = nowMs + HOUR_MS;
  const [command] = await decided({ A: nowMs, B: later, D: later }, shop(nowMs));
  expect(command).toMatchObject({ type: 'UpdateTopology', topology: { Promotables: ['D'] } });
});
