package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
)

// Bill is the bill of groups that were planned by hand.
func Bill(c planner.Cluster, cat catalogs.Catalog, prov planner.Provider, groups ...planner.GroupPlan) planner.Cost {
	m := &maker{cluster: c, catalog: &cat, provider: prov}
	return m.bill(groups, &planner.ControlPlane{}, nil, nil)
}

// Committed prices pools that were planned by hand under each commitment.
func Committed(cat catalogs.Catalog, pools ...planner.Pool) []planner.CommittedCost {
	return (&maker{catalog: &cat}).committed(pools)
}

// Usage is what pods take of pools that were planned by hand.
func Usage(pools []planner.Pool, free placement.Resources) (planner.Requests, planner.Usage, planner.Headroom) {
	return usage(pools, free)
}

// UpgradeOf plans the upgrade of groups that were planned by hand.
func UpgradeOf(c planner.Cluster, cat catalogs.Catalog, prov planner.Provider, groups ...planner.GroupPlan) (*planner.UpgradePlan, error) {
	m := &maker{cluster: c, catalog: &cat, provider: prov, checker: placement.NewChecker(), offers: map[string]offered{}, terms: prov.Terms()}
	m.stop = func() bool { return false }
	return m.upgrade(groups, &planner.ControlPlane{})
}

// Homeless asks of a planned group, with so many nodes of a pool left, how many pods of
// what workload have no place, whether all have one, and how many have none once more;
// and how many there are by the modelled scheduler alone.
func Homeless(c planner.Cluster, cat catalogs.Catalog, prov planner.Provider, g *planner.GroupPlan, pool, nodes int) (workload string, pods int, carries bool, again, scheduled int) {
	m := &maker{cluster: c, catalog: &cat, provider: prov, checker: placement.NewChecker(), offers: map[string]offered{}, terms: prov.Terms()}
	m.stop = func() bool { return false }
	r, err := m.remainderOf(g)
	if err != nil {
		panic(err)
	}
	none := func(string) int { return 0 }
	carries = r.carries(pool, nodes)
	workload, pods = r.pending(pool, nodes, none)
	_, again = r.pending(pool, nodes, none)
	left := slices.Clone(r.zones)
	for _, zones := range splits(r.zones[pool], nodes) {
		left[pool] = zones
		if _, failure := r.p.scheduled(r.group(left), placement.Losses{}); failure != nil {
			return workload, pods, carries, again, failure.Missing
		}
	}
	return workload, pods, carries, again, 0
}

// Levels asks of a planned group whether its losses are survived on levels of ready nodes, by
// pool and zone of the group, one after another: what drills say, whether the modelled scheduler
// lets the planned nodes lose as many more, and whether it finds so on the nodes that are left,
// filled anew. It is nil for a group without losses.
func Levels(c planner.Cluster, cat catalogs.Catalog, prov planner.Provider, g *planner.GroupPlan, levels [][][]int) (said, spared, drilled []bool) {
	m := &maker{cluster: c, catalog: &cat, provider: prov, checker: placement.NewChecker(), offers: map[string]offered{}, terms: prov.Terms()}
	m.stop = func() bool { return false }
	r, err := m.remainderOf(g)
	if err != nil {
		panic(err)
	}
	d := r.drillsOf(m.groupNamed(g.Name))
	if d == nil {
		return nil, nil, nil
	}
	holds := func(zones [][]int, l placement.Losses) bool {
		_, failure := r.p.scheduled(r.group(zones), l)
		return failure == nil
	}
	for _, ready := range levels {
		said = append(said, d.survives(ready, r.p.group.Zones))
		away := 0
		for i := range ready {
			away += poolNodes(r.zones[i]) - poolNodes(ready[i])
		}
		more, beside := r.p.losses, placement.Losses{Nodes: away, Zones: r.p.losses.Zones, AtOnce: true}
		more.Nodes += away
		spared = append(spared, holds(r.zones, more) && holds(r.zones, beside))
		drilled = append(drilled, holds(ready, r.p.losses))
	}
	return said, spared, drilled
}

// Arrangements are the ways in which one pool falls into the zones.
func Arrangements(byZone []int) [][]int { return arrangements(byZone) }

// CountWorlds counts what the first workload of a cluster needs in every world, as
// planning does and one by one, and says how many worlds planning counted.
func CountWorlds(c *planner.Cluster, need func(*planner.Workload) float64) (loads, all []float64, counted int) {
	u := newUncertainty(c)
	in := func(_, world int) float64 {
		figures := u.figures(0, world)
		w := figures.Apply(*u.members[0].spec)
		return need(&w)
	}
	u.count(func(i, world int) float64 { counted++; return in(i, world) })
	for w := range u.set.Len() {
		all = append(all, in(0, w))
	}
	return u.loads[0], all, counted
}

// Splits divides the nodes of groups by how they are bought.
func Splits(cat catalogs.Catalog, groups []planner.GroupPlan, uses []planner.CommitmentUse) []planner.CommitmentSplit {
	return (&maker{catalog: &cat}).splits(groups, &planner.ControlPlane{}, uses)
}
