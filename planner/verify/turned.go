package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// turned checks groups in which selectors name zones. Which zones have a node more than
// others is the provider's choice, and so it may be others than the plan shows: places
// must exist whichever they are, with everything up and after every declared loss. More
// than that places exist is not shown of them; and after losses no more is asked than
// room, since pods that stay where they are may break rules that new ones must keep.
func (k *checker) turned(g *group) {
	names := func(l *load) bool { return l.plan.Replicas > 0 && l.spec.NodeSelector[zoneLabel] != "" }
	uneven := func(p planner.Pool) bool {
		return slices.ContainsFunc(p.NodesByZone, func(z planner.ZoneCount) bool { return z.Nodes != p.NodesByZone[0].Nodes })
	}
	movable := func(p pool) bool {
		_, limited := k.standing(p.plan.InstanceType, "")
		return !limited
	}
	if k.terms.EqualZones || g.decl.Split() || !slices.ContainsFunc(g.loads, names) || !slices.ContainsFunc(g.plan.Pools, uneven) || !slices.ContainsFunc(g.pools, movable) {
		return
	}
	for by := 1; by < len(g.decl.Zones); by++ {
		if !g.turn(by).holds() {
			k.need(false, g.path, "zones.turned", "no placement was found where the zones with a node more are others: each %d further on", by)
			return
		}
	}
}

// turn returns the group with its nodes empty, those of each zone in the one that is so
// many further on.
func (g *group) turn(by int) *group {
	out := *g
	out.classes = nil
	for i := range g.pools {
		zones := g.pools[i].plan.NodesByZone
		for z := range g.decl.Zones {
			n := zones[(z+len(zones)-by)%len(zones)].Nodes
			if n > 0 {
				out.classes = append(out.classes, class{pool: i, zone: z, place: g.place(i, z), count: n, pods: make([]int, len(g.loads)), free: g.pools[i].room})
			}
		}
	}
	out.yard = newYard(&out)
	return &out
}

// holds reports whether places exist on empty nodes, with everything up and after every
// declared loss.
func (g *group) holds() bool {
	up, left := g.newDemand(), make([]int, len(g.classes))
	for w, l := range g.loads {
		up.count[w] = l.plan.Replicas
	}
	for i := range g.classes {
		left[i] = g.classes[i].count
	}
	if !g.yard.finds(left, up, false) {
		return false
	}
	must := g.newDemand()
	for w, l := range g.loads {
		switch {
		case l.spec.Recovery == planner.Static:
			must.count[w], _ = l.mustStay()
		case !l.bound(): // pods that wait for a zone need no room elsewhere
			must.count[w] = l.plan.Replicas
		}
	}
	for _, e := range declared(g.decl.Redundancy) {
		for lost := range subsets(g.zonesWithNodes(), e.zones) {
			alive := slices.Clone(left)
			for i := range g.classes {
				if slices.Contains(lost, g.classes[i].zone) {
					alive[i] = 0
				}
			}
			for hits := range strikes(alive, e.nodes) {
				rest := slices.Clone(alive)
				for _, h := range hits {
					rest[h.class] -= h.nodes
				}
				if !g.yard.finds(rest, must, true) {
					return false
				}
			}
		}
	}
	return true
}

// finds reports whether places for a demand are found on empty nodes, by room alone
// where that is all that is asked.
func (y *yard) finds(left []int, d *demand, roomAlone bool) bool {
	y.rebase(left)
	if y.hosts(left, nil, d) {
		return true
	}
	p := y.g.pose(left, d)
	for i := range p.pods {
		if roomAlone {
			k := &p.pods[i]
			*k = podKind{name: k.name, size: k.size, count: k.count, admits: k.admits}
		}
	}
	return solve(p) == placed
}
