import type { StructuralSchema } from '../structural-schema.ts';
import { EXPOSE } from './exposure-schema.ts';
import { KUBERNETES_LIST } from './shared-shapes.ts';

export const NETWORKING = {
  type: 'object',
  description: 'Addresses and ports.',
  default: {},
  properties: {
    domain: {
      type: 'string',
      description:
        'Public suffix: clients call node A `a.<domain>`. Nodes are reached by it inside of Kubernetes, too, as far as clients are concerned; among themselves they keep their internal names.',
      minLength: 1,
      maxLength: 200,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    },
    expose: EXPOSE,
    ipFamilies: {
      type: 'array',
      description:
        'IP families of the Services, the main one first; those of the Kubernetes cluster when empty.',
      default: [],
      maxItems: 2,
      'x-kubernetes-list-type': 'atomic',
      items: { type: 'string', enum: ['IPv4', 'IPv6'] },
    },
    networkPolicy: {
      type: 'object',
      description: 'Who may connect to the nodes.',
      default: {},
      properties: {
        enabled: { type: 'boolean', description: 'Create a NetworkPolicy.', default: true },
        from: {
          ...KUBERNETES_LIST,
          description:
            'Peers that may reach the nodes, as in a NetworkPolicy; anybody when empty. The nodes and the operator always may.',
        },
      },
    },
    local: {
      type: 'object',
      description: 'Addresses on the local platform. The node of ordinal n listens n ports above these.',
      default: {},
      properties: {
        host: {
          type: 'string',
          description: 'Address to listen on.',
          default: '127.0.0.1',
          minLength: 1,
          maxLength: 253,
        },
        httpPort: {
          type: 'integer',
          format: 'int32',
          description: 'HTTP port of node A.',
          default: 8080,
          minimum: 1,
          maximum: 65000,
        },
        tcpPort: {
          type: 'integer',
          format: 'int32',
          description: 'TCP port of node A.',
          default: 38888,
          minimum: 1,
          maximum: 65000,
        },
      },
    },
  },
} as const satisfies StructuralSchema;
