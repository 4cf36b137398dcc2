import { beforeEach, describe, expect, it } from 'vitest';
import { TRUST_SETTLE_MS, TRUSTED_AUTHORITIES_MAX } from '../../../operator/certificates/limits.ts';
import { DAY_MS, HOUR_MS } from './certificate-world.ts';
import { ThreeNodes } from './three-nodes.ts';

let world: ThreeNodes;

beforeEach(() => {
  world = new ThreeNodes();
});

describe('a bad day', () => {
  it('on which the key of the authority is lost: a new one comes in, and nobody notices', () => {
    world.authority = undefined;
    for (let round = 0; round < 40; round += 1) {
      world.pass();
      world.loadAll();
      world.advance(HOUR_MS);
    }
    expect(world.reasons().slice(0, 2)).toEqual(['KeyLost', 'Nodes Trust']);
    expect(world.pass().condition.reason).toBe('Valid');
    expect(world.trusted()).toBe(1);
  });

  it('on which only the certificate of the authority is left: the same', () => {
    const { current } = world.authority ?? {};
    if (current === undefined) throw new Error('there is one');
    world.authority = { current: { certificate: current.certificate } };
    world.pass();
    expect(world.reasons()[0]).toBe('KeyLost');
    expect(world.trusted()).toBe(2);
  });

  it('on which something deletes the authority again and again: the bundle stays small, and trust whole', () => {
    for (let round = 0; round < 40; round += 1) {
      world.authority = undefined;
      world.pass();
      world.loadAll();
      world.advance(20_000);
    }
    expect(world.trusted()).toBe(TRUSTED_AUTHORITIES_MAX);
    for (let round = 0; round < 40; round += 1) {
      world.pass();
      world.loadAll();
      world.advance(HOUR_MS);
    }
    expect(world.pass().condition.reason).toBe('Valid');
  });

  it('on which the Secret of the nodes is lost: it is back at once, under the same authority', () => {
    const before = world.published.Nodes?.leaf?.authority;
    delete world.published.Nodes;
    world.pass();
    expect(world.reasons()).toEqual(['Nodes FirstCertificate']);
    expect(world.publishedTo('Nodes')?.leaf?.authority).toBe(before);
  });

  it('on which the Secret of the nodes is lost in the middle of a rotation: the old authority is not forgotten', () => {
    world.policy = { ...world.policy, rotationRequest: '1' };
    world.pass();
    delete world.published.Nodes;
    world.pass();
    expect(world.trusted()).toBe(2);
    expect(world.publishedTo('Nodes')?.leaf?.authority).toBe(world.authority?.current.certificate.sha256);
  });

  it('on which authority and Secret of the nodes are lost: the old authority stays trusted from the copy', () => {
    const old = world.authority?.current.certificate.sha256;
    world.authority = undefined;
    delete world.published.Nodes;
    // Nodes can't trust what they never saw: this is the one case that can't be without a gap.
    for (const tag of ['A', 'B', 'C']) world.stop(tag);
    world.pass();
    expect(world.publishedTo('Nodes')?.trust.map(({ sha256 }) => sha256)).toContain(old);
    expect(world.usable()).toBe(true);
  });

  it('on which everything is lost: there is a new beginning', () => {
    for (const tag of ['A', 'B', 'C']) world.stop(tag);
    world.authority = undefined;
    world.published = {};
    expect(world.pass().condition.reason).toBe('Valid');
  });

  it('after a year without an operator, when everything has ended: there is a new beginning', () => {
    world.advance(11 * 365 * DAY_MS);
    expect(world.pass(0).condition).toMatchObject({ reason: 'Expired' });
    world.pass();
    world.loadAll();
    expect(world.pass().condition).toMatchObject({ status: 'True' });
    expect(world.usable()).toBe(true);
  });

  it('on which a node does not load what is published: the condition names it before its certificate ends', () => {
    world.advance(61 * DAY_MS);
    world.pass();
    const plan = () => world.pass(0).condition;
    world.load('A');
    world.load('C');
    world.advance(0);
    expect(plan().reason).toBe('Valid');
    world.holdBack('B');
    world.advance(20 * DAY_MS);
    expect(plan()).toMatchObject({
      status: 'False',
      reason: 'Expiring',
      message: expect.stringContaining(' B:'),
    });
    world.advance(10 * DAY_MS);
    expect(plan()).toMatchObject({
      status: 'False',
      reason: 'Expired',
      message: expect.stringContaining(' B:'),
    });
  });

  it('on which a clock was a year ahead: times in the future count as unknown, and nothing waits for a year', () => {
    world.policy = { ...world.policy, rotationRequest: '1' };
    world.pass();
    world.loadAll();
    const found = world.published.Nodes;
    if (found === undefined) throw new Error('there is one');
    // What read-secrets.ts makes of an annotation that lies in the future.
    const { trustSinceMs: _, authoritySinceMs: __, ...rest } = found;
    world.published.Nodes = rest;
    world.pass();
    world.advance(TRUST_SETTLE_MS);
    world.writes.length = 0;
    world.pass();
    expect(world.reasons()).toContain('TrustedByAll');
  });
});
