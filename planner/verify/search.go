package verify

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// searchSteps bounds the complete search for a placement.
const searchSteps = 50_000

// searchSize bounds the product of sites and pods of a complete search.
const searchSize = 500_000

// verdict is the answer to a puzzle.
type verdict int

const (
	// placed: a placement was found.
	placed verdict = iota
	// impossible: a complete search found none.
	impossible
	// unproved: the search ended at its bound.
	unproved
)

// solve answers a puzzle: first by placing greedily in sorted and in mixed orders,
// then by a complete search with a bound.
func solve(p *puzzle) verdict {
	start := begin(p)
	if !start.roomFor(waiting(p)) {
		return impossible
	}
	if greedy(start) || shuffled(start) {
		return placed
	}
	return exhaust(start)
}

// waiting returns the count of each kind.
func waiting(p *puzzle) []int {
	n := make([]int, len(p.pods))
	for i := range p.pods {
		n[i] = p.pods[i].count
	}
	return n
}

// search is a complete search in depth with a memory of states that failed.
type search struct {
	order  []int
	failed map[string]bool
	steps  int
}

// exhaust searches through every placement up to equal nodes.
func exhaust(start *state) verdict {
	pods := 0
	for i := range start.p.pods {
		pods += start.p.pods[i].count
	}
	if len(start.sites)*pods > searchSize {
		return unproved // each step keeps a copy of the sites
	}
	all := start.free()
	// The biggest come first, for early failures. Kinds depend on each other for room
	// and for whom they must be with alone; more pods are never less company, so that one
	// order of kinds that puts these first covers all.
	order := make([]int, len(start.p.pods))
	for i := range order {
		order[i] = i
	}
	rank := start.p.ranks()
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(weight(&start.p.pods[b].size, &all), weight(&start.p.pods[a].size, &all)))
	})
	x := &search{order: order, failed: map[string]bool{}}
	if x.dive(start, 0, waiting(start.p)) {
		return placed
	}
	if x.steps > searchSteps {
		return unproved
	}
	return impossible
}

// dive places one pod and goes on; it returns false when the bound is reached.
func (x *search) dive(s *state, at int, left []int) bool {
	for at < len(x.order) && left[x.order[at]] == 0 {
		at++
	}
	if at == len(x.order) {
		return true
	}
	if x.steps++; x.steps > searchSteps {
		return false
	}
	if !s.roomFor(left) {
		return false
	}
	key := s.key(at, left[x.order[at]])
	if x.failed[key] {
		return false
	}
	k := x.order[at]
	f := s.floorOf(k)
	for i := range s.sites {
		if !s.can(k, i, f) {
			continue
		}
		next := s.clone()
		next.put(k, i)
		left[k]--
		ok := x.dive(next, at, left)
		left[k]++
		if ok {
			return true
		}
		if x.steps > searchSteps {
			return false
		}
	}
	x.failed[key] = true
	return false
}

// key encodes all that the rest of a search depends on.
func (s *state) key(at, left int) string {
	b := binary.AppendVarint(nil, int64(at))
	b = binary.AppendVarint(b, int64(left))
	for i := range s.sites {
		n := &s.sites[i]
		b = binary.AppendVarint(b, int64(n.zone))
		b = binary.AppendVarint(b, int64(n.place))
		b = binary.AppendVarint(b, int64(n.count))
		for _, v := range n.free {
			b = binary.AppendVarint(b, v)
		}
		for _, v := range n.running {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	for i := range s.inZone {
		for _, v := range s.inZone[i] {
			b = binary.AppendVarint(b, int64(v))
		}
		for _, v := range s.waits[i] {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	return string(b)
}
