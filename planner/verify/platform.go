package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// platform checks the limits that the plan lists: that no quota is exceeded, that they
// come by share, and that what is counted of nodes and groups is there.
func (k *checker) platform() {
	nodes, largest, groups := int64(0), int64(0), int64(0)
	for i := range k.plan.NodeGroups {
		g := &k.plan.NodeGroups[i]
		nodes += int64(g.MaxNodes)
		groups += int64(len(g.Pools))
		for _, p := range g.Pools {
			most := int64(p.Nodes)
			if g.MaxNodes > g.Nodes && g.Nodes > 0 {
				most = up(most*int64(g.MaxNodes), int64(g.Nodes))
			}
			largest = max(largest, most)
		}
	}
	k.requestsInFlight()
	counted := map[string]int64{"nodes": nodes, "node_groups": groups, "nodes_per_group": largest, "endpoints_per_service": k.mostReplicas()}
	if k.terms.Interfaces != nil {
		counted["network_interfaces"] = k.interfaces()
	}
	if load := k.plan.ControlPlane.Load; len(load) > 0 && load[0].Pods > 0 {
		counted["pods"], counted["namespaces"], counted["etcd_database"] = int64(load[0].Pods), int64(load[0].Namespaces), int64(load[0].Peak)
	}
	for i, l := range k.plan.PlatformLimits {
		path := "platform_limits." + l.Resource
		k.need(l.Limit > 0 && l.Used >= 0, path, "platform.limit", "%d of %d", l.Used, l.Limit)
		k.need(l.Kind != planner.HardQuota || l.Used <= l.Limit, path, "platform.held", "%d are used of %d", l.Used, l.Limit)
		k.need(l.Limit <= 0 || int64(l.Share) == up(l.Used*int64(units.Whole), l.Limit), path, "platform.share", "%d of %d are said to be %d millionths", l.Used, l.Limit, l.Share)
		if most, published := publishedLimits()[l.Resource]; published {
			k.need(slices.Contains(most, l.Limit), path, "platform.published", "a limit of %d, published are %v", l.Limit, most)
		}
		if want, known := counted[l.Resource]; known {
			k.need(l.Used == want, path, "platform.used", "%d are said to be used, it is %d", l.Used, want)
		}
		if i > 0 {
			k.need(k.plan.PlatformLimits[i-1].Share >= l.Share, path, "lists.sorted", "limits are not sorted by share")
		}
		dated := (l.Month == 0) == l.Date.IsZero() && (l.Month == 0 || l.Date == k.dayOf(l.Month))
		k.need(dated, path, "platform.month", "month %d is dated %s", l.Month, l.Date)
	}
}

// publishedLimits are those of Kubernetes, of EKS and of GKE (kubernetes.io, "Considerations
// for large clusters"; SIG Scalability, "Kubernetes scalability thresholds"; AWS, "Amazon EKS
// endpoints and quotas"; Google Cloud, "GKE quotas and limits").
func publishedLimits() map[string][]int64 {
	return map[string][]int64{
		"nodes":                     {5_000, 15_000, 2_000},
		"pods":                      {150_000, 200_000},
		"containers":                {300_000, 400_000},
		"namespaces":                {10_000},
		"services":                  {10_000},
		"pods_per_namespace":        {3_000},
		"services_per_namespace":    {5_000},
		"deployments_per_namespace": {2_000},
		"endpoints_per_service":     {250, 10_000},
		"nodes_per_group":           {450},
		"nodes_per_pool_zone":       {1_000},
		"node_groups":               {30},
		"clusters":                  {100},
		"network_interfaces":        {5_000},
		"etcd_database":             {8_000_000_000, 16_000_000_000},
	}
}

// interfaces counts those of the nodes, node by node, of groups with the most that they may
// have.
func (k *checker) interfaces() (sum int64) {
	for _, g := range k.groups {
		here := int64(0)
		for i := range g.plan.Placement {
			pl := &g.plan.Placement[i]
			on, pool := podsOfPlacement(g.plan, pl)
			if pool < 0 || k.types[g.plan.Pools[pool].InstanceType] == nil {
				continue
			}
			for range pl.Nodes {
				here += int64(k.terms.Interfaces(&k.c.Network, k.types[g.plan.Pools[pool].InstanceType], on))
			}
		}
		if g.plan.Nodes > 0 && g.plan.MaxNodes > g.plan.Nodes {
			here = up(here*int64(g.plan.MaxNodes), int64(g.plan.Nodes))
		}
		sum += here
	}
	return sum
}

// mostReplicas is what the largest workload has.
func (k *checker) mostReplicas() int64 {
	most := 0
	for i := range k.plan.NodeGroups {
		for _, w := range k.plan.NodeGroups[i].Workloads {
			most = max(most, w.Replicas)
		}
	}
	return int64(most)
}

// What an API server works on at a time by its defaults (kube-apiserver,
// --max-requests-inflight and --max-mutating-requests-inflight), and for how long a request
// is there, in milliseconds: an assumption of the models.
const (
	reads, changes = 400, 200
	inFlight       = 100
)

// requestsInFlight checks the seats that requests take of API servers which people run:
// what is left of them after any declared loss, and with one upgraded, has so many.
func (k *checker) requestsInFlight() {
	cp := &k.plan.ControlPlane
	i := slices.IndexFunc(k.plan.PlatformLimits, func(l planner.PlatformLimit) bool { return l.Resource == "requests_in_flight" })
	if len(cp.Machines) == 0 || len(cp.Members) > mostMachines || i < 0 {
		return // documents of before do not say
	}
	l := &k.plan.PlatformLimits[i]
	left := max(1, min(machinesOf(cp, planner.RoleControlPlane)-1, k.fewestLeft(cp.Members, planner.RoleControlPlane)))
	var busiest units.Rate
	for _, at := range cp.Load {
		if at.Moment != planner.LoadAtHorizon {
			busiest = max(busiest, at.Writes+at.Reads)
		}
	}
	used := up(int64(busiest)*inFlight, int64(units.PerSecond)*1000)
	k.need(l.Used == used && l.Limit == int64(left)*(reads+changes), "platform_limits.requests_in_flight", "platform.seats",
		"%d of %d requests at a time; %d API servers are left, and the load is %d", l.Used, l.Limit, left, used)
}
