import { API_GROUP, API_VERSION } from '../api-group.ts';
import type { AdmissionPolicy } from './admission-policy.ts';

const COPIES = 'variables.factor.target < object.spec.nodes ? variables.factor.target : object.spec.nodes';

/** Sentences about clusters that work, but survive less than people tend to think. */
export const CLUSTER_WARNINGS: AdmissionPolicy = {
  suffix: 'warnings',
  action: 'Warn',
  requests: [
    { group: API_GROUP, version: API_VERSION, resource: 'ravenclusters', operations: ['CREATE', 'UPDATE'] },
  ],
  conditions: [
    // Who changes a label need not hear it all again.
    {
      name: 'says-something-new',
      expression: "request.operation == 'CREATE' || object.spec != oldObject.spec",
    },
  ],
  variables: [
    { name: 'factor', expression: 'object.spec.replicationFactor' },
    { name: 'copies', expression: COPIES },
    {
      name: 'candidates',
      expression:
        'object.spec.nodes - object.spec.consensus.watchers < object.spec.consensus.maxVoters ? object.spec.nodes - object.spec.consensus.watchers : object.spec.consensus.maxVoters',
    },
  ],
  validations: [
    {
      expression:
        "object.spec.nodes == 2 || object.spec.consensus.evenNodes == 'Watcher' || variables.candidates % 2 == 1",
      message: 'an even number of voters survives no more failures than one voter less',
    },
    {
      expression: "object.spec.nodes != 2 || object.spec.consensus.evenNodes == 'Watcher'",
      message: 'with two nodes, the loss of either one stops all cluster operations; use one or three',
    },
    {
      expression: "variables.factor.mode == 'Unmanaged' || variables.copies > 1",
      message: 'there will be one copy of each database: what is on a lost disk is lost',
    },
    {
      expression: "object.spec.tls.mode != 'Disabled'",
      message: 'TLS is disabled: whoever reaches the nodes may read and write all data',
    },
    {
      expression:
        "object.spec.placement.zones.size() == 0 || object.spec.placement.zones.size() >= 3 || variables.factor.mode == 'Unmanaged' || variables.copies < 3",
      message:
        'three copies in fewer than three zones: the loss of one zone can take two copies, or the majority, with it',
    },
    {
      expression:
        "request.operation == 'CREATE' || variables.factor.mode == 'Unmanaged' || object.spec.nodes >= oldObject.spec.nodes || object.spec.nodes >= variables.factor.target",
      message:
        'fewer nodes than replicationFactor.target: databases will have fewer copies, which needs scaleDown.allowReducedReplication',
    },
  ],
};

/** The same for `kubectl scale` and autoscalers, whose request says nothing but a number. */
export const SCALE_WARNINGS: AdmissionPolicy = {
  suffix: 'scale-warnings',
  action: 'Warn',
  requests: [
    { group: API_GROUP, version: API_VERSION, resource: 'ravenclusters/scale', operations: ['UPDATE'] },
  ],
  conditions: [{ name: 'says-something-new', expression: 'object.spec.replicas != oldObject.spec.replicas' }],
  validations: [
    {
      expression: 'object.spec.replicas % 2 == 1',
      message: 'an even number of voters survives no more failures than one voter less',
    },
    {
      expression: 'object.spec.replicas >= oldObject.spec.replicas || object.spec.replicas >= 3',
      message:
        'fewer than three nodes: databases that have three copies now will have fewer, which needs scaleDown.allowReducedReplication',
    },
  ],
};
