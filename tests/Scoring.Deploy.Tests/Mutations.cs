namespace Scoring.Deploy.Tests;

/// <summary>Changes to rendered deployments, and what the rules must say of each.</summary>
public static class Mutations
{
    /// <summary>The overlay, a text of it, what stands there instead, and what is then wrong.</summary>
    public static readonly TheoryData<string, string, string, string> All = new()
    {
        // Security.
        { "production", "runAsNonRoot: true", "runAsNonRoot: false", "the pod may run as root, or without a seccomp profile" },
        { "production", "type: RuntimeDefault", "type: Unconfined", "the pod may run as root, or without a seccomp profile" },
        { "production", "      automountServiceAccountToken: false", "      automountServiceAccountToken: true",
            "the pod has a token of the cluster's" },
        { "production", "serviceAccountName: scoring", "serviceAccountName: other", "there is no service account 'other'" },
        { "production", "enableServiceLinks: false", "enableServiceLinks: false\n      hostNetwork: true", "the pod shares something with its node" },
        { "production", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "container scoring may gain rights or write to its root" },
        { "production-mtls", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true",
            "container collector may gain rights or write to its root" },
        { "production", "- ALL", "- NET_RAW", "container scoring keeps capabilities" },
        { "production", "pod-security.kubernetes.io/enforce: restricted", "pod-security.kubernetes.io/enforce: baseline",
            "the namespace does not enforce the level restricted" },

        // Images.
        { "production", "image: scoring:0.1.0", "image: scoring:latest", "image scoring:latest has no tag or digest that stays what it is" },
        { "production", "image: scoring:0.1.0", "image: scoring", "image scoring has no tag or digest that stays what it is" },
        { "production", "image: scoring:0.1.0", "image: scoring:0.0.9", "image scoring:0.0.9 is not of version 0.1.0" },

        // Resources and memory.
        { "production", "          limits:\n            cpu: \"2\"\n", "          limits:\n", "container scoring has no request or no limit of cpu" },
        { "production", "          requests:\n            cpu: \"2\"\n            memory: 2Gi", "          requests:\n            cpu: \"2\"\n       "
            + "     memory: 1Gi", "container scoring asks for 1073741824 of memory, with a limit of 2147483648" },
        { "production", "memory: 2Gi", "memory: 1Gi",
            "seven eighths of a heap, 704643072.00000 bytes, are less than the 1015021568 that messages and idle buffers may take" },
        { "development", "memory: 512Mi", "memory: 300Mi",
            "314572800 bytes of memory are less than 184549376 and the 157286400 of a process without any" },
        { "production", "value: \"134217728\"", "value: \"536870912\"", "one connection may hold more than half of what all may" },

        // Probes and drain.
        { "production", "livenessProbe:\n          failureThreshold: 6\n", "livenessProbe:\n          failureThreshold: 6\n          tcpSocket:\n    "
            + "        port: 8080\n", "the liveness probe of container scoring is missing, or asks by gRPC and by HTTP, or by neither" },
        { "production", "port: 8080\n            service: readiness", "port: 9090\n            service: readiness",
            "the readiness probe of container scoring asks on port 9090, which the container has not" },
        { "production-mtls", "path: /readyz\n            port: admin", "path: /readyz\n            port: metrics",
            "the readiness probe of container scoring asks on port metrics, which the container has not" },
        { "production-mtls", "httpGet:\n            path: /readyz\n            port: admin", "grpc:\n            port: 8080",
            "the readiness probe of container scoring asks by gRPC in clear text, where there is TLS" },
        { "production", "failureThreshold: 60", "failureThreshold: 10", "container scoring has less than 30 s to start" },
        { "production", "failureThreshold: 6\n", "failureThreshold: 3\n",
            "container scoring is restarted when it does not answer for less than a minute" },
        { "production", "terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 50",
            "a grace period of 50 s is too short for a drain of 10000 ms and 40000 ms" },
        { "production", "value: \"10000\"", "value: \"1000\"", "1000 ms are too short for clients of many pods to notice that one is leaving" },
        { "production", "value: \"300000\"", "value: \"0\"", "connections have no age, so that streams would not come to new pods" },

        // Settings and mounts.
        { "production", "Scoring__Drain__TimeoutMs", "Scoring__Drain__TimeOutMs", "Scoring:Drain:TimeOutMs is not a setting" },
        { "production", "Scoring__Drain__TimeoutMs", "Scoring__Drain", "Scoring:Drain is not a setting" },
        { "production", "Scoring__Drain__TimeoutMs", "SCORING_TIMEOUT", "nobody takes notice of SCORING_TIMEOUT" },
        { "production", "Scoring__Limits__ConnectionBytes", "DOTNET_gcServer\n          value: \"0\"\n        - name: DOTNET_gcServer",
            "DOTNET_gcServer is there twice" },
        { "production", "enableServiceLinks: false", "enableServiceLinks: true", "the addresses of all services are among the variables" },
        { "production", "configMap:\n          name: scoring-heads", "configMap:\n          name: heads",
            "volume heads is of something that is not there" },
        { "production", "/etc/scoring/heads/heads.json", "/etc/scoring/heads/head.json",
            "Scoring:HeadsFile is /etc/scoring/heads/head.json, which no volume has" },
        { "production-mtls", "/etc/scoring/tls/ca.crt", "/etc/scoring/tls/root.crt",
            "Scoring:Tls:ClientCaFile is /etc/scoring/tls/root.crt, which no volume has" },
        { "production-gateway", "secretName: scoring-api-keys", "secretName: scoring-keys", "volume keys is of something that is not there" },
        { "production-gateway", "defaultMode: 288", "defaultMode: 420", "volume keys can be read by others than its group" },
        { "production", "mountPath: /etc/scoring/heads\n          name: heads", "mountPath: /etc/scoring/heads\n          name: other",
            "/etc/scoring/heads is of a volume other that is not there" },
        { "production", "mountPath: /etc/scoring/heads\n          name: heads", "mountPath: /etc/scoring/heads\n          name: other",
            "volume heads is mounted nowhere" },
        { "production", "configMap:\n          name: scoring-heads", "emptyDir: {}", "volume heads is of something that is not there" },
        { "production", "mountPath: /etc/scoring/heads\n", "mountPath: /etc/scoring/heads\n          subPath: heads.json\n",
            "/etc/scoring/heads is mounted by subPath, and never changes" },
        { "production", "          name: heads\n          readOnly: true", "          name: heads", "/etc/scoring/heads can be written to" },

        // Ports and selectors.
        { "production", "containerPort: 9464", "containerPort: 9090", "port admin is not that of Scoring:Admin:Port" },
        { "production", "targetPort: grpc", "targetPort: rpc", "service scoring goes to port rpc, which no container has" },
        { "production", "appProtocol: kubernetes.io/h2c", "appProtocol: http", "service scoring-headless says that port grpc speaks http" },
        { "production-mtls", "appProtocol: https\n    name: grpc", "appProtocol: kubernetes.io/h2c\n    name: grpc",
            "service scoring says that port grpc speaks kubernetes.io/h2c" },
        { "production", "    ports:\n    - port: admin", "    ports:\n    - port: metrics",
            "a policy lets in to port metrics, which no container has" },
        { "production", "    ports:\n    - port: admin", "    ports:\n    - port: grpc", "no policy lets Prometheus in" },
        { "production", "    port: admin\n    relabelings", "    port: http\n    relabelings",
            "metrics are scraped from port http, and are on admin" },
        { "production", "    app.kubernetes.io/name: scoring\n---", "    app.kubernetes.io/name: other\n---",
            "service scoring-headless does not select the pods" },
        { "production", "name: scoring-heads\n  namespace: scoring", "name: scoring-heads\n  namespace: other",
            "ConfigMap scoring-heads is not in namespace scoring" },
        { "production", "  policyTypes:\n  - Ingress\n  - Egress", "  policyTypes:\n  - Ingress", "no policy keeps traffic out and in" },
        { "production", "  - from:\n    - namespaceSelector:\n        matchLabels:\n          kubernetes.io/metadata.name: monitoring\n    ports",
            "  - ports", "a policy lets everybody in" },
        { "production", "clusterIP: None", "type: ClusterIP", "no service tells clients the addresses of all pods" },

        // Availability, autoscaling and spreading.
        { "production", "  maxUnavailable: 1\n", "  minAvailable: 3\n", "no node with a pod on it can ever be drained" },
        { "production", "  maxUnavailable: 1\n", "  maxUnavailable: 100%\n", "all pods may be evicted at once" },
        { "production", "maxUnavailable: 0", "maxUnavailable: 1", "a change of version takes away pods before others have come" },
        { "production", "    kind: Deployment\n    name: scoring", "    kind: Deployment\n    name: other", "the autoscaler scales something else" },
        { "production", "  revisionHistoryLimit: 5", "  revisionHistoryLimit: 5\n  replicas: 3",
            "the deployment has a number of replicas that undoes the autoscaler's" },
        { "production", "maxReplicas: 12", "maxReplicas: 3", "the autoscaler has from 3 to 3 replicas" },
        { "production", "stabilizationWindowSeconds: 600", "stabilizationWindowSeconds: 300",
            "pods go before connections have come to those that are new" },
        { "production", "      container: scoring", "      container: other", "the autoscaler does not look at the service's processors" },
        { "production-gateway", "        name: scoring_buffers_rented_bytes", "        name: scoring_rows_in_flight",
            "the service has no metric scoring_rows_in_flight" },
        { "production-gateway", "averageValue: 192Mi", "averageValue: 512Mi",
            "pods are added when more than half of the memory for messages is taken" },
        { "production", "topologyKey: topology.kubernetes.io/zone", "topologyKey: topology.kubernetes.io/region",
            "pods do not spread by topology.kubernetes.io/zone" },

        // Monitoring.
        { "production", "jobLabel: app.kubernetes.io/name", "jobLabel: app.kubernetes.io/version", "the job is not named scoring" },
        { "production", "targetLabel: instance", "targetLabel: pod", "pods are not scraped by their names" },
        { "production", "expr: up{job=\"scoring\"} == 0", "expr: up{job=\"scoring\"} < 0", "the rules are not those of deploy/observability" },
        { "production", "grafana_dashboard: \"1\"", "grafana_dashboard: \"0\"", "the dashboard is not that of deploy/observability" },
        { "production", "\"title\": \"Scoring\"", "\"title\": \"Other\"", "the dashboard is not that of deploy/observability" },

        // Certificates.
        { "production-mtls", "    name: scoring-ca\n  privateKey", "    name: other\n  privateKey", "nobody issues certificate scoring-tls" },
        { "production-mtls", "renewBefore: 720h", "renewBefore: 2000h", "certificate scoring-tls is renewed too early or too late" },
        { "production-mtls", "  - server auth", "  - server auth\n  - client auth",
            "certificate scoring-tls keeps its key, or serves more than one purpose" },
        { "production-mtls", "  isCA: true", "  isCA: false", "issuer scoring-ca has no certificate of its own" },
        { "production-mtls", "- scoring-headless.scoring.svc\n", "- scoring-headless.other.svc\n",
            "no certificate has all names of service scoring-headless" },

        // Gateway.
        { "production-gateway", "mode: Terminate", "mode: Passthrough", "the gateway is not encrypted, or has no certificate" },
        { "production-gateway", "streamIdleTimeout: 0s", "streamIdleTimeout: 5m", "the gateway ends streams that are idle" },
        { "production-gateway", "sectionName: https", "sectionName: http", "the route belongs to no listener of a gateway" },
        { "production-gateway", "    - name: scoring\n      port: 8080", "    - name: scoring\n      port: 8081",
            "the route leads to no port that speaks HTTP/2 in clear text" },
        { "production-gateway", "requestTimeout: 0s", "requestTimeout: 15s", "the route ends streams after a while" },
    };
}
