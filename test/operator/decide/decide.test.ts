import { describe, expect, it } from 'vitest';
import { decide } from '../../../operator/decide/decide.ts';
import { FIRST_MEMORY } from '../../../operator/decide/memory.ts';
import type { NodeAnswer, ObservedNode } from '../../../operator/decide/observed.ts';
import { restartDelayMs } from '../../../operator/decide/processes.ts';
import {
  cluster,
  conditionOf,
  decideOn,
  NOW_MS,
  observe,
  type Picture,
  stopped,
  wish,
} from './observations.ts';

function reasonOf(spec: string, world: Picture): string | undefined {
  const { actions, status } = decide(cluster(spec), observe(world), FIRST_MEMORY);
  const scale = status.conditions?.find((condition) => condition.type === 'ScaleSafe');
  if (scale?.status === 'False') expect(actions).toEqual([]);
  return scale?.reason;
}

describe('a scale-down', () => {
  const five = ['A', 'B', 'C', 'D', 'E'];

  it('first moves the copies off the highest ordinal', () => {
    const world = { members: five, databases: [{ members: ['C', 'D', 'E'] }] };
    expect(decide(cluster('{ nodes: 3 }'), observe(world), FIRST_MEMORY).actions).toEqual([
      { type: 'AddDatabaseReplica', database: 'shop', tag: 'A' },
    ]);
  });

  it('takes a copy away only when the others are members', () => {
    const members = ['A', 'B', 'C', 'D', 'E'].slice(0, 3);
    const world = { members: five, databases: [{ members: [...members, 'E'] }] };
    expect(decide(cluster('{ nodes: 3 }'), observe(world), FIRST_MEMORY).actions).toEqual([
      { type: 'RemoveDatabaseReplica', database: 'shop', tag: 'E' },
    ]);
  });

  it('never takes away the only copy that is up to date, though others are on their way', () => {
    for (const group of [
      { members: ['E'], rehabs: ['A', 'B', 'C'] },
      { members: ['E'], promotables: ['A'], rehabs: ['B', 'C'] },
    ]) {
      const world = { members: five, databases: [group] };
      expect(decide(cluster('{ nodes: 3 }'), observe(world), FIRST_MEMORY).actions).toEqual([]);
    }
  });

  it('then removes the node from the cluster, before its process stops', () => {
    const world = { members: five, databases: [{ members: ['A', 'B', 'C'] }] };
    expect(decide(cluster('{ nodes: 3 }'), observe(world), FIRST_MEMORY).actions).toEqual([
      { type: 'RemoveNodeFromCluster', tag: 'E', reason: 'ScaleDown' },
    ]);
  });

  it('is refused whole when some step of it would lose the quorum', () => {
    expect(reasonOf('{ nodes: 3 }', { members: five, down: ['B', 'C'] })).toBe('WouldLoseQuorum');
  });

  it('goes ahead over dead nodes that are to leave anyway', () => {
    expect(reasonOf('{ nodes: 3 }', { members: five, down: ['D', 'E'] })).toBe('Safe');
  });

  it('is refused when the only copies are on dead nodes that would leave', () => {
    const world = { members: five, down: ['E'], databases: [{ members: ['E'] }] };
    expect(reasonOf('{ nodes: 4 }', world)).toBe('LastCopyOnNode');
  });

  it('is refused when it would leave fewer copies than wanted, unless that is permitted', () => {
    const world = { members: ['A', 'B', 'C'], databases: [{ members: ['A', 'B', 'C'] }] };
    expect(reasonOf('{ nodes: 2 }', world)).toBe('BelowMinimumFactor');
    expect(reasonOf('{ nodes: 2, scaleDown: { allowReducedReplication: true } }', world)).toBe('Safe');
  });

  it('moves the lead off before the leader leaves', () => {
    const world = { members: ['A', 'B'] };
    const observed = observe(world);
    const asLeader = observed.nodes.map((node) => ({
      ...node,
      ...(node.answer === undefined
        ? {}
        : {
            answer: { ...node.answer, state: node.answer.tag === 'B' ? 'Leader' : 'Follower' } as NodeAnswer,
          }),
    }));
    expect(decide(cluster('{ nodes: 1 }'), { ...observed, nodes: asLeader }, FIRST_MEMORY).actions).toEqual([
      { type: 'StepDown', tag: 'B' },
    ]);
  });
});

describe('a scale-down over dead nodes', () => {
  it('begins with them, whatever their ordinal: without them the others need fewer votes', () => {
    const { actions } = decideOn('{ nodes: 1 }', { members: ['A', 'B', 'C'], down: ['B'] });
    expect(actions).toEqual([{ type: 'RemoveNodeFromCluster', tag: 'B', reason: 'ScaleDown' }]);
  });

  it('is refused for a database that is disabled and would have to be copied', () => {
    const disabled = [{ members: ['A', 'C'], disabled: true }];
    const decision = decideOn('{ nodes: 2 }', { members: ['A', 'B', 'C'], databases: disabled });
    expect(conditionOf(decision, 'ScaleSafe')?.reason).toBe('LastCopyOnNode');
    const covered = [{ members: ['A', 'B', 'C'], disabled: true }];
    const spec = '{ nodes: 2, scaleDown: { allowReducedReplication: true } }';
    expect(decideOn(spec, { members: ['A', 'B', 'C'], databases: covered }).actions).toEqual([
      { type: 'RemoveDatabaseReplica', database: 'shop', tag: 'C' },
    ]);
  });
});

describe('a node that is wanted again, where the operator stops the processes itself,', () => {
  const answer = { tag: '?', serverId: 'x', state: 'Passive', term: 0, peers: {} } as const;
  const joinerThatLeft = (process: ObservedNode['process']) =>
    decideOn('{ nodes: 4 }', {
      members: ['A', 'B', 'C'],
      databases: [{ members: ['A', 'B', 'C'] }],
      platform: { D: { process, data: 'Detached', ...(process === 'Running' ? { answer } : {}) } },
    });

  it('does not join while it still runs with its old data, though it says that it is in no cluster', () => {
    const { actions, status } = joinerThatLeft('Running');
    expect(actions).toEqual([
      { type: 'DetachData', ordinal: 3 },
      { type: 'StopNode', ordinal: 3, reason: 'StaleData' },
    ]);
    expect(status.operation?.step).toBe('Waiting for node D to stop: its data is from before it left');
    expect(joinerThatLeft('Stopped').actions).toEqual([{ type: 'QuarantineData', ordinal: 3 }]);
  });
});

describe('a watcher that becomes a member', () => {
  it('keeps its copies on the way', () => {
    const topology = { id: 'c', etag: 9, members: ['A', 'B'], promotables: ['C'], watchers: [], foreign: [] };
    const rising = observe({ members: ['A', 'B', 'C'], databases: [{ members: ['A', 'B', 'C'] }] });
    const nodes = rising.nodes.map((node) => ({
      ...node,
      ...(node.answer === undefined ? {} : { answer: { ...node.answer, topology } }),
    }));
    expect(decide(cluster('{ nodes: 3 }'), { ...rising, nodes }, FIRST_MEMORY).actions).toEqual([]);
  });
});

describe('the replication factor', () => {
  it('is not lowered by a crash', () => {
    const world = {
      members: ['A', 'B', 'C'],
      down: ['C'],
      databases: [{ members: ['A', 'B'], rehabs: ['C'] }],
    };
    expect(decide(cluster('{ nodes: 3 }'), observe(world), FIRST_MEMORY).actions).toEqual([]);
  });

  it('follows the nodes up to its target', () => {
    const world = { members: ['A', 'B', 'C'], databases: [{ members: ['B'] }] };
    const { actions, status } = decide(cluster('{ nodes: 3 }'), observe(world), FIRST_MEMORY);
    expect(actions).toEqual([{ type: 'AddDatabaseReplica', database: 'shop', tag: 'A' }]);
    expect(status.replicationFactor).toEqual({
      desired: 3,
      effective: 1,
      reason: 'Rebalancing',
      databasesBelow: 1,
    });
  });

  it('is lowered by an edit of its target', () => {
    const world = { members: ['A', 'B', 'C'], databases: [{ members: ['A', 'B', 'C'] }] };
    const spec = '{ nodes: 3, replicationFactor: { target: 2 } }';
    expect(decide(cluster(spec), observe(world), FIRST_MEMORY).actions).toEqual([
      { type: 'RemoveDatabaseReplica', database: 'shop', tag: 'C' },
    ]);
  });
});

describe('a change of the configuration', () => {
  const members = ['A', 'B', 'C'];
  const databases = [{ members }];
  const actionsFor = (world: Picture, nodes = 3) =>
    decide(cluster(`{ nodes: ${nodes} }`), observe(world), FIRST_MEMORY).actions;

  it('restarts followers first', () => {
    expect(actionsFor({ members, databases, outdated: members })).toEqual([
      { type: 'RestartNode', ordinal: 1 },
    ]);
  });

  it('waits while anybody is away', () => {
    expect(actionsFor({ members, databases, outdated: ['A', 'C'], down: ['B'] })).toEqual([]);
  });

  it('restarts a node that does not even run without waiting', () => {
    expect(actionsFor({ members, databases, outdated: members, down: ['B'] })).toEqual([
      { type: 'RestartNode', ordinal: 1 },
    ]);
  });

  it('waits while a database would be left with too few copies', () => {
    const rehab = [{ members: ['A', 'B'], rehabs: ['C'] }];
    expect(actionsFor({ members, databases: rehab, outdated: ['A', 'B', 'C'] })).toEqual([]);
  });

  it('moves the lead before the leader restarts, unless it is alone', () => {
    expect(actionsFor({ members, databases, outdated: ['A'] })).toEqual([{ type: 'StepDown', tag: 'A' }]);
    const alone = { members: ['A'], outdated: ['A'], databases: [{ members: ['A'] }] };
    expect(actionsFor(alone, 1)).toEqual([{ type: 'RestartNode', ordinal: 0 }]);
  });
});

describe('a hibernated cluster', () => {
  const members = ['A', 'B', 'C'];

  it('stops its followers first and its leader last', () => {
    const { actions } = decide(cluster('{ hibernated: true }'), observe({ members }), FIRST_MEMORY);
    expect(actions).toEqual([1, 2].map((ordinal) => ({ type: 'StopNode', ordinal, reason: 'Hibernated' })));
    const leaderOnly = observe({ members });
    const nodes = leaderOnly.nodes.map((node) => (node.ordinal === 0 ? node : stopped(node)));
    expect(decide(cluster('{ hibernated: true }'), { ...leaderOnly, nodes }, FIRST_MEMORY).actions).toEqual([
      { type: 'StopNode', ordinal: 0, reason: 'Hibernated' },
    ]);
  });

  it('wakes with all its nodes at once, since none of them has a quorum alone', () => {
    const nodes = observe({ members }).nodes.map(stopped);
    const { actions } = decide(cluster('{}'), { nowMs: 1, nodes }, { ...FIRST_MEMORY, clusterId: 'c' });
    expect(actions).toEqual([0, 1, 2].map((ordinal) => ({ type: 'StartNode', ordinal })));
  });
});

describe('a cluster that is to sleep', () => {
  const members = ['A', 'B', 'C'];
  const spec = '{ nodes: 3, hibernated: true }';

  it('first finishes a change of its membership', () => {
    const joining = observe({ members, databases: [{ members: ['A', 'B'] }] });
    const topology = { id: 'c', etag: 9, members: ['A', 'B'], promotables: ['C'], watchers: [], foreign: [] };
    const nodes = joining.nodes.map((node) => ({
      ...node,
      ...(node.answer === undefined ? {} : { answer: { ...node.answer, topology } }),
    }));
    const { actions, status } = decide(cluster(spec), { ...joining, nodes }, FIRST_MEMORY);
    expect(actions).toEqual([]);
    expect(status.operation).toMatchObject({ type: 'ScaleUp', target: 'C' });
    expect(status.phase).toBe('Scaling');
  });

  it('first hears whether a change that it asked for took place', () => {
    const waiting = { uncertainUntilMs: NOW_MS + 1 };
    expect(decideOn(spec, { members }, waiting).actions).toEqual([]);
    expect(decideOn(spec, { members, down: ['B', 'C'] }, waiting).actions).not.toEqual([]);
  });

  it('first lets go who is on the way out, unless that can’t be', () => {
    const five = ['A', 'B', 'C', 'D', 'E'];
    expect(decideOn(spec, { members: five }).actions).toEqual([
      { type: 'RemoveNodeFromCluster', tag: 'E', reason: 'ScaleDown' },
    ]);
    const blocked = decideOn(spec, { members: five, databases: [{ members: ['E'] }], down: ['E'] });
    expect(blocked.status.operation?.type).toBe('Hibernate');
  });

  it('grows no volume and changes no database', () => {
    const platform = {
      B: { volume: { requestedBytes: 1, capacityBytes: 1, wantedBytes: 2, canGrow: true } },
    };
    const { actions } = decideOn(spec, { members, platform, wishes: [wish('w', {})] });
    expect(actions.map(({ type }) => type)).toEqual(['StopNode', 'StopNode']);
  });
});

describe('a paused cluster', () => {
  it('is left as it is, and says so', () => {
    const paused = cluster('{ nodes: 3 }', { 'ravencluster.io/paused': 'true' });
    const picture = { members: ['A', 'B', 'C', 'D', 'E'], wishes: [wish('w', {}, { isDeleted: true })] };
    const { actions, status, settled } = decideOn(paused, picture);
    expect(actions).toEqual([]);
    expect(settled).toEqual([]);
    expect(status.phase).toBe('Paused');
  });
});

describe('a process that keeps ending', () => {
  it('is started again after a pause that doubles up to a limit', () => {
    expect([0, 1, 2, 3, 20].map(restartDelayMs)).toEqual([0, 500, 1_000, 2_000, 30_000]);
    const [first] = observe({ members: ['A'] }).nodes;
    if (first === undefined) throw new Error('no node');
    const failed = { ...stopped(first), failures: 2, failedAtMs: 1_000 };
    const memory = { ...FIRST_MEMORY, clusterId: 'c' };
    const at = (nowMs: number) => decide(cluster('{ nodes: 1 }'), { nowMs, nodes: [failed] }, memory).actions;
    expect(at(1_999)).toEqual([]);
    expect(at(2_000)).toEqual([{ type: 'StartNode', ordinal: 0 }]);
  });
});

describe('a cluster of which nothing is remembered', () => {
  const known = (foreign: readonly string[]) => {
    const { nodes } = observe({ members: ['A'] });
    const [node] = nodes;
    if (node?.answer?.topology === undefined) throw new Error('It answers');
    const topology = { ...node.answer.topology, foreign };
    const answering = { ...node, data: 'None', answer: { ...node.answer, topology } } as const;
    return decide(cluster('{ nodes: 1 }'), { nowMs: 1, nodes: [answering] }, FIRST_MEMORY).status.clusterId;
  };

  it('is learnt from its nodes', () => {
    expect(known([])).toBe('c');
  });

  it('is not learnt from a node that knows itself by another address: it answers for who was there before', () => {
    expect(known(['A'])).toBeUndefined();
  });
});

describe('a cluster whose new template Kubernetes has not taken up', () => {
  it('is being updated, whatever its nodes seem to run', () => {
    const observed = { ...observe({ members: ['A', 'B', 'C'], keepsProcesses: true }), databases: [] };
    const phase = (isTakingUp: boolean) =>
      decide(cluster('{ nodes: 3 }'), { ...observed, isTakingUp }, FIRST_MEMORY).status.phase;
    expect([phase(true), phase(false)]).toEqual(['Updating', 'Ready']);
  });
});

describe('a cluster with a change of its membership that was not answered', () => {
  it('is no cluster at rest: what it has to do besides waits for the answer', () => {
    const picture = { members: ['A', 'B', 'C'], outdated: ['C'] };
    const memory = { clusterId: 'c', uncertainUntilMs: NOW_MS + 1 };
    const decision = decideOn('{ nodes: 3 }', picture, memory);
    expect(decision.actions).toEqual([]);
    expect(decision.status.phase).toBe('Scaling');
    expect(decideOn('{ nodes: 3 }', picture, { clusterId: 'c' }).status.phase).toBe('Updating');
  });
});

describe('a cluster whose spec Kubernetes refuses in part', () => {
  it('is degraded, though all its nodes are well', () => {
    const conditions = [{ type: 'Reconciled', status: 'False', reason: 'InvalidSpec' }] as const;
    const observed = { ...observe({ members: ['A', 'B', 'C'] }), databases: [], conditions };
    const decision = decide(cluster('{ nodes: 3 }'), observed, FIRST_MEMORY);
    expect(decision.status.phase).toBe('Degraded');
    expect(conditionOf(decision, 'Degraded')).toMatchObject({ status: 'True', reason: 'NotApplied' });
    expect(conditionOf(decision, 'Ready')?.status).toBe('True');
  });
});

describe('a cluster that was formed before', () => {
  it('is never formed again, though all its nodes come up empty', () => {
    const nodes = [
      {
        ordinal: 0,
        url: 'http://127.0.0.1:8080',
        process: 'Running',
        data: 'Unused',
        failures: 0,
        isOutdated: false,
        answer: { tag: '?', serverId: 's', state: 'Passive', term: 0, peers: {} },
      },
    ] as const;
    const memory = { ...FIRST_MEMORY, clusterId: 'c' };
    const decision = decide(cluster('{ nodes: 1 }'), { nowMs: 1, nodes, databases: [] }, memory);
    expect(decision.actions).toEqual([]);
    expect(decision.status.phase).toBe('Unavailable');
    const fresh = decide(cluster('{ nodes: 1 }'), { nowMs: 1, nodes, databases: [] }, FIRST_MEMORY);
    expect(fresh.actions).toEqual([{ type: 'BootstrapCluster', ordinal: 0, tag: 'A' }]);
  });
});
