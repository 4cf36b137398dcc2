{{/* Name of everything that the chart installs: the release, which says what it is. */}}
{{- define "ravencluster-operator.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select the operator's pods. The first one is also what the network policies of clusters let through. */}}
{{- define "ravencluster-operator.selectorLabels" -}}
app.kubernetes.io/name: ravencluster-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ravencluster-operator.labels" -}}
{{ include "ravencluster-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "ravencluster-operator.serviceAccountName" -}}
{{- default (include "ravencluster-operator.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* The operator as a user of the API server. */}}
{{- define "ravencluster-operator.username" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "ravencluster-operator.serviceAccountName" . }}
{{- end -}}

{{- define "ravencluster-operator.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What every container of the chart may do: nothing. */}}
{{- define "ravencluster-operator.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
readOnlyRootFilesystem: true
{{- end -}}

{{- define "ravencluster-operator.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Objects of `helm test`. They have another name than the operator's, whose Service and budget must not take them in. */}}
{{- define "ravencluster-operator.testLabels" -}}
app.kubernetes.io/name: ravencluster-operator-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "ravencluster-operator.testHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
