import type { KindRef } from './kube-object.ts';

const namespaced = (apiVersion: string, kind: string, plural: string): KindRef => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
});
const clusterWide = (apiVersion: string, kind: string, plural: string): KindRef => ({
  apiVersion,
  kind,
  plural,
  namespaced: false,
});

export const NAMESPACE = clusterWide('v1', 'Namespace', 'namespaces');
export const NODE = clusterWide('v1', 'Node', 'nodes');
export const PERSISTENT_VOLUME = clusterWide('v1', 'PersistentVolume', 'persistentvolumes');
export const POD = namespaced('v1', 'Pod', 'pods');
export const SERVICE = namespaced('v1', 'Service', 'services');
export const CONFIG_MAP = namespaced('v1', 'ConfigMap', 'configmaps');
export const SECRET = namespaced('v1', 'Secret', 'secrets');
export const SERVICE_ACCOUNT = namespaced('v1', 'ServiceAccount', 'serviceaccounts');
export const PERSISTENT_VOLUME_CLAIM = namespaced('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
export const STATEFUL_SET = namespaced('apps/v1', 'StatefulSet', 'statefulsets');
export const CONTROLLER_REVISION = namespaced('apps/v1', 'ControllerRevision', 'controllerrevisions');
export const DEPLOYMENT = namespaced('apps/v1', 'Deployment', 'deployments');
export const POD_DISRUPTION_BUDGET = namespaced('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets');
export const NETWORK_POLICY = namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies');
export const INGRESS = namespaced('networking.k8s.io/v1', 'Ingress', 'ingresses');
export const LEASE = namespaced('coordination.k8s.io/v1', 'Lease', 'leases');
export const EVENT = namespaced('events.k8s.io/v1', 'Event', 'events');
export const ENDPOINT_SLICE = namespaced('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices');
export const STORAGE_CLASS = clusterWide('storage.k8s.io/v1', 'StorageClass', 'storageclasses');
export const CUSTOM_RESOURCE_DEFINITION = clusterWide(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
);
export const VALIDATING_ADMISSION_POLICY = clusterWide(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicy',
  'validatingadmissionpolicies',
);
export const VALIDATING_ADMISSION_POLICY_BINDING = clusterWide(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicyBinding',
  'validatingadmissionpolicybindings',
);
export const ROLE = namespaced('rbac.authorization.k8s.io/v1', 'Role', 'roles');
export const ROLE_BINDING = namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings');
export const CLUSTER_ROLE = clusterWide('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles');
export const CLUSTER_ROLE_BINDING = clusterWide(
  'rbac.authorization.k8s.io/v1',
  'ClusterRoleBinding',
  'clusterrolebindings',
);
/** Kinds that are there only when somebody installed them: ask `servedKinds` first. */
export const TLS_ROUTE = namespaced('gateway.networking.k8s.io/v1', 'TLSRoute', 'tlsroutes');
export const CERTIFICATE = namespaced('cert-manager.io/v1', 'Certificate', 'certificates');
export const POD_MONITOR = namespaced('monitoring.coreos.com/v1', 'PodMonitor', 'podmonitors');
export const SERVICE_MONITOR = namespaced('monitoring.coreos.com/v1', 'ServiceMonitor', 'servicemonitors');
export const PROMETHEUS_RULE = namespaced('monitoring.coreos.com/v1', 'PrometheusRule', 'prometheusrules');

const KNOWN: ReadonlyMap<string, KindRef> = new Map(
  [
    NAMESPACE,
    NODE,
    PERSISTENT_VOLUME,
    POD,
    SERVICE,
    CONFIG_MAP,
    SECRET,
    SERVICE_ACCOUNT,
    PERSISTENT_VOLUME_CLAIM,
    STATEFUL_SET,
    CONTROLLER_REVISION,
    DEPLOYMENT,
    POD_DISRUPTION_BUDGET,
    NETWORK_POLICY,
    INGRESS,
    LEASE,
    EVENT,
    ENDPOINT_SLICE,
    STORAGE_CLASS,
    CUSTOM_RESOURCE_DEFINITION,
    VALIDATING_ADMISSION_POLICY,
    VALIDATING_ADMISSION_POLICY_BINDING,
    ROLE,
    ROLE_BINDING,
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
    TLS_ROUTE,
    CERTIFICATE,
    POD_MONITOR,
    SERVICE_MONITOR,
    PROMETHEUS_RULE,
  ].map((kind) => [kindKey(kind), kind]),
);

/** `<apiVersion>/<kind>`: a kind as the key of a map, from a reference or from an object. */
export function kindKey({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): string {
  return `${apiVersion}/${kind}`;
}

/** The built-in kind of an object; `undefined` when it is none of those above. */
export function knownKind(object: {
  readonly apiVersion: string;
  readonly kind: string;
}): KindRef | undefined {
  return KNOWN.get(kindKey(object));
}
