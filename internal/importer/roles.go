package importer

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// Names by which ingress controllers, monitoring and the cluster's own services are
// known, whole or as parts of a name between dashes.
var (
	ingressNames = []string{
		"ingress-nginx", "nginx-ingress", "ingress", "traefik", "haproxy-ingress", "contour", "envoy-gateway", "istio-ingressgateway",
		"ingressgateway", "kong", "ambassador", "emissary",
	}
	monitoringNames = []string{
		"prometheus", "grafana", "alertmanager", "loki", "tempo", "mimir", "thanos", "jaeger", "kibana", "victoria-metrics", "vmagent",
		"vmsingle", "kube-state-metrics", "opentelemetry-collector", "otel-collector", "datadog", "monitoring",
	}
	systemNames = []string{
		"cert-manager", "external-dns", "cluster-autoscaler", "karpenter", "aws-load-balancer-controller", "sealed-secrets", "external-secrets",
		"argocd", "flux", "metrics-server", "coredns",
	}
)

// builtIn are the pods of EKS and GKE themselves, which plans count without being told
// (EKS, "Amazon EKS add-ons"; GKE, "Workloads in kube-system").
func builtIn() []string {
	return []string{
		"aws-node", "coredns", "ebs-csi-controller", "ebs-csi-node", "eks-pod-identity-agent", "kube-proxy", "metrics-server",
		"anetd", "event-exporter-gke", "fluentbit-gke", "gke-metadata-server", "gke-metrics-agent", "ip-masq-agent", "konnectivity-agent",
		"konnectivity-agent-autoscaler", "kube-dns", "kube-dns-autoscaler", "l7-default-backend", "metrics-server-v1.35.0", "netd",
		"node-local-dns", "pdcsi-node",
	}
}

// brought reports whether a cluster brings the pods with it.
func brought(namespace, name string) bool {
	if namespace != "kube-system" {
		return false
	}
	return slices.Contains(builtIn(), name) || strings.HasPrefix(name, "metrics-server-v") || strings.HasPrefix(name, "fluentbit-gke")
}

// named reports whether a name is one of a list, or has one between its dashes.
func named(name string, list []string) bool {
	return slices.ContainsFunc(list, func(known string) bool { return strings.Contains("-"+name+"-", "-"+known+"-") })
}

// role returns what a workload is for, by its devices, its kind and the names that it
// goes by.
func (w *Workload) role() planner.Role {
	is := func(list []string) bool {
		return named(w.Name, list) || named(w.Labels["app.kubernetes.io/name"], list) || named(w.Labels["app"], list)
	}
	gpus := slices.ContainsFunc(w.Pod.Extended, func(e planner.ExtendedResource) bool { return strings.HasSuffix(e.Name, "/gpu") })
	switch {
	case gpus:
		return planner.GPU
	case w.ends():
		return planner.Batch
	case is(monitoringNames):
		return planner.Monitoring
	case is(ingressNames):
		return planner.Ingress
	case w.Kind == string(planner.StatefulSet) && (w.count() > 1 || len(w.Volumes) > 0):
		return planner.Stateful
	case w.Namespace == "kube-system" || is(systemNames):
		return planner.System
	}
	return planner.App
}

// count is how many pods there are at most.
func (w *Workload) count() int {
	if w.Autoscaler != nil {
		return w.Autoscaler.Max
	}
	return w.Replicas
}
