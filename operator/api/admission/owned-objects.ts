import { ALLOW_DELETION_ANNOTATION } from '../annotations.ts';
import { API_GROUP } from '../api-group.ts';
import type { AdmissionPolicy } from './admission-policy.ts';

const CLUSTER_LABEL = `${API_GROUP}/cluster`;
const DATA_STATE = `${API_GROUP}/data-state`;

/**
 * Who may remove pods and volumes: the operator, which knows when the membership allows it, and Kubernetes itself when
 * it clears away what has no owner or no namespace any more.
 */
function callers(operator: string): string {
  const names = [
    operator,
    'system:serviceaccount:kube-system:generic-garbage-collector',
    'system:serviceaccount:kube-system:namespace-controller',
    // Where the controllers have no accounts of their own.
    'system:kube-controller-manager',
  ];
  return `request.userInfo.username in [${names.map((name) => `'${name}'`).join(', ')}]`;
}

const isOurs = {
  name: 'belongs-to-a-ravencluster',
  expression: `has(oldObject.metadata.labels) && '${CLUSTER_LABEL}' in oldObject.metadata.labels`,
};

/** @param operator user name of the operator's service account */
export function ownedObjectPolicies(operator: string): readonly AdmissionPolicy[] {
  const others = { name: 'not-by-the-operator', expression: `!(${callers(operator)})` };
  const override = `has(oldObject.metadata.annotations) && '${ALLOW_DELETION_ANNOTATION}' in oldObject.metadata.annotations && oldObject.metadata.annotations['${ALLOW_DELETION_ANNOTATION}'] == 'true'`;
  return [
    {
      suffix: 'statefulsets',
      action: 'Deny',
      requests: [
        { group: 'apps', version: 'v1', resource: 'statefulsets', operations: ['UPDATE', 'DELETE'] },
      ],
      conditions: [isOurs, others],
      validations: [
        {
          expression: "request.operation != 'UPDATE' || object.spec.?replicas == oldObject.spec.?replicas",
          message:
            'this StatefulSet belongs to a RavenCluster: set spec.nodes there, so that data moves before pods go',
        },
        {
          expression: `request.operation != 'DELETE' || (${override})`,
          message: `this StatefulSet belongs to a RavenCluster: delete that instead. If it is gone, annotate this with ${ALLOW_DELETION_ANNOTATION}=true first`,
        },
      ],
    },
    {
      suffix: 'statefulset-scale',
      action: 'Deny',
      requests: [{ group: 'apps', version: 'v1', resource: 'statefulsets/scale', operations: ['UPDATE'] }],
      conditions: [
        {
          // A Scale has no labels, but it says which pods are meant.
          name: 'belongs-to-a-ravencluster',
          expression: `oldObject.status.?selector.orValue('').contains('${CLUSTER_LABEL}=')`,
        },
        others,
      ],
      validations: [
        {
          expression: 'object.spec.?replicas == oldObject.spec.?replicas',
          message:
            'this StatefulSet belongs to a RavenCluster: scale that instead, so that data moves before pods go',
        },
      ],
    },
    {
      suffix: 'volume-claims',
      action: 'Deny',
      requests: [{ group: '', version: 'v1', resource: 'persistentvolumeclaims', operations: ['DELETE'] }],
      conditions: [isOurs, others],
      validations: [
        {
          expression: `(has(oldObject.metadata.annotations) && '${DATA_STATE}' in oldObject.metadata.annotations && oldObject.metadata.annotations['${DATA_STATE}'] == 'Detached') || (${override})`,
          message: `this volume holds data of a RavenCluster. If the data is not needed any more, annotate the claim with ${ALLOW_DELETION_ANNOTATION}=true first`,
        },
      ],
    },
  ];
}
