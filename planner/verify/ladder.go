package verify

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// ladder checks the comparison of sizes: each is admitted, in order, chosen or not as
// the pools say, and costs what its nodes and root disks do. That so many nodes hold and
// fewer do not is not shown. Documents before 1.3 have none.
func (k *checker) ladder(g *group) {
	knees := map[string]int{}
	for i := range g.plan.Ladder {
		s := &g.plan.Ladder[i]
		path := g.path + ".ladder." + s.InstanceType
		c := g.candidate(s.InstanceType)
		if !k.need(c != nil && strings.HasPrefix(s.InstanceType, s.Family), path, "ladder.type", "the spec does not admit the type, or it is not of family %s", s.Family) {
			continue
		}
		if i > 0 {
			last := &g.plan.Ladder[i-1]
			t := k.types[last.InstanceType]
			larger := last.Family == s.Family && (t == nil || t.VCPUs <= c.t.VCPUs) && last.InstanceType != s.InstanceType
			k.need(last.Family < s.Family || larger, path, "lists.sorted", "sizes are not sorted by family and size, or one is there twice")
		}
		chosen := slices.ContainsFunc(g.plan.Pools, func(p planner.Pool) bool { return p.InstanceType == s.InstanceType })
		k.need(s.Chosen == chosen, path, "ladder.chosen", "chosen is %t, a pool has the type: %t", s.Chosen, chosen)
		k.need(s.Nodes >= 0 && s.Nodes <= maxNodes && (s.Nodes == 0) == (s.Why != ""), path, "ladder.nodes", "%d nodes and the reason %q", s.Nodes, s.Why)
		k.need(s.UsefulCPU >= 0 && int64(s.UsefulCPU) <= max(0, c.free[onCPU]), path, "ladder.useful", "%s are useful, a node offers %s", cores(s.UsefulCPU), cores(c.free[onCPU]))
		if s.Knee {
			knees[s.Family]++
		}
		k.need(knees[s.Family] <= 1, path, "ladder.knee", "a second knee of family %s", s.Family)
		k.step(g, s, c, path)
	}
}

// step checks the figures of one size.
func (k *checker) step(g *group, s *planner.SizeStep, c *candidate, path string) {
	if s.Nodes <= 0 || s.Nodes > maxNodes {
		k.need(!s.Cost.Known && s.LargestNodeShare == 0, path, "ladder.cost", "a cost of %+v or a share of no nodes", s.Cost)
		return
	}
	want := units.Ratio(units.CeilDiv(int64(units.Whole), int64(s.Nodes)))
	k.need(s.LargestNodeShare == want, path, "ladder.share", "one of %d nodes is %s, not %s", s.Nodes, percent(want), percent(s.LargestNodeShare))
	if zones := len(g.decl.Zones); k.equalZones(g) && zones > 0 {
		k.need(s.Nodes%zones == 0, path, "ladder.zones", "%d nodes over %d zones that are equal", s.Nodes, zones)
	}
	due, kept := nothing(), 0
	if in := &g.decl.Instances; in.CapacityType == planner.Spot && !in.OnDemandBase.IsZero() {
		kept = min(in.OnDemandBase.Up(s.Nodes), s.Nodes)
		if zones := len(g.decl.Zones); k.equalZones(g) && zones > 0 {
			kept = units.CeilDiv(kept, zones) * zones
		}
		due.known = c.t.OnDemand.Known() // what is kept on demand has a price too
		due.add(int64(kept), int64(c.t.OnDemand.Rate), due.known, c.t.OnDemand.Basis, c.t.OnDemand.Date)
	}
	due.add(int64(s.Nodes-kept), int64(c.price.Rate), true, c.price.Basis, c.price.Date)
	if disks := k.disksOwed(k.prov.RootDisks(g.decl), s.Nodes); disks.known {
		due.join(&disks)
	}
	fees := k.feesOfNodes(s.Nodes)
	due.join(&fees)
	k.need(s.Cost.Known == due.known && (!s.Cost.Known || due.agrees(s.Cost.Rate)), path, "ladder.cost", "%d nodes with their disks cost %+v, they cost %v", s.Nodes, s.Cost, &due)
}
