package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// demand is how many pods of each load of a group look for a place.
type demand struct {
	g     *group
	count []int
	// byZone are those that are bound to zones, by load and zone; nil of a load whose
	// pods may go anywhere.
	byZone [][]int
}

func (g *group) newDemand() *demand {
	return &demand{g: g, count: make([]int, len(g.loads)), byZone: make([][]int, len(g.loads))}
}

func (d *demand) clone() *demand {
	c := &demand{g: d.g, count: slices.Clone(d.count), byZone: slices.Clone(d.byZone)}
	for i, z := range c.byZone {
		if z != nil {
			c.byZone[i] = slices.Clone(z)
		}
	}
	return c
}

// displace adds the pods of so many nodes of a class that are rescheduled. Pods whose
// volumes are in a zone wait for it; where the zone itself is gone they are not looked
// for: their data are not elsewhere.
func (d *demand) displace(c *class, nodes int, zoneGone bool) {
	for w, n := range c.pods {
		l := d.g.loads[w]
		if n == 0 || l.spec.Recovery == planner.Static {
			continue
		}
		if l.bound() {
			if zoneGone {
				continue
			}
			d.bind(w, c.zone, n*nodes)
			continue
		}
		d.count[w] += n * nodes
	}
}

// bind adds pods of the w-th load that are bound to a zone.
func (d *demand) bind(w, zone, n int) {
	if d.byZone[w] == nil {
		d.byZone[w] = make([]int, len(d.g.decl.Zones))
	}
	d.byZone[w][zone] += n
	d.count[w] += n
}

// kinds are the pods of a demand as a puzzle knows them, and the loads they are of:
// those that look for a place, and those that such must be with.
func (g *group) kinds(d *demand) (pods []podKind, loads []int) {
	index := make([]int, len(g.loads))
	for w := range index {
		index[w] = -1
	}
	include := func(w int) {
		if index[w] < 0 {
			index[w] = len(loads)
			loads = append(loads, w)
		}
	}
	for w, n := range d.count {
		if n > 0 {
			include(w)
			for _, a := range drawn(&g.loads[w].spec) {
				include(g.index[a.Workload])
			}
		}
	}
	for _, w := range loads {
		k := g.kind(w)
		k.count, k.byZone = d.count[w], d.byZone[w]
		if d.count[w] > 0 {
			for _, a := range drawn(&g.loads[w].spec) {
				k.with = append(k.with, companion{index[g.index[a.Workload]], a.Key == planner.ZoneKey})
			}
		}
		pods = append(pods, k)
	}
	return pods, loads
}

// kind is a pod of the w-th load with its rules, but for those about others.
func (g *group) kind(w int) podKind {
	l := g.loads[w]
	return podKind{
		name: l.spec.Name, size: l.size, admits: l.admits,
		zoneSkew: hardSkew(&l.spec, planner.ZoneKey), hostSkew: hardSkew(&l.spec, planner.HostnameKey),
		apartHost: apart(&l.spec, planner.HostnameKey), apartZone: apart(&l.spec, planner.ZoneKey),
	}
}

// pose asks for places for a demand beside the pods that run on the surviving nodes.
func (g *group) pose(left []int, d *demand) *puzzle {
	p := &puzzle{zones: len(g.decl.Zones)}
	var loads []int
	p.pods, loads = g.kinds(d)
	for i := range g.classes {
		c := &g.classes[i]
		if left[i] == 0 {
			continue
		}
		s := site{zone: c.zone, place: c.place, free: c.free, count: left[i], running: make([]int, len(loads))}
		for j, w := range loads {
			s.running[j] = c.pods[w]
		}
		p.sites = append(p.sites, s)
	}
	return p
}
