package verify

import (
	"fmt"
	"math/big"
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
			for _, p := range g.plan.Pools {
				var zones []int
				for _, z := range p.NodesByZone {
					zones = append(zones, z.Nodes)
				}
				need, during := g.certain(g.room[p.InstanceType])
				k.need(len(g.plan.Pools) == 1, g.path+".guarantee", "guarantee.void", "nodes of more than one type are no part of the proof")
				k.need(g.proves(need, during, zones), g.path+".guarantee", "guarantee.any_order", "nodes %v in zones; to be certain for any order takes %d with everything up and after each loss, %d during rollouts", zones, need, during)
			}
		}
	}
	k.guarantees(g)
}

// voids names a rule that the proof for any order does not cover; empty where there
// is none.
func (g *group) voids() string {
	for _, l := range g.loads {
		need, _ := l.mustStay()
		switch {
		case l.plan.Replicas == 0:
		case hardSkew(&l.spec, planner.ZoneKey) > 0 || hardSkew(&l.spec, planner.HostnameKey) > 0:
			return "hard topology spread of " + l.spec.Name
		case need > 0 && len(declared(g.decl.Redundancy)) > 0:
			return fmt.Sprintf("%d pods of %s must stay ready", need, l.spec.Name)
		}
	}
	return ""
}

// certain returns how many nodes with that room carry the pods of g however they
// are placed and in whatever order, with all pods and with the surge of one rollout
// beside them. A pod keeps another off a node only if what runs there leaves less
// room than the other takes; the share of that which a pod makes up, at most all of
// it, summed over the other pods, is at least 1 for each node that is kept.
func (g *group) certain(node room) (all, during int) {
	for _, j := range g.loads {
		if j.plan.Replicas == 0 {
			continue
		}
		keeps := node.minus(j.podRoom()).plus(room{1, 1, 1})
		if keeps.cpu <= 0 || keeps.memory <= 0 || keeps.pods <= 0 {
			return maxNodes + 1, maxNodes + 1
		}
		others := new(big.Rat)
		for _, i := range g.loads {
			n := i.plan.Replicas
			if i == j {
				n--
			}
			others.Add(others, share(i.podRoom(), keeps, n))
		}
		all = max(all, whole(others)+1)
		for _, i := range g.loads {
			if i.plan.Replicas > 0 {
				extra := share(i.podRoom(), keeps, surge(&i.spec, i.plan.Replicas))
				during = max(during, whole(extra.Add(extra, others))+1)
			}
		}
	}
	return all, during
}

// share is what n pods make up of what keeps a node.
func share(pod, keeps room, n int) *big.Rat {
	most := big.NewRat(pod.cpu, keeps.cpu)
	for _, other := range []*big.Rat{big.NewRat(pod.memory, keeps.memory), big.NewRat(pod.pods, keeps.pods)} {
		if other.Cmp(most) > 0 {
			most = other
		}
	}
	if one := big.NewRat(1, 1); most.Cmp(one) > 0 {
		most = one
	}
	return most.Mul(most, big.NewRat(int64(max(0, n)), 1))
}

// whole is the whole part of a sum that is not negative.
func whole(r *big.Rat) int { return int(new(big.Int).Quo(r.Num(), r.Denom()).Int64()) }

// proves reports whether nodes by zone are as many as the proof takes, with
// everything up and after every declared loss, whichever nodes and zones it takes.
func (g *group) proves(need, during int, zones []int) bool {
	total := 0
	for _, n := range zones {
		total += n
	}
	if total < max(need, during) {
		return false
	}
	for _, e := range declared(g.decl.Redundancy) {
		every := make([]int, len(zones))
		for z := range every {
			every[z] = z
		}
		for lost := range subsets(every, e.zones) {
			left := total - e.nodes
			for _, z := range lost {
				left -= zones[z]
			}
			if left < need {
				return false
			}
		}
	}
	return true
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
		at := slices.IndexFunc(g.candidates, func(c candidate) bool { return c.t.Name == r.InstanceType })
		chosen := len(g.plan.Pools) == 1 && g.plan.Pools[0].InstanceType == r.InstanceType
		if !k.need(at >= 0 && chosen == (i < len(order)-1), where, "guarantees.type", "%s is not admitted, or not the type whose price belongs there", r.InstanceType) {
			continue
		}
		c := &g.candidates[at]
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
	need, during := g.certain(c.free)
	zones := make([]int, len(g.decl.Zones))
	limited := false
	for z, name := range g.decl.Zones {
		zones[z] = (r.Nodes + len(zones) - 1 - z) / len(zones)
		_, here := k.standing(c.t.Name, name)
		limited = limited || here
	}
	if limited {
		k.need(r.Nodes >= max(need, during), where, "guarantees.any_order", "%d nodes; %d are certain, %d during rollouts", r.Nodes, need, during)
		return
	}
	k.need(g.proves(need, during, zones), where, "guarantees.any_order", "%v nodes in zones; %d are certain with everything up and after each loss, %d during rollouts", zones, need, during)
}

// repacked checks that after every kind of e places exist for all pods that then
// must run, found from empty nodes: a group that asks for no more than that some
// placement exists.
func (k *checker) repacked(g *group, e event) {
	must := make([]int, len(g.loads))
	for i, l := range g.loads {
		if must[i] = l.plan.Replicas; l.spec.Recovery == planner.Static {
			must[i], _ = l.mustStay()
		}
	}
	bins := g.bins()
	for lost := range subsets(g.zonesWithNodes(), e.zones) {
		alive := make([]int, len(bins))
		for i, b := range bins {
			if !slices.Contains(lost, b.zone) {
				alive[i] = b.count
			}
		}
		for left := range g.strikes(alive, e.nodes) {
			p := g.afresh(bins, left, must)
			for i := range p.pods {
				// What is not rescheduled runs where it ran, whatever the spread has become.
				if l := g.loads[g.index[p.pods[i].name]]; l.spec.Recovery == planner.Static {
					p.pods[i].zoneSkew, p.pods[i].hostSkew = 0, 0
				}
			}
			if verdict := solve(p); verdict != placed {
				if slices.ContainsFunc(p.pods, func(kind podKind) bool { return kind.zoneSkew > 0 || kind.hostSkew > 0 }) {
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

// bins are the nodes of g by pool and zone.
func (g *group) bins() []class {
	var out []class
	for _, c := range g.classes {
		i := slices.IndexFunc(out, func(o class) bool { return o.pool == c.pool && o.zone == c.zone })
		if i < 0 {
			out = append(out, class{pool: c.pool, zone: c.zone, free: g.room[c.pool]})
			i = len(out) - 1
		}
		out[i].count += c.count
	}
	return out
}

// afresh asks for places for so many pods of each load on empty nodes.
func (g *group) afresh(bins []class, left, must []int) *puzzle {
	p := &puzzle{zones: len(g.decl.Zones)}
	for w, n := range must {
		if n > 0 {
			l := g.loads[w]
			p.pods = append(p.pods, podKind{
				name: l.spec.Name, size: l.podRoom(), count: n,
				zoneSkew: hardSkew(&l.spec, planner.ZoneKey), hostSkew: hardSkew(&l.spec, planner.HostnameKey),
			})
		}
	}
	for i, b := range bins {
		if left[i] > 0 {
			p.sites = append(p.sites, site{zone: b.zone, free: b.free, count: left[i], running: make([]int, len(p.pods))})
		}
	}
	return p
}

// rolledOut reports whether all pods have places beside the surge of the w-th load,
// from empty nodes.
func (g *group) rolledOut(w int) bool {
	must := make([]int, len(g.loads))
	for i, l := range g.loads {
		must[i] = l.plan.Replicas
	}
	must[w] += surge(&g.loads[w].spec, g.loads[w].plan.Replicas)
	bins := g.bins()
	all := make([]int, len(bins))
	for i, b := range bins {
		all[i] = b.count
	}
	return solve(g.afresh(bins, all, must)) == placed
}
