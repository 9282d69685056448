package aws

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/addons"
	"github.com/scantling-dev/scantling/providers/machines"
)

// DaemonSets returns the pods of the EKS add-ons that run on every node, by
// name, with the requests of their default configurations.
// eks-pod-identity-agent requests nothing and takes a pod's slot all the same. Where
// pods ask for GPUs or chips, the device plugin is among them that people install
// there; Bottlerocket has NVIDIA's built in (EKS user guide, "Install Kubernetes
// device plugin for GPUs").
func (Provider) DaemonSets(_ *planner.Cluster, g *planner.NodeGroup) []planner.DaemonSet {
	plugins := machines.Plugins(g)
	if g.Image == planner.Bottlerocket {
		plugins = slices.DeleteFunc(plugins, func(d planner.DaemonSet) bool { return d.Name == machines.NvidiaPlugin })
	}
	out := append(plugins, []planner.DaemonSet{
		{Name: "aws-node", CPU: 50},
		{Name: "ebs-csi-node", CPU: 30, Memory: 120 * units.MiB},
		{Name: "eks-pod-identity-agent"},
		{Name: "kube-proxy", CPU: 100},
	}...)
	slices.SortFunc(out, func(a, b planner.DaemonSet) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// SystemWorkloads returns the pods that the EKS add-ons run once a cluster, by
// name: CoreDNS, the controller of the EBS CSI driver and metrics-server.
//
// Their charts let a rollout take one pod away (CoreDNS, the CSI controller);
// we plan for one pod more instead, 25% of surge and none unavailable, which
// needs the more room.
func (Provider) SystemWorkloads(*planner.Cluster, planner.Size) []planner.Workload {
	coredns := addons.Deployment("coredns", 2, planner.Pod{CPU: 100, Memory: 70 * units.MiB, MemoryLimit: 170 * units.MiB})
	coredns.PodDisruptionBudget = addons.OneUnavailable()
	csi := addons.Deployment("ebs-csi-controller", 2, planner.Pod{CPU: 60, Memory: 240 * units.MiB})
	csi.PodDisruptionBudget = addons.OneUnavailable()
	metrics := addons.Deployment("metrics-server", 1, planner.Pod{CPU: 100, Memory: 200 * units.MiB})
	return []planner.Workload{coredns, csi, metrics}
}
