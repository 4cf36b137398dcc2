import type { StructuralSchema } from '../structural-schema.ts';

const VOLUME_STATUS = {
  type: 'object',
  required: ['claim'],
  properties: {
    claim: { type: 'string', description: 'Name of the PersistentVolumeClaim.' },
    requested: { type: 'string', description: 'Size that is asked for.' },
    capacity: { type: 'string', description: 'Size that there is.' },
    state: {
      type: 'string',
      description:
        'Unused: no node has joined with it yet. Used: its data is part of the cluster. Detached: its node left the cluster.',
      enum: ['Unused', 'Used', 'Detached'],
    },
    message: { type: 'string', description: 'What hinders it, for instance from growing.', maxLength: 1024 },
  },
} as const satisfies StructuralSchema;

export const NODE_STATUS = {
  type: 'object',
  required: ['tag', 'ordinal', 'role', 'ready'],
  properties: {
    tag: { type: 'string', description: 'Node tag.', maxLength: 4 },
    ordinal: { type: 'integer', format: 'int32', description: 'Ordinal of the pod; -1 for a foreign node.' },
    pod: { type: 'string', description: 'Name of the pod.' },
    podUID: { type: 'string', description: 'UID of the pod.' },
    zone: { type: 'string', description: 'Zone of the machine.' },
    kubeNode: { type: 'string', description: 'Kubernetes node that the pod runs on.' },
    role: {
      type: 'string',
      description: 'Role in Rachis; None while it does not belong to the cluster.',
      enum: ['Leader', 'Member', 'Promotable', 'Watcher', 'None', 'Unknown'],
    },
    ready: { type: 'boolean', description: 'It answers, and belongs to the cluster.' },
    revision: { type: 'string', description: 'Revision of the pod template that it runs.' },
    lag: { type: 'integer', format: 'int64', description: 'Raft entries behind the leader.' },
    url: { type: 'string', description: 'Address inside of Kubernetes.' },
    publicUrl: { type: 'string', description: 'Address for clients outside.' },
    volumes: {
      type: 'array',
      description: 'Volumes of the node.',
      maxItems: 4,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['claim'],
      items: VOLUME_STATUS,
    },
    message: { type: 'string', description: 'What is wrong or awaited.', maxLength: 1024 },
  },
} as const satisfies StructuralSchema;
