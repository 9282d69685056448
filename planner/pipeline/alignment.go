package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/planner/placement"
)

// mostAlignments bounds the ways that are tried: those of one pool over six zones, or of
// two more pools over four.
const mostAlignments = 36

// alignments returns the nodes of each pool by zone in every way in which the zones may
// share them: a provider balances each pool by itself, and chooses which zones have a
// node more than others. The first is that of g, in which the same zones have more of
// every pool, so that the loss of these takes the most. Where it does not matter to any
// workload it is the only one.
//
// Where a rule asks in which zone pods run, every pool may fall differently: four places
// in one zone and one in another are fewer, to pods that have to be spread, than five in
// one zone alone. Where zones are named, those zones may be the ones with less of all. It
// is false where there are more ways than are tried.
func (p *problem) alignments(g *placement.Group) ([][][]int, bool) {
	own := make([][]int, len(g.Pools))
	uneven := 0
	for i := range g.Pools {
		own[i] = g.Pools[i].NodesByZone
		if !even(own[i]) {
			uneven++
		}
	}
	named := slices.ContainsFunc(g.Workloads, func(w placement.Workload) bool { return w.Zones != nil })
	ruled := uneven > 1 && zoneRuled(g) != nil
	if uneven == 0 || !named && !ruled || p.m.terms.OwnMachines || p.group.Split() {
		return [][][]int{own}, true
	}
	if !ruled && uneven > 1 {
		return rotations(own), true
	}
	ways := [][][]int{nil}
	fixed := named // zones that nobody names differ in nothing: one pool may stay
	for _, byZone := range own {
		list := [][]int{byZone}
		if !even(byZone) {
			if fixed {
				list = arrangements(byZone)
			}
			fixed = true
		}
		if len(ways)*len(list) > mostAlignments {
			return nil, false
		}
		var next [][][]int
		for _, way := range ways {
			for _, byZone := range list {
				next = append(next, append(slices.Clone(way), byZone))
			}
		}
		ways = next
	}
	return ways, true
}

// zoneRuled returns the first workload with a rule that asks in which zone pods run; nil
// where there is none.
func zoneRuled(g *placement.Group) *placement.Workload {
	i := slices.IndexFunc(g.Workloads, func(w placement.Workload) bool {
		return w.Replicas > 0 && (w.ZonalVolumes || w.AntiAffinity.Mode == placement.Required && w.AntiAffinity.Key == placement.Zone ||
			slices.ContainsFunc(w.Spread, func(s placement.Spread) bool { return s.Hard && s.Key == placement.Zone }) ||
			slices.ContainsFunc(w.Affinity, func(a placement.Affinity) bool { return a.Mode == placement.Required && a.Key == placement.Zone }))
	})
	if i < 0 {
		return nil
	}
	return &g.Workloads[i]
}

func even(byZone []int) bool {
	return !slices.ContainsFunc(byZone, func(n int) bool { return n != byZone[0] })
}

// arrangements returns the ways to say which zones have the nodes that others have not;
// the given one, in which these come first, is the first.
func arrangements(byZone []int) [][]int {
	least := slices.Min(byZone)
	more := 0
	for _, n := range byZone {
		more += n - least
	}
	var out [][]int
	at := slices.Repeat([]int{least}, len(byZone))
	var choose func(from, left int)
	choose = func(from, left int) {
		if left == 0 {
			out = append(out, slices.Clone(at))
			return
		}
		for z := from; z <= len(at)-left; z++ {
			at[z]++
			choose(z+1, left-1)
			at[z]--
		}
	}
	choose(0, more)
	return out
}

// rotations returns the nodes of each pool with those of each zone in the one that is so
// many further on, none first.
func rotations(pools [][]int) [][][]int {
	var out [][][]int
	for by := range pools[0] {
		var turned [][]int
		for _, byZone := range pools {
			turned = append(turned, slices.Concat(byZone[len(byZone)-by:], byZone[:len(byZone)-by]))
		}
		out = append(out, turned)
	}
	return out
}

// aligned returns g with its nodes in these zones.
func aligned(g placement.Group, zones [][]int) placement.Group {
	g.Pools = slices.Clone(g.Pools)
	for i := range g.Pools {
		g.Pools[i].NodesByZone = zones[i]
	}
	return g
}
