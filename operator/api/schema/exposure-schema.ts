import type { StructuralSchema } from '../structural-schema.ts';
import { KUBERNETES_LIST, LABELS, OBJECT_NAME } from './shared-shapes.ts';

export const EXPOSE = {
  type: 'object',
  description: 'How clients outside of Kubernetes reach the nodes. TLS always passes through to the node.',
  default: {},
  properties: {
    type: {
      type: 'string',
      description:
        'None: only inside. LoadBalancer, NodePort: a Service of this type for each node. Ingress, Gateway: a route for each node by its host name, which needs TLS and a domain.',
      default: 'None',
      enum: ['None', 'LoadBalancer', 'NodePort', 'Ingress', 'Gateway'],
    },
    loadBalancer: {
      type: 'object',
      description: 'Settings of the type LoadBalancer.',
      properties: {
        class: { type: 'string', description: 'Class of the load balancers. Immutable.', maxLength: 253 },
        sourceRanges: {
          type: 'array',
          description: 'Addresses that may connect, as CIDR; any when empty.',
          maxItems: 50,
          'x-kubernetes-list-type': 'atomic',
          items: { type: 'string', maxLength: 64 },
        },
        annotations: { ...LABELS, description: 'Annotations of the Services, for the cloud provider.' },
        perNode: {
          type: 'array',
          description: 'What differs from node to node, for instance a fixed address.',
          maxItems: 101,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['ordinal'],
          items: {
            type: 'object',
            required: ['ordinal'],
            properties: {
              ordinal: {
                type: 'integer',
                format: 'int32',
                description: 'Ordinal of the node, from 0.',
                minimum: 0,
                maximum: 100,
              },
              annotations: { ...LABELS, description: 'Annotations of the Service of this node.' },
            },
          },
        },
      },
    },
    ingress: {
      type: 'object',
      description: 'Settings of the type Ingress.',
      properties: {
        className: { ...OBJECT_NAME, description: 'Ingress class; the default class when absent.' },
        annotations: {
          ...LABELS,
          description:
            'Annotations of the Ingress. Those that make NGINX and HAProxy pass TLS through are set already.',
        },
      },
    },
    gateway: {
      type: 'object',
      description: 'Settings of the type Gateway.',
      required: ['parentRefs'],
      properties: {
        parentRefs: {
          ...KUBERNETES_LIST,
          description: 'Gateways (and listeners) that the TLSRoutes attach to, as in a TLSRoute.',
          minItems: 1,
        },
      },
    },
  },
} as const satisfies StructuralSchema;
