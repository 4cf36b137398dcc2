import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import { RAVEN_CLUSTER } from '../../../operator/api/resource-kind.ts';
import { validateResource } from '../../../operator/api/validate-resource.ts';
import { type Action, isMembershipAction } from '../../../operator/decide/action.ts';
import { decide } from '../../../operator/decide/decide.ts';
import { certain, FIRST_MEMORY, forgottenMemory, type Memory } from '../../../operator/decide/memory.ts';
import { tagOfOrdinal } from '../../../operator/decide/node-tag.ts';
import { isWatcherOrdinal } from '../../../operator/decide/voters.ts';
import { ClusterModel } from './cluster-model.ts';

const NODES_MAX = 6;

/** More with, say, `MODEL_RUNS=100000 npm exec -- vitest run test/operator/decide`. */
const RUNS = Number(process.env.MODEL_RUNS ?? 500);

const specs = fc.record({
  nodes: fc.integer({ min: 1, max: NODES_MAX }),
  consensus: fc.record({
    maxVoters: fc.constantFrom(1, 3, 5, 7),
    evenNodes: fc.constantFrom('Warn', 'Watcher'),
    watchers: fc.integer({ min: 0, max: 2 }),
  }),
  replicationFactor: fc.record({
    mode: fc.constantFrom('Auto', 'Unmanaged'),
    target: fc.integer({ min: 1, max: 4 }),
  }),
  scaleDown: fc.record({ allowReducedReplication: fc.boolean() }),
  storage: fc.record({
    retention: fc.record({
      whenScaled: fc.constantFrom('Retain', 'Delete'),
      staleVolume: fc.constantFrom('Quarantine', 'Wipe'),
    }),
  }),
});

const ordinals = fc.nat(NODES_MAX - 1);
const events = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      answered: fc.boolean(),
      steps: fc.integer({ min: 0, max: 5 }),
      silent: fc.subarray([0, 1, 2, 3, 4, 5], { maxLength: 2 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('work' as const), rounds: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      ms: fc.integer({ min: 100, max: 8000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('spread' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('kill' as const), ordinal: ordinals }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wipe' as const), ordinal: ordinals }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('isolate' as const), ordinal: ordinals }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('rehab' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('config' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('heal' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('late' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('edit' as const), spec: specs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('create' as const),
      copies: fc.integer({ min: 1, max: 3 }),
      from: fc.nat(9),
    }),
  },
);
type Event = typeof events extends fc.Arbitrary<infer E> ? E : never;

function clusterOf(spec: unknown): RavenCluster {
  const raw = spec as { nodes: number; consensus: { watchers: number } };
  const resource = {
    apiVersion: 'ravencluster.io/v1beta1',
    kind: 'RavenCluster',
    metadata: { name: 'model' },
    spec: {
      ...raw,
      consensus: { ...raw.consensus, watchers: Math.min(raw.consensus.watchers, raw.nodes - 1) },
    },
  };
  const { value, faults } = validateResource(RAVEN_CLUSTER, resource);
  expect(faults).toEqual([]);
  return value as RavenCluster;
}

/** The operator's loop as a test drives it: decide, remember, act, perhaps die in between. */
class ModelOperator {
  readonly world: ClusterModel;
  memory: Memory = FIRST_MEMORY;
  cluster: RavenCluster;

  constructor(world: ClusterModel, spec: unknown) {
    this.world = world;
    this.cluster = clusterOf(spec);
  }

  pass({
    steps,
    answered,
    silent,
  }: {
    steps: number;
    answered: boolean;
    silent: readonly number[];
  }): readonly Action[] {
    const decision = decide(this.cluster, this.world.observe(new Set(silent)), this.memory);
    expect(decision.actions.filter(isMembershipAction).length).toBeLessThanOrEqual(1);
    this.memory = decision.memory;
    for (const action of decision.actions.slice(0, steps)) {
      this.world.act(action, answered);
      if (isMembershipAction(action) && answered) this.memory = certain(this.memory);
    }
    return decision.actions;
  }
}

function apply(world: ClusterModel, operator: ModelOperator, event: Event): void {
  switch (event.type) {
    case 'pass':
      operator.pass(event);
      return;
    case 'work':
      for (let round = 0; round < event.rounds; round += 1) {
        operator.pass({ steps: 100, answered: true, silent: [] });
        world.pass(1_000);
        world.settle();
      }
      return;
    case 'settle':
      world.pass(event.ms);
      world.settle();
      return;
    case 'spread':
      world.spread();
      return;
    case 'kill':
      if (world.nodes.has(event.ordinal)) world.kill(event.ordinal);
      return;
    case 'wipe':
      wipeIfSurvivable(world, event.ordinal);
      return;
    case 'isolate':
      if (world.nodes.has(event.ordinal)) world.node(event.ordinal).isolated = true;
      return;
    case 'heal':
      for (const node of world.nodes.values()) node.isolated = false;
      return;
    case 'config':
      for (const node of world.nodes.values()) node.isOutdated = node.process !== 'Stopped';
      return;
    case 'rehab':
      world.rehabilitate();
      return;
    case 'late':
      world.deliverLate();
      return;
    case 'forget':
      operator.memory = forgottenMemory(world.nowMs);
      return;
    case 'edit':
      operator.cluster = clusterOf(event.spec);
      return;
    case 'create': {
      const { members = [], watchers = [] } = world.topology ?? {};
      const able = [...members, ...watchers].filter((tag) => world.takesPart(tag));
      if (!world.hasQuorum() || able.length === 0 || world.databases.length >= 6) return;
      const chosen = able
        .map((_, index) => able[(index + event.from) % able.length] ?? '')
        .slice(0, event.copies);
      world.databases.push({
        name: `db-${world.databases.length}`,
        disabled: false,
        members: chosen,
        promotables: [],
        rehabs: [],
        deleting: [],
      });
    }
  }
}

/** A disk is lost only where the rest could live on: nobody can bring back what nobody has. */
function wipeIfSurvivable(world: ClusterModel, ordinal: number): void {
  const tag = tagOfOrdinal(ordinal);
  const others = (world.topology?.members ?? []).filter((voter) => voter !== tag);
  const hasDisk = (other: string): boolean =>
    [...world.nodes].some(([k, node]) => tagOfOrdinal(k) === other && node.topology !== undefined);
  const intact = others.filter(hasDisk).length > (world.topology?.members.length ?? 0) / 2;
  const covered = world.databases.every((database) =>
    database.members.some((member) => member !== tag && hasDisk(member)),
  );
  const newestIsKept = others.some((other) =>
    [...world.nodes].some(
      ([k, node]) => tagOfOrdinal(k) === other && node.topology?.etag === world.topology?.etag,
    ),
  );
  if (!world.nodes.has(ordinal) || !intact || !covered || !newestIsKept) return;
  world.kill(ordinal);
  world.wipe(ordinal);
}

/** Longer, in seconds, than the operator ever waits before it judges: then nothing more will come. */
const QUIET_ROUNDS = 50;

/** Nothing fails any more: how does the world look once the operator has nothing left to do? */
function calmDown(world: ClusterModel, operator: ModelOperator): readonly Action[] {
  for (const node of world.nodes.values()) node.isolated = false;
  let last: readonly Action[] = [];
  for (let round = 0, quiet = 0; round < 600 && quiet < QUIET_ROUNDS; round += 1) {
    world.pass(1_000);
    world.settle();
    last = operator.pass({ steps: 100, answered: true, silent: [] });
    quiet = last.length === 0 ? quiet + 1 : 0;
  }
  return last;
}

describe('the operator, with any spec, any faults and a crash at any point,', () => {
  it('breaks no invariant and comes to rest with the cluster that the spec asks for', () => {
    fc.assert(
      fc.property(
        specs,
        fc.array(events, { minLength: 10, maxLength: 60, size: 'max' }),
        fc.boolean(),
        (spec, script, strips) => {
          const world = new ClusterModel(strips);
          const operator = new ModelOperator(world, spec);
          apply(world, operator, { type: 'work', rounds: 12 });
          for (const event of script) apply(world, operator, event);
          const last = calmDown(world, operator);
          expect(last).toEqual([]);
          expectAsSpecified(world, operator);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

function expectAsSpecified(world: ClusterModel, { cluster, memory }: ModelOperator): void {
  const { status } = decide(cluster, world.observe(), memory);
  const scale = status.conditions?.find((condition) => condition.type === 'ScaleSafe');
  const wanted = Array.from({ length: cluster.spec.nodes }, (_, ordinal) => ordinal);
  if (scale?.status === 'False') {
    // The only refusal that calm weather leaves: it asks a person to permit fewer copies.
    expect(
      scale.reason,
      JSON.stringify([scale.message, world.topology, [...world.nodes], world.databases, memory]),
    ).toBe('BelowMinimumFactor');
    expect(cluster.spec.scaleDown.allowReducedReplication).toBe(false);
    return;
  }
  const watchers = wanted.filter((ordinal) => isWatcherOrdinal(ordinal, cluster.spec)).map(tagOfOrdinal);
  const members = wanted.map(tagOfOrdinal).filter((tag) => !watchers.includes(tag));
  expect([...(world.topology?.members ?? [])].sort()).toEqual(members);
  expect([...(world.topology?.watchers ?? [])].sort()).toEqual(watchers);
  expect(world.topology?.promotables).toEqual([]);
  const running = [...world.nodes]
    .filter(([, node]) => node.process !== 'Stopped')
    .map(([ordinal]) => ordinal);
  expect(running.sort()).toEqual(wanted);
  expect(wanted.filter((ordinal) => world.node(ordinal).isOutdated)).toEqual([]);
  for (const database of world.databases) {
    const { mode, target } = cluster.spec.replicationFactor;
    if (mode === 'Auto') expect(database.members.length).toBe(Math.min(target, cluster.spec.nodes));
    expect(database.members.length).toBeGreaterThan(0);
    expect(database.members.every((tag) => world.tags.includes(tag))).toBe(true);
  }
  expect(status.phase).toBe('Ready');
}
