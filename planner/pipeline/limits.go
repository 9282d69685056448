package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// uses is what a part of the cluster takes of each declared limit, in their order;
// nil where none is declared.
type uses []int64

// add adds what is taken of a limit, if it is declared.
func (u uses) add(limits []planner.Limit, resource string, n int64) {
	if i, found := slices.BinarySearchFunc(limits, resource, func(l planner.Limit, r string) int { return cmp.Compare(l.Resource, r) }); found {
		u[i] += n
	}
}

// sumOf adds up what parts take.
func sumOf(limits []planner.Limit, parts ...uses) uses {
	total := make(uses, len(limits))
	for _, part := range parts {
		for i := range part {
			total[i] += part[i]
		}
	}
	return total
}

// machine adds so many machines of a type, each a node, with their disks.
func (m *maker) machine(u uses, t *catalogs.InstanceType, capacity planner.CapacityType, nodes int, disks []planner.Disk) {
	vcpus := planner.OnDemandVCPUsPath
	if capacity == planner.Spot {
		vcpus = planner.SpotVCPUsPath
	}
	n := int64(nodes)
	u.add(m.limits, vcpus, n*int64(t.VCPUs))
	u.add(m.limits, planner.PodCIDRPath, n)
	u.add(m.limits, planner.GPUsPath, n*units.CeilDiv(int64(t.GPUs.Milli), 1000))
	for _, d := range disks {
		u.add(m.limits, planner.DiskPath, n*wholeGiB(d.Size))
	}
}

// wholeGiB is the size of a disk as it is sold.
func wholeGiB(size units.Bytes) int64 { return int64(units.CeilDiv(size, units.GiB)) }

// usesOf returns what a group takes: its machines and their root disks, the volumes of
// its workloads, and addresses by what runs on each node.
func (m *maker) usesOf(declared *planner.NodeGroup, pools []planner.Pool, placement []planner.Placement, replicas func(workload string) int) uses {
	if len(m.limits) == 0 {
		return nil
	}
	u := make(uses, len(m.limits))
	types, daemons := map[string]*catalogs.InstanceType{}, map[string]int{}
	for i, name := range planner.PoolNames(pools) {
		pool := &pools[i]
		t, _ := m.catalog.Type(pool.InstanceType)
		types[name], daemons[name] = &t, len(pool.DaemonSets)
		m.machine(u, &t, pool.CapacityType, pool.Nodes, pool.RootDisks)
	}
	m.volumes(u, declared, replicas)
	if len(m.cluster.Network.FreeIPs) == 0 || m.terms.Addresses == nil {
		return u
	}
	for _, pl := range placement {
		pods := daemons[pl.Pool]
		for _, count := range pl.Pods {
			pods += count.Pods
		}
		each := m.terms.Addresses(&m.cluster.Network, types[pl.Pool], pods)
		u.add(m.limits, planner.FreeIPsPath(pl.Zone), int64(pl.Nodes)*int64(each))
	}
	return u
}

// volumes adds those of the workloads of a group.
func (m *maker) volumes(u uses, declared *planner.NodeGroup, replicas func(workload string) int) {
	for i := range declared.Workloads {
		w := &declared.Workloads[i]
		for _, v := range w.Volumes {
			u.add(m.limits, planner.DiskPath, int64(replicas(w.Name))*wholeGiB(v.Size))
		}
	}
}

// usesOfPlan is usesOf of a planned group.
func (m *maker) usesOfPlan(g *planner.GroupPlan) uses {
	return m.usesOf(m.groupNamed(g.Name), g.Pools, g.Placement, func(workload string) int { return replicasOf(g, workload) })
}

// uses is usesOf of an answer.
func (p *problem) uses(a *answer) uses {
	if len(p.m.limits) == 0 {
		return nil
	}
	var placement []planner.Placement
	if len(p.m.cluster.Network.FreeIPs) > 0 {
		placement = p.placements(a)
	}
	return p.m.usesOf(p.group, p.pools(a), placement, func(workload string) int {
		i := slices.IndexFunc(p.works, func(w work) bool { return w.spec.Name == workload && !w.spec.System })
		return a.sized[i].Sum()
	})
}

// usesOfControlPlane returns what machines of a control plane take, each one address, and
// what a managed one takes of the subnets of every zone.
func (m *maker) usesOfControlPlane(control *planner.ControlPlane) uses {
	if len(m.limits) == 0 {
		return nil
	}
	u := make(uses, len(m.limits))
	if control.Mode == planner.Managed {
		for _, zone := range m.cluster.Zones {
			u.add(m.limits, planner.FreeIPsPath(zone), int64(m.terms.ControlPlaneAddresses))
		}
	}
	for i := range control.Machines {
		c := &control.Machines[i]
		t, ok := m.catalog.Type(c.InstanceType)
		if !ok {
			continue // hosts of a load balancer that are no machines of the catalog
		}
		m.machine(u, &t, planner.OnDemand, c.Nodes, c.Disks)
		if c.Role != planner.RoleControlPlane {
			u.add(m.limits, planner.PodCIDRPath, -int64(c.Nodes)) // hosts that are no nodes
		}
		for _, z := range c.NodesByZone {
			u.add(m.limits, planner.FreeIPsPath(z.Zone), int64(z.Nodes))
		}
	}
	return u
}

// exceeded returns the index of the first limit that is exceeded; -1 where none is.
func exceeded(limits []planner.Limit, total uses) int {
	for i := range total {
		if total[i] > limits[i].Limit {
			return i
		}
	}
	return -1
}

// withinLimits holds the plan to the limits of the account and says what it takes.
func (m *maker) withinLimits(ctx context.Context, plan *planner.Plan) error {
	parts := []uses{m.usesOfControlPlane(&plan.ControlPlane)}
	for i := range plan.NodeGroups {
		parts = append(parts, m.usesOfPlan(&plan.NodeGroups[i]))
	}
	total := sumOf(m.limits, parts...)
	var bad []error
	for i, l := range m.limits {
		l.Used = total[i]
		plan.Limits = append(plan.Limits, l)
		if l.Used > l.Limit {
			bad = append(bad, &planner.Infeasible{
				Path:       l.Resource,
				Constraint: m.tooLittle(&l),
				Margin:     fmt.Sprintf("%d too many", l.Used-l.Limit),
				Remedy:     m.within(ctx, plan, i, parts[1:], l.Used-l.Limit),
				Limit:      l.Limit, Need: l.Used,
			})
		}
	}
	return errors.Join(bad...)
}

// tooLittle says that the cheapest plan takes more than a limit.
func (m *maker) tooLittle(l *planner.Limit) string {
	if n := &m.cluster.Network; l.Resource == planner.PodCIDRPath {
		return fmt.Sprintf("%s has %d blocks of /%d, one for the pods of each node, and the cheapest plan has %d nodes", n.PodCIDR, l.Limit, n.PodBlock, l.Used)
	}
	return fmt.Sprintf("the cheapest plan takes %d %s, and the limit is %d", l.Used, limitUnit(l.Resource), l.Limit)
}

// limitUnit says what a limit counts.
func limitUnit(resource string) string {
	switch resource {
	case planner.OnDemandVCPUsPath:
		return "vCPUs on demand"
	case planner.SpotVCPUsPath:
		return "vCPUs of spot capacity"
	case planner.GPUsPath:
		return "GPUs"
	case planner.DiskPath:
		return "GiB of disks"
	case planner.PodCIDRPath:
		return "nodes with a range for their pods"
	}
	return "addresses"
}

// within says what brings a plan within its i-th limit: to raise it, and of the changes
// of one group that were looked at the one that costs least: an alternative that was
// ranked, then what is promised or bought otherwise.
func (m *maker) within(ctx context.Context, plan *planner.Plan, i int, groups []uses, excess int64) string {
	l := &m.limits[i]
	raise := fmt.Sprintf("raise it to %d", l.Limit+excess)
	if l.Resource == planner.PodCIDRPath {
		raise = m.widerRange(plan, int(l.Limit+excess))
	}
	var best lowering
	for at := range plan.NodeGroups {
		g := &plan.NodeGroups[at]
		now, known := m.nodesAndDisks(g)
		for _, a := range g.Alternatives {
			if saved := groups[at][i] - m.usesOfAlternative(g, &a, groups[at])[i]; saved >= excess && a.Cost.Known && known {
				best.offer(fmt.Sprintf("write instances { types = [%q] } in node_group.%s", a.InstanceType, g.Name), a.Cost.Rate-now)
			}
		}
	}
	if best.what == "" {
		best = m.lowered(ctx, plan, i, groups, excess)
	}
	if best.what == "" {
		return raise
	}
	return fmt.Sprintf("%s, or %s: %s", raise, best.what, best.price())
}

// lowering is a change that takes less of a limit, and what it adds to the cost.
type lowering struct {
	what  string
	added units.USDPerHour
}

// offer takes a change if it is the first or cheaper.
func (l *lowering) offer(what string, added units.USDPerHour) {
	if l.what == "" || added < l.added {
		l.what, l.added = what, added
	}
}

// price says what the change costs.
func (l *lowering) price() string {
	switch {
	case l.added > 0:
		return dollars(l.added.PerMonth()) + " a month more"
	case l.added < 0:
		return dollars(-l.added.PerMonth()) + " a month less"
	}
	return "it costs the same"
}

// usesOfAlternative is what a group takes on so many nodes of another type, whose pods
// and volumes stay. Addresses are left as they are: where its pods would run is not known.
func (m *maker) usesOfAlternative(g *planner.GroupPlan, a *planner.Alternative, now uses) uses {
	u := slices.Clone(now)
	for i := range g.Pools {
		pool := &g.Pools[i]
		t, _ := m.catalog.Type(pool.InstanceType)
		m.machine(u, &t, pool.CapacityType, -pool.Nodes, pool.RootDisks)
	}
	declared := m.groupNamed(g.Name)
	t, ok := m.catalog.Type(a.InstanceType)
	if ok {
		m.machine(u, &t, declared.Instances.CapacityType, a.Nodes, m.provider.RootDisks(declared))
	}
	return u
}

// lowered plans groups again with each relaxation, the least intrusive first, and returns
// the cheapest of the first kind that takes so much less of the i-th limit and not too
// much of another.
func (m *maker) lowered(ctx context.Context, plan *planner.Plan, i int, groups []uses, excess int64) lowering {
	var best lowering
	guests, err := m.guests()
	if err != nil {
		return best
	}
	for _, r := range relaxations() {
		if best.what != "" {
			break // what is less intrusive goes first
		}
		for at := range plan.NodeGroups {
			changed := m.cluster.NodeGroups[at]
			if ctx.Err() != nil || groups[at][i] < excess || !r.change(m, &changed) {
				continue
			}
			a, then := m.planAgain(ctx, &changed, guests[at])
			if a == nil || groups[at][i]-then[i] < excess {
				continue
			}
			others := slices.Clone(groups)
			others[at] = then
			total := sumOf(m.limits, append(others, m.usesOfControlPlane(&plan.ControlPlane))...)
			now, known := m.nodesAndDisks(&plan.NodeGroups[at])
			rate, priced := m.rateOf(&changed, a)
			if exceeded(m.limits, total) < 0 && known && priced {
				best.offer(fmt.Sprintf("write %s in node_group.%s%s", r.what, changed.Name, r.note), rate-now)
			}
		}
	}
	return best
}

// planAgain plans a changed group for its least cost; nil where it cannot be.
func (m *maker) planAgain(ctx context.Context, g *planner.NodeGroup, guests []planner.Workload) (*answer, uses) {
	p, a := m.cheapest(ctx, g, guests)
	if a == nil {
		return nil, nil
	}
	return a, p.uses(a)
}
