package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// guarantee checks the proof of a group that asks for any order, and the prices of
// the guarantees.
func (k *checker) guarantee(g *group) {
	if g.decl.Guarantee == planner.AnyOrder {
		if void := g.voids(); void != "" {
			k.need(false, g.path+".guarantee", "guarantee.void", "no count is proved for any order: %s", void)
		} else {
			why := k.planned(g).uncertain(false)
			k.need(why == "", g.path+".guarantee", "guarantee.any_order", "no order is certain: %s", why)
		}
	}
	k.guarantees(g)
}

// guarantees checks the prices of the guarantees: in order, of admitted types, at
// the catalog's price, none cheaper that is more certain, and any order proved.
// Documents before 1.2 have none.
func (k *checker) guarantees(g *group) {
	rows := g.plan.Guarantees
	if len(rows) == 0 {
		return
	}
	path := g.path + ".guarantees"
	order := []planner.Guarantee{planner.Packed, planner.Scheduled, planner.AnyOrder, planner.AnyOrder}
	if !k.need(len(rows) == len(order) || len(rows) == len(order)-1, path, "guarantees.rows", "%d prices, there are three guarantees", len(rows)) {
		return
	}
	last := 0
	for i, r := range rows {
		where := path + "." + string(r.Guarantee)
		k.need(r.Guarantee == order[i], where, "guarantees.rows", "in place %d, where %s belongs", i+1, order[i])
		c := g.candidate(r.InstanceType)
		one := oneKind(g.plan)
		chosen := one != nil && one.InstanceType == r.InstanceType
		if !k.need(c != nil && chosen == (i < len(order)-1), where, "guarantees.type", "%s is not admitted, or not the type whose price belongs there", r.InstanceType) {
			continue
		}
		due := nothing()
		due.add(int64(r.Nodes), int64(c.price.Rate), true, c.price.Basis, c.price.Date)
		known := due.known && r.Nodes > 0
		k.need(r.Nodes >= 0 && r.Cost.Known == known && (!known || due.agrees(r.Cost.Rate)), where, "guarantees.cost", "%d nodes cost %+v, they cost %v", r.Nodes, r.Cost, &due)
		k.need((r.NotProved == "") == (r.Proof != ""), where, "guarantees.proof", "both a proof and what voids it, or neither")
		k.need(r.Nodes > 0 || r.NotProved != "", where, "guarantees.proof", "proved for no nodes")
		if r.Guarantee == own(g.decl) && i < len(order)-1 {
			k.need(r.Nodes == g.plan.Nodes && r.NotProved == "", where, "guarantees.own", "%d nodes (%s), the plan has %d with this guarantee", r.Nodes, r.NotProved, g.plan.Nodes)
		}
		if i < len(order)-1 && r.Nodes > 0 && r.NotProved == "" {
			k.need(r.Nodes >= last, where, "guarantees.order", "%d nodes, a weaker guarantee takes %d", r.Nodes, last)
			last = r.Nodes
		}
		if i == len(order)-1 && rows[i-1].Cost.Known && rows[i-1].NotProved == "" {
			k.need(r.Cost.Known && r.Cost.Rate < rows[i-1].Cost.Rate, where, "guarantees.cheaper", "%s is not cheaper than the chosen type", r.InstanceType)
		}
		if r.Guarantee == planner.AnyOrder && r.NotProved == "" {
			k.certified(g, &r, c, where)
		}
	}
}

// own is the guarantee that a group asks for.
func own(g *planner.NodeGroup) planner.Guarantee {
	if g.Guarantee == "" {
		return planner.Scheduled
	}
	return g.Guarantee
}

// certified checks a count that is said to be certain, spread evenly over the zones.
// Of a machine of which only so many stand in a zone only the sum is looked at.
func (k *checker) certified(g *group, r *planner.GuaranteePrice, c *candidate, where string) {
	void := g.voids()
	if !k.need(void == "", where, "guarantee.void", "no count is proved for any order: %s", void) {
		return
	}
	kind := nodeKind{room: c.free, zones: make([]int, len(g.decl.Zones))}
	kind.at = func(load, zone int) bool {
		return selects(g.loads[load].spec.NodeSelector, c.labels, g.decl.Zones[zone])
	}
	limited := false
	for z, name := range g.decl.Zones {
		kind.zones[z] = (r.Nodes + len(kind.zones) - 1 - z) / len(kind.zones)
		_, here := k.standing(c.t.Name, name)
		limited = limited || here
	}
	why := (&ground{g, []nodeKind{kind}, limited || g.decl.Split()}).uncertain(limited)
	if why != "" && g.decl.Split() && g.someSplit(&kind, r.Nodes) {
		return
	}
	k.need(why == "", where, "guarantees.any_order", "%v nodes in zones: %s", kind.zones, why)
}

// mostSplits bounds the ways to share nodes over the zones of a split group.
const mostSplits = 20_000

// someSplit reports whether so many nodes of a kind are certain in some way to share them
// over the zones; where there are too many ways it is taken for shown.
func (g *group) someSplit(kind *nodeKind, nodes int) bool {
	tried, found := 0, false
	kind.zones = make([]int, len(g.decl.Zones))
	var share func(z, left int)
	share = func(z, left int) {
		if found || tried >= mostSplits {
			return
		}
		if z == len(kind.zones)-1 {
			kind.zones[z] = left
			tried++
			found = (&ground{g, []nodeKind{*kind}, true}).uncertain(false) == ""
			return
		}
		for n := 0; n <= left; n++ {
			kind.zones[z] = n
			share(z+1, left-n)
		}
	}
	share(0, nodes)
	return found || tried >= mostSplits
}

// repacked checks that after every kind of e places exist for all pods that then
// must run, found from empty nodes: a group that asks for no more than that some
// placement exists. Volumes stay in the zones in which the plan has them.
func (k *checker) repacked(g *group, e event) {
	bins := g.bins()
	for lost := range subsets(g.zonesWithNodes(), e.zones) {
		alive := make([]int, len(bins))
		for i, b := range bins {
			if !slices.Contains(lost, b.zone) {
				alive[i] = b.count
			}
		}
		must := g.mustRun(lost)
		for hits := range strikes(alive, e.nodes) {
			left := slices.Clone(alive)
			for _, h := range hits {
				left[h.class] -= h.nodes
			}
			p := g.afresh(bins, left, must)
			for i := range p.pods {
				// What is not rescheduled runs where it ran, whatever the spread has become.
				if l := g.loads[g.index[p.pods[i].name]]; l.spec.Recovery == planner.Static {
					p.pods[i].zoneSkew, p.pods[i].hostSkew, p.pods[i].with = 0, 0, nil
				}
			}
			if verdict := solve(p); verdict != placed {
				if slices.ContainsFunc(p.pods, ruled) {
					// Pods that stay where they are can have what pods placed anew have not.
					k.reschedules(g, e)
					return
				}
				k.need(false, g.path, "loss.repacked", "loss of %v: no placement of the pods (%s) on the survivors %v was found", e, p, left)
				return
			}
		}
	}
}

// ruled reports whether it matters to a kind of pods where others run.
func ruled(k podKind) bool {
	return k.zoneSkew > 0 || k.hostSkew > 0 || k.apartHost || k.apartZone || len(k.with) > 0 || k.byZone != nil
}

// mustRun is how many pods must run when zones are lost.
func (g *group) mustRun(lost []int) *demand {
	d := g.newDemand()
	for w, l := range g.loads {
		switch {
		case l.spec.Recovery == planner.Static:
			d.count[w], _ = l.mustStay()
		case l.bound():
			pods, _ := g.inZones(w)
			for z, n := range pods {
				if !slices.Contains(lost, z) {
					d.bind(w, z, n)
				}
			}
		default:
			d.count[w] = l.plan.Replicas
		}
	}
	return d
}

// bins are the nodes of g by pool and zone.
func (g *group) bins() []class {
	var out []class
	for _, c := range g.classes {
		i := slices.IndexFunc(out, func(o class) bool { return o.place == c.place })
		if i < 0 {
			out = append(out, class{pool: c.pool, zone: c.zone, place: c.place, free: g.pools[c.pool].room})
			i = len(out) - 1
		}
		out[i].count += c.count
	}
	return out
}

// afresh asks for places for a demand on empty nodes.
func (g *group) afresh(bins []class, left []int, must *demand) *puzzle {
	p := &puzzle{zones: len(g.decl.Zones)}
	p.pods, _ = g.kinds(must)
	for i, b := range bins {
		if left[i] > 0 {
			p.sites = append(p.sites, site{zone: b.zone, place: b.place, free: b.free, count: left[i], running: make([]int, len(p.pods))})
		}
	}
	return p
}

// rolledOut reports whether all pods have places beside the surge of the w-th load,
// from empty nodes. Where some of its volumes are in zones and some are still to be
// made it says no.
func (g *group) rolledOut(w int) bool {
	if g.loads[w].bound() {
		return false
	}
	must := g.newDemand()
	for i, l := range g.loads {
		if !l.bound() {
			must.count[i] = l.plan.Replicas
			continue
		}
		pods, _ := g.inZones(i)
		for z, n := range pods {
			must.bind(i, z, n)
		}
	}
	must.count[w] += surge(&g.loads[w].spec, g.loads[w].plan.Replicas)
	bins := g.bins()
	all := make([]int, len(bins))
	for i, b := range bins {
		all[i] = b.count
	}
	return solve(g.afresh(bins, all, must)) == placed
}
