import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../operator/resources/canonical-json.ts';
import { desiredObjects } from '../../../operator/resources/desired-objects.ts';
import { APPLIED_HASH_ANNOTATION, clusterLabels } from '../../../operator/resources/labels.ts';
import { settingsText } from '../../../operator/resources/settings.ts';
import { validCluster } from '../api/schema-arbitrary.ts';
import { clusterWith, factsWith } from './sample-cluster.ts';

const keyOf = ({ kind, metadata }: { kind: string; metadata: { name: string } }) =>
  `${kind} ${metadata.name}`;
const wantedOf = (spec = {}, facts = {}) =>
  desiredObjects(clusterWith(spec), factsWith(facts)).wanted.map(keyOf);
const absentOf = (spec = {}, facts = {}) =>
  desiredObjects(clusterWith(spec), factsWith(facts)).absent.map(({ kind, name }) => `${kind} ${name}`);

const ROUTES = { served: new Set(['gateway.networking.k8s.io/v1/TLSRoute']) };
const MONITORS = { served: new Set(['monitoring.coreos.com/v1/PodMonitor']) };
const GATEWAY = {
  networking: {
    domain: 'db.example.com',
    expose: { type: 'Gateway', gateway: { parentRefs: [{ name: 'edge' }] } },
  },
};

describe('the objects of a cluster', () => {
  it('are these by default, what pods need first', () => {
    expect(wantedOf()).toEqual([
      'ServiceAccount orders',
      'ConfigMap orders-config',
      'Service orders-nodes',
      'Service orders',
      'Service orders-0',
      'Service orders-1',
      'Service orders-2',
      'NetworkPolicy orders',
      'PodDisruptionBudget orders',
      'StatefulSet orders',
    ]);
    expect(absentOf()).toEqual(['Ingress orders']);
  });

  it.each([
    [
      'an Ingress',
      { networking: { domain: 'x.example', expose: { type: 'Ingress' } } },
      {},
      ['Ingress orders'],
    ],
    ['routes', GATEWAY, ROUTES, ['TLSRoute orders-0', 'TLSRoute orders-1', 'TLSRoute orders-2']],
    ['a PodMonitor where there can be one', {}, MONITORS, ['PodMonitor orders']],
    ['a PodMonitor on demand', { monitoring: { podMonitor: 'Enabled' } }, {}, ['PodMonitor orders']],
  ])('have %s besides', (_name, spec, facts, more) => {
    expect(wantedOf(spec, facts)).toEqual([...wantedOf(), ...more]);
  });

  it.each([
    [
      'Services of nodes that are gone',
      {},
      { nodeServices: [0, 1, 2, 3, 4] },
      ['Service orders-3', 'Service orders-4'],
    ],
    ['a NetworkPolicy', { networking: { networkPolicy: { enabled: false } } }, {}, ['NetworkPolicy orders']],
    ['routes of nodes that are gone', GATEWAY, { ...ROUTES, nodeServices: [3] }, ['TLSRoute orders-3']],
    ['routes of another exposure', {}, { ...ROUTES, nodeCount: 1 }, ['TLSRoute orders-0']],
    ['a PodMonitor', { monitoring: { podMonitor: 'Disabled' } }, MONITORS, ['PodMonitor orders']],
  ])('do not include %s', (_name, spec, facts, gone) => {
    expect(absentOf(spec, facts)).toEqual(expect.arrayContaining(gone));
  });

  it('of any valid spec are the same each time, owned and labelled, with one name each, and none both wanted and absent', () => {
    fc.assert(
      fc.property(validCluster(), fc.nat(5), fc.boolean(), (cluster, nodeCount, isOperationRunning) => {
        const served = isOperationRunning ? ROUTES.served : MONITORS.served;
        const facts = factsWith({ nodeCount, isOperationRunning, served, nodeServices: [1, 4] });
        const { wanted, absent } = desiredObjects(cluster, facts);
        const again = desiredObjects(shuffledKeys(cluster), facts);
        expect(canonicalJson(again)).toBe(canonicalJson({ wanted, absent }));
        const keys = wanted.map(keyOf);
        expect(new Set(keys).size).toBe(keys.length);
        expect(absent.filter(({ kind, name }) => keys.includes(`${kind} ${name}`))).toEqual([]);
        for (const { metadata } of wanted) {
          expect(metadata.labels).toMatchObject(clusterLabels('orders'));
          expect(metadata.ownerReferences[0]?.uid).toBe(cluster.metadata.uid);
          expect(metadata.annotations[APPLIED_HASH_ANNOTATION]).toMatch(/^[0-9a-f]{16}$/);
          expect(metadata.name.length).toBeLessThanOrEqual(63);
        }
        // Nothing is applied that has no value: it would be taken from whoever set it.
        expect(JSON.stringify(wanted)).not.toContain(':null');
        expect(hasUndefined(wanted)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('change their hash exactly when they change', () => {
    const hashes = (spec = {}) =>
      Object.fromEntries(
        desiredObjects(clusterWith(spec), factsWith()).wanted.map((object) => [
          keyOf(object),
          object.metadata.annotations[APPLIED_HASH_ANNOTATION],
        ]),
      );
    const before = hashes();
    const after = hashes({ logging: { level: 'Debug' } });
    const changed = Object.keys(before).filter((key) => before[key] !== after[key]);
    expect(changed).toEqual(['ConfigMap orders-config', 'StatefulSet orders']);
  });
});

describe('the settings of the nodes', () => {
  it('are what the spec says of logs, and its configuration, which wins', () => {
    const { spec } = clusterWith({
      config: { 'Logs.MinLevel': 'Trace', B: '1', A: '2' },
      logging: { format: 'Text' },
    });
    expect(settingsText(spec)).toBe('{"A":"2","B":"1","Logs.Format":"text","Logs.MinLevel":"Trace"}');
  });
});

function shuffledKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(shuffledKeys) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, child]) => [key, shuffledKeys(child)])) as T;
}

function hasUndefined(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUndefined);
}
