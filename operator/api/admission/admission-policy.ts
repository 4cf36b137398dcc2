/** A rule of the API server about requests: what a CEL rule of a resource can't say, because it is about who asks, or only a warning. */
export interface AdmissionPolicy {
  /** After the name of the operator's installation. */
  readonly suffix: string;
  /** Deny refuses the request; Warn lets it through with a sentence that kubectl prints. */
  readonly action: 'Deny' | 'Warn';
  readonly requests: readonly RequestKind[];
  /** All must hold for the policy to apply. */
  readonly conditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
}

export interface RequestKind {
  readonly group: string;
  readonly version: string;
  /** Plural, with `/<subresource>` for one. */
  readonly resource: string;
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
}

export interface Validation {
  readonly expression: string;
  readonly message: string;
}

export interface PolicyInstallation {
  /** Name of the operator's installation: policies of two of them do not meet. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface BindingObject {
  readonly spec: object;
  readonly [field: string]: unknown;
}

/** The policy and its binding as Kubernetes objects. */
export function policyObjects(
  policy: AdmissionPolicy,
  { name, labels }: PolicyInstallation,
): { readonly definition: object; readonly binding: BindingObject } {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name: `${name}-${policy.suffix}`, labels };
  return {
    definition: {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        // A warning that can't be worked out is no reason to refuse anything.
        failurePolicy: policy.action === 'Deny' ? 'Fail' : 'Ignore',
        matchConstraints: {
          resourceRules: policy.requests.map(({ group, version, resource, operations }) => ({
            apiGroups: [group],
            apiVersions: [version],
            operations,
            resources: [resource],
          })),
        },
        ...(policy.conditions === undefined ? {} : { matchConditions: policy.conditions }),
        ...(policy.variables === undefined ? {} : { variables: policy.variables }),
        validations: policy.validations.map(({ expression, message }) => ({
          expression,
          message,
          // By default a refusal counts as a fault of the object, which it is not.
          ...(policy.action === 'Deny' ? { reason: 'Forbidden' } : {}),
        })),
      },
    },
    binding: {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name, validationActions: [policy.action] },
    },
  };
}
