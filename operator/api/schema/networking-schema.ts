import type { StructuralSchema } from '../structural-schema.ts';
import { DURATION_PATTERN, KUBERNETES_LIST, LABELS, OBJECT_NAME } from './shared-shapes.ts';

const EXPOSE = {
  type: 'object',
  description: 'How clients outside of Kubernetes reach the nodes. TLS always passes through to the node.',
  default: {},
  properties: {
    type: {
      type: 'string',
      default: 'None',
      enum: ['None', 'LoadBalancer', 'NodePort', 'Ingress', 'Gateway'],
    },
    loadBalancer: {
      type: 'object',
      properties: {
        class: { type: 'string', maxLength: 253 },
        sourceRanges: {
          type: 'array',
          maxItems: 50,
          'x-kubernetes-list-type': 'atomic',
          items: { type: 'string', maxLength: 64 },
        },
        annotations: LABELS,
      },
    },
    ingress: {
      type: 'object',
      properties: { className: { ...OBJECT_NAME }, annotations: LABELS },
    },
    gateway: {
      type: 'object',
      required: ['parentRefs'],
      properties: { parentRefs: { ...KUBERNETES_LIST, minItems: 1 } },
    },
  },
} as const satisfies StructuralSchema;

export const NETWORKING = {
  type: 'object',
  description: 'Addresses and ports.',
  default: {},
  properties: {
    domain: { type: 'string', description: 'Public suffix: node A is `a.<domain>`.', maxLength: 200 },
    expose: EXPOSE,
    networkPolicy: {
      type: 'object',
      default: {},
      properties: {
        enabled: { type: 'boolean', description: 'Create a NetworkPolicy.', default: true },
        from: { ...KUBERNETES_LIST, description: 'Peers that may reach the nodes; anybody when empty.' },
      },
    },
    local: {
      type: 'object',
      description: 'Addresses on the local platform. The node of ordinal n listens n ports above these.',
      default: {},
      properties: {
        host: { type: 'string', default: '127.0.0.1', minLength: 1, maxLength: 253 },
        httpPort: { type: 'integer', format: 'int32', default: 8080, minimum: 1, maximum: 65000 },
        tcpPort: { type: 'integer', format: 'int32', default: 38888, minimum: 1, maximum: 65000 },
      },
    },
  },
} as const satisfies StructuralSchema;

export const TLS = {
  type: 'object',
  description: 'Certificates of the nodes.',
  default: {},
  properties: {
    mode: {
      type: 'string',
      description:
        'Where certificates come from: the operator, cert-manager, or a Secret. Once on, TLS stays on.',
      default: 'Operator',
      enum: ['Operator', 'CertManager', 'Secret', 'Disabled'],
    },
    issuerRef: {
      type: 'object',
      description: 'Issuer of cert-manager.',
      required: ['name'],
      properties: {
        name: { ...OBJECT_NAME },
        kind: { type: 'string', default: 'Issuer', maxLength: 63 },
        group: { type: 'string', default: 'cert-manager.io', maxLength: 253 },
      },
    },
    secretName: { ...OBJECT_NAME, description: 'Secret with tls.crt, tls.key and ca.crt.' },
    duration: { type: 'string', default: '90d', maxLength: 32, pattern: DURATION_PATTERN },
    renewBefore: { type: 'string', default: '30d', maxLength: 32, pattern: DURATION_PATTERN },
    extraSANs: {
      type: 'array',
      maxItems: 50,
      'x-kubernetes-list-type': 'set',
      items: { type: 'string', maxLength: 253 },
    },
  },
} as const satisfies StructuralSchema;
