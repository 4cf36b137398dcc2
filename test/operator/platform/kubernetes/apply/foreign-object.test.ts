import { describe, expect, it } from 'vitest';
import { foreignBecause } from '../../../../../operator/platform/kubernetes/apply/foreign-object.ts';

const cluster = { name: 'orders', uid: 'u1' };
const labels = { 'ravencluster.io/cluster': 'orders' };
const owner = (kind: string, name: string, uid: string, controller = true) => ({
  ...{ apiVersion: 'ravencluster.io/v1beta1', kind, name, uid, controller },
});
const object = (metadata: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders', ...metadata },
});

describe('an object of a name that a cluster needs', () => {
  it.each([
    ['is its own when it owns it', { ownerReferences: [owner('RavenCluster', 'orders', 'u1')] }],
    ['is its own when an earlier life of it left it behind', { labels }],
    [
      'is its own when others, who do not control it, own it as well',
      { labels, ownerReferences: [owner('A', 'b', 'u2', false)] },
    ],
  ])('%s', (_name, metadata) => {
    expect(foreignBecause(object(metadata), cluster)).toBeUndefined();
  });

  it.each([
    ['somebody made it by hand', {}, 'somebody else made it'],
    [
      'it has the label of another cluster',
      { labels: { 'ravencluster.io/cluster': 'orders-1' } },
      'somebody else made it',
    ],
    [
      'another cluster owns it',
      { labels, ownerReferences: [owner('RavenCluster', 'orders-1', 'u2')] },
      'it belongs to RavenCluster orders-1',
    ],
    [
      'a former cluster of its name still owns it',
      { labels, ownerReferences: [owner('RavenCluster', 'orders', 'u0')] },
      'it belongs to RavenCluster orders',
    ],
  ])('is not its own when %s', (_name, metadata, why) => {
    expect(foreignBecause(object(metadata), cluster)).toBe(why);
  });
});
