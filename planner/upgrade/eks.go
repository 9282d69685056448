package upgrade

import (
	"cmp"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// eks is an update of EKS managed node groups.
func (s *Strategy) eks(o Option, p Problem) {
	s.drainsEnd(p, " (PodEvictionFailure)")
	if o.Course == CourseEKSMinimal {
		s.runsShort(o, p)
	}
}

// surgeRound is an update of an EKS managed node group, DEFAULT:
//
//	S = max(2 x zones, U)
//	D = setup + boot + ceil(N/U) x (R + after drain + terminate) + S x scale down
//	E = S x (D - setup), ready >= N + S - w x U, and N - U at least
//
// S is an upper bound: EKS adds up to two nodes a zone until each zone has a
// new one. w is overlap.
func surgeRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, u := parallel(n, g.MaxUnavailable, t.MaxParallel)
	drains := p.drains(g, k, n)
	r, _ := longest(drains)
	s := max(2*g.Zones, u)
	d := t.Setup + t.Boot + batches(n, k)*(r+t.AfterDrain+t.Terminate) + time.Duration(s)*t.ScaleDownPerNode
	return round{duration: d, parallel: k, extraNodes: s, extraTime: d - t.Setup, minReady: max(n+s-min(overlap(g, t, k)*k, n), n-k), drains: drains}
}

// overlap returns how many batches are without their nodes at a time, at most, where
// nobody waits for new nodes before the next batch is drained. A batch is empty after
// its drain, r at least; its new nodes are there after a wait, the termination and a
// boot B, when the next ones may be empty too:
//
//	w = 1 + ceil((B - r) / (r + after drain + terminate)), 1 where r >= B
//
// r is the shortest drain of a batch: of equal nodes that of as many as the last one
// has, else of one node.
func overlap(g Group, t Times, k int) int {
	n, shortest := g.Count(), t.Boot
	for _, c := range g.Nodes {
		if c.Nodes == 0 {
			continue
		}
		together := 1
		if c.Nodes == n {
			together = cmp.Or(n%k, k)
		}
		var r time.Duration
		for _, w := range g.Workloads {
			if pods := together * c.podsOf(w.Name); pods > 0 {
				r = max(r, w.drain(pods).Longest)
			}
		}
		shortest = min(shortest, r)
	}
	step := shortest + t.AfterDrain + t.Terminate
	if shortest >= t.Boot || step <= 0 {
		return 1
	}
	return 1 + int(units.CeilDiv(t.Boot-shortest, step))
}

// minimalRound is an update of an EKS managed node group, MINIMAL:
//
//	D = setup + ceil(N/U) x (R + after drain + terminate + boot)
//	E = 0, ready >= N - U
func minimalRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, _ := parallel(n, g.MaxUnavailable, t.MaxParallel)
	drains := p.drains(g, k, n-k)
	r, _ := longest(drains)
	d := t.Setup + batches(n, k)*(r+t.AfterDrain+t.Terminate+t.Boot)
	return round{duration: d, parallel: k, minReady: n - k, drains: drains}
}
