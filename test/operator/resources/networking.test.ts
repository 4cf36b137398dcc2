import { describe, expect, it } from 'vitest';
import { disruptionBudget } from '../../../operator/resources/disruption-budget.ts';
import { ingress } from '../../../operator/resources/ingress.ts';
import { networkPolicy } from '../../../operator/resources/network-policy.ts';
import { podMonitor } from '../../../operator/resources/pod-monitor.ts';
import { publicUrl } from '../../../operator/resources/public-address.ts';
import { clientService, headlessService, nodeService } from '../../../operator/resources/services.ts';
import { tlsRoute } from '../../../operator/resources/tls-route.ts';
import { clusterWith, factsWith } from './sample-cluster.ts';

const exposed = (type: string, more = {}, networking = {}) =>
  clusterWith({ networking: { domain: 'db.example.com', expose: { type, ...more }, ...networking } });

describe('the Services of a cluster', () => {
  it('let nodes find one another before they are ready, and clients only those that are', () => {
    expect(headlessService(clusterWith())).toMatchObject({
      metadata: { name: 'orders-nodes' },
      spec: { clusterIP: 'None', publishNotReadyAddresses: true },
    });
    expect(clientService(clusterWith()).spec).not.toHaveProperty('publishNotReadyAddresses');
  });

  it('lead to one node each', () => {
    expect(nodeService(clusterWith(), 1)).toMatchObject({
      metadata: { name: 'orders-1', labels: { 'ravencluster.io/node-tag': 'B' } },
      spec: { type: 'ClusterIP', selector: { 'statefulset.kubernetes.io/pod-name': 'orders-1' } },
    });
  });

  it('say that they speak HTTPS where they do', () => {
    const ports = (spec = {}) =>
      clientService(clusterWith(spec)).spec as { ports: { appProtocol?: string }[] };
    expect(ports().ports[0]?.appProtocol).toBe('https');
    expect(ports({ tls: { mode: 'Disabled' } }).ports[0]?.appProtocol).toBe('http');
  });

  it('of the type LoadBalancer take the annotations of all and of the one node', () => {
    const loadBalancer = {
      class: 'example.com/internal',
      annotations: { a: '1', b: '1' },
      perNode: [{ ordinal: 1, annotations: { b: '2' } }],
    };
    const service = nodeService(exposed('LoadBalancer', { loadBalancer }), 1);
    expect(service).toMatchObject({
      metadata: { annotations: { a: '1', b: '2' } },
      spec: { type: 'LoadBalancer', loadBalancerClass: 'example.com/internal' },
    });
    expect((service.spec as { ports: { port: number }[] }).ports.map(({ port }) => port)).toEqual([
      443, 38888,
    ]);
  });

  it('have the IP families that the spec asks for, and leave them to Kubernetes otherwise', () => {
    expect(clientService(clusterWith()).spec).not.toHaveProperty('ipFamilies');
    const both = clusterWith({ networking: { ipFamilies: ['IPv6', 'IPv4'] } });
    expect(headlessService(both).spec).toMatchObject({
      ipFamilies: ['IPv6', 'IPv4'],
      ipFamilyPolicy: 'PreferDualStack',
    });
  });
});

describe('the public address of a node', () => {
  it.each([
    ['None', undefined, 'https://a.db.example.com'],
    ['LoadBalancer', undefined, 'https://a.db.example.com'],
    ['Ingress', undefined, 'https://a.db.example.com'],
    ['NodePort', 31234, 'https://a.db.example.com:31234'],
    ['NodePort', undefined, undefined],
  ])('with exposure %s and node port %s is %s', (type, nodePort, url) => {
    expect(publicUrl(exposed(type), 0, nodePort)).toBe(url);
  });

  it('does not exist without a domain', () => {
    expect(publicUrl(clusterWith(), 0)).toBeUndefined();
  });

  it('leads through the Ingress to the Service of the node, TLS and all', () => {
    const { metadata, spec } = ingress(exposed('Ingress', { ingress: { annotations: { x: 'y' } } }), 2);
    expect(metadata.annotations).toMatchObject({
      'nginx.ingress.kubernetes.io/ssl-passthrough': 'true',
      x: 'y',
    });
    expect(spec).toMatchObject({
      rules: [
        { host: 'a.db.example.com', http: { paths: [{ backend: { service: { name: 'orders-0' } } }] } },
        { host: 'b.db.example.com', http: { paths: [{ backend: { service: { name: 'orders-1' } } }] } },
      ],
    });
  });

  it('leads through a TLSRoute likewise', () => {
    const gateway = { parentRefs: [{ name: 'edge', sectionName: 'tls' }] };
    expect(tlsRoute(exposed('Gateway', { gateway }), 1)).toMatchObject({
      metadata: { name: 'orders-1' },
      spec: {
        parentRefs: [{ name: 'edge', sectionName: 'tls' }],
        hostnames: ['b.db.example.com'],
        rules: [{ backendRefs: [{ name: 'orders-1', port: 8080 }] }],
      },
    });
  });
});

describe('who may connect to the nodes', () => {
  const peers = (spec = {}) =>
    (networkPolicy(clusterWith(spec), factsWith()).spec as { ingress: { from?: unknown[] }[] }).ingress;

  it('always themselves, and the operator from its namespace', () => {
    expect(peers()[0]?.from).toMatchObject([
      { podSelector: { matchLabels: { 'ravencluster.io/cluster': 'orders' } } },
    ]);
    expect(peers()[1]?.from).toMatchObject([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ravencluster-system' } } },
    ]);
  });

  it('anybody when the spec names nobody, else only whom it names', () => {
    expect(peers()[2]).not.toHaveProperty('from');
    const from = [{ namespaceSelector: { matchLabels: { team: 'blue' } } }];
    expect(peers({ networking: { networkPolicy: { from } } })[2]?.from).toEqual(from);
  });
});

describe('how many nodes a drain of machines may take', () => {
  it('is one, or none while the operator has one away; never is a pod held that is not ready', () => {
    const budget = (isOperationRunning: boolean) =>
      disruptionBudget(clusterWith(), { isOperationRunning }).spec;
    expect(budget(false)).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(budget(true)).toMatchObject({ maxUnavailable: 0, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
  });
});

describe('the PodMonitor', () => {
  it('shows a certificate of its own, and checks the nodes by a name that is in all their certificates', () => {
    expect(podMonitor(clusterWith({ monitoring: { labels: { release: 'prometheus' } } }))).toMatchObject({
      metadata: { labels: { release: 'prometheus', 'ravencluster.io/cluster': 'orders' } },
      spec: {
        podMetricsEndpoints: [
          {
            scheme: 'https',
            tlsConfig: {
              serverName: 'orders.shop.svc',
              cert: { secret: { name: 'orders-metrics-client', key: 'tls.crt' } },
            },
          },
        ],
      },
    });
  });
});
