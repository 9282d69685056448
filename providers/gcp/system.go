package gcp

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/addons"
	"github.com/scantling-dev/scantling/providers/machines"
)

// anetdMemory is an assumption: requests of Dataplane V2's agent were found for
// its CPU alone. It is three times that of the same agent on Google Distributed
// Cloud (164Mi).
const anetdMemory = 512 * units.MiB

// DaemonSets returns the pods that GKE Standard runs on every node, by name, with
// the requests of running nodes, rounded up to whole MiB: logging, metrics, Managed
// Service for Prometheus, Workload Identity, NodeLocal DNSCache, the disk driver and
// the network. With Dataplane V2 anetd is in kube-proxy's place. Where pods ask for
// GPUs, GKE's device plugin is among them.
func (Provider) DaemonSets(c *planner.Cluster, g *planner.NodeGroup) []planner.DaemonSet {
	var out []planner.DaemonSet
	if c.Network.CNI == planner.DataplaneV2 {
		out = append(out, planner.DaemonSet{Name: "anetd", CPU: 205, Memory: anetdMemory})
	}
	out = append(out,
		planner.DaemonSet{Name: "fluentbit-gke", CPU: 105, Memory: 230 * units.MiB},
		planner.DaemonSet{Name: "gke-metadata-server", CPU: 100, Memory: 100 * units.MiB},
		planner.DaemonSet{Name: "gke-metrics-agent", CPU: 21, Memory: 145 * units.MiB},
		planner.DaemonSet{Name: "gmp-collector", CPU: 5, Memory: 35 * units.MiB},
		planner.DaemonSet{Name: "ip-masq-agent", CPU: 10, Memory: 16 * units.MiB},
	)
	if c.Network.CNI != planner.DataplaneV2 {
		out = append(out, planner.DaemonSet{Name: "kube-proxy", CPU: 100})
	}
	out = append(out,
		planner.DaemonSet{Name: "netd", CPU: 8, Memory: 65 * units.MiB},
		planner.DaemonSet{Name: "node-local-dns", CPU: 30, Memory: 50 * units.MiB},
	)
	if machines.AsksFor(g, machines.NvidiaGPU) {
		out = append(out, planner.DaemonSet{Name: "nvidia-gpu-device-plugin", CPU: 50, Memory: pluginMemory})
	}
	return append(out, planner.DaemonSet{Name: "pdcsi-node", CPU: 10, Memory: 20 * units.MiB})
}

// pluginMemory is an assumption: the manifest of the Kubernetes project requests 50m
// and 10Mi (cluster/addons/device-plugins/nvidia-gpu), and GKE's own grew since.
const pluginMemory = 50 * units.MiB

// SystemWorkloads returns the pods that GKE Standard runs once a cluster, by name.
//
// kube-dns follows the cluster: its autoscaler keeps a pod for each 256 cores or 16
// nodes, whichever are more, and two at least (cluster-proportional-autoscaler,
// linear, with GKE's coresPerReplica and nodesPerReplica). konnectivity-agent has
// three from three nodes on and grows by a ladder that GKE does not publish; one
// more for every 25 nodes is assumed. kube-dns rolls by one pod more, as GKE's
// manifest says; the others may lose one pod, and we plan for one more instead,
// which needs the more room.
func (Provider) SystemWorkloads(_ *planner.Cluster, size planner.Size) []planner.Workload {
	konnectivity := addons.Deployment("konnectivity-agent", 3+units.CeilDiv(max(size.Nodes-3, 0), konnectivityNodes), planner.Pod{CPU: 15, Memory: 60 * units.MiB, MemoryLimit: 155 * units.MiB})
	konnectivity.TopologySpread = append(konnectivity.TopologySpread, planner.TopologySpread{Key: planner.HostnameKey, MaxSkew: 1})
	konnectivity.PodDisruptionBudget = addons.OneUnavailable()
	dns := addons.Deployment("kube-dns", max(2, units.CeilDiv(size.Nodes, dnsNodes), units.CeilDiv(size.VCPUs, dnsCores)), planner.Pod{CPU: 265, Memory: 140 * units.MiB, MemoryLimit: 240 * units.MiB})
	dns.PodDisruptionBudget = addons.OneUnavailable()
	return []planner.Workload{
		addons.Deployment("event-exporter-gke", 1, planner.Pod{CPU: 3, Memory: 100 * units.MiB}),
		addons.Deployment("gmp-operator", 1, planner.Pod{CPU: 1, Memory: 16 * units.MiB, MemoryLimit: 1908 * units.MiB}),
		konnectivity,
		addons.Deployment("konnectivity-agent-autoscaler", 1, planner.Pod{CPU: 10, Memory: 10 * units.MiB}),
		dns,
		addons.Deployment("kube-dns-autoscaler", 1, planner.Pod{CPU: 20, Memory: 10 * units.MiB}),
		addons.Deployment("l7-default-backend", 1, planner.Pod{CPU: 10, Memory: 20 * units.MiB}),
		addons.Deployment("metrics-server", 1, planner.Pod{CPU: 48, Memory: 105 * units.MiB, MemoryLimit: 355 * units.MiB}),
	}
}

// What the autoscalers of GKE's own pods count.
const (
	dnsNodes          = 16
	dnsCores          = 256
	konnectivityNodes = 25
)
