import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { CONTROL_PLANE_ADDRESS, DNS_SERVICE_ADDRESS } from './address-plan.ts';

/** Pods ask the Service; behind it is a CoreDNS beside the control plane. */
export const NAME_SERVER_OBJECTS: readonly KubeObject[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: 'kube-system' },
    spec: {
      clusterIP: DNS_SERVICE_ADDRESS,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  } as KubeObject,
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kube-dns-control-plane',
      namespace: 'kube-system',
      labels: { 'kubernetes.io/service-name': 'kube-dns' },
    },
    addressType: 'IPv4',
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ],
    endpoints: [{ addresses: [CONTROL_PLANE_ADDRESS], conditions: { ready: true } }],
  } as KubeObject,
];

/** Answers live for a second: pods move, and a test waits for them. */
export function nameServerConfiguration(kubeconfig: string): string {
  return `.:53 {
  bind ${CONTROL_PLANE_ADDRESS}
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig} test
    ttl 1
  }
}
`;
}

/** For processes beside the control plane: names of the cluster, short ones too. */
export const RESOLVER_CONFIGURATION = `nameserver ${CONTROL_PLANE_ADDRESS}
search svc.cluster.local cluster.local
options ndots:5 timeout:2
`;
