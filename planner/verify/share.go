package verify

import "github.com/scantling-dev/scantling/planner/units"

// share checks that no node is more of the group than max_node_share allows, by the CPU
// that nodes offer to workloads.
func (k *checker) share(g *group) {
	most := g.decl.Instances.MaxNodeShare
	if most == 0 {
		return
	}
	var all, largest int64
	for i := range g.pools {
		p := &g.pools[i]
		if p.plan.Nodes < 0 || p.plan.Nodes > maxNodes {
			return
		}
		all += p.room[onCPU] * int64(p.plan.Nodes)
		largest = max(largest, p.room[onCPU])
	}
	k.need(largest*int64(units.Whole)/max(all, 1) <= int64(most), g.path, "nodes.share", "one node offers %d of %d thousandths of a core, max_node_share is %s", largest, all, percent(most))
}
