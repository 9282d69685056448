package verify

import "github.com/scantling-dev/scantling/planner"

// spares proves that after the loss of any k of the alive nodes, beside what is gone,
// all displaced pods have a place: it looks for k + 1 sets of nodes, none in two of
// them, each with room for the most pods of every load that k nodes run together.
//
// Proof. k lost nodes are of at most k of the sets, so that one set is whole. What
// the lost nodes ran is, load by load, no more than that set has room for; and fewer
// pods need no more room. Pods of what is gone already were placed before; those of
// them that ran on a lost node count with it.
//
// Rules about who runs where would void the second step: then it proves nothing.
func (y *yard) spares(alive []int, gone *demand, k int) bool {
	for w, l := range y.g.loads {
		if l.plan.Replicas > 0 && y.ruled(w) {
			return false
		}
	}
	tracked := y.tracked
	y.tracked = true
	defer func() { y.tracked = tracked }()
	y.hits = nil
	for _, order := range y.orders {
		y.reset(alive)
		if !y.place(gone, order) {
			continue
		}
		most := y.heaviest(k)
		y.close(false)
		sets := 0
		for sets <= k && y.place(most, order) {
			y.close(true)
			sets++
		}
		if sets > k {
			return true
		}
	}
	return false
}

// heaviest is the most pods of each load that k nodes run together.
func (y *yard) heaviest(k int) *demand {
	most := y.g.newDemand()
	for w, l := range y.g.loads {
		if l.spec.Recovery == planner.Static {
			continue
		}
		var runs []stack
		for c, n := range y.left {
			if n -= y.taken[c]; n > 0 {
				runs = append(runs, stack{y.g.classes[c].pods[w], n})
			}
		}
		for i := range y.used {
			runs = append(runs, stack{y.used[i].pods[w], y.used[i].count})
		}
		most.count[w] = tallest(runs, k)
	}
	return most
}

// close ends a set: the nodes that took pods since the last take no more, where they
// are to be kept.
func (y *yard) close(keep bool) {
	for i := range y.used {
		s := &y.used[i]
		if s.fresh && keep {
			s.free = room{}
		}
		s.fresh = false
	}
}
