import * as fc from 'fast-check';

/** Specs and events of which a scenario is made. */

export const NODES_MAX = 6;

export const specs = fc.record({
  nodes: fc.integer({ min: 1, max: NODES_MAX }),
  consensus: fc.record({
    maxVoters: fc.constantFrom(1, 3, 5, 7),
    evenNodes: fc.constantFrom('Warn', 'Watcher'),
    watchers: fc.integer({ min: 0, max: 2 }),
  }),
  replicationFactor: fc.record({
    mode: fc.constantFrom('Auto', 'Unmanaged'),
    target: fc.integer({ min: 1, max: 4 }),
    minimum: fc.integer({ min: 1, max: 2 }),
  }),
  scaleDown: fc.record({ allowReducedReplication: fc.boolean() }),
  update: fc.record({
    maxUnavailable: fc.integer({ min: 1, max: 3 }),
    minReadySeconds: fc.constantFrom(0, 5),
    approval: fc.constantFrom('Automatic', 'Automatic', 'BeforeLeader', 'EveryNode'),
  }),
  selfHealing: fc.record({
    lostNode: fc.constantFrom('Wait', 'Replace'),
    lostNodeAfter: fc.constant('5m'),
  }),
  storage: fc.record({
    retention: fc.record({
      whenScaled: fc.constantFrom('Retain', 'Delete'),
      staleVolume: fc.constantFrom('Quarantine', 'Wipe'),
    }),
  }),
});

const ordinal = fc.nat(NODES_MAX - 1);
const host = fc.nat(11);
const tags = fc.subarray(['A', 'B', 'C', 'D', 'E', 'F']);

const wish = fc.record(
  {
    replicationFactor: fc.integer({ min: 1, max: 4 }),
    placement: fc.oneof(
      fc.constant({}),
      fc.record({ tags: fc.subarray(['A', 'B', 'C', 'D'], { minLength: 1 }) }),
      fc.record({ zones: fc.subarray(['z0', 'z1', 'z2'], { minLength: 1 }) }),
    ),
    settings: fc.constantFrom({}, { 'Indexing.Disable': 'true' }, { a: '1', b: '2' }),
    disabled: fc.boolean(),
    reclaimPolicy: fc.constantFrom('Retain' as const, 'Delete' as const),
  },
  { requiredKeys: ['placement', 'settings', 'disabled', 'reclaimPolicy'] },
);

const plain = <Type extends string>(type: Type, weight: number) => ({
  weight,
  arbitrary: fc.record({ type: fc.constant(type) }),
});
const at = <Type extends string>(type: Type, weight: number) => ({
  weight,
  arbitrary: fc.record({ type: fc.constant(type), ordinal }),
});
const onHost = <Type extends string>(type: Type, weight: number) => ({
  weight,
  arbitrary: fc.record({ type: fc.constant(type), host }),
});

/** What may happen on any platform. */
const common = [
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      answered: fc.boolean(),
      steps: fc.integer({ min: 0, max: 5 }),
      silent: fc.subarray([0, 1, 2, 3, 4, 5], { maxLength: 2 }),
      isStale: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('work' as const), rounds: fc.integer({ min: 1, max: 25 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      ms: fc.integer({ min: 100, max: 8000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      ms: fc.integer({ min: 60_000, max: 900_000 }),
    }),
  },
  plain('spread', 2),
  at('kill', 2),
  at('wipe', 2),
  at('isolate', 2),
  plain('rehab', 2),
  plain('config', 2),
  plain('heal', 1),
  plain('late', 2),
  plain('forget', 1),
  plain('hibernate', 1),
  plain('wake', 1),
  plain('pause', 1),
  plain('resume', 1),
  plain('approve', 1),
  { weight: 1, arbitrary: fc.record({ type: fc.constant('drain' as const), tags }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('edit' as const), spec: specs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('create' as const),
      copies: fc.integer({ min: 1, max: 3 }),
      from: fc.nat(9),
    }),
  },
] as const;

/** What else may happen on Kubernetes. */
const kubernetes = [
  at('deletePod', 2),
  onHost('loseHost', 2),
  onHost('returnHost', 1),
  onHost('destroyHost', 1),
  onHost('cordon', 1),
  onHost('uncordon', 1),
  plain('evict', 2),
  plain('badConfig', 1),
  plain('growVolumes', 1),
  at('growthError', 1),
  plain('publish', 1),
  plain('disaster', 1),
  plain('recover', 1),
  plain('recoverWrongly', 1),
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('wish' as const), name: fc.nat(2), spec: wish }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('editWish' as const), index: fc.nat(5), spec: wish }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('deleteWish' as const), index: fc.nat(5) }) },
] as const;

export const localEvents = fc.oneof(...common);
export const kubernetesEvents = fc.oneof(...common, ...kubernetes);
export type ModelEvent = typeof kubernetesEvents extends fc.Arbitrary<infer E> ? E : never;
