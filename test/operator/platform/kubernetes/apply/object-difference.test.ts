import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../../../../operator/platform/kubernetes/apply/object-difference.ts';

function pathsOf(wanted: unknown, found: unknown): readonly string[] {
  return differencesOf(wanted, found).map(({ path }) => path);
}

describe('an object that was applied', () => {
  it('may have fields more: defaults, and those of others', () => {
    const wanted = { spec: { ports: [{ name: 'http', port: 8080 }] }, metadata: { labels: { a: '1' } } };
    const found = {
      spec: { ports: [{ name: 'http', port: 8080, protocol: 'TCP', targetPort: 8080 }], type: 'ClusterIP' },
      metadata: { labels: { a: '1', theirs: '2' } },
    };
    expect(differencesOf(wanted, found)).toEqual([]);
  });

  it('is found to differ at the field that differs, with both values', () => {
    const containers = (image: string) => ({ spec: { containers: [{ name: 'node', image }] } });
    expect(differencesOf(containers('a:1'), containers('a:2'))).toEqual([
      { path: 'spec.containers[name=node].image', wanted: '"a:1"', found: '"a:2"' },
    ]);
    expect(pathsOf({ spec: { replicas: 3 } }, { spec: {} })).toEqual(['spec.replicas']);
    expect(pathsOf({ readOnly: false }, { readOnly: true })).toEqual(['readOnly']);
    expect(pathsOf({ maxUnavailable: 0 }, { maxUnavailable: 1 })).toEqual(['maxUnavailable']);
  });

  it('may have entries more in a list of named things, in any order, but must have its own', () => {
    const sidecar = { name: 'injected', image: 'x' };
    const node = { name: 'node', image: 'a:1' };
    expect(pathsOf({ containers: [node] }, { containers: [sidecar, node] })).toEqual([]);
    expect(pathsOf({ containers: [node] }, { containers: [sidecar] })).toEqual(['containers[name=node]']);
  });

  it('must have lists of plain values exactly', () => {
    expect(pathsOf({ args: ['pod', '--tls'] }, { args: ['pod'] })).toEqual(['args']);
    expect(pathsOf({ args: ['pod', '--tls'] }, { args: ['pod', '--data'] })).toEqual(['args[1]']);
  });

  it.each([
    [{ cpu: '0.5' }, { cpu: '500m' }],
    [{ memory: '2048Mi' }, { memory: '2Gi' }],
    [{ env: [], nodeSelector: {} }, {}],
    [{ securityContext: { capabilities: { add: [] } } }, {}],
    [{ port: '8080' }, { port: 8080 }],
    [{ minReadySeconds: 0, readOnly: false }, {}],
  ])('means the same when the API server writes %j as %j', (wanted, found) => {
    expect(differencesOf(wanted, found)).toEqual([]);
  });

  it('never differs from itself', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => differencesOf(value, value).length === 0));
  });
});
