import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FoundAuthority,
  HOLDERS,
  type Holder,
} from '../../../operator/certificates/certificate-facts.ts';
import { usableLeaf } from '../../../operator/certificates/certificate-input.ts';
import { CertificateWorld, DAY_MS, HOUR_MS, MINUTE_MS } from './certificate-world.ts';

/** More with, say, `MODEL_RUNS=100000 npm exec -- vitest run test/operator/certificates`. */
const RUNS = Number(process.env.MODEL_RUNS ?? 500);

const TAGS = ['A', 'B', 'C'] as const;
const tags = fc.constantFrom(...TAGS);

const overlaps = fc.constantFrom(0, 10 * MINUTE_MS, DAY_MS);

const common = [
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('pass' as const), writes: fc.constantFrom(0, 1, 2, 100) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      ms: fc.oneof(
        fc.integer({ min: 1_000, max: 20_000 }),
        fc.integer({ min: 20_000, max: 2 * MINUTE_MS }),
        fc.integer({ min: MINUTE_MS, max: 2 * DAY_MS }),
        fc.integer({ min: DAY_MS, max: 80 * DAY_MS }),
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('load' as const),
      tag: tags,
      skip: fc.constantFrom(0, 0, 1, 2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('silence' as const), tag: tags, isSilent: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('loadAll' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('stop' as const), tag: tags }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('start' as const), tag: tags, isStale: fc.boolean() }),
  },
] as const;

const ownEvents = fc.oneof(
  ...common,
  { weight: 4, arbitrary: fc.record({ type: fc.constant('request' as const), value: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('names' as const), value: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('policy' as const),
      lifetimeMs: fc.constantFrom(DAY_MS, 30 * DAY_MS, 90 * DAY_MS, 400 * DAY_MS),
      renewBeforeMs: fc.constantFrom(HOUR_MS, 30 * DAY_MS),
      overlapMs: overlaps,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('lose' as const),
      what: fc.constantFrom('authority' as const, 'Nodes' as const, 'Operator' as const, 'Metrics' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('replaceAuthority' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forgetTimes' as const) }) },
);

const suppliedEvents = fc.oneof(
  ...common,
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('supply' as const),
      isOtherAuthority: fc.boolean(),
      keepsOld: fc.boolean(),
      hasOwn: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('noSupply' as const) }) },
);

type Event =
  | (typeof ownEvents extends fc.Arbitrary<infer E> ? E : never)
  | (typeof suppliedEvents extends fc.Arbitrary<infer E> ? E : never);

/** Somebody who makes certificates outside, and changes authority now and then. */
class Issuer {
  readonly #world: CertificateWorld;
  #authority: FoundAuthority;

  constructor(world: CertificateWorld) {
    this.#world = world;
    this.#authority = world.makeAuthority();
  }

  supply(options: { isOtherAuthority: boolean; keepsOld: boolean; hasOwn: boolean }): void {
    const old = this.#authority;
    if (options.isOtherAuthority) this.#authority = this.#world.makeAuthority();
    const leaf = this.#world.makeLeaf(this.#authority);
    const trust = [this.#authority.certificate, ...(options.keepsOld ? [old.certificate] : [])];
    this.#world.supply = {
      certificates: {
        leaf,
        ...(options.hasOwn ? { operator: this.#world.makeLeaf(this.#authority) } : {}),
        metrics: this.#world.makeLeaf(this.#authority),
        trust: [...new Set(trust)],
      },
    };
  }
}

function apply(world: CertificateWorld, issuer: Issuer | undefined, event: Event): void {
  switch (event.type) {
    case 'pass':
      world.pass(event.writes);
      return;
    case 'advance':
      world.advance(event.ms);
      return;
    case 'load':
      world.load(event.tag, event.skip);
      return;
    case 'loadAll':
      for (const tag of TAGS) world.load(tag);
      return;
    case 'silence':
      world.silence(event.tag, event.isSilent);
      return;
    case 'stop':
      world.stop(event.tag);
      return;
    case 'start':
      world.start(event.tag, event.isStale);
      return;
    case 'request':
      world.policy = { ...world.policy, rotationRequest: String(event.value) };
      return;
    case 'names':
      world.names = ['db', `name-${event.value}`];
      return;
    case 'policy':
      world.policy = { ...world.policy, ...event };
      return;
    case 'lose':
      lose(world, event.what);
      return;
    case 'replaceAuthority':
      if (isWhole(world)) world.authority = { current: world.makeAuthority() };
      return;
    case 'forgetTimes':
      if (world.published.Nodes !== undefined) {
        const { trustSinceMs: _, authoritySinceMs: __, ...rest } = world.published.Nodes;
        world.published.Nodes = rest;
      }
      return;
    case 'supply':
      issuer?.supply(event);
      return;
    case 'noSupply':
      world.supply = { problem: { reason: 'SecretMissing', message: 'gone' } };
      return;
  }
}

/** Losing one Secret is a bad day that must be survived; losing the key and what was made with it is not promised. */
function lose(world: CertificateWorld, what: 'authority' | Holder): void {
  if (!isWhole(world)) return;
  if (what === 'authority') world.authority = undefined;
  else delete world.published[what];
}

function isWhole({ authority, published, nowMs }: CertificateWorld): boolean {
  const isInUse = published.Nodes?.leaf?.authority === authority?.current.certificate.sha256;
  return (
    isInUse &&
    authority?.current.key !== undefined &&
    usableLeaf(published.Nodes, nowMs) !== undefined &&
    published.Operator !== undefined
  );
}

/** Every node answers again, and the operator looks when it said it would: how long until all is as it should be? */
function settle(world: CertificateWorld): void {
  for (const tag of TAGS) world.silence(tag, false);
  for (let look = 0; look < 200; look += 1) {
    const plan = world.pass();
    for (const tag of TAGS) world.load(tag);
    const rest = world.pass();
    if (rest.condition.reason === 'Valid' && plan.step === undefined && isDone(world)) return;
    world.advance(rest.lookAgainInMs);
  }
  throw new Error(`not settled: ${world.pass().condition.message}, ${world.describe()}`);
}

function isDone({ authority, policy, published, names, supply }: CertificateWorld): boolean {
  const wanted = supply?.certificates?.trust.length ?? 1;
  const isTrustRight = HOLDERS.every((holder) => published[holder]?.trust.length === wanted);
  if (supply !== undefined) return isTrustRight;
  return (
    isTrustRight &&
    (policy.rotationRequest === undefined || authority?.handledRequest === policy.rotationRequest) &&
    authority?.next === undefined &&
    [...(published.Nodes?.leaf?.certificate.names ?? [])].sort().join() === [...names].sort().join()
  );
}

describe('the certificates of a cluster, whatever happens in whatever order', () => {
  it('never break trust between two nodes or with the operator, and come to rest, with the operator as authority', () => {
    fc.assert(
      fc.property(fc.array(ownEvents, { maxLength: 60, size: 'max' }), overlaps, (events, overlapMs) => {
        const world = new CertificateWorld();
        world.policy = { ...world.policy, overlapMs };
        world.pass();
        for (const tag of TAGS) world.start(tag, false);
        for (const event of events) apply(world, undefined, event);
        settle(world);
        expect(usableLeaf(world.published.Nodes, world.nowMs)).toBeDefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('never break trust between two nodes or with the operator, and come to rest, with certificates from elsewhere', () => {
    fc.assert(
      fc.property(fc.array(suppliedEvents, { maxLength: 60, size: 'max' }), overlaps, (events, overlapMs) => {
        const world = new CertificateWorld();
        const issuer = new Issuer(world);
        world.policy = { ...world.policy, overlapMs: Math.min(overlapMs, HOUR_MS) };
        issuer.supply({ isOtherAuthority: false, keepsOld: false, hasOwn: true });
        world.pass();
        for (const tag of TAGS) world.start(tag, false);
        for (const event of events) apply(world, issuer, event);
        issuer.supply({ isOtherAuthority: false, keepsOld: false, hasOwn: false });
        settle(world);
      }),
      { numRuns: RUNS },
    );
  });
});
