import { API_GROUP, API_VERSION } from '../api-group.ts';
import type { AdmissionPolicy } from './admission-policy.ts';

/** Also when a whole namespace is deleted: it then stays until somebody takes the protection away. */
export const DELETION_PROTECTION: AdmissionPolicy = {
  suffix: 'deletion-protection',
  action: 'Deny',
  requests: [{ group: API_GROUP, version: API_VERSION, resource: 'ravenclusters', operations: ['DELETE'] }],
  validations: [
    {
      expression: '!oldObject.spec.deletionProtection',
      message: 'this RavenCluster is protected: set spec.deletionProtection to false before you delete it',
    },
  ],
};
