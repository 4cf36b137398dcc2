import { DocumentStore } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpsRequest } from '../security/support/https-request.ts';
import {
  nodeCertificate,
  operatorCertificate,
  SecuredCluster,
  SecuredProcess,
} from '../security/support/secured-cluster.ts';
import { selfSigned, TestAuthority, type TestCertificate } from '../security/support/test-authority.ts';
import { waitUntil } from './harness/wait-until.ts';

let authority: TestAuthority;
let cluster: SecuredCluster;

beforeAll(async () => {
  authority = await TestAuthority.create('first CA');
  cluster = await SecuredCluster.start(3, authority);
  await cluster.administer(cluster.node(0), 'PUT', '/admin/databases?name=shop&replicationFactor=3', {
    DatabaseName: 'shop',
  });
});
afterAll(() => cluster.dispose());

function statusOf(node: SecuredProcess, path: string, as: TestCertificate): Promise<number> {
  return httpsRequest(node.url + path, { as, trusting: cluster.trusted }).then(({ status }) => status);
}

async function isEverywhere(id: string): Promise<boolean> {
  const path = `/databases/shop/docs?id=${encodeURIComponent(id)}`;
  const statuses = await Promise.all(cluster.nodes.map((node) => statusOf(node, path, cluster.operator)));
  return statuses.every((status) => status === 200);
}

describe('a cluster of nodes that speak mutual TLS', () => {
  it('replicates what is written on any node to the others', async () => {
    for (const [position, node] of cluster.nodes.entries()) {
      await cluster.administer(node, 'PUT', `/databases/shop/docs?id=from/${position}`, { at: position });
      await waitUntil('the document to be everywhere', () => isEverywhere(`from/${position}`));
    }
  });

  it('knows on every node a client certificate that was registered on one', async () => {
    const client = await selfSigned({ commonName: 'client' });
    await cluster.administer(cluster.node(1), 'PUT', '/admin/certificates', {
      Name: 'client',
      Certificate: client.facts.base64,
      SecurityClearance: 'ValidUser',
      Permissions: { shop: 'Read' },
    });
    for (const node of cluster.nodes) {
      await waitUntil(
        'the certificate to be known',
        async () => (await statusOf(node, '/databases/shop/stats', client)) === 200,
      );
      expect(await statusOf(node, '/admin/certificates', client)).toBe(403);
    }
  });

  it('does not take in a node of another authority, nor is it joined by one', async () => {
    const elsewhere = await TestAuthority.create('first CA');
    const intruder = await SecuredProcess.start(await nodeCertificate(elsewhere), [elsewhere, authority]);
    try {
      const invite = `/admin/cluster/node?url=${encodeURIComponent(intruder.url)}`;
      await expect(cluster.administer(cluster.node(0), 'PUT', invite)).rejects.toThrow(/is not trusted/);
      // The other way round: the intruder would let this cluster in, and the cluster refuses to talk to it.
      const as = await operatorCertificate(elsewhere);
      const lure = `/admin/cluster/node?url=${encodeURIComponent(cluster.node(0).url)}`;
      const answer = await httpsRequest(intruder.url + lure, { method: 'PUT', as, trusting: [elsewhere] });
      expect(answer.status).toBe(500);
      const { Topology } = await cluster.topology(cluster.node(0));
      expect(Object.keys(Topology.Members)).toEqual(['A', 'B', 'C']);
    } finally {
      await intruder.dispose();
    }
  });
});

interface CertificateState {
  readonly Server: { readonly Thumbprint: string };
  readonly TrustedCAs: readonly string[];
}

function stateOf(node: SecuredProcess): Promise<CertificateState> {
  return cluster.read(node, '/admin/certificates/state');
}

async function trustEverywhere(trusted: readonly TestAuthority[]): Promise<void> {
  const wanted = trusted.map(({ own }) => own.facts.sha256).sort();
  for (const node of cluster.nodes) await node.files.trust(trusted);
  for (const node of cluster.nodes) {
    await waitUntil('the bundle to be loaded', async () => {
      return JSON.stringify((await stateOf(node)).TrustedCAs) === JSON.stringify(wanted);
    });
  }
}

describe('the authority of a cluster', () => {
  it('is replaced while clients write, and none of them is refused', async () => {
    const next = await TestAuthority.create('second CA');
    const first = cluster.operator;
    const store = new DocumentStore(
      cluster.nodes.map(({ url }) => url),
      'shop',
      {
        type: 'pem',
        certificate: first.keyPem + first.pem,
        ca: authority.pem + next.pem,
      },
    );
    store.initialize();
    let isOver = false;
    const written: string[] = [];
    const writing = (async () => {
      while (!isOver) {
        const id = `rotation/${written.length}`;
        const session = store.openSession();
        await session.store({ id }, id);
        await session.saveChanges();
        written.push(id);
      }
    })();

    // Both are trusted before anybody shows a certificate of the second, and the first goes when nobody shows it.
    await trustEverywhere([authority, next]);
    cluster.trusted = [authority, next];
    for (const node of cluster.nodes) {
      const leaf = await nodeCertificate(next);
      await node.files.serve(leaf);
      await waitUntil('the certificate to be shown', async () => {
        return (await stateOf(node)).Server.Thumbprint === leaf.facts.thumbprint;
      });
    }
    const writtenUnderBoth = written.length;
    await waitUntil('writes under the new certificates', () => written.length > writtenUnderBoth + 20);
    isOver = true;
    await writing;
    store.dispose();

    cluster.operator = await operatorCertificate(next);
    await trustEverywhere([next]);
    cluster.trusted = [next];
    for (const node of cluster.nodes) expect(await statusOf(node, '/databases', first)).toBe(403);
    for (const id of [written[0], written.at(-1)]) {
      await waitUntil('the writes to be everywhere', () => isEverywhere(id ?? ''));
    }
  });

  it('lets a node that was down come back with it, and copies go on', async () => {
    const node = cluster.node(2);
    await node.stop();
    await cluster.administer(cluster.node(0), 'PUT', '/databases/shop/docs?id=while-down', {});
    await node.start();
    await waitUntil('the copy to catch up', () => isEverywhere('while-down'));
  });
});
