import type { AdmissionPolicy } from './admission-policy.ts';
import { CLUSTER_WARNINGS, SCALE_WARNINGS } from './cluster-warnings.ts';
import { DELETION_PROTECTION } from './deletion-protection.ts';
import { ownedObjectPolicies } from './owned-objects.ts';

/** @param operator user name of the operator's service account */
export function admissionPolicies(operator: string): readonly AdmissionPolicy[] {
  return [DELETION_PROTECTION, ...ownedObjectPolicies(operator), CLUSTER_WARNINGS, SCALE_WARNINGS];
}
