package pipeline

import (
	"cmp"
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
)

// impossible finds what no number of nodes can mend: replicas that are given and
// too few to keep min_ready through the declared losses, or a share that no
// count keeps.
func (p *problem) impossible() error {
	for i := range p.works {
		w := &p.works[i]
		if bad := cmp.Or(p.pinned(w), p.crowded(w)); bad != nil {
			return bad
		}
		if w.need == 0 || p.keepsReady(w) {
			continue
		}
		n := w.base.Sum()
		left, event := p.readyAtBest(w, n)
		remedy := fmt.Sprintf("lower min_ready to %d, or declare a smaller redundancy", left)
		for more := n + 1; !w.computed && more <= 4*n+w.need; more++ {
			if ready, _ := p.readyAtBest(w, more); ready >= w.needOf(more) {
				remedy = fmt.Sprintf("raise replicas to %d, or lower min_ready to %d", more, left)
				break
			}
		}
		return &planner.Infeasible{
			Path:       w.path + ".min_ready",
			Constraint: "min_ready cannot be kept " + event,
			Margin:     fmt.Sprintf("%d of %d replicas stay ready at best, %d are asked for", left, n, w.needOf(n)),
			Remedy:     remedy,
		}
	}
	return nil
}

// keepsReady reports whether the count of w, or a larger one where it is
// computed, can stay ready enough through the declared losses.
func (p *problem) keepsReady(w *work) bool {
	most := w.base.Sum()
	if w.computed {
		most = bumpLimit * (w.base.Sum() + w.need)
	}
	for n := w.base.Sum(); n <= most; n++ {
		if left, _ := p.readyAtBest(w, n); left >= w.needOf(n) {
			return true
		}
	}
	return false
}

// readyAtBest returns how many of n pods stay ready through the worse of the
// declared losses where no two of them share a node and the zones share them
// evenly, and names that loss.
func (p *problem) readyAtBest(w *work, n int) (int, string) {
	left, event := n, "with every node up"
	if l := p.losses.Nodes; l > 0 {
		left, event = max(0, n-l), fmt.Sprintf("through the loss of any %d node%s", l, plural(l))
	}
	zones := w.zonesOf(len(p.group.Zones))
	if l := p.losses.Zones; l > 0 {
		if after := layout.Left(n, zones, l); after < left {
			left, event = after, fmt.Sprintf("through the loss of any %d of %d zones", l, zones)
		}
	}
	return left, event
}
