package verify

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// spotGone checks the drill that takes away all spot capacity at once: that there is
// some and, where the group is said to survive it, that the pods that must be
// rescheduled have places on what is left and that enough stay ready. Nothing asks that
// it survives.
func (k *checker) spotGone(g *group, d *planner.Drill) {
	path := g.path + ".survives"
	alive, gone, lost := make([]int, len(g.classes)), g.newDemand(), 0
	ready := make([]int, len(g.loads))
	for i := range g.classes {
		c := &g.classes[i]
		if g.pools[c.pool].plan.CapacityType == planner.Spot {
			gone.displace(c, c.count, false)
			lost += c.count
			continue
		}
		alive[i] = c.count
		for w, pods := range c.pods {
			ready[w] += c.count * pods
		}
	}
	k.need(lost > 0, path, "drill.event", "%q: the group has no spot capacity", d.Event)
	k.need(d.Tried == 1 && (d.Held == 0 || d.Held == 1), path, "drill.tried", "%q: %d of %d held, it can strike in one way", d.Event, d.Held, d.Tried)
	k.need(d.FreeCPU >= 0 && d.FreeCPU <= units.Whole, path, "drill.free", "%q: %s of CPU stays free", d.Event, percent(d.FreeCPU))
	if d.Held != 1 {
		return
	}
	for w, l := range g.loads {
		need, _ := l.mustStay()
		k.need(ready[w] >= need, path, "drill.held", "%q: it is said to hold, and %d pods of %s stay ready of %d that must", d.Event, ready[w], l.spec.Name, need)
	}
	g.yard.rebase(alive)
	if !g.yard.hosts(alive, nil, gone) {
		k.need(solve(g.pose(alive, gone)) == placed, path, "drill.held", "%q: it is said to hold, and no places were found for the displaced pods", d.Event)
	}
}
