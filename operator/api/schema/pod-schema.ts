import type { StructuralSchema } from '../structural-schema.ts';
import { KUBERNETES_LIST, KUBERNETES_OBJECT, LABELS, NAMED_KUBERNETES_LIST } from './shared-shapes.ts';

export const POD = {
  type: 'object',
  description: 'Additions to the pods of the nodes. A change restarts them one by one.',
  default: {},
  properties: {
    labels: { ...LABELS, description: 'Labels of the pods, beside those of the operator.' },
    annotations: { ...LABELS, description: 'Annotations of the pods, beside those of the operator.' },
    env: {
      ...NAMED_KUBERNETES_LIST,
      description:
        'Environment of the database container, as in a container. RAVEN_<key> sets a configuration key, with _ for the dots.',
    },
    envFrom: {
      ...KUBERNETES_LIST,
      description: 'Secrets and ConfigMaps whose keys become environment variables, as in a container.',
    },
    volumes: { ...NAMED_KUBERNETES_LIST, description: 'Further volumes, as in a pod.' },
    volumeMounts: {
      type: 'array',
      description: 'Where the database container sees the further volumes, as in a container.',
      maxItems: 50,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['mountPath'],
      items: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        required: ['mountPath', 'name'],
        properties: {
          mountPath: {
            type: 'string',
            description: 'Folder in the container.',
            minLength: 1,
            maxLength: 1024,
          },
          name: { type: 'string', description: 'Name of the volume.', minLength: 1, maxLength: 63 },
        },
      },
    },
    initContainers: {
      ...NAMED_KUBERNETES_LIST,
      description: 'Containers that run before the database, as in a pod.',
    },
    sidecars: {
      ...NAMED_KUBERNETES_LIST,
      description: 'Containers that run beside the database, as in a pod.',
    },
    securityContext: {
      ...KUBERNETES_OBJECT,
      description:
        'Security context of the pod. What it sets replaces the default, which satisfies the profile `restricted`.',
    },
    terminationGracePeriodSeconds: {
      type: 'integer',
      format: 'int64',
      description: 'Seconds that a node has to stop in order before it is killed.',
      default: 120,
      minimum: 1,
      maximum: 3600,
    },
  },
} as const satisfies StructuralSchema;
