import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterLabels, labelSelector, selectorLabels } from '../../../operator/resources/labels.ts';
import {
  claimName,
  clientHost,
  nodeHost,
  nodeName,
  nodeUrl,
  ordinalOfClaim,
  ordinalOfPod,
} from '../../../operator/resources/names.ts';

describe('names of the objects of a cluster', () => {
  it('give every node an address of its own below the headless Service', () => {
    expect(nodeUrl('orders', 'shop', 2, true)).toBe('https://orders-2.orders-nodes.shop.svc:8080');
    expect(nodeUrl('orders', 'shop', 0, false)).toBe('http://orders-0.orders-nodes.shop.svc:8080');
    expect(nodeHost('orders', 'shop', 1)).toBe('orders-1.orders-nodes.shop.svc');
    expect(clientHost('orders', 'shop')).toBe('orders.shop.svc');
  });

  it('lead from a pod or a claim back to its ordinal', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/), fc.nat(103), (cluster, ordinal) => {
        expect(ordinalOfPod(cluster, nodeName(cluster, ordinal))).toBe(ordinal);
        expect(ordinalOfClaim(cluster, claimName(cluster, ordinal))).toBe(ordinal);
        expect(`${nodeName(cluster, ordinal)}-nodes`.length).toBeLessThanOrEqual(63);
      }),
    );
  });

  it.each(['orders', 'orders-', 'orders-x', 'orders-01', 'orders-1e1', 'orders--1', 'orders-b-1', 'order-1'])(
    'are not mixed up with those of others: %s is no pod of the cluster orders',
    (name) => {
      expect(ordinalOfPod('orders', name)).toBeUndefined();
      expect(ordinalOfClaim('orders', `data-${name}`)).toBeUndefined();
    },
  );

  it('a pod is no claim', () => {
    expect(ordinalOfClaim('orders', 'orders-1')).toBeUndefined();
  });
});

describe('labels of the objects of a cluster', () => {
  it('hold those that select its pods', () => {
    expect(clusterLabels('orders')).toMatchObject(selectorLabels('orders'));
    expect(labelSelector(selectorLabels('orders'))).toBe(
      'app.kubernetes.io/instance=orders,ravencluster.io/cluster=orders',
    );
  });
});
