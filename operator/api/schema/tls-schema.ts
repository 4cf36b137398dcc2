import type { StructuralSchema } from '../structural-schema.ts';
import { DURATION, OBJECT_NAME } from './shared-shapes.ts';

export const TLS = {
  type: 'object',
  description: 'Certificates of the nodes. They are renewed and reloaded without a restart.',
  default: {},
  properties: {
    mode: {
      type: 'string',
      description:
        'Where certificates come from: an authority of the operator’s own, cert-manager, or a Secret. Once on, TLS stays on.',
      default: 'Operator',
      enum: ['Operator', 'CertManager', 'Secret', 'Disabled'],
    },
    issuerRef: {
      type: 'object',
      description: 'Issuer of cert-manager; required when mode is CertManager.',
      required: ['name'],
      properties: {
        name: { ...OBJECT_NAME, description: 'Name of the issuer.' },
        kind: { type: 'string', description: 'Issuer or ClusterIssuer.', default: 'Issuer', maxLength: 63 },
        group: {
          type: 'string',
          description: 'API group of the issuer.',
          default: 'cert-manager.io',
          maxLength: 253,
        },
      },
    },
    secretName: {
      ...OBJECT_NAME,
      description: 'Secret with tls.crt, tls.key and ca.crt; required when mode is Secret.',
    },
    duration: { ...DURATION, description: 'How long a certificate of a node is valid.', default: '90d' },
    renewBefore: {
      ...DURATION,
      description: 'How long before its end a certificate is renewed; less than duration.',
      default: '30d',
    },
    extraSANs: {
      type: 'array',
      description: 'Further names and addresses that the certificates are valid for.',
      default: [],
      maxItems: 50,
      'x-kubernetes-list-type': 'set',
      items: { type: 'string', minLength: 1, maxLength: 253 },
    },
  },
} as const satisfies StructuralSchema;
