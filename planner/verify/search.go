package verify

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// searchSteps bounds the complete search for a placement.
const searchSteps = 50_000

// puzzle asks whether pods find places beside those that already run, which may
// not be moved.
type puzzle struct {
	pods  []podKind
	sites []site
	// zones is the number of zones that sites may name.
	zones int
}

// podKind is a number of equal pods that wait for a place.
type podKind struct {
	name  string
	size  room
	count int
	// zoneSkew and hostSkew are the max_skew of hard topology spread; 0 is none.
	zoneSkew, hostSkew int
}

// site is a number of equal nodes.
type site struct {
	zone  int
	free  room
	count int
	// running pods on each of the nodes, by podKind.
	running []int
}

// String lists what waits.
func (p *puzzle) String() string {
	parts := make([]string, len(p.pods))
	for i, k := range p.pods {
		parts[i] = fmt.Sprintf("%d %s", k.count, k.name)
	}
	return strings.Join(parts, ", ")
}

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

// state is a puzzle on the way to its answer.
type state struct {
	p     *puzzle
	sites []site
	// inZone counts the pods of each kind by zone; alive zones have a node.
	inZone [][]int
	alive  []bool
}

// solve answers a puzzle: first by placing greedily in sorted and in mixed orders,
// then by a complete search with a bound.
func solve(p *puzzle) verdict {
	start := begin(p)
	if !start.roomFor(0, waiting(p)) {
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
	for i, k := range p.pods {
		n[i] = k.count
	}
	return n
}

// begin returns the state before the first pod. What cannot matter is forgotten,
// so that more nodes are equal: who runs where, unless a hard spread counts it.
func begin(p *puzzle) *state {
	s := &state{p: p, alive: make([]bool, p.zones), inZone: make([][]int, len(p.pods))}
	zonesMatter := slices.ContainsFunc(p.pods, func(k podKind) bool { return k.zoneSkew > 0 })
	for i := range s.inZone {
		s.inZone[i] = make([]int, p.zones)
	}
	for _, n := range p.sites {
		c := site{free: n.free, count: n.count, running: slices.Clone(n.running)}
		for i, k := range p.pods {
			if k.zoneSkew > 0 {
				s.inZone[i][n.zone] += n.count * n.running[i]
			}
			if k.hostSkew == 0 {
				c.running[i] = 0
			}
		}
		s.alive[n.zone] = true
		if zonesMatter {
			c.zone = n.zone
		}
		s.add(c)
	}
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
	return cmp.Or(cmp.Compare(a.zone, b.zone), cmp.Compare(a.free.cpu, b.free.cpu), cmp.Compare(a.free.memory, b.free.memory),
		cmp.Compare(a.free.pods, b.free.pods), slices.Compare(a.running, b.running))
}

// clone copies a state.
func (s *state) clone() *state {
	c := &state{p: s.p, sites: slices.Clone(s.sites), alive: s.alive, inZone: make([][]int, len(s.inZone))}
	for i, z := range s.inZone {
		c.inZone[i] = slices.Clone(z)
	}
	return c
}

// can reports whether the scheduler's filters let a pod of kind k onto a node of
// site i: it fits, and the skew after it is within the bound over the domains
// that exist.
func (s *state) can(k, i int) bool {
	pod, n := &s.p.pods[k], &s.sites[i]
	if !n.free.holds(pod.size) {
		return false
	}
	if pod.hostSkew > 0 {
		least := n.running[k]
		for j := range s.sites {
			least = min(least, s.sites[j].running[k])
		}
		if n.running[k]+1-least > pod.hostSkew {
			return false
		}
	}
	if pod.zoneSkew > 0 {
		least := s.inZone[k][n.zone]
		for z, alive := range s.alive {
			if alive {
				least = min(least, s.inZone[k][z])
			}
		}
		if s.inZone[k][n.zone]+1-least > pod.zoneSkew {
			return false
		}
	}
	return true
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
	full := site{zone: n.zone, free: n.free.minus(pod.size), count: 1, running: n.running}
	if pod.hostSkew > 0 {
		full.running = slices.Clone(n.running)
		full.running[k]++
	}
	if pod.zoneSkew > 0 {
		s.inZone[k][n.zone]++
	}
	s.add(full)
}

// roomFor reports whether the kinds from the given one on, with left pods each,
// could fit by the sums alone.
func (s *state) roomFor(from int, left []int) bool {
	var all, need room
	for k := from; k < len(s.p.pods); k++ {
		if left[k] == 0 {
			continue
		}
		size := s.p.pods[k].size
		need = need.plus(size.times(left[k]))
		var slots int64
		for _, n := range s.sites {
			slots += int64(n.count) * slotsOf(n.free, size)
		}
		if slots < int64(left[k]) {
			return false
		}
	}
	for _, n := range s.sites {
		if n.free.pods > 0 && n.free.cpu >= 0 && n.free.memory >= 0 {
			all = all.plus(n.free.times(n.count))
		}
	}
	return need == room{} || all.holds(need)
}

// slotsOf returns how many pods of one size fit into free.
func slotsOf(free, size room) int64 {
	n := max(0, free.pods)
	if size.cpu > 0 {
		n = min(n, max(0, free.cpu)/size.cpu)
	}
	if size.memory > 0 {
		n = min(n, max(0, free.memory)/size.memory)
	}
	return n
}

// weight is the larger share that r takes of all.
func weight(r, all room) float64 {
	return max(float64(r.cpu)/float64(max(1, all.cpu)), float64(r.memory)/float64(max(1, all.memory)))
}

// free is what all nodes have left.
func (s *state) free() room {
	var all room
	for _, n := range s.sites {
		all = all.plus(n.free.times(n.count))
	}
	return all
}

// preference says which of the nodes that take a pod gets it.
type preference int

const (
	// fullest: the node with the least left, by its scarcer resource.
	fullest preference = iota
	// emptiest: the node with the most left, by its scarcer resource.
	emptiest
	// even: the node with the most left, by the sum of its shares, as the scheduler
	// scores.
	even
	// aligned: the node whose room has the shape of the pod, the scarcer of equals.
	aligned
)

// shuffles of the pods are tried where sorted orders fail, from seed 1 on.
const shuffles = 16

// greedy tries to place all pods in several orders, each with several ways to
// choose a node.
func greedy(start *state) bool {
	all := start.free()
	sizes := []func(k podKind) float64{
		func(k podKind) float64 { return weight(k.size, all) },
		func(k podKind) float64 { return float64(k.size.cpu) },
		func(k podKind) float64 { return float64(k.size.memory) },
		func(k podKind) float64 {
			if k.zoneSkew > 0 || k.hostSkew > 0 {
				return 2 + weight(k.size, all) // a weight is at most 1 here
			}
			return weight(k.size, all)
		},
	}
	for _, size := range sizes {
		order := make([]int, len(start.p.pods))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(start.p.pods[b]), size(start.p.pods[a])) })
		var pods []int
		for _, k := range order {
			pods = append(pods, slices.Repeat([]int{k}, start.p.pods[k].count)...)
		}
		for _, prefer := range []preference{fullest, emptiest, even, aligned} {
			if run(start.clone(), pods, prefer, all) {
				return true
			}
		}
	}
	return false
}

// shuffled tries the pods in mixed orders, the same at every call.
func shuffled(start *state) bool {
	all := start.free()
	var pods []int
	for k := range start.p.pods {
		pods = append(pods, slices.Repeat([]int{k}, start.p.pods[k].count)...)
	}
	for seed := range uint64(shuffles) {
		rng := rand.New(rand.NewPCG(seed+1, 0))
		mixed := slices.Clone(pods)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for _, prefer := range []preference{even, aligned, fullest} {
			if run(start.clone(), mixed, prefer, all) {
				return true
			}
		}
	}
	return false
}

// run places pods in order, by kind, each on the preferred of the nodes that take
// it; in the zone with the fewest of its kind where zones count.
func run(s *state, pods []int, prefer preference, all room) bool {
	for _, k := range pods {
		best := -1
		for i := range s.sites {
			if !s.can(k, i) {
				continue
			}
			if best < 0 || s.better(k, i, best, prefer, all) {
				best = i
			}
		}
		if best < 0 {
			return false
		}
		s.put(k, best)
	}
	return true
}

// better reports whether site i is to be preferred to site j for a pod of kind k.
func (s *state) better(k, i, j int, prefer preference, all room) bool {
	pod := &s.p.pods[k]
	if pod.zoneSkew > 0 {
		if c := cmp.Compare(s.inZone[k][s.sites[i].zone], s.inZone[k][s.sites[j].zone]); c != 0 {
			return c < 0
		}
	}
	a, b := s.sites[i].free, s.sites[j].free
	switch prefer {
	case fullest:
		return weight(a, all) < weight(b, all)
	case emptiest:
		return weight(a, all) > weight(b, all)
	case even:
		return shares(a, all) > shares(b, all)
	case aligned:
		x, y := mismatch(pod.size, a, all), mismatch(pod.size, b, all)
		return x < y || x == y && weight(a, all) < weight(b, all)
	}
	panic("verify: unknown preference")
}

// shares is the sum of the shares that r takes of all.
func shares(r, all room) float64 {
	return float64(r.cpu)/float64(max(1, all.cpu)) + float64(r.memory)/float64(max(1, all.memory))
}

// mismatch is how unlike the proportions of a pod and of a node's room are.
func mismatch(pod, free, all room) float64 {
	cpu := func(r room) float64 {
		sum := shares(r, all)
		if sum == 0 {
			return 0
		}
		return float64(r.cpu) / float64(max(1, all.cpu)) / sum
	}
	return math.Abs(cpu(pod) - cpu(free))
}

// search is a complete search in depth with a memory of states that failed.
type search struct {
	order  []int
	failed map[string]bool
	steps  int
}

// exhaust searches through every placement up to equal nodes.
func exhaust(start *state) verdict {
	all := start.free()
	// The biggest come first, for early failures. Kinds do not depend on each other
	// but for room, so that one order of kinds covers all.
	order := make([]int, len(start.p.pods))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(weight(start.p.pods[b].size, all), weight(start.p.pods[a].size, all))
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
	if !s.roomFor(0, left) {
		return false
	}
	key := s.key(at, left[x.order[at]])
	if x.failed[key] {
		return false
	}
	k := x.order[at]
	for i := range s.sites {
		if !s.can(k, i) {
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
	for _, n := range s.sites {
		for _, v := range []int64{int64(n.zone), n.free.cpu, n.free.memory, n.free.pods, int64(n.count)} {
			b = binary.AppendVarint(b, v)
		}
		for _, v := range n.running {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	for _, zones := range s.inZone {
		for _, v := range zones {
			b = binary.AppendVarint(b, int64(v))
		}
	}
	return string(b)
}
