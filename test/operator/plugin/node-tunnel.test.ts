import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../operator/certificates/client-identity.ts';
import {
  createAuthority,
  issueClientCertificate,
  issueNodeCertificate,
} from '../../../operator/certificates/issue-certificate.ts';
import { type SecretObject, secretData } from '../../../operator/certificates/secret-object.ts';
import { NodeTunnel } from '../../../operator/plugin/node-access/node-tunnel.ts';
import { ReadingNode } from '../certificates/reading-node.ts';

const HOST = 'db-0.db-nodes.shop.svc';
const URL_OF_NODE = `https://${HOST}:8080/admin/certificates/state`;

let secret: SecretObject;
let identity: ClientIdentity;
const closing: { close(): unknown }[] = [];

beforeAll(async () => {
  const nowMs = Date.now();
  const authority = await createAuthority('db', nowMs);
  const options = { cluster: 'db', authority, nowMs, lifetimeMs: 86_400_000 };
  const node = await issueNodeCertificate({ ...options, names: ['*.db-nodes.shop.svc'] });
  const operator = await issueClientCertificate({ ...options, holder: 'Operator' });
  secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db-server' },
    data: secretData({
      'tls.crt': node.certificate,
      'tls.key': node.key.reveal(),
      'ca.crt': authority.certificate,
    }),
  };
  identity = { certificate: operator.certificate, key: operator.key, trust: authority.certificate };
});

afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

async function node(): Promise<ReadingNode> {
  const started = await ReadingNode.start('A', secret);
  closing.push({ close: () => started.stop() });
  return started;
}

function tunnel(open: () => Promise<Duplex>, more: Partial<ClientIdentity> = {}): NodeTunnel {
  const made = new NodeTunnel({ pod: 'db-0', host: HOST, identity: { ...identity, ...more }, open });
  closing.push(made);
  return made;
}

const to = (port: number) => async () => connect(port, '127.0.0.1');

describe('a tunnel to a node', () => {
  it('carries requests over TLS with certificates of both sides, several at once', async () => {
    const { port } = await node();
    const through = tunnel(to(port));
    const states = await Promise.all(
      Array.from({ length: 5 }, async () => (await through.fetch(URL_OF_NODE)).json()),
    );
    for (const state of states)
      expect(state).toMatchObject({ TrustedCAs: [expect.stringMatching(/^[0-9A-F]{64}$/)] });
  });

  it('refuses a node whose certificate is of another authority, or for another name', async () => {
    const { port } = await node();
    const stranger = await createAuthority('db', Date.now());
    await expect(tunnel(to(port), { trust: stranger.certificate }).fetch(URL_OF_NODE)).rejects.toThrow(
      /Pod db-0 cannot be reached: .*certificate/,
    );
    const other = new NodeTunnel({ pod: 'db-0', host: 'db-0.db-nodes.other.svc', identity, open: to(port) });
    closing.push(other);
    await expect(other.fetch(URL_OF_NODE)).rejects.toThrow(/altnames/);
  });

  it('says why there is no way to the node', async () => {
    const refused = tunnel(() => Promise.reject(new Error('the API server does not forward its port: 404')));
    await expect(refused.fetch(URL_OF_NODE)).rejects.toThrow(
      'Pod db-0 cannot be reached: the API server does not forward its port: 404',
    );
    const broken = tunnel(async () => {
      const stream = connect((await node()).port, '127.0.0.1');
      stream.once('connect', () => stream.destroy(new Error('connection refused in the pod')));
      return stream;
    });
    await expect(broken.fetch(URL_OF_NODE)).rejects.toThrow('connection refused in the pod');
  });
});
