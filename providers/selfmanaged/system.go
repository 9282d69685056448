package selfmanaged

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/addons"
	"github.com/scantling-dev/scantling/providers/machines"
)

// DaemonSets returns the pods that kubeadm and the CNI run on every node, by name.
//
// kube-proxy requests nothing (kubeadm's manifest); kubeadm installs it beside
// Cilium too. calico-node requests 250m (projectcalico/calico,
// manifests/calico.yaml). Cilium's chart requests nothing for its agent and for
// Envoy; the agent is counted with what the chart suggests (cilium/cilium,
// install/kubernetes/cilium/values.yaml: 100m and 512Mi), which is more than the
// scheduler counts.
//
// What a cloud's controller and its CSI driver run is not among them: specs
// declare it as daemonset blocks. Where pods ask for GPUs or chips, the device plugin
// is.
func (Provider) DaemonSets(c *planner.Cluster, g *planner.NodeGroup) []planner.DaemonSet {
	out := append(network(c), machines.Plugins(g)...)
	slices.SortFunc(out, func(a, b planner.DaemonSet) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// network returns what kubeadm and the CNI run.
func network(c *planner.Cluster) []planner.DaemonSet {
	proxy := planner.DaemonSet{Name: "kube-proxy"}
	if c.Network.CNI == planner.Cilium {
		return []planner.DaemonSet{
			{Name: "cilium", CPU: 100, Memory: 512 * units.MiB},
			{Name: "cilium-envoy"},
			proxy,
		}
	}
	return []planner.DaemonSet{{Name: "calico-node", CPU: 250}, proxy}
}

// SystemWorkloads returns the pods that kubeadm and the CNI run once a cluster, by
// name: CoreDNS with the requests of kubeadm's manifest, and the controllers of
// Calico or the operators of Cilium, which request nothing. They tolerate the
// control plane's taint and may run there; room for them is planned on nodes.
//
// Rollouts of CoreDNS and of Cilium's operator may take pods away; we plan for one
// pod more instead, which needs the more room. Calico's controllers are one pod
// that is ended before the next one starts.
func (Provider) SystemWorkloads(c *planner.Cluster, _ planner.Size) []planner.Workload {
	coredns := addons.Deployment("coredns", 2, planner.Pod{CPU: 100, Memory: 70 * units.MiB, MemoryLimit: 170 * units.MiB})
	if c.Network.CNI == planner.Cilium {
		return []planner.Workload{addons.Deployment("cilium-operator", 2, planner.Pod{}), coredns}
	}
	controllers := addons.Deployment("calico-kube-controllers", 1, planner.Pod{})
	controllers.PodDisruptionBudget = addons.OneUnavailable()
	controllers.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
	return []planner.Workload{controllers, coredns}
}
