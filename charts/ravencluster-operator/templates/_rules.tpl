{{/*
What the operator may do where clusters are. No wildcards: each line is a call that it makes. It patches what it
applies (server-side apply creates by patch, too, and needs create for that), and deletes what a spec no longer wants.
*/}}
{{- define "ravencluster-operator.rules" -}}
- apiGroups: [ravencluster.io]
  resources: [ravenclusters, ravendatabases]
  verbs: [get, list, watch, patch]
- apiGroups: [ravencluster.io]
  resources: [ravenclusters/status, ravendatabases/status]
  verbs: [patch]
# To be the owner of objects that hold up the deletion of a cluster, where Kubernetes asks for this right.
- apiGroups: [ravencluster.io]
  resources: [ravenclusters/finalizers, ravendatabases/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, delete]
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, patch, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
# The garbage collector deletes these with their cluster.
- apiGroups: [""]
  resources: [configmaps, secrets, serviceaccounts]
  verbs: [get, list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies, ingresses]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [gateway.networking.k8s.io]
  resources: [tlsroutes]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [monitoring.coreos.com]
  resources: [podmonitors]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [cert-manager.io]
  resources: [certificates]
  verbs: [get, list, watch, create, patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{/* What it reads of the Kubernetes cluster itself: zones and health of machines, and whether volumes can grow. */}}
{{- define "ravencluster-operator.clusterRules" -}}
- apiGroups: [""]
  resources: [nodes]
  verbs: [get, list, watch]
- apiGroups: [storage.k8s.io]
  resources: [storageclasses]
  verbs: [get, list, watch]
{{- end -}}
