import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;

beforeAll(async () => {
  node = await startOneNode();
});
afterAll(() => node.close());

/** As recorded from RavenDB on an unsecured server; messages are ours. */
const EXCHANGES: readonly (readonly [
  method: string,
  path: string,
  body: unknown,
  status: number,
  answer: unknown,
])[] = [
  [
    'GET',
    '/admin/certificates?start=0&pageSize=10',
    undefined,
    200,
    { Results: [], LoadedServerCert: null, WellKnownAdminCerts: null, WellKnownIssuers: [] },
  ],
  ['GET', '/admin/certificates?thumbprint=AA', undefined, 404, null],
  [
    'POST',
    '/admin/certificates',
    { Name: 'x', SecurityClearance: 'ValidUser', Permissions: {} },
    500,
    { Type: 'System.InvalidOperationException' },
  ],
  [
    'POST',
    '/admin/certificates/edit',
    { Thumbprint: 'AA', Name: 'x', SecurityClearance: 'ValidUser', Permissions: {} },
    500,
    { Type: 'System.InvalidOperationException' },
  ],
  ['DELETE', '/admin/certificates?thumbprint=AA', undefined, 204, null],
  ['GET', '/certificates/whoami', undefined, 204, null],
  ['GET', '/admin/certificates/cluster-domains', undefined, 200, { ClusterDomains: ['127.0.0.1'] }],
  ['GET', '/admin/certificates/export', undefined, 200, null],
  [
    'POST',
    '/admin/certificates/replace-cluster-cert',
    { Name: 'x', Certificate: 'AAAA' },
    500,
    { Type: 'System.InvalidOperationException' },
  ],
  [
    'GET',
    '/certificates/local-state',
    undefined,
    400,
    { Type: 'Raven.Client.Exceptions.Routing.RouteNotFoundException' },
  ],
  ['GET', '/admin/certificates/state', undefined, 200, { Server: null, TrustedCAs: [] }],
];

describe('certificates on a server without one', () => {
  it.each(EXCHANGES)('%s %s', async (method, path, body, status, answer) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await send(node.port, path, { method, ...text });
    expect(response.status).toBe(status);
    if (answer === null) expect(response.body).toBe('');
    else expect(JSON.parse(response.body)).toMatchObject(answer as object);
  });
});
