package verify

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// limits counts what the plan takes of each limit that the spec declares: machine by
// machine from the pools, pod by pod from the placement.
func (k *checker) limits() {
	took := k.taken()
	want := k.c.Limits()
	names := func(list []planner.Limit) []string {
		var out []string
		for _, l := range list {
			out = append(out, l.Resource)
		}
		return out
	}
	if !k.need(slices.Equal(names(k.plan.Limits), names(want)), "limits", "limits.listed", "the plan lists %v, declared are %v", names(k.plan.Limits), names(want)) {
		return
	}
	for i, l := range k.plan.Limits {
		k.need(l.Limit == want[i].Limit, l.Resource, "limits.limit", "a limit of %d, declared is %d", l.Limit, want[i].Limit)
		k.need(l.Used == took[l.Resource], l.Resource, "limits.used", "%d are said to be used, it is %d", l.Used, took[l.Resource])
		k.need(took[l.Resource] <= want[i].Limit, l.Resource, "limits.held", "%d are used of %d", took[l.Resource], want[i].Limit)
	}
}

// taken sums up what all machines, disks and pods take, by the limit's address.
func (k *checker) taken() map[string]int64 {
	took := map[string]int64{}
	machines := func(instance string, spot bool, n int, disks []planner.Disk) {
		t := k.types[instance]
		if t == nil {
			return
		}
		kind := planner.OnDemandVCPUsPath
		if spot {
			kind = planner.SpotVCPUsPath
		}
		took[kind] += int64(n) * int64(t.VCPUs)
		took[planner.PodCIDRPath] += int64(n)
		took[planner.GPUsPath] += int64(n) * up(int64(t.GPUs.Milli), 1000)
		for _, d := range disks {
			took[planner.DiskPath] += int64(n) * up(int64(d.Size), int64(units.GiB))
		}
	}
	for _, g := range k.groups {
		pods := map[string]int{}
		names := planner.PoolNames(g.plan.Pools)
		for i, p := range g.plan.Pools {
			machines(p.InstanceType, p.CapacityType == planner.Spot, p.Nodes, p.RootDisks)
			pods[names[i]] = len(p.DaemonSets)
		}
		for _, l := range g.loads {
			for _, v := range l.spec.Volumes {
				took[planner.DiskPath] += int64(l.plan.Replicas) * up(int64(v.Size), int64(units.GiB))
			}
		}
		for _, pl := range g.plan.Placement {
			i := slices.Index(names, pl.Pool)
			if i < 0 || k.terms.Addresses == nil || k.types[g.plan.Pools[i].InstanceType] == nil {
				continue
			}
			on := pods[pl.Pool]
			for _, c := range pl.Pods {
				on += c.Pods
			}
			each := k.terms.Addresses(&k.c.Network, k.types[g.plan.Pools[i].InstanceType], on)
			took[planner.FreeIPsPath(pl.Zone)] += int64(each) * int64(pl.Nodes)
		}
	}
	for _, zone := range k.c.Zones {
		took[planner.FreeIPsPath(zone)] += int64(k.managedAddresses())
	}
	for _, m := range k.plan.ControlPlane.Machines {
		machines(m.InstanceType, false, m.Nodes, m.Disks)
		if m.Role != planner.RoleControlPlane && k.types[m.InstanceType] != nil {
			took[planner.PodCIDRPath] -= int64(m.Nodes)
		}
		for _, z := range m.NodesByZone {
			if k.types[m.InstanceType] != nil {
				took[planner.FreeIPsPath(z.Zone)] += int64(z.Nodes)
			}
		}
	}
	return took
}

// runsOut checks what ends the growth of groups: each once, on the day of its month,
// from the first month on that has no plan, of something that is there or declared.
func (k *checker) runsOut() {
	stopped, shrinks := 0, k.c.Growth.PerMonth < 0
	for _, m := range k.plan.Growth {
		if m.Infeasible != "" && stopped == 0 {
			stopped = m.Month
		}
	}
	first, last := 0, ""
	for _, r := range k.plan.RunsOut {
		path := "runs_out." + r.Group
		k.need(last < r.Group, path, "lists.sorted", "groups are not sorted by name, or one is there twice")
		last = r.Group
		at := slices.IndexFunc(k.groups, func(g *group) bool { return g.decl.Name == r.Group })
		if !k.need(at >= 0, path, "runs_out.group", "there is no such group") {
			continue
		}
		k.need(k.terms.OwnMachines || k.mayGrow(k.groups[at]), path, "runs_out.group", "nothing of the group grows")
		k.need(r.Date == k.dayOf(r.Month), path, "runs_out.month", "month %d is dated %s, it is %s", r.Month, r.Date, k.dayOf(r.Month))
		k.need(stopped > 0 && r.Month >= stopped && r.Month <= k.c.Growth.HorizonMonths, path, "runs_out.month", "month %d; growth first stops in month %d (0 is never) of %d", r.Month, stopped, k.c.Growth.HorizonMonths)
		k.need(r.Limit == 0 && r.Need == 0 || r.Need > r.Limit, path, "runs_out.need", "it needs %d of %d", r.Need, r.Limit)
		k.ranOutOf(k.groups[at], &r, path)
		if first == 0 || r.Month < first {
			first = r.Month
		}
	}
	k.need(len(k.plan.RunsOut) == 0 || first == stopped || shrinks, "runs_out", "runs_out.month", "the first group runs out in month %d, growth stops in month %d", first, stopped)
}

// ranOutOf checks that the limit is the declared one.
func (k *checker) ranOutOf(g *group, r *planner.RunOut, path string) {
	for _, l := range k.c.Limits() {
		if l.Resource == r.Resource {
			k.need(r.Limit == l.Limit, path, "runs_out.limit", "of %d, declared are %d", r.Limit, l.Limit)
			return
		}
	}
	if r.Resource == g.path+".autoscaling.max_nodes" {
		k.need(r.Limit == int64(g.decl.MaxNodes) && r.Limit > 0 || r.Limit == 0 && g.decl.MaxNodes > 0, path, "runs_out.limit", "of %d nodes, declared are %d", r.Limit, g.decl.MaxNodes)
		return
	}
	for i := range k.plan.PlatformLimits {
		if l := &k.plan.PlatformLimits[i]; l.Kind == planner.HardQuota && "platform_limits."+l.Resource == r.Resource {
			k.need(r.Limit == l.Limit, path, "runs_out.limit", "of %d, the quota is %d", r.Limit, l.Limit)
			return
		}
	}
	k.need(r.Resource == g.path || strings.HasPrefix(r.Resource, g.path+"."), path, "runs_out.resource", "%s is neither a limit nor of the group", r.Resource)
}

// mayGrow reports whether any demand of a group grows, its guests' with the cluster.
func (k *checker) mayGrow(g *group) bool {
	for _, l := range g.loads {
		if l.spec.System || l.spec.GrowthPerMonth > 0 && (l.computed() || l.spec.GrowsReplicas) {
			return true
		}
	}
	return false
}

// growthLimits checks the vCPUs that a month counts with, of groups of one pool: types
// stay, counts grow.
func (k *checker) growthLimits(m *planner.GrowthMonth) {
	need := map[string]int64{}
	for _, c := range k.plan.ControlPlane.Machines {
		if t := k.types[c.InstanceType]; t != nil {
			need[planner.OnDemandVCPUsPath] += int64(c.Nodes) * int64(t.VCPUs)
		}
	}
	for _, n := range m.Nodes {
		at := slices.IndexFunc(k.plan.NodeGroups, func(g planner.GroupPlan) bool { return g.Name == n.Group })
		if at < 0 {
			continue
		}
		pool := oneKind(&k.plan.NodeGroups[at])
		if pool == nil {
			continue
		}
		if t := k.types[pool.InstanceType]; t != nil {
			kind := planner.OnDemandVCPUsPath
			if pool.CapacityType == planner.Spot {
				kind = planner.SpotVCPUsPath
			}
			need[kind] += int64(n.Nodes) * int64(t.VCPUs)
		}
	}
	for _, l := range k.c.Limits() {
		k.need(need[l.Resource] <= l.Limit, "growth", "growth.limits", "month %d needs %d of %s, the limit is %d", m.Month, need[l.Resource], l.Resource, l.Limit)
	}
}
