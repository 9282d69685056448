package verify

import (
	"slices"
	"strconv"

	"github.com/scantling-dev/scantling/planner"
)

// Kind is a podKind for tests outside the package.
type Kind struct {
	CPU, Memory          int64
	Count                int
	ZoneSkew, HostSkew   int
	ApartHost, ApartZone bool
	// ByZone binds pods to zones; their sum is Count.
	ByZone []int
	// Admits are the zones that the selector admits; nil is all.
	Admits []bool
	// With are kinds that must run on the node, WithZone in the zone.
	With, WithZone []int
}

// Node is one node with the pods of each kind that run on it.
type Node struct {
	Zone              int
	CPU, Memory, Pods int64
	Running           []int
}

// The verdicts.
const (
	Placed     = int(placed)
	Impossible = int(impossible)
	Unproved   = int(unproved)
)

func pose(kinds []Kind, nodes []Node) *puzzle {
	p := &puzzle{}
	for _, k := range kinds {
		kind := podKind{
			name: "p", size: room{k.CPU, k.Memory, 1}, count: k.Count, zoneSkew: k.ZoneSkew, hostSkew: k.HostSkew,
			apartHost: k.ApartHost, apartZone: k.ApartZone, byZone: k.ByZone, admits: k.Admits,
		}
		for _, with := range k.With {
			kind.with = append(kind.with, companion{with, false})
		}
		for _, with := range k.WithZone {
			kind.with = append(kind.with, companion{with, true})
		}
		p.pods = append(p.pods, kind)
	}
	for _, n := range nodes {
		p.zones = max(p.zones, n.Zone+1)
		p.sites = append(p.sites, site{zone: n.Zone, place: n.Zone, free: room{n.CPU, n.Memory, n.Pods}, count: 1, running: n.Running})
	}
	return p
}

// grouped is a group whose nodes run and whose loads are what a puzzle has.
func grouped(kinds []Kind, nodes []Node) (*group, *demand) {
	p := pose(kinds, nodes)
	g := &group{decl: &planner.NodeGroup{Zones: make([]string, max(p.zones, 2))}, index: map[string]int{}, pools: make([]pool, 1)}
	for i, k := range kinds {
		spec := planner.Workload{Name: strconv.Itoa(i)}
		hard := func(key planner.TopologyKey, skew int) {
			if skew > 0 {
				spec.TopologySpread = append(spec.TopologySpread, planner.TopologySpread{Key: key, MaxSkew: skew, Hard: true})
			}
		}
		hard(planner.ZoneKey, k.ZoneSkew)
		hard(planner.HostnameKey, k.HostSkew)
		switch {
		case k.ApartHost:
			spec.AntiAffinity = planner.AntiAffinity{Mode: planner.AffinityRequired, Key: planner.HostnameKey}
		case k.ApartZone:
			spec.AntiAffinity = planner.AntiAffinity{Mode: planner.AffinityRequired, Key: planner.ZoneKey}
		}
		for _, with := range p.pods[i].with {
			key := planner.HostnameKey
			if with.zone {
				key = planner.ZoneKey
			}
			spec.Affinity = append(spec.Affinity, planner.PodAffinity{Workload: strconv.Itoa(with.kind), Key: key, Mode: planner.AffinityRequired})
		}
		g.index[spec.Name] = i
		g.loads = append(g.loads, &load{spec: spec, plan: &planner.WorkloadPlan{Replicas: k.Count}, size: p.pods[i].size, admits: k.Admits})
	}
	for _, s := range p.sites {
		c := class{zone: s.zone, place: s.place, count: s.count, pods: s.running, free: s.free}
		for w, n := range s.running {
			c.used = c.used.plus(g.loads[w].size.times(n))
		}
		g.classes = append(g.classes, c)
	}
	d := g.newDemand()
	for i, k := range kinds {
		d.count[i], d.byZone[i] = k.Count, k.ByZone
	}
	return g, d
}

// Hosts reports whether a yard finds places.
func Hosts(kinds []Kind, nodes []Node) bool {
	g, d := grouped(kinds, nodes)
	y, left := newYard(g), slices.Repeat([]int{1}, len(g.classes))
	y.rebase(left)
	return y.hosts(left, nil, d)
}

// Evenly reports whether it does pod by pod, and Filling whether node by node.
func Evenly(kinds []Kind, nodes []Node) bool {
	g, d := grouped(kinds, nodes)
	y, left := newYard(g), slices.Repeat([]int{1}, len(g.classes))
	y.rebase(left)
	return y.evenly(left, d)
}

func Filling(kinds []Kind, nodes []Node) bool {
	g, d := grouped(kinds, nodes)
	y, left := newYard(g), slices.Repeat([]int{1}, len(g.classes))
	y.rebase(left)
	y.reset(left)
	return y.place(d, y.orders[0])
}

// Spares reports whether a yard proves every loss of k nodes, and Losses whether all of
// them have an answer, one by one.
func Spares(kinds []Kind, nodes []Node, k int) bool {
	g, _ := grouped(kinds, nodes)
	y, left := newYard(g), slices.Repeat([]int{1}, len(g.classes))
	y.rebase(left)
	return y.spares(left, g.newDemand(), k)
}

func Losses(kinds []Kind, nodes []Node, k int) bool {
	g, _ := grouped(kinds, nodes)
	left := slices.Repeat([]int{1}, len(g.classes))
	for hits := range strikes(left, k) {
		d, alive := g.newDemand(), slices.Clone(left)
		for _, h := range hits {
			alive[h.class] -= h.nodes
			d.displace(&g.classes[h.class], h.nodes, false)
		}
		if solve(g.pose(alive, d)) != placed {
			return false
		}
	}
	return true
}

// Fillings holds all fillings of a node against a target in so many steps.
func Fillings(capacity []int64, sizes [][]int64, values, most []int64, target int64, steps int) int {
	var c room
	copy(c[:], capacity)
	var items []item
	for i := range sizes {
		it := item{value: values[i], most: most[i]}
		copy(it.size[:], sizes[i])
		items = append(items, it)
	}
	return int(fillings(&c, items, target, &steps))
}

// Certain reports whether the proof for any order covers nodes of several kinds, by
// their room, with so many of each: pods[i] of sizes[i], of which forbids says on which
// kinds they may not run; and whether it covers the loss of lose of them.
func Certain(rooms [][]int64, nodes []int, sizes [][]int64, pods []int, forbids [][]bool, lose int) bool {
	g := &group{decl: &planner.NodeGroup{Zones: []string{"a"}, Redundancy: planner.Redundancy{Nodes: lose}}}
	for i := range sizes {
		l := &load{plan: &planner.WorkloadPlan{Replicas: pods[i]}}
		copy(l.size[:], sizes[i])
		g.loads = append(g.loads, l)
	}
	o := &ground{g: g}
	for n := range rooms {
		k := nodeKind{zones: []int{nodes[n]}, at: func(load, _ int) bool { return !forbids[load][n] }}
		copy(k.room[:], rooms[n])
		o.kinds = append(o.kinds, k)
	}
	return o.uncertain(false) == ""
}

// CertainInZone reports whether the proof covers one pod that selects the first zone, on
// nodes with room for it by zone, and the loss of so many nodes and zones.
func CertainInZone(zones []int, fixed bool, lose, loseZones int) bool {
	g := &group{decl: &planner.NodeGroup{Zones: make([]string, len(zones)), Redundancy: planner.Redundancy{Nodes: lose, Zones: loseZones}}}
	g.loads = []*load{{plan: &planner.WorkloadPlan{Replicas: 1}, size: room{1, 1, 1}}}
	kind := nodeKind{room: room{4, 4, 4}, zones: zones, at: func(_, zone int) bool { return zone == 0 }}
	return (&ground{g, []nodeKind{kind}, fixed}).uncertain(false) == ""
}

// Solve answers a puzzle.
func Solve(kinds []Kind, nodes []Node) int { return int(solve(pose(kinds, nodes))) }

// Greedy reports whether the greedy orders alone find a placement.
func Greedy(kinds []Kind, nodes []Node) bool { return greedy(begin(pose(kinds, nodes))) }

// Tolerates says how many members, and how many zones, of those with so many
// members may fail.
func Tolerates(byZone []int) (members, zones int) {
	var all []planner.Member
	for z, n := range byZone {
		for range n {
			all = append(all, planner.Member{Role: planner.RoleControlPlane, Zone: strconv.Itoa(z)})
		}
	}
	return newRoster(all, planner.RoleControlPlane).tolerates()
}

// Open are the losses of k nodes, by the nodes that are lost, that sums do not prove.
func Open(kinds []Kind, nodes []Node, k int) [][]int {
	g, _ := grouped(kinds, nodes)
	y, left := newYard(g), slices.Repeat([]int{1}, len(g.classes))
	var out [][]int
	for hits := range y.sums(left, g.newDemand(), k).strikes() {
		var lost []int
		for _, h := range hits {
			lost = append(lost, h.class)
		}
		out = append(out, lost)
	}
	return out
}

// Lost reports whether the pods of lost nodes find places.
func Lost(kinds []Kind, nodes []Node, lost []int) bool {
	g, _ := grouped(kinds, nodes)
	d, alive := g.newDemand(), slices.Repeat([]int{1}, len(g.classes))
	for _, c := range lost {
		alive[c] = 0
		d.displace(&g.classes[c], 1, false)
	}
	return solve(g.pose(alive, d)) == placed
}

// Subsets are the choices of k of n.
func Subsets(n, k int) [][]int {
	every := make([]int, n)
	for i := range every {
		every[i] = i
	}
	var out [][]int
	for s := range subsets(every, k) {
		out = append(out, slices.Clone(s))
	}
	return out
}

// Dollars, Cores and ByteSize are the words of messages.
func Dollars(v int64) string { return dollars(v) }

// Cores is cores.
func Cores(v int64) string { return cores(v) }

// ByteSize is byteSize.
func ByteSize(v int64) string { return byteSize(v) }
