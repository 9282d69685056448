package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// The addresses of an account's limits. Free addresses of a zone are at
// FreeIPsPath.
const (
	OnDemandVCPUsPath = "quota.on_demand_vcpus"
	SpotVCPUsPath     = "quota.spot_vcpus"
	GPUsPath          = "quota.gpus"
	DiskPath          = "quota.disk_gib"
)

// FreeIPsPath is the address of what a zone's subnets have left.
func FreeIPsPath(zone string) string { return "network.free_ips_by_zone." + zone }

// Limit is what a cluster may take of something, and what the plan takes.
type Limit struct {
	// Resource is the address of the limit: "quota.on_demand_vcpus".
	Resource string
	// Limit and Used are vCPUs, GPUs, GiB of disks, each rounded up, addresses, or nodes
	// with a block of the range of pods.
	Limit, Used int64
}

// Limits returns what the cluster declares of limits, nothing used, sorted by
// resource.
func (c *Cluster) Limits() []Limit {
	var out []Limit
	add := func(path string, limit int64) {
		if limit > 0 {
			out = append(out, Limit{Resource: path, Limit: limit})
		}
	}
	add(OnDemandVCPUsPath, int64(c.Quota.OnDemandVCPUs))
	add(SpotVCPUsPath, int64(c.Quota.SpotVCPUs))
	add(GPUsPath, int64(c.Quota.GPUs))
	add(DiskPath, int64(c.Quota.Disk/units.GiB))
	for _, z := range c.Network.FreeIPs {
		out = append(out, Limit{Resource: FreeIPsPath(z.Zone), Limit: int64(z.Addresses)})
	}
	add(PodCIDRPath, int64(c.Network.PodNodes()))
	slices.SortFunc(out, func(a, b Limit) int { return cmp.Compare(a.Resource, b.Resource) })
	return out
}

// RunOut is what ends the growth of a node group.
type RunOut struct {
	Group string
	// Month is the first that the group does not get through, and Date its day.
	Month int
	Date  units.Date
	// Resource is the address of what is short: "quota.on_demand_vcpus",
	// "node_group.web.autoscaling.max_nodes".
	Resource string
	// Limit and Need are what there is of it and what the month takes; 0 where it is
	// no count.
	Limit, Need int64
	// Reason in words, with what would free it.
	Reason string
}

// HoursOfDay is how many shares a daily profile has.
const HoursOfDay = 24

// AutoscalerPlan is what the autoscaler of a workload is given, and what it makes of a
// day.
type AutoscalerPlan struct {
	MinReplicas, MaxReplicas int
	// TargetCPUUtilization is of the pods' CPU requests, in whole percent; 0 where it
	// is not known, for the reason in NoTarget.
	TargetCPUUtilization units.Ratio
	NoTarget             string
	// Limit is the share of the CPU request at which the targets stop holding at the
	// peak; 0 where it is not known.
	Limit units.Ratio
	// Ramp is the steepest rise of the load from one hour to the next, relative.
	Ramp units.Ratio
	// Lag is from a rise of load to a pod that serves, the sum of what follows.
	Lag, MetricWindow, SyncPeriod, PodStart, NodeStart time.Duration
	// Throughput and Replicas are those of each hour of the day, UTC.
	Throughput []units.Rate
	Replicas   []int
}

// DayPlan is a node group over a day whose replicas follow the load.
type DayPlan struct {
	// Hours are those of the day, UTC.
	Hours []HourNodes
	// Autoscaled is the mean cost of the day of nodes and root disks, Fixed that of the
	// planned nodes at all hours.
	Autoscaled, Fixed Amount
}

// HourNodes are the nodes of an hour.
type HourNodes struct {
	// Nodes that the hour needs, and Running while those of the hour before are not
	// yet taken away.
	Nodes, Running int
}
