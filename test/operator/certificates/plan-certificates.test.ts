import { beforeEach, describe, expect, it } from 'vitest';
import { AUTHORITY_LIFETIME_MS, TRUST_SETTLE_MS } from '../../../operator/certificates/limits.ts';
import { describeStep, eventsOf } from '../../../operator/certificates/step-events.ts';
import { CertificateWorld, DAY_MS, HOUR_MS, MINUTE_MS } from './certificate-world.ts';
import { ThreeNodes } from './three-nodes.ts';

let world: ThreeNodes;

beforeEach(() => {
  world = new ThreeNodes();
});

describe('the first certificates', () => {
  it('are an authority, and one certificate each for the nodes, the operator and Prometheus', () => {
    const empty = new CertificateWorld();
    const plan = empty.pass();
    expect(empty.writes.map((step) => (step.type === 'Publish' ? step.to : step.reason))).toEqual([
      'FirstAuthority',
      'Nodes',
      'Operator',
      'Metrics',
    ]);
    expect(plan.condition).toMatchObject({ type: 'CertificatesReady', status: 'True', reason: 'Valid' });
    expect(plan.status).toMatchObject({
      phase: 'Valid',
      caFingerprints: [empty.authority?.current.certificate.sha256],
      notAfter: '2026-04-01T00:00:00Z',
      nextRotation: '2026-03-02T00:00:00Z',
    });
  });

  it('are told as one renewal, and as no overlap', () => {
    const empty = new CertificateWorld();
    empty.pass();
    expect(empty.writes.flatMap(eventsOf).map(({ reason }) => reason)).toEqual(['CertificateRenewed']);
  });

  it('leave nothing to do', () => {
    world.pass();
    expect(world.writes).toEqual([]);
  });
});

describe('a certificate', () => {
  it('is renewed when renewBefore is left of its life, and not a moment before', () => {
    world.advance(60 * DAY_MS - 1_000);
    const plan = world.pass();
    expect(world.writes).toEqual([]);
    expect(plan.lookAgainInMs).toBe(1_000);
    world.advance(plan.lookAgainInMs);
    world.pass();
    expect(world.reasons()).toEqual(['Nodes Due', 'Operator Due', 'Metrics Due']);
    expect(world.trusted()).toBe(1);
  });

  it('is renewed however silent the nodes are', () => {
    for (const tag of ['A', 'B', 'C']) world.silence(tag, true);
    world.advance(60 * DAY_MS);
    world.pass();
    expect(world.reasons()).toContain('Nodes Due');
  });

  it('is made anew for other names, for the nodes only', () => {
    world.names = ['db', 'db-8.shop.svc'];
    world.pass();
    expect(world.reasons()).toEqual(['Nodes OtherNames']);
    expect(world.leafOf('Nodes')?.names).toEqual(['db', 'db-8.shop.svc']);
  });

  it('is made anew when certificates are to last shorter than it does, not when longer', () => {
    world.policy = { ...world.policy, lifetimeMs: 400 * DAY_MS };
    world.pass();
    expect(world.reasons()).toEqual([]);
    world.policy = { ...world.policy, lifetimeMs: 30 * DAY_MS, renewBeforeMs: 10 * DAY_MS };
    world.pass();
    expect(world.reasons()).toEqual(['Nodes ShorterLife', 'Operator ShorterLife', 'Metrics ShorterLife']);
  });

  it('is not made again and again when renewBefore is longer than its whole life', () => {
    world.policy = { ...world.policy, lifetimeMs: DAY_MS, renewBeforeMs: 30 * DAY_MS };
    world.pass();
    world.writes.length = 0;
    for (let hour = 0; hour < 48; hour += 1) {
      world.advance(HOUR_MS);
      world.pass();
    }
    expect(world.reasons().filter((reason) => reason === 'Nodes Due')).toHaveLength(6);
  });

  it('counts as expiring when its renewal has failed for long, and as expired at its end', () => {
    world.advance(75 * DAY_MS);
    expect(world.pass(0).condition).toMatchObject({ status: 'True', reason: 'Valid' });
    world.advance(DAY_MS);
    expect(world.pass(0).condition).toMatchObject({ status: 'False', reason: 'Expiring' });
    world.advance(14 * DAY_MS);
    expect(world.pass(0).condition).toMatchObject({ status: 'False', reason: 'Expired' });
  });
});

describe('a new authority', () => {
  it('is published first, signs when every node trusts it, and the old one goes a day later', () => {
    world.policy = { ...world.policy, rotationRequest: '1' };
    world.pass();
    expect(world.reasons()).toEqual(['Requested', 'Nodes Trust', 'Operator Trust', 'Metrics Trust']);
    expect(world.trusted()).toBe(2);
    const old = world.leafOf('Nodes');

    world.advance(TRUST_SETTLE_MS);
    world.load('A');
    world.load('B');
    expect(world.pass().condition).toMatchObject({
      status: 'True',
      reason: 'TrustOverlap',
      message: 'A new authority waits until it is known to be trusted by C',
    });
    expect(world.leafOf('Nodes')).toBe(old);

    world.load('C');
    world.writes.length = 0;
    world.pass();
    expect(world.reasons()).toEqual([
      'TrustedByAll',
      'Nodes OtherAuthority',
      'Operator OtherAuthority',
      'Metrics OtherAuthority',
    ]);
    world.loadAll();
    expect(world.pass().condition.message).toBe('The old authority stays trusted until 2026-01-02T00:01:00Z');

    world.writes.length = 0;
    world.advance(DAY_MS - 1_000);
    world.pass();
    expect(world.reasons()).toEqual([]);
    world.advance(1_000);
    expect(world.pass().condition.reason).toBe('Valid');
    expect(world.reasons()).toEqual(['Nodes Trust', 'Operator Trust', 'Metrics Trust']);
    expect(world.trusted()).toBe(1);
  });

  it('tells of its beginning and its end once', () => {
    world.policy = { ...world.policy, rotationRequest: '1', overlapMs: 0 };
    for (let round = 0; round < 5; round += 1) {
      world.pass();
      world.loadAll();
      world.advance(2 * MINUTE_MS);
    }
    expect(world.writes.flatMap(eventsOf).map(({ reason }) => reason)).toEqual([
      'CAOverlapStarted',
      'CertificateRenewed',
      'CAOverlapEnded',
    ]);
    expect(world.writes.map(describeStep).every((text) => text.length > 0)).toBe(true);
  });

  it('is made once for each value of the annotation', () => {
    for (const request of ['1', '1', '2', '2', '1']) {
      world.policy = { ...world.policy, rotationRequest: request };
      for (let round = 0; round < 3; round += 1) {
        world.pass();
        world.loadAll();
        world.advance(2 * MINUTE_MS);
      }
    }
    expect(world.reasons().filter((reason) => reason === 'Requested')).toHaveLength(3);
  });

  it('is not made when the annotation was there before the first one', () => {
    const fresh = new CertificateWorld();
    fresh.policy = { ...fresh.policy, rotationRequest: 'from the beginning' };
    fresh.pass();
    fresh.pass();
    expect(fresh.writes).toHaveLength(4);
  });

  it('comes in when a tenth of the life of the old one is left', () => {
    world.advance(AUTHORITY_LIFETIME_MS * 0.9 - 2 * HOUR_MS);
    world.pass();
    expect(world.reasons()).not.toContain('Aged');
    world.advance(2 * HOUR_MS);
    world.pass();
    expect(world.reasons()).toContain('Aged');
  });

  it('waits for months for a node that nobody can reach, while certificates of the old one are renewed', () => {
    world.policy = { ...world.policy, rotationRequest: '1' };
    world.silence('B', true);
    for (let week = 0; week < 40; week += 1) {
      world.pass();
      world.loadAll();
      world.advance(7 * DAY_MS);
    }
    expect(world.reasons()).not.toContain('TrustedByAll');
    expect(world.reasons().filter((reason) => reason === 'Nodes Due').length).toBeGreaterThan(3);
    world.silence('B', false);
    world.pass();
    expect(world.reasons()).toContain('TrustedByAll');
  });

  it('waits no longer when the old one is about to end: then the silent node has had it for a day and more', () => {
    world.silence('B', true);
    world.advance(AUTHORITY_LIFETIME_MS * 0.9);
    for (let day = 0; day < 364; day += 1) {
      world.pass();
      world.loadAll();
      world.advance(DAY_MS);
    }
    expect(world.reasons()).not.toContain('LastCall');
    for (let hour = 0; hour < 48; hour += 1) {
      world.pass();
      world.loadAll();
      world.advance(HOUR_MS);
    }
    expect(world.reasons()).toContain('LastCall');
    expect(world.pass().condition.status).toBe('True');
  });

  it('does not wait for nodes that are stopped: they read the newest Secret when they start', () => {
    world.stop('C');
    world.policy = { ...world.policy, rotationRequest: '1' };
    world.pass();
    world.loadAll();
    world.advance(TRUST_SETTLE_MS);
    world.pass();
    expect(world.reasons()).toContain('TrustedByAll');
    world.start('C', true);
  });
});

describe('certificates from elsewhere', () => {
  it('are copied for the nodes when they come from the authority in use', () => {
    const issuer = world.makeAuthority();
    const elsewhere = new CertificateWorld();
    const supply = () => {
      const leaf = elsewhere.makeLeaf(issuer);
      elsewhere.supply = { certificates: { leaf, trust: [issuer.certificate] } };
      return leaf;
    };
    supply();
    elsewhere.pass();
    elsewhere.start('A', false);
    const renewed = supply();
    const plan = elsewhere.pass();
    expect(elsewhere.published.Nodes?.leaf).toBe(renewed);
    expect(elsewhere.published.Operator?.leaf).toBe(renewed);
    expect(elsewhere.published.Metrics).toBeUndefined();
    expect(plan.condition).toMatchObject({ status: 'True', reason: 'Valid' });
    expect(plan.status.nextRotation).toBeUndefined();
    expect(plan.lookAgainInMs).toBe(MINUTE_MS);
  });

  it('that are missing leave the nodes with what they have, and say until when', () => {
    world.supply = { problem: { reason: 'SecretMissing', message: 'Secret mine does not exist' } };
    const plan = world.pass();
    expect(world.writes).toEqual([]);
    expect(plan.condition).toEqual({
      type: 'CertificatesReady',
      status: 'False',
      reason: 'SecretMissing',
      message:
        'Secret mine does not exist; the nodes go on with the certificate that ends on 2026-04-01T00:00:00Z',
    });
  });

  it('take over from the operator without a gap, and give back without one', () => {
    const issuer = world.makeAuthority();
    world.supply = { certificates: { leaf: world.makeLeaf(issuer), trust: [issuer.certificate] } };
    const settle = () => {
      for (let round = 0; round < 60; round += 1) {
        world.pass();
        world.loadAll();
        world.advance(HOUR_MS);
      }
    };
    settle();
    expect(world.published.Nodes?.trust).toEqual([issuer.certificate]);
    // Nobody has supplied one for Prometheus, so it has had none that nodes accept.
    delete world.published.Metrics;
    world.supply = undefined;
    settle();
    expect(world.published.Nodes?.trust).toEqual([world.authority?.current.certificate]);
    expect(world.pass().condition.reason).toBe('Valid');
  });
});
