package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// mostFalls bounds the ways in which the pools of a group may fall into the zones.
const mostFalls = 1000

// falls checks, where a rule asks in which zone pods run, that with everything up they
// have places in whichever zones the nodes of each pool fall: its provider balances each
// pool by itself, and the plan shows one of these ways. Where no more than so many machines
// stand in a zone they cannot fall elsewhere.
func (k *checker) falls(g *group) {
	if !slices.ContainsFunc(g.loads, func(l *load) bool { return l.plan.Replicas > 0 && l.zoned() }) || len(g.pools) < 2 || g.decl.Split() {
		return
	}
	for i := range g.pools {
		if _, limited := k.standing(g.pools[i].plan.InstanceType, ""); limited {
			return
		}
	}
	all := g.newDemand()
	for w, l := range g.loads {
		all.count[w] = l.plan.Replicas
	}
	pods, _ := g.kinds(all)
	ways := 0
	for bins := range g.everyFall(nil) {
		if ways++; ways > mostFalls {
			k.need(false, g.path, "zones.falls", "more than %d ways in which the pools fall into the zones", mostFalls)
			return
		}
		p := &puzzle{zones: len(g.decl.Zones), pods: pods}
		for _, b := range bins {
			p.sites = append(p.sites, site{zone: b.zone, place: b.place, free: b.free, count: b.count, running: make([]int, len(pods))})
		}
		if solve(p) == impossible {
			k.need(false, g.path, "zones.falls", "no placement of the pods (%s) exists where the nodes fall into zones as %s", p, g.fallen(bins))
			return
		}
	}
}

// zoned reports whether a rule of l asks in which zone pods run.
func (l *load) zoned() bool {
	near := slices.ContainsFunc(drawn(&l.spec), func(a planner.PodAffinity) bool { return a.Key == planner.ZoneKey })
	return near || hardSkew(&l.spec, planner.ZoneKey) > 0 || apart(&l.spec, planner.ZoneKey)
}

// everyFall yields the empty nodes of the pools behind those in fallen, which are, in
// every way in which each may be spread evenly.
func (g *group) everyFall(fallen []class) func(yield func([]class) bool) {
	at := 0
	if len(fallen) > 0 {
		at = fallen[len(fallen)-1].pool + 1
	}
	return func(yield func([]class) bool) {
		if at == len(g.pools) {
			yield(fallen)
			return
		}
		zones := len(g.decl.Zones)
		every := make([]int, zones)
		for z := range every {
			every[z] = z
		}
		nodes := g.pools[at].plan.Nodes
		for more := range subsets(every, nodes%zones) {
			next := slices.Clone(fallen)
			for z := range zones {
				n := nodes / zones
				if slices.Contains(more, z) {
					n++
				}
				if n > 0 {
					next = append(next, class{pool: at, zone: z, place: g.place(at, z), count: n, free: g.pools[at].room})
				}
			}
			for bins := range g.everyFall(next) {
				if !yield(bins) {
					return
				}
			}
		}
	}
}

// fallen names nodes by zone.
func (g *group) fallen(bins []class) string {
	var out []byte
	for i, b := range bins {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = append(out, line{&planner.Placement{Nodes: b.count, Pool: g.pools[b.pool].name, Zone: g.decl.Zones[b.zone]}}.String()...)
	}
	return string(out)
}
