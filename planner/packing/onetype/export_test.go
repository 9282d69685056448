package onetype

import "github.com/scantling-dev/scantling/planner/packing/colgen"

// Whole is a node's whole amount in shares.
const Whole = whole

// EvenFit returns the pods of each node, in the order of the nodes.
func EvenFit(sizes []colgen.Vector, counts, order []int, shares []colgen.Vector, weights, free colgen.Vector, nodes int) ([][]int, bool) {
	s := shelf{sizes: sizes, counts: counts, free: free, dims: colgen.Dims}
	if !s.evenFit(order, shares, &weights, nodes) {
		return nil, false
	}
	var out [][]int
	for _, g := range s.groups {
		pods := make([]int, len(counts))
		for e := g.last; e >= 0; e = s.entries[e].before {
			pods[s.entries[e].class] += int(s.entries[e].pods)
		}
		for range g.copies {
			out = append(out, pods)
		}
	}
	return out, true
}
