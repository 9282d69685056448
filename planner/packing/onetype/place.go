package onetype

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
)

// whole is a node's whole amount of a resource where pods are compared by the
// part of a node that they take.
const whole = 1 << 18

// shares returns for each class the part of a node that a pod takes of each
// resource, and what all pods take.
func (s *search) shares(c *candidate) (pods []colgen.Vector, total colgen.Vector) {
	pods = make([]colgen.Vector, len(s.at))
	for k := range pods {
		for d := range s.dims {
			if w := s.shelf.sizes[k][d]; w > 0 {
				hi, lo := bits.Mul64(uint64(w), whole)
				q, _ := bits.Div64(hi, lo, uint64(c.free[d])) // w is at most free
				pods[k][d] = int64(q)
			}
			total[d] += pods[k][d] * int64(s.shelf.counts[k])
		}
	}
	return pods, total
}

// method is an order of the classes, and weights of the resources.
type method struct {
	order   []int
	weights colgen.Vector
}

// prepare makes the ways in which a candidate's nodes are filled. The size of a
// pod, by which classes are ordered, is the part of a node that it takes: of the
// resource of which that is most, or of all resources together, alike or by what
// the pods as a whole need of nodes, or by its cube. Resources weigh alike, or by
// the square or the fourth power of that need.
func (s *search) prepare(c *candidate) {
	if c.methods != nil {
		return
	}
	pods, total := s.shares(c)
	top := max(1, slices.Max(total[:]))
	var need [5]colgen.Vector // its powers, as parts of 256
	for d := range s.dims {
		need[0][d] = 256
		for p := 1; p < len(need); p++ {
			need[p][d] = need[p-1][d] * (total[d] * 256 / top) / 256
		}
	}
	most := s.order(func(k int) int64 { return slices.Max(pods[k][:]) })
	sum := s.order(func(k int) int64 { return weighed(&pods[k], &need[0]) })
	tot := s.order(func(k int) int64 { return weighed(&pods[k], &need[1]) })
	cube := s.order(func(k int) int64 { return weighed(&pods[k], &need[3]) })
	c.shares, c.methods = pods, []method{
		{cube, need[0]}, {tot, need[4]}, {most, need[0]}, {sum, need[2]}, {cube, need[4]}, {tot, need[2]}, {most, need[4]}, {sum, need[0]},
	}
}

func weighed(v, weights *colgen.Vector) (sum int64) {
	for d := range v {
		sum += v[d] * weights[d]
	}
	return sum
}

// order returns the classes in the order of a size, the largest first.
func (s *search) order(size func(class int) int64) []int {
	out, sizes := make([]int, len(s.at)), make([]int64, len(s.at))
	for k := range out {
		out[k], sizes[k] = k, size(k)
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(sizes[b], sizes[a]) })
	return out
}

// holds reports whether a method finds room for all pods on n nodes. The nodes
// are then on the shelf.
func (s *search) holds(c *candidate, n int) bool {
	s.prepare(c)
	s.shelf.free = c.free
	return slices.ContainsFunc(c.methods, func(m method) bool {
		return s.shelf.evenFit(m.order, c.shares, &m.weights, n)
	})
}

// limit is the largest number of nodes of a candidate that is worth finding: less
// than what was found of it, and cheaper than the best.
func (s *search) limit(c *candidate) int {
	n := s.pods
	if c.found > 0 {
		n = c.found - 1
	}
	if s.best >= 0 {
		n = min(n, int((s.cost-1)/c.price))
	}
	return n
}

// keep takes the nodes on the shelf as the candidate's placement.
func (s *search) keep(at, nodes int) {
	if c := &s.all[at]; c.found == 0 || nodes < c.found {
		s.take(at, nodes, s.shelf.patterns())
	}
}

// take takes patterns, in the shelf's order of classes, as the candidate's placement.
func (s *search) take(at, nodes int, plan []Pattern) {
	c := &s.all[at]
	c.found, c.plan = nodes, plan
	if cost := costOf(nodes, c.price); cost < s.cost {
		s.best, s.cost = at, cost
	}
}
