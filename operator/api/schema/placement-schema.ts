import type { StructuralSchema } from '../structural-schema.ts';
import { KUBERNETES_LIST, KUBERNETES_OBJECT, LABELS } from './shared-shapes.ts';

export const PLACEMENT = {
  type: 'object',
  description: 'On which machines and in which zones the nodes run.',
  default: {},
  properties: {
    spread: {
      type: 'string',
      description: 'Over what the pods are spread evenly: zones, machines, or nothing in particular.',
      default: 'Zone',
      enum: ['Zone', 'Host', 'None'],
    },
    whenUnsatisfiable: {
      type: 'string',
      description:
        'What to do with a pod for which there is no even place. Volumes are bound to their zone, so DoNotSchedule leaves pods pending for as long as a zone is lost.',
      default: 'ScheduleAnyway',
      enum: ['ScheduleAnyway', 'DoNotSchedule'],
    },
    hostAntiAffinity: {
      type: 'string',
      description:
        'Whether two nodes of the cluster may share a machine: Required says never, Preferred only if there is no other place.',
      default: 'Required',
      enum: ['Required', 'Preferred', 'None'],
    },
    zones: {
      type: 'array',
      description: 'Zones that may be used; any when empty.',
      default: [],
      maxItems: 9,
      'x-kubernetes-list-type': 'set',
      items: { type: 'string', minLength: 1, maxLength: 63 },
    },
    zoneLabel: {
      type: 'string',
      description:
        'Label of the machines that names their zone. The database learns the zone of each node from it and keeps copies apart.',
      default: 'topology.kubernetes.io/zone',
      minLength: 1,
      maxLength: 317,
    },
    nodeSelector: { ...LABELS, description: 'Labels that a machine must have, as in a pod.' },
    tolerations: { ...KUBERNETES_LIST, description: 'Taints that the pods tolerate, as in a pod.' },
    affinity: {
      ...KUBERNETES_OBJECT,
      description:
        'Affinities as in a pod, beside those that come from spread, zones and hostAntiAffinity; all of them hold.',
    },
    priorityClassName: { type: 'string', description: 'Priority class of the pods.', maxLength: 253 },
    schedulerName: {
      type: 'string',
      description: 'Scheduler that places the pods; the default one when absent.',
      maxLength: 253,
    },
    runtimeClassName: { type: 'string', description: 'Runtime class of the pods.', maxLength: 253 },
  },
} as const satisfies StructuralSchema;
