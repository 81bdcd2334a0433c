{{/* What every container of ours runs with, and without */}}
{{- define "tarazy.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "tarazy.podConfined" -}}
runAsNonRoot: true
{{- with .Values.userId }}
runAsUser: {{ . | int64 }}
runAsGroup: {{ . | int64 }}
fsGroup: {{ . | int64 }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* Settings that name files, and where those are mounted: [root, stores] */}}
{{- define "tarazy.fileSettings" -}}
{{- $root := index . 0 -}}
{{- range $name := index . 1 }}
{{- $store := get $root.Values.stores $name }}
{{- if $store.secret }}
{{- range $setting, $key := $store.files }}
- { name: TARAZY_{{ upper $setting }}, value: /run/tarazy/{{ $name }}/{{ $key }} }
{{- end }}
{{- end }}
{{- end }}
{{- with $root.Values.trust.configMap }}
- { name: SSL_CERT_FILE, value: /run/tarazy/trust/{{ $root.Values.trust.key }} }
{{- end }}
{{- end }}

{{- define "tarazy.storeMounts" -}}
{{- $root := index . 0 -}}
- { name: tmp, mountPath: /tmp }
{{- range $name := index . 1 }}
{{- if (get $root.Values.stores $name).secret }}
- { name: {{ $name }}, mountPath: /run/tarazy/{{ $name }}, readOnly: true }
{{- end }}
{{- end }}
{{- if $root.Values.trust.configMap }}
- { name: trust, mountPath: /run/tarazy/trust, readOnly: true }
{{- end }}
{{- end }}

{{/* Their secrets: [root, stores, {store: another Secret}] */}}
{{- define "tarazy.storeVolumes" -}}
{{- $root := index . 0 -}}
{{- $owners := index . 2 -}}
- { name: tmp, emptyDir: { sizeLimit: 256Mi } }
{{- range $name := index . 1 }}
{{- $secret := (get $root.Values.stores $name).secret }}
{{- if $secret }}
- name: {{ $name }}
  secret: { secretName: {{ get $owners $name | default $secret }}, defaultMode: 0440 }
{{- end }}
{{- end }}
{{- with $root.Values.trust.configMap }}
- { name: trust, configMap: { name: {{ . }} } }
{{- end }}
{{- end }}

{{/* The pod of a role: [root, name, role with its defaults] */}}
{{- define "tarazy.pod" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $role := index . 2 -}}
{{- $values := $root.Values -}}
{{- $stateful := eq $role.kind "StatefulSet" -}}
metadata:
  labels: {{- include "tarazy.labels" (list $root $name) | nindent 4 }}
  annotations:
    # Other settings are other pods: a role reads them once, at its start.
    checksum/settings: {{ include "tarazy.settings" $root | sha256sum }}
spec:
  serviceAccountName: {{ include "tarazy.name" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
  securityContext: {{- include "tarazy.podConfined" $root | nindent 4 }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $role.priorityClassName | default (ternary $values.priorityClass.name "" $values.priorityClass.create) }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if $role.gpu }}
  {{- with $values.gpu.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- end }}
  {{- with merge (deepCopy $role.nodeSelector) (ternary $values.gpu.nodeSelector dict $role.gpu) }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with concat $role.tolerations (ternary $values.gpu.tolerations list $role.gpu) }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  # One machine's end must not take all of a role: not two on one, where there are others; evenly over the zones.
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels: {{- include "tarazy.selector" (list $root $name) | nindent 16 }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: {{ $values.spread.zone }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "tarazy.selector" (list $root $name) | nindent 10 }}
  containers:
    - name: {{ $name }}
      image: {{ include "tarazy.image" (list $root $role.gpu) | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [run, {{ $name }}]
      securityContext: {{- include "tarazy.confined" $root | nindent 8 }}
      envFrom: [{ configMapRef: { name: {{ include "tarazy.name" $root }} } }]
      env:
        {{- if $stateful }}
        # A name that outlasts a restart: the brokers keep this member's partitions for it.
        - { name: TARAZY_KAFKA_MEMBER, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
        {{- end }}
        {{- if $role.gpu }}
        - { name: TARAZY_PROVIDER, value: {{ $values.gpu.provider }} }
        {{- end }}
        {{- if $role.windows }}
        - { name: TARAZY_WINDOWS, value: /var/cache/tarazy }
        {{- end }}
        {{- include "tarazy.fileSettings" (list $root $role.uses) | nindent 8 }}
        {{- range $variable, $value := $role.env }}
        - { name: {{ $variable }}, value: {{ include "tarazy.text" $value | quote }} }
        {{- end }}
      ports:
        - { name: ops, containerPort: {{ $values.settings.ops_port }} }
        {{- with $role.port }}
        - { name: http, containerPort: {{ get $values.settings . }} }
        {{- end }}
      # Alive while it answers; a store that is away is no reason to be started anew, but one not to be counted on.
      startupProbe:
        httpGet: { path: /health, port: ops }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: {{ div $values.startupSeconds 5 }}
      livenessProbe:
        httpGet: { path: /health, port: ops }
        periodSeconds: 15
        timeoutSeconds: 5
        failureThreshold: 4
      readinessProbe:
        httpGet: { path: /ready, port: ops }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 2
      {{- $resources := deepCopy $role.resources }}
      {{- if $role.gpu }}
      {{- $card := dict $values.gpu.resource $values.gpu.count }}
      {{- $resources = merge $resources (dict "limits" $card "requests" $card) }}
      {{- end }}
      {{- with $resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        {{- include "tarazy.storeMounts" (list $root $role.uses) | nindent 8 }}
        {{- $files := include "tarazy.keyFiles" (list $root $role.keys) | fromYaml }}
        {{- range $key, $path := $files }}
        - { name: keys, mountPath: /var/lib/tarazy/{{ $path }}, subPath: {{ $key }}, readOnly: true }
        {{- end }}
        {{- if $role.spool }}
        - { name: spool, mountPath: /var/lib/tarazy/spool }
        {{- end }}
        {{- if $role.windows }}
        - { name: windows, mountPath: /var/cache/tarazy }
        {{- end }}
        {{- if $role.gpu }}
        - { name: engines, mountPath: /opt/models/engines }
        {{- end }}
  volumes:
    {{- include "tarazy.storeVolumes" (list $root $role.uses dict) | nindent 4 }}
    {{- if $files }}
    - name: keys
      secret:
        secretName: {{ $values.keys.secret }}
        defaultMode: 0440
        items:
          {{- range $key, $path := $files }}
          - { key: {{ $key }}, path: {{ $key }} }
          {{- end }}
    {{- end }}
    {{- if $role.windows }}
    # A disk that comes and goes with the pod; an emptyDir would fill the machine's, and its limit ends the pod.
    - name: windows
      ephemeral:
        volumeClaimTemplate:
          spec:
            accessModes: [ReadWriteOnce]
            {{- with $role.windowsClass }}
            storageClassName: {{ . }}
            {{- end }}
            resources: { requests: { storage: {{ $role.windows }} } }
    {{- end }}
    {{- if $role.gpu }}
    # What TensorRT compiles for this card; lost with the pod.
    - { name: engines, emptyDir: { sizeLimit: {{ $values.gpu.enginesSize }} } }
    {{- end }}
{{- end }}

{{/* The files of the key groups of a role, {key: path}: [root, groups] */}}
{{- define "tarazy.keyFiles" -}}
{{- $files := dict -}}
{{- $known := (index . 0).Values.keys.files -}}
{{- range $group := index . 1 }}{{ $files = merge $files (get $known $group) }}{{ end -}}
{{- toYaml $files -}}
{{- end }}
