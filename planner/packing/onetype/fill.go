package onetype

import (
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
)

// shelf is nodes of one capacity as they are filled. Nodes with the same pods are
// kept together, so that the work does not grow with the number of pods.
type shelf struct {
	sizes   []colgen.Vector // of a pod, by class
	counts  []int
	free    colgen.Vector // of an empty node
	dims    int           // resources in use, the first of the vectors
	groups  []group
	entries []entry
	nodes   int
	spare   []group
	room    []int // by group, pods of the class that is being placed
}

// group is a number of nodes with the same pods.
type group struct {
	free   colgen.Vector
	load   int64 // where the next pod goes to the least of
	copies int
	last   int32 // entry of the pods that came last, -1 where there are none
}

// entry is pods of a class on each node of a group, and what was there before.
type entry struct {
	class, pods int32
	before      int32
}

func (s *shelf) reset() {
	s.groups, s.entries, s.nodes = s.groups[:0], s.entries[:0], 0
}

// fit returns how many pods of a class free holds, at most limit.
func (s *shelf) fit(free *colgen.Vector, class, limit int) int {
	w := &s.sizes[class]
	for d := range s.dims {
		if w[d] > free[d] {
			return 0
		}
	}
	n := int64(limit)
	for d := range s.dims {
		if w[d] > 0 && w[d] > free[d]/n {
			n = free[d] / w[d]
		}
	}
	return int(n)
}

// put returns the group with pods more pods of a class on each node.
func (s *shelf) put(g group, class, pods, copies int) group {
	if g.copies = copies; pods == 0 {
		return g
	}
	s.entries = append(s.entries, entry{int32(class), int32(pods), g.last})
	g.last = int32(len(s.entries) - 1)
	for d := range s.dims {
		g.free[d] -= s.sizes[class][d] * int64(pods)
	}
	return g
}

// FirstFit puts counts[i] pods of sizes[i] each on equal nodes that offer free: the
// classes in the given order, each pod on the first node with room. It returns the
// nodes, those with more pods of earlier classes first, and false where a pod fits on no node or more than
// limit nodes are needed.
func FirstFit(sizes []colgen.Vector, counts []int, free colgen.Vector, order []int, limit int) ([]Pattern, bool) {
	s := shelf{sizes: sizes, counts: counts, free: free, dims: colgen.Dims}
	if !s.firstFit(order, limit) {
		return nil, false
	}
	return s.patterns(), true
}

// firstFit puts the classes in order, each pod on the first node with room. It
// gives up, with false, when it needs more than limit nodes.
func (s *shelf) firstFit(order []int, limit int) bool {
	s.reset()
	for _, class := range order {
		left := s.counts[class]
		out := s.spare[:0]
		for _, g := range s.groups {
			n := 0
			if left > 0 {
				n = s.fit(&g.free, class, left)
			}
			if n == 0 {
				out = append(out, g)
				continue
			}
			full := min(left/n, g.copies)
			out = append(out, s.put(g, class, n, full))
			g.copies -= full
			left -= n * full
			if rest := left % n; g.copies > 0 && rest > 0 {
				out = append(out, s.put(g, class, rest, 1))
				g.copies--
				left -= rest
			}
			if g.copies > 0 {
				out = append(out, g)
			}
		}
		if left > 0 {
			empty := group{free: s.free, last: -1}
			n := s.fit(&empty.free, class, left)
			if n == 0 || s.nodes+(left-1)/n+1 > limit {
				return false
			}
			if full := left / n; full > 0 {
				out = append(out, s.put(empty, class, n, full))
				s.nodes += full
			}
			if rest := left % n; rest > 0 {
				out = append(out, s.put(empty, class, rest, 1))
				s.nodes++
			}
		}
		s.groups, s.spare = out, s.groups
	}
	return true
}

// evenFit puts the classes in order on a given number of nodes, each pod on the
// node with room where it adds least to
//
//	sum over nodes and resources of  weight x (used share)^2
//
// which spreads every resource evenly, as LeastAllocated does, and keeps nodes
// from running out of one while another is left. shares are what a pod of a class
// takes of a node. It reports whether all pods found room.
func (s *shelf) evenFit(order []int, shares []colgen.Vector, weights *colgen.Vector, nodes int) bool {
	s.reset()
	s.nodes = nodes
	s.groups = append(s.groups, group{free: s.free, copies: nodes, last: -1})
	var scale [colgen.Dims]float64
	for d := range s.dims {
		scale[d] = whole / float64(max(1, s.free[d]))
	}
	for _, class := range order {
		if s.counts[class] == 0 {
			continue
		}
		// The n-th pod on a node adds 2 used w + (2n - 1) w^2; half of that, without
		// what is the same for all nodes, is used w before, and w^2 more each time.
		var w colgen.Vector
		step := int64(0)
		for d := range s.dims {
			w[d] = shares[class][d] * weights[d]
			step += shares[class][d] * w[d]
		}
		for i := range s.groups {
			g := &s.groups[i]
			g.load = 0
			for d := range s.dims {
				g.load += int64(float64(s.free[d]-g.free[d])*scale[d]) * w[d]
			}
		}
		if !s.spread(class, max(1, step)) {
			return false
		}
	}
	return true
}

// spread places the pods of one class. Taking the least loaded node again and
// again ends with all nodes that have room at about the same load: with pods as
// long as the load before is at most some level, which is found by halving.
func (s *shelf) spread(class int, load int64) bool {
	count := s.counts[class]
	s.room = s.room[:0]
	room, low, high := 0, int64(math.MaxInt64), int64(0)
	for i := range s.groups {
		g := &s.groups[i]
		n := s.fit(&g.free, class, count)
		s.room = append(s.room, n)
		if n > 0 {
			room += n * g.copies
			low, high = min(low, g.load), max(high, g.load+load*int64(n-1))
		}
	}
	if room < count {
		return false
	}
	for low < high {
		mid := low + (high-low)/2
		if s.upTo(mid, load, count) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	left := count
	for i := range s.groups {
		left -= s.below(i, low-1, load) * s.groups[i].copies
	}
	out := s.spare[:0]
	for i, g := range s.groups {
		n, more := s.below(i, low-1, load), 0
		if n < s.room[i] && g.load+load*int64(n) <= low {
			more = min(left, g.copies)
			left -= more
		}
		if more > 0 {
			out = append(out, s.put(g, class, n+1, more))
		}
		if g.copies -= more; g.copies > 0 {
			out = append(out, s.put(g, class, n, g.copies))
		}
	}
	s.groups, s.spare = out, s.groups
	return true
}

// below returns how many pods a node of a group takes whose load before is at
// most level.
func (s *shelf) below(group int, level, load int64) int {
	g := &s.groups[group]
	if level < g.load || s.room[group] == 0 {
		return 0
	}
	return int(min(int64(s.room[group]), (level-g.load)/load+1))
}

// upTo reports whether all nodes together take count pods up to a level.
func (s *shelf) upTo(level, load int64, count int) bool {
	for i := range s.groups {
		if count -= s.below(i, level, load) * s.groups[i].copies; count <= 0 {
			return true
		}
	}
	return false
}

// patterns returns the nodes with pods, equal ones joined.
func (s *shelf) patterns() []Pattern {
	var out []Pattern
	for _, g := range s.groups {
		if g.last < 0 {
			continue
		}
		p := Pattern{Count: g.copies, Pods: make([]int, len(s.counts))}
		for e := g.last; e >= 0; e = s.entries[e].before {
			p.Pods[s.entries[e].class] += int(s.entries[e].pods)
		}
		out = append(out, p)
	}
	return join(out)
}

// join orders patterns, larger ones first, and joins equal ones.
func join(all []Pattern) []Pattern {
	slices.SortFunc(all, func(a, b Pattern) int { return slices.Compare(b.Pods, a.Pods) })
	out := all[:0]
	for _, p := range all {
		if n := len(out); n > 0 && slices.Equal(out[n-1].Pods, p.Pods) {
			out[n-1].Count += p.Count
		} else {
			out = append(out, p)
		}
	}
	return out
}
