import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../node/observability/logger.ts';
import { NO_CERTIFICATES } from '../../node/security/certificate-definition.ts';
import { NODE_UNIT, OPERATOR_UNIT } from '../../node/security/identity.ts';
import { NodeSecurity } from '../../node/security/node-security.ts';
import { wireConnector } from '../../node/wire/connect.ts';
import type { WireOperation } from '../../node/wire/operation-header.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { CertificateFiles } from './support/certificate-files.ts';
import { SecuredNode } from './support/secured-node.ts';
import { selfSigned, TestAuthority, type TestCertificate } from './support/test-authority.ts';

const TIMEOUT_MS = 10_000;

let node: SecuredNode;
/** Copies replicate inside of one cluster only. */
let clusterId: string;

beforeAll(async () => {
  node = await SecuredNode.start();
  await node.administer('POST', '/admin/cluster/bootstrap');
  await node.administer('PUT', '/admin/databases?name=shop', { DatabaseName: 'shop' });
  const { Topology } = JSON.parse(await node.administer('GET', '/cluster/topology'));
  clusterId = Topology.TopologyId;
});
afterAll(() => node.stop());

/** A TLS connection to the TCP port, as anybody could open it. */
function open(as: TestCertificate | null): TLSSocket {
  const socket = connectTls({
    port: node.tcpPort,
    host: '127.0.0.1',
    ca: node.authority.pem,
    ...(as === null ? {} : { cert: as.pem, key: as.keyPem }),
  });
  socket.on('error', () => undefined);
  return socket;
}

async function answerTo(
  operation: string,
  as: TestCertificate | null,
  version = 1,
): Promise<{ Status: string; Message?: string }> {
  const socket = open(as);
  socket.write(JSON.stringify({ Operation: operation, OperationVersion: version, DatabaseName: 'shop' }));
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return JSON.parse(String(answer));
}

/** What a node with this certificate and this trust can do. */
async function withSecurity<T>(
  certificate: TestCertificate,
  trusted: readonly TestAuthority[],
  use: (security: NodeSecurity) => Promise<T>,
): Promise<T> {
  const files = await CertificateFiles.create(certificate, trusted);
  const [certificatePath, keyPath, trustedCasPath] = files.settings.map(
    (setting) => setting.split('=')[1] ?? '',
  );
  const security = await NodeSecurity.open({
    configuration: {
      certificatePath: certificatePath ?? '',
      keyPath: keyPath ?? null,
      trustedCasPath: trustedCasPath ?? null,
      password: null,
      wellKnownAdmins: [],
      wellKnownIssuers: [],
    },
    logger: silentLogger,
    observer: { reloaded: () => undefined, handshakeFailed: () => undefined },
    known: () => NO_CERTIFICATES,
  });
  try {
    return await use(security);
  } finally {
    await security.close();
    await files.remove();
  }
}

describe('the TCP port of a node with a certificate', () => {
  const NODES_ONLY: readonly WireOperation[] = ['Cluster', 'Replication', 'Heartbeats'];

  it.each(NODES_ONLY)('refuses %s to whoever is no node, and says who that was', async (operation) => {
    const elsewhere = await TestAuthority.create('cluster CA');
    const intruders = [
      await selfSigned({ commonName: 'node', units: [NODE_UNIT] }),
      await elsewhere.issue({ commonName: 'node', units: [NODE_UNIT] }),
      await node.authority.issue({ commonName: 'of the same authority, without a unit' }),
    ];
    for (const intruder of intruders) {
      const { Status, Message } = await answerTo(operation, intruder);
      expect(Status).toBe('AuthorizationFailed');
      expect(Message).toContain(intruder.facts.thumbprint);
    }
    const anonymous = await answerTo(operation, null);
    expect(anonymous.Status).toBe('AuthorizationFailed');
    expect(anonymous.Message).toContain('none was sent');
  });

  it('serves a node, and the operator', async () => {
    const operator = await node.authority.issue({ commonName: 'o', units: [OPERATOR_UNIT] });
    const other = await node.authority.issue({ commonName: 'another node', units: [NODE_UNIT] });
    for (const as of [operator, other, node.certificate]) {
      expect((await answerTo('Ping', as, -1)).Status).toBe('Ok');
      // Past the authorization: it is the version that is wrong.
      expect((await answerTo('Replication', as, 99_000)).Status).toBe('TcpVersionMismatch');
    }
  });

  it('says nothing to a connection without TLS', async () => {
    const socket = connect(node.tcpPort, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(JSON.stringify({ Operation: 'Replication', OperationVersion: 1, DatabaseName: 'shop' }));
    const answers: Buffer[] = [];
    socket.on('data', (chunk) => answers.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(answers).toString('latin1')).not.toContain('Status');
  });

  it('ends the connections of a peer whose authority is trusted no more, and no others', async () => {
    const next = await TestAuthority.create('next CA');
    await node.files.trust([node.authority, next]);
    const welcome = async (as: TestCertificate) => {
      const socket = open(as);
      socket.write(
        JSON.stringify({ Operation: 'Replication', OperationVersion: 1, DatabaseName: 'shop', Info: {} }),
      );
      const [answer] = await once(socket, 'data');
      socket.destroy();
      return JSON.parse(String(answer)).Status !== 'AuthorizationFailed';
    };
    const ofNext = await next.issue({ commonName: 'b', units: [NODE_UNIT] });
    await waitUntil('the next authority to be trusted', () => welcome(ofNext));
    const replicate = (as: TestCertificate, id: string) =>
      withSecurity(as, [node.authority], async (security) =>
        wireConnector((host, port, ms) => security.dial(host, port, ms))({
          address: `127.0.0.1:${node.tcpPort}`,
          operation: 'Replication',
          version: 1,
          databaseName: 'shop',
          sourceNodeTag: 'B',
          info: { SourceDatabaseId: id.repeat(22), SourceDatabaseName: 'shop', ClusterId: clusterId },
        }),
      );
    const kept = await replicate(await node.authority.issue({ commonName: 'a', units: [NODE_UNIT] }), 'a');
    const dropped = await replicate(ofNext, 'b');
    for (const connection of [kept, dropped]) connection.onFrame(() => undefined);
    await node.files.trust([node.authority]);
    await waitUntil('the connection to end', () => dropped.isClosed);
    expect(kept.isClosed).toBe(false);
    kept.close();
  });
});

describe('a node whose certificate is registered', () => {
  it('is welcome as long as it is registered: its connections end with that', async () => {
    const registered = await selfSigned({ commonName: 'registered node' });
    await node.administer('PUT', '/admin/certificates', {
      Name: 'node',
      Certificate: registered.facts.base64,
      SecurityClearance: 'ClusterNode',
      Permissions: {},
    });
    const socket = open(registered);
    const info = { SourceDatabaseId: 'c'.repeat(22), SourceDatabaseName: 'shop', ClusterId: clusterId };
    socket.write(
      JSON.stringify({ Operation: 'Replication', OperationVersion: 1, DatabaseName: 'shop', Info: info }),
    );
    const [answer] = await once(socket, 'data');
    expect(JSON.parse(String(answer)).Status).toBe('Ok');
    const closed = once(socket, 'close');
    await node.administer('DELETE', `/admin/certificates?thumbprint=${registered.facts.thumbprint}`);
    await closed;
  });
});

describe('a node that calls another', () => {
  it('takes it by the authority and the name that it dialled', async () => {
    await withSecurity(node.certificate, [node.authority], async (security) => {
      (await security.dial('localhost', node.tcpPort, TIMEOUT_MS)).destroy();
      const answer = await security.fetch(`${node.url}/cluster/node-info`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      expect(await answer.json()).toMatchObject({ NodeTag: 'A', Certificate: node.certificate.facts.base64 });
    });
  });

  it('takes it by the certificate that is its own, whatever name it has', async () => {
    const elsewhere = await TestAuthority.create('elsewhere');
    await withSecurity(node.certificate, [elsewhere], async (security) => {
      (await security.dial('127.0.0.1', node.tcpPort, TIMEOUT_MS)).destroy();
    });
  });

  it('does not take what another authority vouches for, or what has another name', async () => {
    const elsewhere = await TestAuthority.create('cluster CA');
    const impostor = await SecuredNode.start();
    try {
      const own = await node.authority.issue({ commonName: 'b', units: [NODE_UNIT] });
      await withSecurity(own, [node.authority], async (security) => {
        await expect(security.dial('127.0.0.1', impostor.tcpPort, TIMEOUT_MS)).rejects.toThrow(
          'is not trusted',
        );
        await expect(
          security.fetch(`${impostor.url}/cluster/node-info`, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
        ).rejects.toThrow('is not trusted');
        // Another name of the same address, which the certificate does not have.
        await expect(security.dial('127.0.0.2', node.tcpPort, TIMEOUT_MS)).rejects.toThrow();
      });
      await withSecurity(own, [elsewhere], async (security) => {
        await expect(security.dial('127.0.0.1', node.tcpPort, TIMEOUT_MS)).rejects.toThrow('is not trusted');
      });
    } finally {
      await impostor.stop();
    }
  });

  it('gives up a peer that does not shake hands', async () => {
    await withSecurity(node.certificate, [node.authority], async (security) => {
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      await expect(security.dial('127.0.0.1', port, 100)).rejects.toThrow('no TLS connection within 100 ms');
      silent.close();
    });
  });
});
