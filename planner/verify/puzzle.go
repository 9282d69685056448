package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// puzzle asks whether pods find places beside those that already run, which may
// not be moved.
type puzzle struct {
	pods  []podKind
	sites []site
	// zones is the number of zones that sites may name.
	zones int
}

// podKind is a number of equal pods that wait for a place; none of a kind that only
// others ask for.
type podKind struct {
	name  string
	size  room
	count int
	// zoneSkew and hostSkew are the max_skew of hard topology spread; 0 is none.
	zoneSkew, hostSkew int
	// apartHost and apartZone: no two of them may be on a node or in a zone.
	apartHost, apartZone bool
	// with are the kinds that must run where these go.
	with []companion
	// byZone says how many wait for each zone, where their volumes bind them; nil for
	// any zone. Its sum is count.
	byZone []int
	// admits are the places where they may run; nil is all.
	admits []bool
}

// companion is a kind that must run on the node, or in the zone.
type companion struct {
	kind int
	zone bool
}

// at reports whether the kind may run at a place.
func (k *podKind) at(place int) bool { return k.admits == nil || k.admits[place] }

// site is a number of equal nodes.
type site struct {
	zone int
	// place is what podKind.admits is indexed by.
	place int
	free  room
	count int
	// running pods on each of the nodes, by podKind.
	running []int
}

// String lists what waits.
func (p *puzzle) String() string {
	var parts []string
	for i := range p.pods {
		if p.pods[i].count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.pods[i].count, p.pods[i].name))
		}
	}
	return strings.Join(parts, ", ")
}

// counted says of each kind whether it matters how many of them run on a node, and
// in a zone.
func (p *puzzle) counted() (onHost, inZone []bool) {
	onHost, inZone = make([]bool, len(p.pods)), make([]bool, len(p.pods))
	for i := range p.pods {
		k := &p.pods[i]
		onHost[i] = onHost[i] || k.hostSkew > 0 || k.apartHost
		inZone[i] = inZone[i] || k.zoneSkew > 0 || k.apartZone
		for _, c := range k.with {
			onHost[c.kind] = onHost[c.kind] || !c.zone
			inZone[c.kind] = inZone[c.kind] || c.zone || c.kind == i
		}
	}
	return onHost, inZone
}

// state is a puzzle on the way to its answer.
type state struct {
	p     *puzzle
	sites []site
	// onHost and inZone say of which kinds the counts matter.
	onHost, zoned []bool
	// inZone counts the pods of each kind by zone; domains of a kind are the zones with
	// a node that admits it.
	inZone  [][]int
	domains [][]bool
	// waits are the pods of a kind that are bound to zones, by zone.
	waits [][]int
	// steps are the looks at a site that are left.
	steps *int
}

// begin returns the state before the first pod. What cannot matter is forgotten,
// so that more nodes are equal: who runs where, unless a rule counts it, and where a
// node is, unless a rule asks.
func begin(p *puzzle) *state {
	steps := lookSteps
	s := &state{p: p, inZone: make([][]int, len(p.pods)), domains: make([][]bool, len(p.pods)), waits: make([][]int, len(p.pods)), steps: &steps}
	s.onHost, s.zoned = p.counted()
	zones, places := slices.Contains(s.zoned, true), false
	for i := range p.pods {
		k := &p.pods[i]
		s.inZone[i], s.domains[i], s.waits[i] = make([]int, p.zones), make([]bool, p.zones), slices.Clone(k.byZone)
		zones = zones || k.byZone != nil
		places = places || k.admits != nil
	}
	for _, n := range p.sites {
		c := site{free: n.free, count: n.count, running: slices.Clone(n.running)}
		for i := range p.pods {
			s.inZone[i][n.zone] += n.count * n.running[i]
			s.domains[i][n.zone] = s.domains[i][n.zone] || p.pods[i].at(n.place)
			if !s.onHost[i] {
				c.running[i] = 0
			}
		}
		if zones || places {
			c.zone = n.zone
		}
		if places {
			c.place = n.place
		}
		s.sites = append(s.sites, c)
	}
	slices.SortFunc(s.sites, compareSites)
	merged := s.sites[:0]
	for _, n := range s.sites {
		if last := len(merged) - 1; last >= 0 && compareSites(merged[last], n) == 0 {
			merged[last].count += n.count
			continue
		}
		merged = append(merged, n)
	}
	s.sites = merged
	return s
}

// add puts nodes into the state, with their equals.
func (s *state) add(n site) {
	i, found := slices.BinarySearchFunc(s.sites, n, compareSites)
	if found {
		s.sites[i].count += n.count
		return
	}
	s.sites = slices.Insert(s.sites, i, n)
}

// compareSites orders nodes by all that tells them apart.
func compareSites(a, b site) int {
	if c := cmp.Or(cmp.Compare(a.zone, b.zone), cmp.Compare(a.place, b.place)); c != 0 {
		return c
	}
	if c := slices.Compare(a.free[:], b.free[:]); c != 0 {
		return c
	}
	return slices.Compare(a.running, b.running)
}

// clone copies a state.
func (s *state) clone() *state {
	c := *s
	c.sites = slices.Clone(s.sites)
	c.inZone, c.waits = make([][]int, len(s.inZone)), make([][]int, len(s.waits))
	for i := range s.inZone {
		c.inZone[i], c.waits[i] = slices.Clone(s.inZone[i]), slices.Clone(s.waits[i])
	}
	return &c
}

// floor is the least number of pods of a kind in any of its domains.
type floor struct{ host, zone int }

// floorOf returns the floor of kind k, as far as a rule asks.
func (s *state) floorOf(k int) floor {
	var f floor
	pod := &s.p.pods[k]
	if pod.hostSkew > 0 {
		first := true
		for i := range s.sites {
			if n := &s.sites[i]; pod.at(n.place) && (first || n.running[k] < f.host) {
				f.host, first = n.running[k], false
			}
		}
	}
	if pod.zoneSkew > 0 {
		first := true
		for z, is := range s.domains[k] {
			if is && (first || s.inZone[k][z] < f.zone) {
				f.zone, first = s.inZone[k][z], false
			}
		}
	}
	return f
}

// can reports whether the scheduler's filters let a pod of kind k onto a node of
// site i: its selector admits it, its volumes are there, it fits, the skew after it is
// within the bound over the domains that exist, and whom it must keep away from is
// elsewhere and whom it must be with is there.
func (s *state) can(k, i int, f floor) bool {
	pod, n := &s.p.pods[k], &s.sites[i]
	*s.steps--
	if !n.free.holds(&pod.size) || !pod.at(n.place) || s.waits[k] != nil && s.waits[k][n.zone] == 0 {
		return false
	}
	if pod.apartHost && n.running[k] > 0 || pod.hostSkew > 0 && n.running[k]+1-f.host > pod.hostSkew {
		return false
	}
	if pod.apartZone && s.inZone[k][n.zone] > 0 || pod.zoneSkew > 0 && s.inZone[k][n.zone]+1-f.zone > pod.zoneSkew {
		return false
	}
	for _, c := range pod.with {
		there := n.running[c.kind]
		if c.zone {
			there = s.inZone[c.kind][n.zone]
		}
		if there == 0 && (c.kind != k || s.anywhere(k)) {
			return false
		}
	}
	return true
}

// anywhere reports whether a pod of kind k runs.
func (s *state) anywhere(k int) bool {
	return slices.ContainsFunc(s.inZone[k], func(n int) bool { return n > 0 })
}

// put places a pod of kind k on one node of site i.
func (s *state) put(k, i int) {
	pod := &s.p.pods[k]
	n := s.sites[i]
	if n.count == 1 {
		s.sites = slices.Delete(s.sites, i, i+1)
	} else {
		s.sites[i].count--
	}
	full := site{zone: n.zone, place: n.place, free: n.free.minus(pod.size), count: 1, running: n.running}
	if s.onHost[k] {
		full.running = slices.Clone(n.running)
		full.running[k]++
	}
	if s.zoned[k] {
		s.inZone[k][n.zone]++
	}
	if s.waits[k] != nil {
		s.waits[k][n.zone]--
	}
	s.add(full)
}

// roomFor reports whether the kinds from the given one on, with left pods each,
// could fit by the sums alone.
func (s *state) roomFor(left []int) bool {
	var all, need room
	for k := range s.p.pods {
		if left[k] == 0 {
			continue
		}
		pod := &s.p.pods[k]
		need = need.plus(pod.size.times(left[k]))
		var places int64
		for i := range s.sites {
			if n := &s.sites[i]; pod.at(n.place) {
				places += int64(n.count) * slotsOf(&n.free, &pod.size)
			}
		}
		if places < int64(left[k]) {
			return false
		}
	}
	for i := range s.sites {
		if n := &s.sites[i]; n.free[onPods] > 0 {
			for d := range all {
				all[d] += max(0, n.free[d]) * int64(n.count)
			}
		}
	}
	return all.holds(&need)
}

// free is what all nodes have left.
func (s *state) free() room {
	var all room
	for i := range s.sites {
		all = all.plus(s.sites[i].free.times(s.sites[i].count))
	}
	return all
}
