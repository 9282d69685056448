package document

import "github.com/scantling-dev/scantling/planner"

type networkPlan struct {
	Density  []podDensity  `json:"density" jsonschema:"Pods on the nodes of each pool, in the order of groups and pools."`
	Zones    []zoneNetwork `json:"zones" jsonschema:"Addresses of each zone's subnets, sorted by zone; empty where subnets span zones."`
	PodRange *podRange     `json:"pod_range" jsonschema:"Blocks of the range of pods; null where pods have addresses of the subnets."`
	Traffic  []zoneTraffic `json:"traffic" jsonschema:"What goes from zone to zone, of workloads that declare sizes, sorted by workload."`
}

type podDensity struct {
	Group         string        `json:"node_group" jsonschema:"Name of the node group."`
	Pool          string        `json:"pool" jsonschema:"Name of the pool."`
	Pods          int           `json:"pods" jsonschema:"Pods on the fullest node, DaemonSets among them."`
	MaxPods       int           `json:"max_pods" jsonschema:"Most pods of a node."`
	Addresses     *int          `json:"addresses" jsonschema:"Addresses of the subnet that the fullest node takes; null where subnets span zones."`
	MostAddresses *int          `json:"most_addresses" jsonschema:"The same of a node with max_pods."`
	Modes         []modeDensity `json:"modes" jsonschema:"Most pods of a node under each CNI that there is here."`
}

type modeDensity struct {
	CNI     string `json:"cni" enum:"vpc vpc_prefix kubenet dataplane_v2 calico cilium" jsonschema:"How pods get their addresses."`
	MaxPods int    `json:"max_pods" jsonschema:"Most pods of a node."`
}

type zoneNetwork struct {
	Zone         string `json:"zone" jsonschema:"The zone."`
	Nodes        int    `json:"nodes" jsonschema:"Addresses of the nodes themselves, one each."`
	Pods         int    `json:"pods" jsonschema:"Addresses of pods, where they are of the subnet."`
	Warm         int    `json:"warm" jsonschema:"Addresses kept for pods to come, or of further interfaces."`
	ControlPlane int    `json:"control_plane" jsonschema:"Addresses of a self-managed control plane's machines."`
	Steady       int    `json:"steady" jsonschema:"The sum of these."`
	ZoneLoss     int    `json:"zone_loss" jsonschema:"Most addresses while the declared losses of other zones last."`
	Upgrade      int    `json:"upgrade" jsonschema:"Most addresses while the recommended strategy replaces nodes or the provider its control plane."`
	Free         *int   `json:"free" jsonschema:"Addresses that are declared to be left; null where not."`
}

type podRange struct {
	BlockBits int  `json:"block_bits" jsonschema:"Length of the prefix of each node's block."`
	MaxPods   int  `json:"max_pods" jsonschema:"Pods of a node that the block is for."`
	Nodes     int  `json:"nodes" jsonschema:"Nodes with a block, those of a self-managed control plane among them."`
	AtUpgrade int  `json:"nodes_at_upgrade" jsonschema:"Their number at the peak of the recommended upgrade."`
	AtHorizon int  `json:"nodes_at_horizon" jsonschema:"Their number at the last month of growth that can be planned."`
	AtMost    int  `json:"nodes_at_most" jsonschema:"Their number with every group at its most nodes."`
	Capacity  *int `json:"capacity" jsonschema:"Nodes that the declared range has blocks for; null where none is declared."`
	NeedBits  int  `json:"need_bits" jsonschema:"Length of the prefix of the smallest range for the most of them."`
}

type zoneTraffic struct {
	Workload  string   `json:"workload" jsonschema:"Address of the workload."`
	PerSecond int64    `json:"bytes_per_second" jsonschema:"Requests and responses at the peak."`
	Mean      ratio    `json:"mean" jsonschema:"Throughput of a day over its peak."`
	Crossing  ratio    `json:"crossing" jsonschema:"Share that leaves the zone of the caller."`
	PerMonth  int64    `json:"bytes_per_month" jsonschema:"Bytes that cross in a month of 730 hours."`
	Cost      *dollars `json:"usd_per_hour" jsonschema:"What that costs; null where not known."`
}

func syncNetworkPlan(to direction, d *networkPlan, p *planner.NetworkPlan) {
	syncList(to, &d.Density, &p.Density, func(to direction, d *podDensity, p *planner.PodDensity) {
		syncText(to, &d.Group, &p.Group)
		syncText(to, &d.Pool, &p.Pool)
		syncInt(to, &d.Pods, &p.Pods)
		syncInt(to, &d.MaxPods, &p.MaxPods)
		syncSet(to, &d.Addresses, &p.Addresses)
		syncSet(to, &d.MostAddresses, &p.MostAddresses)
		syncList(to, &d.Modes, &p.Modes, func(to direction, d *modeDensity, p *planner.ModeDensity) {
			syncText(to, &d.CNI, &p.CNI)
			syncInt(to, &d.MaxPods, &p.MaxPods)
		})
	})
	syncList(to, &d.Zones, &p.Zones, func(to direction, d *zoneNetwork, p *planner.ZoneNetwork) {
		syncText(to, &d.Zone, &p.Zone)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncInt(to, &d.Pods, &p.Pods)
		syncInt(to, &d.Warm, &p.Warm)
		syncInt(to, &d.ControlPlane, &p.ControlPlane)
		syncInt(to, &d.Steady, &p.Steady)
		syncInt(to, &d.ZoneLoss, &p.ZoneLoss)
		syncInt(to, &d.Upgrade, &p.Upgrade)
		syncKnown(to, &d.Free, &p.Free, &p.HasFree)
	})
	syncOptional(to, &d.PodRange, &p.PodRange, func(to direction, d *podRange, p *planner.PodRange) {
		syncInt(to, &d.BlockBits, &p.BlockBits)
		syncInt(to, &d.MaxPods, &p.MaxPods)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncInt(to, &d.AtUpgrade, &p.AtUpgrade)
		syncInt(to, &d.AtHorizon, &p.AtHorizon)
		syncInt(to, &d.AtMost, &p.AtMost)
		syncSet(to, &d.Capacity, &p.Capacity)
		syncInt(to, &d.NeedBits, &p.NeedBits)
	})
	syncList(to, &d.Traffic, &p.Traffic, func(to direction, d *zoneTraffic, p *planner.ZoneTraffic) {
		syncText(to, &d.Workload, &p.Workload)
		syncInt(to, &d.PerSecond, &p.PerSecond)
		syncInt(to, &d.Mean, &p.Mean)
		syncInt(to, &d.Crossing, &p.Crossing)
		syncInt(to, &d.PerMonth, &p.PerMonth)
		syncAmount(to, &d.Cost, &p.Cost)
	})
}
