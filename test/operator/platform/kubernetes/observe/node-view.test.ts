import { describe, expect, it } from 'vitest';
import { parseRavenCluster } from '../../../../../operator/api/parse-resource.ts';
import type { RavenClusterSpec } from '../../../../../operator/api/raven-cluster.ts';
import type {
  ClaimObject,
  ClusterObjects,
  HostObject,
  PodObject,
  StatefulSetObject,
} from '../../../../../operator/platform/kubernetes/observe/cluster-objects.ts';
import { viewNodes } from '../../../../../operator/platform/kubernetes/observe/node-view.ts';
import type { PlatformNode } from '../../../../../operator/platform/platform.ts';

const NOW_MS = Date.parse('2026-11-26T12:00:00Z');
const addresses = { urlOf: (ordinal: number) => `http://n${ordinal}`, publicUrlOf: () => undefined };

function specOf(spec: string): RavenClusterSpec {
  const text = `apiVersion: ravencluster.io/v1beta1\nkind: RavenCluster\nmetadata: { name: shop }\nspec: ${spec}`;
  return parseRavenCluster(text, 'test').spec;
}

function set(replicas: number, updateRevision = 'r1'): StatefulSetObject {
  const metadata = { name: 'shop' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: { replicas },
    status: { updateRevision },
  };
}

function pod(
  parts: Omit<Partial<PodObject>, 'metadata'> & { metadata?: Partial<PodObject['metadata']> } = {},
): PodObject {
  const labels = { 'controller-revision-hash': 'r1' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    status: {
      containerStatuses: [{ name: 'node', state: { running: { startedAt: '2026-11-26T11:59:00Z' } } }],
    },
    ...parts,
    metadata: { name: 'shop-0', uid: 'u0', labels, ...parts.metadata },
  };
}

function claim(annotations: Record<string, string>, parts: Partial<ClaimObject> = {}): ClaimObject {
  const metadata = { name: 'data-shop-0', uid: 'c0', annotations };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, ...parts };
}

function look(objects: Partial<ClusterObjects>, spec = '{ nodes: 3 }'): readonly PlatformNode[] {
  const none = { statefulSet: undefined, hosts: undefined, storageClasses: undefined };
  return viewNodes(
    { ...none, pods: new Map(), claims: new Map(), ...objects },
    specOf(spec),
    addresses,
    NOW_MS,
  );
}

function lookAt0(objects: Partial<ClusterObjects>, spec?: string): PlatformNode | undefined {
  return look(objects, spec).find((node) => node.ordinal === 0);
}

describe('the process of a node', () => {
  const used = new Map([[0, claim({ 'ravencluster.io/data-state': 'Used' })]]);

  it('is stopped without a pod, and starting when the set will make one', () => {
    expect(lookAt0({ claims: used })?.process).toBe('Stopped');
    expect(lookAt0({ claims: used, statefulSet: set(1) })?.process).toBe('Starting');
  });

  it('runs when the container of the database does, whatever sidecars do', () => {
    const running = pod();
    const waiting = pod({
      status: {
        containerStatuses: [
          { name: 'sidecar', state: { running: {} } },
          { name: 'node', restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      },
    });
    expect(lookAt0({ statefulSet: set(1), pods: new Map([[0, running]]) })?.process).toBe('Running');
    expect(lookAt0({ statefulSet: set(1), pods: new Map([[0, waiting]]) })).toMatchObject({
      process: 'Starting',
      failures: 3,
    });
  });

  it('is stopping while the pod is being deleted, and when the set has no place for it any more', () => {
    const deleted = pod({ metadata: { deletionTimestamp: '2026-11-26T11:59:59Z' } });
    expect(lookAt0({ statefulSet: set(1), pods: new Map([[0, deleted]]) })?.process).toBe('Stopping');
    expect(lookAt0({ statefulSet: set(0), pods: new Map([[0, pod()]]) })?.process).toBe('Stopping');
  });

  it('has no failures left after it ran long enough', () => {
    const since = (startedAt: string) =>
      pod({
        status: {
          containerStatuses: [
            {
              name: 'node',
              restartCount: 2,
              state: { running: { startedAt } },
              lastState: { terminated: { finishedAt: '2026-11-26T11:00:00Z' } },
            },
          ],
        },
      });
    const failures = (startedAt: string) =>
      lookAt0({ statefulSet: set(1), pods: new Map([[0, since(startedAt)]]) })?.failures;
    expect(failures('2026-11-26T11:59:00Z')).toBe(2);
    expect(failures('2026-11-26T11:49:00Z')).toBe(0);
  });

  it('is outdated when its pod was made from another template than the latest', () => {
    const pods = new Map([[0, pod()]]);
    expect(lookAt0({ statefulSet: set(1, 'r1'), pods })?.isOutdated).toBe(false);
    expect(lookAt0({ statefulSet: set(1, 'r2'), pods })).toMatchObject({
      isOutdated: true,
      wantedRevision: 'r2',
      pod: { name: 'shop-0', uid: 'u0', revision: 'r1' },
    });
  });
});

describe('the data of a node', () => {
  it.each([
    [undefined, 'None'],
    [claim({}), 'Unused'],
    [claim({ 'ravencluster.io/data-state': 'Used' }), 'Used'],
    [claim({ 'ravencluster.io/data-state': 'Detached' }), 'Detached'],
    [claim({ 'ravencluster.io/data-state': 'used?' }), 'Used'],
  ])('of claim %j is %s', (found, data) => {
    const claims = new Map(found === undefined ? [] : [[0, found]]);
    expect(lookAt0({ claims, statefulSet: set(1) })?.data).toBe(data);
  });

  it('has a volume once the claim is bound, which may grow if its class says so', () => {
    const bound = (parts: Partial<NonNullable<ClaimObject['status']>>): Partial<ClaimObject> => ({
      spec: { storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } },
      status: { phase: 'Bound', capacity: { storage: '10Gi' }, ...parts },
    });
    const fast = (allowVolumeExpansion: boolean) =>
      new Map([
        [
          'fast',
          { apiVersion: 'v1', kind: 'StorageClass', metadata: { name: 'fast' }, allowVolumeExpansion },
        ],
      ]);
    const spec = '{ storage: { data: { size: 20Gi } } }';
    const volumeOf = (found: ClaimObject, growing?: boolean) =>
      lookAt0(
        { claims: new Map([[0, found]]), storageClasses: growing === undefined ? undefined : fast(growing) },
        spec,
      )?.volume;
    const GIB = 2 ** 30;
    const sizes = { requestedBytes: 10 * GIB, capacityBytes: 10 * GIB, wantedBytes: 20 * GIB };
    expect(volumeOf(claim({}))).toBeUndefined();
    expect(volumeOf(claim({}, bound({})), true)).toEqual({ ...sizes, canGrow: true });
    expect(volumeOf(claim({}, bound({})), false)).toEqual({ ...sizes, canGrow: false });
    const failed = bound({
      conditions: [{ type: 'ControllerResizeError', status: 'True', message: 'quota is used up' }],
    });
    expect(volumeOf(claim({}, failed))).toEqual({ ...sizes, canGrow: true, growthError: 'quota is used up' });
  });

  it('wants a restart when the larger file system has waited for one long enough', () => {
    const pending = (lastTransitionTime: string) =>
      claim(
        {},
        { status: { conditions: [{ type: 'FileSystemResizePending', status: 'True', lastTransitionTime }] } },
      );
    const isOutdated = (since: string) =>
      lookAt0({ statefulSet: set(1), pods: new Map([[0, pod()]]), claims: new Map([[0, pending(since)]]) })
        ?.isOutdated;
    expect(isOutdated('2026-11-26T11:58:00Z')).toBe(false);
    expect(isOutdated('2026-11-26T11:54:00Z')).toBe(true);
  });
});

describe('the machine of a node', () => {
  const host = (status: string, unschedulable = false): HostObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'm1', labels: { 'topology.kubernetes.io/zone': 'z1' } },
    spec: { unschedulable },
    status: { conditions: [{ type: 'Ready', status, lastTransitionTime: '2026-11-26T11:50:00Z' }] },
  });
  const placed = new Map([[0, pod({ spec: { nodeName: 'm1' } })]]);
  const lostSinceMs = Date.parse('2026-11-26T11:50:00Z');

  it('gives the zone, and is draining when nothing may be placed there', () => {
    expect(lookAt0({ pods: placed, hosts: new Map([['m1', host('True', true)]]) })).toMatchObject({
      zone: 'z1',
      host: { name: 'm1', isDraining: true },
    });
  });

  it('is lost since it does not report', () => {
    expect(lookAt0({ pods: placed, hosts: new Map([['m1', host('Unknown')]]) })?.host).toEqual({
      name: 'm1',
      isDraining: false,
      lostSinceMs,
    });
  });

  it('is the one that holds the volume, when the pod can be placed nowhere else', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', lastTransitionTime: '2026-11-26T11:50:00Z' },
    ];
    const objects = {
      pods: new Map([[0, pod({ status: { conditions } })]]),
      claims: new Map([[0, claim({ 'volume.kubernetes.io/selected-node': 'm1' })]]),
      hosts: new Map(),
    };
    expect(lookAt0(objects)?.host).toEqual({ name: 'm1', isDraining: false, lostSinceMs });
  });

  it('is unknown where the operator may not read machines; the zone then comes from the pod', () => {
    const labels = { 'topology.kubernetes.io/zone': 'z2' };
    const node = lookAt0({ pods: new Map([[0, pod({ spec: { nodeName: 'm1' }, metadata: { labels } })]]) });
    expect(node?.host).toBeUndefined();
    expect(node?.zone).toBe('z2');
  });
});
