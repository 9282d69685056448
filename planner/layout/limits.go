package layout

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// Services that run Kubernetes with limits of their own.
const (
	EKS = "eks"
	GKE = "gke"
)

// What Kubernetes is tested with (SIG Scalability, "Kubernetes scalability
// thresholds"), beside MaxNodes, MaxPods, MaxContainers and MaxPodsPerNode. Endpoints
// of a service are a figure of the time before EndpointSlices.
const (
	MaxNamespaces              = 10_000
	MaxServices                = 10_000
	MaxPodsPerNamespace        = 3_000
	MaxServicesPerNamespace    = 5_000
	MaxDeploymentsPerNamespace = 2_000
	MaxEndpointsPerService     = 250
	// podsPerCore bounds the pods of a small node.
	podsPerCore = 10
)

// Quotas of EKS (AWS, "Amazon EKS endpoints and quotas"; EKS Best Practices Guides,
// "Data plane").
const (
	EKSNodesPerGroup     = 450
	EKSGroups            = 30
	EKSClustersPerRegion = 100
	// EKSInterfaces are the network interfaces that an account has in a region by default
	// (AWS, "Amazon VPC quotas"), nodes of EKS among what takes them. AWS raises it on
	// request: it is no reason to refuse a plan.
	EKSInterfaces = 5_000
)

// Quotas of GKE (Google Cloud, "GKE quotas and limits" and "Plan for large GKE
// clusters"). A zonal cluster has ZonalNodes at the most; without private nodes that
// reach the control plane by Private Service Connect there are PublicNodes.
const (
	GKENodes               = 15_000
	GKEZonalNodes          = 2_000
	GKEPublicNodes         = 5_000
	GKENodesPerPoolZone    = 1_000
	GKEPods                = 200_000
	GKEPodsPerNode         = 256
	GKEContainers          = 400_000
	GKEEndpointsPerService = 10_000
	GKEClusters            = 100
)

// SeatsOfServer are the requests that an API server works on at a time by its defaults,
// reads and changes (kube-apiserver, --max-requests-inflight of 400 and
// --max-mutating-requests-inflight of 200).
const SeatsOfServer = 400 + 200

// What limits are of.
const (
	LimitNodes                   = "nodes"
	LimitPrivateNodes            = "nodes_without_private_service_connect"
	LimitPods                    = "pods"
	LimitContainers              = "containers"
	LimitPodsPerNode             = "pods_per_node"
	LimitNamespaces              = "namespaces"
	LimitPodsPerNamespace        = "pods_per_namespace"
	LimitServicesPerNamespace    = "services_per_namespace"
	LimitDeploymentsPerNamespace = "deployments_per_namespace"
	LimitServices                = "services"
	LimitEndpoints               = "endpoints_per_service"
	LimitGroupNodes              = "nodes_per_group"
	LimitPoolZoneNodes           = "nodes_per_pool_zone"
	LimitGroups                  = "node_groups"
	LimitClusters                = "clusters"
	LimitDatabase                = "etcd_database"
	LimitRequests                = "requests_in_flight"
	LimitInterfaces              = "network_interfaces"
)

// Occupancy is what a cluster has of what is limited.
type Occupancy struct {
	// Nodes, Pods and their Containers, and the rest of the cluster. Services are an
	// assumption where nobody says how many there are.
	Nodes, Pods, Containers, Namespaces, Services, Deployments, Clusters int
	// Database is etcd's at its peak.
	Database units.Bytes
	// Interfaces are the network interfaces of all nodes; 0 where nobody counts them.
	Interfaces int
	// Servers are the API servers that are left after the declared losses and while one is
	// upgraded, of which Seats are taken at the worst; 0 where a provider runs them.
	Servers, Seats int
	// Workloads with their pods, each of which is in one namespace, behind one service.
	Workloads []Part
	// Pools are groups of equal nodes, as a provider counts them.
	Pools []PoolPart
}

// Part is a number of something at an address.
type Part struct {
	Path  string
	Count int
}

// PoolPart is the nodes of a pool: all, those of the fullest zone, and the most pods
// that run on one of them.
type PoolPart struct {
	Path                          string
	Nodes, ZoneNodes, Pods, VCPUs int
}

// Limit is what a platform carries of something, and what a cluster has of it.
type Limit struct {
	// Of is what is limited, and Path where the most of it is: "cluster", a group, a
	// workload.
	Of, Path string
	// Used and Most are counts, or bytes.
	Used, Most int64
	// Hard: the provider refuses more. Otherwise it is what Kubernetes is tested with.
	Hard bool
	// Grows: it is in proportion to what runs at Path.
	Grows bool
	// AtLeast: no fewer are used; how many is not known.
	AtLeast bool
	Source  string
}

// Share is Used of Most, rounded up.
func (l *Limit) Share() units.Ratio {
	return units.CeilDiv(units.Ratio(l.Used)*units.Whole, units.Ratio(l.Most))
}

const (
	sourceLarge      = "kubernetes.io, Considerations for large clusters"
	sourceServer     = "kubernetes.io, kube-apiserver"
	sourceThresholds = "SIG Scalability, Kubernetes scalability thresholds"
	sourceEKS        = "AWS, Amazon EKS quotas"
	sourceVPC        = "AWS, Amazon VPC quotas"
	sourceEKSGroups  = "AWS, EKS Best Practices Guides"
	sourceGKE        = "Google Cloud, GKE quotas and limits"
	sourceGKEScale   = "Google Cloud, Plan for large GKE clusters"
	cluster          = "cluster"
)

// Limits holds a cluster against what Kubernetes is tested with and what a service
// refuses, EKS, GKE or none, whose control plane is of a tier. The closest comes first:
// by share, then by name.
//
// How workloads spread over namespaces is not known: of the fullest namespace it counts
// the least that must be there, the largest workload or the mean.
func Limits(service string, tier *Tier, o *Occupancy) []Limit {
	out := thresholds(o)
	if o.Servers > 0 {
		out = append(out, Limit{Of: LimitRequests, Path: "control_plane", Used: int64(o.Seats), Most: int64(SeatsOfServer * o.Servers), Grows: true, Source: sourceServer})
	}
	switch service {
	case EKS:
		out = append(out, eksLimits(tier, o)...)
	case GKE:
		out = append(out, gkeLimits(tier, o)...)
	}
	out = slices.DeleteFunc(out, func(l Limit) bool { return l.Path == "" })
	slices.SortFunc(out, func(a, b Limit) int {
		return cmp.Or(cmp.Compare(b.Share(), a.Share()), cmp.Compare(a.Of, b.Of), cmp.Compare(a.Most, b.Most))
	})
	return out
}

// thresholds are those of Kubernetes.
func thresholds(o *Occupancy) []Limit {
	largest := tightest(o.Workloads, func(w *Part) (string, int, int) { return w.Path, w.Count, 1 })
	node := tightest(o.Pools, func(p *PoolPart) (string, int, int) { return p.Path, p.Pods, min(MaxPodsPerNode, podsPerCore*p.VCPUs) })
	inOne := func(n int) int64 {
		if o.Namespaces == 0 {
			return int64(n)
		}
		return int64(units.CeilDiv(n, o.Namespaces))
	}
	fullest := Limit{Of: LimitPodsPerNamespace, Path: cluster, Used: inOne(o.Pods), Most: MaxPodsPerNamespace, Grows: true, AtLeast: true, Source: sourceThresholds}
	if largest.Used > fullest.Used {
		fullest.Path, fullest.Used = largest.Path, largest.Used
	}
	return []Limit{
		{Of: LimitNodes, Path: cluster, Used: int64(o.Nodes), Most: MaxNodes, Grows: true, Source: sourceLarge},
		{Of: LimitPods, Path: cluster, Used: int64(o.Pods), Most: MaxPods, Grows: true, Source: sourceLarge},
		{Of: LimitContainers, Path: cluster, Used: int64(o.Containers), Most: MaxContainers, Grows: true, AtLeast: true, Source: sourceLarge},
		{Of: LimitPodsPerNode, Path: node.Path, Used: node.Used, Most: node.Most, Source: sourceThresholds},
		{Of: LimitNamespaces, Path: cluster, Used: int64(o.Namespaces), Most: MaxNamespaces, Source: sourceThresholds},
		fullest,
		{Of: LimitServices, Path: cluster, Used: int64(o.Services), Most: MaxServices, Source: sourceThresholds},
		{Of: LimitServicesPerNamespace, Path: cluster, Used: inOne(o.Services), Most: MaxServicesPerNamespace, AtLeast: true, Source: sourceThresholds},
		{Of: LimitDeploymentsPerNamespace, Path: cluster, Used: inOne(o.Deployments), Most: MaxDeploymentsPerNamespace, AtLeast: true, Source: sourceThresholds},
		{Of: LimitEndpoints, Path: largest.Path, Used: largest.Used, Most: MaxEndpointsPerService, Grows: true, Source: sourceThresholds},
	}
}

func eksLimits(tier *Tier, o *Occupancy) []Limit {
	group := tightest(o.Pools, func(p *PoolPart) (string, int, int) { return p.Path, p.Nodes, EKSNodesPerGroup })
	out := []Limit{
		{Of: LimitGroupNodes, Path: group.Path, Used: group.Used, Most: EKSNodesPerGroup, Hard: true, Grows: true, Source: sourceEKSGroups},
		{Of: LimitGroups, Path: cluster, Used: int64(len(o.Pools)), Most: EKSGroups, Hard: true, Source: sourceEKS},
		{Of: LimitClusters, Path: cluster, Used: int64(o.Clusters), Most: EKSClustersPerRegion, Hard: true, AtLeast: true, Source: sourceEKS},
	}
	if o.Interfaces > 0 {
		out = append(out, Limit{Of: LimitInterfaces, Path: cluster, Used: int64(o.Interfaces), Most: EKSInterfaces, Grows: true, AtLeast: true, Source: sourceVPC})
	}
	if tier != nil && tier.Database > 0 {
		out = append(out, Limit{Of: LimitDatabase, Path: cluster, Used: int64(o.Database), Most: int64(tier.Database), Hard: true, Grows: true, Source: tier.Source})
	}
	return out
}

func gkeLimits(tier *Tier, o *Occupancy) []Limit {
	zone := tightest(o.Pools, func(p *PoolPart) (string, int, int) { return p.Path, p.ZoneNodes, GKENodesPerPoolZone })
	node := tightest(o.Pools, func(p *PoolPart) (string, int, int) { return p.Path, p.Pods, GKEPodsPerNode })
	largest := tightest(o.Workloads, func(w *Part) (string, int, int) { return w.Path, w.Count, 1 })
	nodes := int64(GKENodes)
	if tier != nil && tier.Nodes > 0 {
		nodes = int64(tier.Nodes)
	}
	return []Limit{
		{Of: LimitNodes, Path: cluster, Used: int64(o.Nodes), Most: nodes, Hard: true, Grows: true, Source: sourceGKEScale},
		{Of: LimitPrivateNodes, Path: cluster, Used: int64(o.Nodes), Most: GKEPublicNodes, Grows: true, Source: sourceGKEScale},
		{Of: LimitPoolZoneNodes, Path: zone.Path, Used: zone.Used, Most: GKENodesPerPoolZone, Hard: true, Grows: true, Source: sourceGKE},
		{Of: LimitPods, Path: cluster, Used: int64(o.Pods), Most: GKEPods, Hard: true, Grows: true, Source: sourceGKE},
		{Of: LimitPodsPerNode, Path: node.Path, Used: node.Used, Most: GKEPodsPerNode, Hard: true, Source: sourceGKE},
		{Of: LimitContainers, Path: cluster, Used: int64(o.Containers), Most: GKEContainers, Hard: true, Grows: true, AtLeast: true, Source: sourceGKE},
		{Of: LimitEndpoints, Path: largest.Path, Used: largest.Used, Most: GKEEndpointsPerService, Hard: true, Grows: true, Source: sourceGKE},
		{Of: LimitClusters, Path: cluster, Used: int64(o.Clusters), Most: GKEClusters, Hard: true, AtLeast: true, Source: sourceGKE},
	}
}

// tightest returns the part that has the largest share of what it may have, the first
// of equal ones; none of an empty list.
func tightest[T any](parts []T, of func(*T) (path string, used, most int)) Limit {
	var worst Limit
	for i := range parts {
		path, used, most := of(&parts[i])
		l := Limit{Path: path, Used: int64(used), Most: int64(most)}
		if most > 0 && (worst.Path == "" || l.Used*worst.Most > worst.Used*l.Most) {
			worst = l
		}
	}
	return worst
}
