package planner

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// PodCIDRPath is the address of the range of pods: a limit counts the nodes that it has
// blocks for.
const PodCIDRPath = "network.pod_cidr"

// PodNodes returns how many nodes the declared range of pods has blocks for; 0 where none
// is declared, or where pods have no range.
func (n *Network) PodNodes() int {
	_, length, _ := strings.Cut(n.PodCIDR, "/")
	bits, err := strconv.Atoi(length)
	if err != nil || bits < 0 || n.PodBlock < bits {
		return 0
	}
	return 1 << (n.PodBlock - bits)
}

// kubeletMaxPods is the kubelet's own limit of pods on a node.
const kubeletMaxPods = 110

// MostPodsOfNode is the largest limit of pods that is declared for a node, or the
// kubelet's own.
func (c *Cluster) MostPodsOfNode() int {
	of := cmp.Or(c.Network.MaxPods, kubeletMaxPods)
	most := of
	for i := range c.NodeGroups {
		most = max(most, cmp.Or(c.NodeGroups[i].Kubelet.MaxPods, of))
	}
	return most
}

// NetworkPlan is what a cluster takes of its network.
type NetworkPlan struct {
	// Density of pods on the nodes of each pool, in the order of groups and pools.
	Density []PodDensity
	// Zones are the addresses that the subnets of each zone give, sorted by zone; none
	// where subnets span zones.
	Zones []ZoneNetwork
	// PodRange is nil where pods have addresses of the subnets.
	PodRange *PodRange
	// Traffic between zones, of the workloads that declare sizes, sorted by address.
	Traffic []ZoneTraffic
}

// PodDensity is how many pods the nodes of a pool run, and may run.
type PodDensity struct {
	Group string
	// Pool is its name in the group.
	Pool string
	// Pods on the fullest node, DaemonSets among them, and MaxPods of each node.
	Pods, MaxPods int
	// Addresses of the subnet that the fullest node takes, and MostAddresses those of a
	// node with MaxPods; 0 where subnets span zones.
	Addresses, MostAddresses int
	// Modes are the most pods of a node under each CNI that the ground has.
	Modes []ModeDensity
}

// ModeDensity is the most pods of a node under a CNI.
type ModeDensity struct {
	CNI     CNI
	MaxPods int
}

// ZoneNetwork is what a zone's subnets give.
type ZoneNetwork struct {
	Zone string
	// Nodes have an address each, Pods theirs where they are of the subnet, and Warm are
	// kept for pods to come or belong to further interfaces. ControlPlane are its
	// machines', or those that the provider's may have here.
	Nodes, Pods, Warm, ControlPlane int
	// Steady is their sum; ZoneLoss and Upgrade are the most while a declared loss of
	// other zones lasts, and while the recommended strategy replaces nodes or the
	// provider the control plane.
	Steady, ZoneLoss, Upgrade int
	// Free are declared; HasFree is false where they are not.
	Free    int
	HasFree bool
}

// Most is what the zone takes at any time.
func (z *ZoneNetwork) Most() int { return max(z.Steady, z.ZoneLoss, z.Upgrade) }

// PodRange is the range that nodes get blocks of for their pods.
type PodRange struct {
	// BlockBits is the length of the prefix of each node's block, and MaxPods what it is
	// for.
	BlockBits, MaxPods int
	// Nodes with a block: as planned, at the peak of the recommended upgrade, at the last
	// month of growth that can be planned, and with all groups at their most nodes.
	Nodes, AtUpgrade, AtHorizon, AtMost int
	// Capacity is how many nodes the declared range has blocks for; 0 where none is.
	Capacity int
	// NeedBits is the length of the prefix of the smallest range for the most of them.
	NeedBits int
}

// ZoneTraffic is what requests to a workload send from zone to zone.
type ZoneTraffic struct {
	// Workload is its address.
	Workload string
	// PerSecond are the bytes of requests and responses at the peak.
	PerSecond units.Bytes
	// Mean is the throughput of a day over its peak.
	Mean units.Ratio
	// Crossing is the share that leaves the zone of the caller.
	Crossing units.Ratio
	// PerMonth are the bytes that cross in a month of 730 hours.
	PerMonth units.Bytes
	Cost     Amount
}

// ZoneTransfer is what bytes from zone to zone cost.
type ZoneTransfer struct {
	// Price of Unit bytes, all that is charged for them added up.
	Price units.USD
	Unit  units.Bytes
	// Words say how it is charged.
	Words string
	Date  units.Date
}
