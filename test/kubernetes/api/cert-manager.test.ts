import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POD } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { controlPlane, describeOnKubernetes } from '../harness/api-test.ts';
import { CERT_MANAGER, CERTIFICATE, CertManager, ISSUER } from '../harness/cert-manager.ts';
import { OperatorWorld, WHOLE_STORY } from '../harness/operator-world.ts';
import { ProcessMachines } from '../harness/process-machines/process-machines.ts';

const describeWithCertManager = CERT_MANAGER === undefined ? describe.skip : describeOnKubernetes;

interface CertificateObject extends KubeObject {
  readonly status: { readonly conditions: readonly object[]; readonly revision?: number };
}

describeWithCertManager('a RavenCluster with certificates of the real cert-manager', () => {
  let client: KubeClient;
  let machines: ProcessMachines;
  let certManager: CertManager;
  beforeAll(async () => {
    client = KubeClient.from({ kubeconfig: controlPlane().kubeconfig, userAgent: 'test' });
    machines = await ProcessMachines.start(['z1', 'z2']);
    certManager = await CertManager.start(client, controlPlane().kubeconfig);
  }, WHOLE_STORY.timeout);
  afterAll(async () => {
    await certManager?.stop();
    await machines?.stop();
    await client?.close();
  }, WHOLE_STORY.timeout);

  it('comes up with them, and takes up renewed ones without a restart', WHOLE_STORY, async () => {
    const world = await OperatorWorld.create(machines, { scheme: 'https' });
    const { namespace } = world;
    await issue(client, namespace);
    await world.operator();
    const tls = { mode: 'CertManager', issuerRef: { name: 'corporate' }, extraSANs: machines.hosts(2) };
    await world.apply({ nodes: 2, tls });
    await world.untilReady(2);
    const pods = await podsOf(world);
    const before = await Promise.all([0, 1].map((ordinal) => served(machines.urlOf(ordinal))));
    expect(before.map(({ issuer }) => issuer.CN)).toEqual(['Corporate', 'Corporate']);

    // As `cmctl renew` does.
    const ref = { kind: CERTIFICATE, namespace, name: 'shop-server' };
    const condition = {
      type: 'Issuing',
      status: 'True',
      reason: 'ManuallyTriggered',
      lastTransitionTime: new Date().toISOString(),
    };
    const certificate = await client.get<CertificateObject>(ref);
    const conditions = [...(certificate?.status.conditions ?? []), condition];
    await client.mergePatch(ref, { status: { conditions } }, { subresource: 'status' });
    for (const ordinal of [0, 1]) {
      await waitUntil(
        `node ${ordinal} to serve the renewed certificate`,
        async () => {
          const now = await served(machines.urlOf(ordinal));
          return now.serialNumber !== before[ordinal]?.serialNumber;
        },
        WHOLE_STORY.timeout / 2,
      );
    }
    await world.untilReady(2);
    expect(await podsOf(world)).toEqual(pods);
  });
});

/** A certificate authority of this namespace, and an issuer that signs with it. */
async function issue(client: KubeClient, namespace: string): Promise<void> {
  const create = (kind: typeof ISSUER, name: string, spec: object) =>
    client.create(
      {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: { name, namespace },
        spec,
      } as KubeObject,
      { kind },
    );
  await create(ISSUER, 'root', { selfSigned: {} });
  await create(CERTIFICATE, 'corporate', {
    isCA: true,
    commonName: 'Corporate',
    secretName: 'corporate',
    privateKey: { algorithm: 'ECDSA', size: 256 },
    issuerRef: { name: 'root' },
  });
  await create(ISSUER, 'corporate', { ca: { secretName: 'corporate' } });
}

/** The certificate that a node shows to whoever connects. */
async function served(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate();
  } finally {
    socket.destroy();
  }
}

async function podsOf(world: OperatorWorld): Promise<readonly string[]> {
  return (await world.objects(POD)).map(({ metadata }) => metadata.uid ?? '').sort();
}
