import { expect, it } from 'vitest';
import { describeCertificate } from '../../../operator/certificates/describe-certificate.ts';
import {
  createAuthority,
  type IssuedCertificate,
  issueClientCertificate,
  issueNodeCertificate,
} from '../../../operator/certificates/issue-certificate.ts';
import { CertificateKeeper } from '../../../operator/certificates/reconcile-certificates.ts';
import { secretText } from '../../../operator/certificates/secret-object.ts';
import { wantedNames } from '../../../operator/certificates/wanted-names.ts';
import { CERTIFICATE } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { describeOnKubernetes, serviceAccountClient } from '../harness/api-test.ts';
import { CertificateScene } from '../harness/certificate-scene.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Something bad happens to the Secrets; the nodes read what the operator makes of it one after the other. */
async function survive(about: string, damage: (scene: CertificateScene) => Promise<unknown>): Promise<void> {
  const scene = await CertificateScene.open();
  scene.annotate({ 'ravencluster.io/ca-overlap': '1m' });
  await scene.look();
  await scene.startNodes('A', 'B');
  await damage(scene);
  for (let round = 0; round < 4; round += 1) {
    await scene.look();
    for (const tag of ['A', 'B']) {
      await scene.load(tag);
      await scene.greetAll();
    }
    scene.nowMs += 2 * MINUTE_MS;
  }
  expect((await scene.look()).conditions[0], about).toMatchObject({ status: 'True', reason: 'Valid' });
  const certificate = secretText(await scene.secret('db-server'), 'tls.crt') ?? '';
  expect(describeCertificate(certificate).units, about).toEqual(['ravencluster-node']);
}

/** The part of cert-manager's resource definition that the API server needs to take Certificates. */
const CERTIFICATES: KubeObject & { readonly spec: unknown } = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'certificates.cert-manager.io' },
  spec: {
    group: 'cert-manager.io',
    scope: 'Namespaced',
    names: { kind: 'Certificate', plural: 'certificates' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};

describeOnKubernetes('the certificates of a cluster', () => {
  it('are there after one look, and a second look writes nothing', async () => {
    const scene = await CertificateScene.open();
    const first = await scene.look();
    expect(first.conditions).toMatchObject([{ type: 'CertificatesReady', status: 'True', reason: 'Valid' }]);
    expect(first.events.map(({ reason }) => reason)).toEqual(['CertificateRenewed']);
    expect(first.identity).toBeDefined();
    const server = await scene.secret('db-server');
    expect(Object.keys(server.data ?? {}).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    expect(server.metadata.labels).toMatchObject({ 'ravencluster.io/cluster': 'db' });
    expect(secretText(await scene.secret('db-server'), 'ca.crt')).toBe(
      secretText(await scene.secret('db-ca'), 'ca.crt'),
    );

    const before = await scene.versions();
    await scene.restart();
    const second = await scene.look();
    expect(second.events).toEqual([]);
    expect(await scene.versions()).toEqual(before);
  });

  it('keep every pair of nodes and the operator talking through a change of the authority', async () => {
    const scene = await CertificateScene.open();
    await scene.look();
    await scene.startNodes('A', 'B', 'C');
    await scene.greetAll();
    const oldAuthority = secretText(await scene.secret('db-ca'), 'ca.crt');

    scene.annotate({ 'ravencluster.io/rotate-ca': '1', 'ravencluster.io/ca-overlap': '10m' });
    const announced = await scene.look();
    expect(announced.events.map(({ reason }) => reason)).toEqual(['CAOverlapStarted']);
    await scene.load('A');
    await scene.greetAll();

    scene.nowMs += 2 * MINUTE_MS;
    const waiting = await scene.look();
    expect(waiting.conditions[0]).toMatchObject({
      reason: 'TrustOverlap',
      message: 'A new authority waits until it is known to be trusted by B, C',
    });
    await scene.load('B', 'C');
    await scene.greetAll();

    await scene.restart();
    scene.nowMs += 2 * MINUTE_MS;
    const reissued = await scene.look();
    expect(reissued.events.map(({ reason }) => reason)).toEqual(['CertificateRenewed']);
    for (const tag of ['B', 'C', 'A']) {
      await scene.load(tag);
      await scene.greetAll();
    }

    scene.nowMs += 11 * MINUTE_MS;
    const done = await scene.look();
    expect(done.events.map(({ reason }) => reason)).toEqual(['CAOverlapEnded']);
    expect(done.conditions[0]).toMatchObject({ reason: 'Valid' });
    for (const tag of ['C', 'A', 'B']) {
      await scene.load(tag);
      await scene.greetAll();
    }
    expect(secretText(await scene.secret('db-server'), 'ca.crt')).not.toContain(oldAuthority);
    expect(Object.keys((await scene.secret('db-ca')).data ?? {}).sort()).toEqual(['ca.crt', 'ca.key']);
  });

  it('survive the loss of any one Secret, with every pair of nodes talking', async () => {
    const names = ['db-ca', 'db-server', 'db-operator-client', 'db-metrics-client'];
    await Promise.all(names.map((name) => survive(name, (scene) => scene.delete(name))));
  });

  it('survive a Secret that somebody broke: half of a key, another key, a bundle that is none', async () => {
    const other = await createAuthority('other', Date.now());
    const damages: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['db-ca', { 'ca.key': '-----BEGIN PRIVATE KEY-----\nMIGH' }],
      ['db-ca', { 'ca.crt': 'nonsense' }],
      ['db-server', { 'tls.key': other.key.reveal() }],
      ['db-server', { 'ca.crt': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' }],
      ['db-server', { 'tls.crt': '' }],
      ['db-operator-client', { 'tls.key': '' }],
    ];
    await Promise.all(
      damages.map(([name, damage]) =>
        survive(`${name} with another ${Object.keys(damage)}`, (scene) => scene.write(name, damage)),
      ),
    );
  });

  it('are made once when two operators look at the same moment', async () => {
    const scene = await CertificateScene.open();
    const keepers = [0, 1].map(
      () =>
        new CertificateKeeper({
          client: scene.client,
          clusterDomain: 'cluster.local',
          tell: () => undefined,
        }),
    );
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(keepers.map((keeper) => keeper.reconcile(scene.cluster, [], scene.nowMs)));
    }
    const result = await scene.look();
    expect(result.conditions[0]).toMatchObject({ reason: 'Valid' });
    expect(result.status?.caFingerprints).toHaveLength(1);
  });

  it('are not made by a clock that is not the API server’s', async () => {
    const scene = await CertificateScene.open();
    await scene.look();
    const before = await scene.versions();
    const { nowMs } = scene;
    for (const [days, word] of [
      [80, 'ahead of'],
      [-80, 'behind'],
    ] as const) {
      scene.nowMs = nowMs + days * DAY_MS;
      const result = await scene.look();
      expect(result.conditions[0]?.message).toContain(
        `The clock of the operator is ${Math.abs(days) * 24 * 60} minutes ${word} the one of the API server`,
      );
      expect(await scene.versions()).toEqual(before);
    }
    scene.nowMs = nowMs;
    expect((await scene.look()).conditions[0]?.message).not.toContain('clock');
  });

  it('that can’t be written leave what is there, and the condition says why', async () => {
    const scene = await CertificateScene.open();
    await scene.look();
    const before = await scene.versions();
    const { namespace } = scene;
    const account = { namespace, name: 'reader' };
    const reading = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
    const objects: readonly KubeObject[] = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: account,
        ...{ rules: [reading] },
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: account,
        ...{
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
          subjects: [{ kind: 'ServiceAccount', ...account }],
        },
      },
    ];
    for (const object of objects) await scene.client.create(object);
    const keeper = new CertificateKeeper({
      client: await serviceAccountClient(namespace, 'reader'),
      clusterDomain: 'cluster.local',
      tell: () => undefined,
    });
    scene.annotate({ 'ravencluster.io/rotate-ca': '1' });
    const result = await waitUntil('the role to count', () =>
      keeper.reconcile(scene.cluster, [], scene.nowMs),
    );
    expect(result.conditions[0]).toMatchObject({
      status: 'True',
      message: expect.stringMatching(
        /^The certificate of the nodes is good until .*could not be written: .*forbidden/,
      ),
    });
    expect(result.identity).toBeDefined();
    expect(await scene.versions()).toEqual(before);
    await keeper.stop();
  });

  it('are not written while the cluster is paused', async () => {
    const scene = await CertificateScene.open();
    scene.annotate({ 'ravencluster.io/paused': 'true' });
    const result = await scene.look();
    expect(result.conditions[0]).toMatchObject({ status: 'False', reason: 'SecretMissing' });
    await expect(scene.secret('db-server')).rejects.toThrow();
  });

  it('of a person are checked before any node sees them, and copied when they are right', async () => {
    const scene = await CertificateScene.open({ tls: { mode: 'Secret', secretName: 'mine' } });
    const message = async (): Promise<string> => (await scene.look()).conditions[0]?.message ?? '';
    expect(await message()).toBe('Secret mine does not exist');

    const { nowMs, cluster } = scene;
    const authority = await createAuthority('corporate', nowMs);
    const names = wantedNames(
      { name: 'db', namespace: scene.namespace, spec: cluster.spec },
      'cluster.local',
    );
    const options = { cluster: 'db', authority, nowMs, lifetimeMs: 30 * DAY_MS };
    const node = await issueNodeCertificate({ ...options, names });
    const right = {
      'ca.crt': authority.certificate,
      'tls.crt': node.certificate,
      'tls.key': node.key.reveal(),
    };
    const few = await issueNodeCertificate({ ...options, names: ['localhost'] });
    const old = await issueNodeCertificate({ ...options, names, nowMs: nowMs - 40 * DAY_MS });
    const stranger = await createAuthority('corporate', nowMs);
    const wrong: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{ ...right, 'ca.crt': '' }, 'ca.crt is missing'],
      [{ ...right, 'tls.key': '' }, 'tls.key is missing'],
      [{ ...right, 'tls.crt': 'oops' }, 'tls.crt holds no certificate'],
      [{ ...right, 'tls.key': few.key.reveal() }, 'tls.key is not the key of the certificate in tls.crt'],
      [{ ...right, 'tls.key': 'oops' }, 'tls.key holds something that is no private key'],
      [{ ...right, 'ca.crt': stranger.certificate }, 'is of none of the authorities in ca.crt'],
      [{ ...right, 'tls.crt': few.certificate, 'tls.key': few.key.reveal() }, 'does not cover db-0.db-nodes'],
      [{ ...right, 'tls.crt': old.certificate, 'tls.key': old.key.reveal() }, 'ended on'],
    ];
    for (const [texts, said] of wrong) {
      await scene.write('mine', texts);
      expect(await message()).toContain(said);
      await expect(scene.secret('db-server')).rejects.toThrow();
    }

    await scene.write('mine', right);
    expect((await scene.look()).conditions[0]).toMatchObject({ status: 'True', reason: 'Valid' });
    expect(secretText(await scene.secret('db-server'), 'tls.crt')).toBe(node.certificate);
    await scene.write('mine', { ...right, 'tls.key': '' });
    expect((await scene.look()).conditions[0]).toMatchObject({
      reason: 'SecretMissing',
      message: expect.stringContaining('the nodes go on with the certificate that ends on'),
    });
    expect(secretText(await scene.secret('db-server'), 'tls.crt')).toBe(node.certificate);
  });

  it('of cert-manager are refused with a sentence when it is not installed', async () => {
    const scene = await CertificateScene.open({
      tls: { mode: 'CertManager', issuerRef: { name: 'corporate' } },
    });
    expect((await scene.look()).conditions[0]).toMatchObject({
      status: 'False',
      reason: 'IssuerNotReady',
      message: expect.stringContaining('cert-manager is not installed in this Kubernetes cluster'),
    });
  });

  it('of cert-manager are asked for by what it needs to know, and copied when it has made them', async () => {
    const scene = await CertificateScene.open({
      tls: { mode: 'CertManager', issuerRef: { name: 'corporate' } },
    });
    const { client, namespace, nowMs } = scene;
    await client.apply(CERTIFICATES, { fieldManager: 'test', force: true });
    await waitUntil('the Certificates of cert-manager', () => client.list(CERTIFICATE, { namespace }));
    expect((await scene.look()).conditions[0]).toMatchObject({
      reason: 'IssuerNotReady',
      message: 'Secret db-server-issued does not exist',
    });
    const ref = { kind: CERTIFICATE, namespace, name: 'db-server' };
    const asked = await client.get<KubeObject & { spec: Readonly<Record<string, unknown>> }>(ref);
    expect(asked?.spec).toMatchObject({
      secretName: 'db-server-issued',
      duration: '7776000s',
      renewBefore: '2592000s',
      issuerRef: { name: 'corporate', kind: 'Issuer', group: 'cert-manager.io' },
      subject: { organizationalUnits: ['ravencluster-node'] },
      ipAddresses: ['127.0.0.1', '::1'],
      usages: ['digital signature', 'server auth', 'client auth'],
    });
    const condition = { type: 'Ready', status: 'False', reason: 'Pending', message: 'no such issuer' };
    await client.mergePatch(ref, { status: { conditions: [condition] } }, { subresource: 'status' });
    expect((await scene.look()).conditions[0]?.message).toBe(
      'cert-manager says: no such issuer (Secret db-server-issued does not exist)',
    );
    expect((await client.get(ref))?.metadata.generation).toBe(1);

    const authority = await createAuthority('corporate', nowMs);
    const names = wantedNames({ name: 'db', namespace, spec: scene.cluster.spec }, 'cluster.local');
    const options = { cluster: 'db', authority, nowMs, lifetimeMs: 30 * DAY_MS };
    const node = await issueNodeCertificate({ ...options, names });
    const operator = await issueClientCertificate({ ...options, holder: 'Operator' });
    const write = (name: string, { certificate, key }: IssuedCertificate): Promise<void> =>
      scene.write(name, {
        'tls.crt': certificate,
        'tls.key': key.reveal(),
        'ca.crt': authority.certificate,
      });
    await write('db-operator-client-issued', operator);
    await write('db-server-issued', node);
    const result = await scene.look();
    expect(result.conditions[0]).toMatchObject({ status: 'True', reason: 'Valid' });
    expect(result.identity?.certificate).toBe(operator.certificate);
    expect(secretText(await scene.secret('db-server'), 'tls.crt')).toBe(node.certificate);
  });
});
