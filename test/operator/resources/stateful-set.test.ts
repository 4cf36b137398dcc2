import { describe, expect, it } from 'vitest';
import { OWNED_IN_POD } from '../../../operator/api/pod-rules.ts';
import { readPodEnvironment } from '../../../operator/pod/pod-environment.ts';
import { heapMib } from '../../../operator/resources/node-container.ts';
import { statefulSet } from '../../../operator/resources/stateful-set.ts';
import { clusterWith, factsWith } from './sample-cluster.ts';

/** The fields that the claims are about; everything else is compared by the API server. */
interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly scheme: string } };
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
}

interface SetSpec {
  readonly replicas?: number;
  readonly template: {
    readonly metadata: { readonly labels: object; readonly annotations: object };
    readonly spec: Readonly<Record<string, unknown>> & {
      readonly containers: readonly [Container, ...Container[]];
      readonly volumes: readonly { readonly name: string }[];
    };
  };
  readonly volumeClaimTemplates: readonly [{ readonly metadata: object; readonly spec: object }];
}

function specOf(spec = {}, facts = {}): SetSpec & Readonly<Record<string, unknown>> {
  return statefulSet(clusterWith(spec), factsWith(facts)).spec as never;
}

const podOf = (spec = {}) => specOf(spec).template.spec;
const containerOf = (spec = {}) => podOf(spec).containers[0];

describe('the StatefulSet of a cluster', () => {
  it('says nothing of replicas, which have a field manager of their own', () => {
    expect(specOf()).not.toHaveProperty('replicas');
  });

  it('never replaces a pod by itself, starts all at once, and never deletes a volume that a scale-down leaves', () => {
    expect(specOf({ storage: { retention: { whenDeleted: 'Delete', whenScaled: 'Delete' } } })).toMatchObject(
      {
        updateStrategy: { type: 'OnDelete' },
        podManagementPolicy: 'Parallel',
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      },
    );
  });

  it('keeps the claim template that is there, since Kubernetes refuses another', () => {
    const grown = { storage: { data: { size: '50Gi', volumeAttributesClassName: 'gold' } } };
    const requests = (size: string) => ({ resources: { requests: { storage: size } } });
    expect(specOf(grown).volumeClaimTemplates[0].spec).toMatchObject({
      ...requests('50Gi'),
      volumeAttributesClassName: 'gold',
    });
    const kept = specOf(grown, { claimTemplate: { size: '20Gi' } }).volumeClaimTemplates[0].spec;
    expect(kept).toMatchObject(requests('20Gi'));
    expect(kept).not.toHaveProperty('volumeAttributesClassName');
  });

  it('marks claims with the UID of the cluster, which another of the same name does not have', () => {
    expect(specOf().volumeClaimTemplates[0].metadata).toMatchObject({
      labels: { 'ravencluster.io/cluster-uid': '0b0c9d5e-2f8a-4c1d-9a37-6d3f6b1f2a10' },
    });
  });
});

describe('the pod of a node', () => {
  it('fits the Pod Security profile restricted and has no token', () => {
    expect(podOf()).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(containerOf().securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
  });

  it.each(['Operator', 'Disabled'])(
    'has arguments and variables that its program understands (TLS %s)',
    (mode) => {
      const { args, env } = containerOf({ tls: { mode } });
      const environment = { ...Object.fromEntries(env.map(({ name, value }) => [name, value])) };
      const read = readPodEnvironment({
        args: args.slice(1),
        environment: { ...environment, POD_NAME: 'orders-2', POD_NAMESPACE: 'shop', POD_IP: '10.0.0.1' },
      });
      expect(read).toMatchObject({ cluster: 'orders', namespace: 'shop', ordinal: 2 });
      expect(read.tlsFolder !== undefined).toBe(mode === 'Operator');
      expect(env.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['POD_NAME', 'POD_NAMESPACE', 'POD_IP']),
      );
    },
  );

  it('mounts every folder that the program is told of', () => {
    const { args, volumeMounts } = containerOf();
    const told = args.filter((arg) => arg.startsWith('/'));
    expect(told).toHaveLength(4);
    for (const path of told) {
      expect(
        volumeMounts.some(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`)),
      ).toBe(true);
    }
  });

  it('is alive whatever its peers do, and ready when it serves; both are asked over TLS when there is TLS', () => {
    expect(containerOf().livenessProbe.httpGet).toMatchObject({ path: '/healthz', scheme: 'HTTPS' });
    expect(containerOf().readinessProbe.httpGet.path).toBe('/readyz');
    expect(containerOf({ tls: { mode: 'Disabled' } }).livenessProbe.httpGet.scheme).toBe('HTTP');
  });

  it('changes its revision with the settings, and with nothing about certificates but whether there are any', () => {
    const template = (spec = {}) => JSON.stringify(specOf(spec).template);
    expect(template({ config: { 'Cluster.ElectionTimeoutInMs': '700' } })).not.toBe(template());
    expect(template({ logging: { level: 'Debug' } })).not.toBe(template());
    expect(template({ tls: { mode: 'Disabled' } })).not.toBe(template());
    const others = { duration: '30d', renewBefore: '5d', extraSANs: ['db.example.com'] };
    expect(template({ tls: others })).toBe(template());
    expect(template({ tls: { mode: 'Secret', secretName: 'mine' } })).toBe(template());
    expect(template({ nodes: 5, replicationFactor: { target: 2 }, deletionProtection: true })).toBe(
      template(),
    );
  });

  it('bounds its heap by half of the memory limit', () => {
    const options = (spec: object) =>
      containerOf(spec).env.find(({ name }) => name === 'NODE_OPTIONS')?.value;
    expect(options({ resources: { limits: { memory: '4Gi' } } })).toBe('--max-old-space-size=2048');
    expect(options({})).toBeUndefined();
    expect(heapMib({ limits: { memory: '100Mi' } })).toBe(128);
    expect(heapMib({ limits: { memory: 2147483648 } })).toBe(1024);
  });

  it('takes additions of the spec, and the additions can’t be what the operator put there itself', () => {
    const { name, env, volumeMounts } = containerOf();
    const own = {
      env: [...env.map((one) => one.name), 'NODE_OPTIONS'].sort(),
      volumes: [...podOf().volumes.map((one) => one.name), 'data'].sort(),
      containers: [name],
    };
    expect(OWNED_IN_POD).toMatchObject(own);
    for (const { mountPath } of volumeMounts) {
      expect(
        OWNED_IN_POD.folders.some((folder) => mountPath === folder || mountPath.startsWith(`${folder}/`)),
      ).toBe(true);
    }
    const added = podOf({
      pod: { sidecars: [{ name: 'logs', image: 'logs:1' }], env: [{ name: 'TZ', value: 'UTC' }] },
    });
    expect(added.containers.map((one) => one.name)).toEqual(['node', 'logs']);
    expect(added.containers[0].env).toContainEqual({ name: 'TZ', value: 'UTC' });
  });
});

describe('the place of a pod', () => {
  const hosts = { topologyKey: 'kubernetes.io/hostname' };

  it('is by default another machine for each node, and zones evenly as far as possible', () => {
    expect(podOf()).toMatchObject({
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [hosts] } },
      topologySpreadConstraints: [
        { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 },
      ],
    });
  });

  it('may be left to the scheduler altogether', () => {
    const free = podOf({ placement: { spread: 'None', hostAntiAffinity: 'None' } });
    expect(free).not.toHaveProperty('affinity');
    expect(free).not.toHaveProperty('topologySpreadConstraints');
  });

  it('is in one of the allowed zones, whichever of the given terms holds', () => {
    const terms = [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }, { matchFields: [] }];
    const { affinity } = podOf({
      placement: {
        zones: ['z2', 'z1'],
        affinity: {
          nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
        },
      },
    });
    const inZones = { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['z1', 'z2'] };
    expect(affinity).toMatchObject({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'a', operator: 'Exists' }, inZones] },
            { matchExpressions: [inZones] },
          ],
        },
      },
    });
  });

  it('keeps the affinities that somebody wrote out', () => {
    const other = { topologyKey: 'rack', labelSelector: {} };
    const { affinity } = podOf({
      placement: {
        affinity: {
          podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [other] },
          podAffinity: {},
        },
      },
    });
    expect(affinity).toMatchObject({
      podAffinity: {},
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [other, hosts] },
    });
  });
});
