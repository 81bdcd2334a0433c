{{- define "tarazy.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end -}}
{{- end }}

{{/* What never changes of a release's pods: [root, role] */}}
{{- define "tarazy.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* Likewise, with what may change */}}
{{- define "tarazy.labels" -}}
{{- $root := index . 0 -}}
{{ include "tarazy.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ $root.Chart.Name }}-{{ $root.Chart.Version }}
{{- end }}

{{/* The image: [root, whether for a card] */}}
{{- define "tarazy.image" -}}
{{- $root := index . 0 -}}
{{- $image := $root.Values.image -}}
{{- $tag := $image.tag | default $root.Chart.AppVersion -}}
{{- $digest := $image.digest -}}
{{- if index . 1 -}}
{{- $tag = $image.cudaTag | default (printf "%s-cuda" $tag) -}}
{{- $digest = $image.cudaDigest -}}
{{- end -}}
{{- if $digest }}{{ $image.repository }}@{{ $digest }}{{ else }}{{ $image.repository }}:{{ $tag }}{{ end -}}
{{- end }}

{{/* A number as its environment variable wants it: Helm would write 100000 as 1e+05 */}}
{{- define "tarazy.text" -}}
{{- if or (kindIs "float64" .) (kindIs "int64" .) }}{{ . | int64 }}{{ else }}{{ . }}{{ end -}}
{{- end }}

{{/* The ConfigMap's data: every setting that has a value */}}
{{- define "tarazy.settings" -}}
{{- $all := deepCopy .Values.settings -}}
{{- range $store := .Values.stores }}{{ $all = merge $all $store.settings }}{{ end -}}
{{- range $name, $value := $all }}
{{- if ne (toString $value) "" }}
TARAZY_{{ upper $name }}: {{ include "tarazy.text" $value | quote }}
{{- end }}
{{- end }}
{{- end }}
