package pipeline

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scantling-dev/scantling/planner/placement"
)

// spares are the groups of an upgrade of which it may be asked how many nodes they can spare.
type spares []*remainder

// noMoreThan is what is known of the nodes that a group can spare.
type noMoreThan struct {
	placement.Spare
	// exact: it is what the group can spare in all orders; a bound from above otherwise.
	exact bool
}

// unbounded is when nothing is known.
func unbounded() noMoreThan {
	return noMoreThan{Spare: placement.Spare{Alone: math.MaxInt, Beside: math.MaxInt}}
}

// canSpare reports whether so many of the planned nodes may be away at a time, as they were
// filled, whichever they are: one pass of all orders answers for every number of nodes, where
// a drill of the nodes that are left answers for one.
func (r *remainder) canSpare(wanted placement.Spare) bool {
	if r.spare.Covers(wanted) && !r.spare.exact {
		r.spares.work(r, wanted)
	}
	return r.spare.Covers(wanted)
}

// alone and beside are so many nodes away, and so many while the losses are survived.
func alone(nodes int) placement.Spare  { return placement.Spare{Alone: nodes, Beside: -1} }
func beside(nodes int) placement.Spare { return placement.Spare{Alone: -1, Beside: nodes} }

// work finds whether a group can spare what is wanted, and side by side what the others can of
// which sums do not say that they stand the loss of a node: most strategies ask of all groups
// alike. Each answer depends on its group alone.
func (s spares) work(asked *remainder, wanted placement.Spare) {
	list, wants := spares{asked}, []placement.Spare{wanted}
	for _, r := range s {
		if r != asked && !r.spare.exact && r.spare.Covers(beside(1)) && r.inDoubt() {
			list, wants = append(list, r), append(wants, beside(1))
		}
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(len(list), runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			c := placement.NewChecker()
			for i := int(next.Add(1)) - 1; i < len(list); i = int(next.Add(1)) - 1 {
				list[i].findSpare(c, wants[i])
			}
		})
	}
	wait.Wait()
}

// inDoubt reports whether sums leave open if the losses are survived on one node fewer.
func (r *remainder) inDoubt() bool {
	_, known := r.oneFewer()
	return !known
}

// oneFewer says whether they are, where sums do.
func (r *remainder) oneFewer() (survives, known bool) {
	pool := slices.IndexFunc(r.zones, func(zones []int) bool { return poolNodes(zones) > 0 })
	if pool < 0 {
		return false, true
	}
	left := slices.Clone(r.zones)
	left[pool] = splits(left[pool], poolNodes(left[pool])-1)[0]
	return r.decides(left)
}

// sparesOne reports whether they are, by sums or since the planned nodes can spare one.
func (r *remainder) sparesOne() bool {
	survives, known := r.oneFewer()
	return survives || !known && r.canSpare(beside(1))
}

// findSpare asks with the formulas of both versions of the scheduler, until it is less than
// wanted.
func (r *remainder) findSpare(c *placement.Checker, wanted placement.Spare) {
	for _, b := range r.p.m.balances() {
		o := placement.Options{Balance: b, Stop: r.p.m.stop}
		r.spare.Spare = r.spare.Least(c.Spare(r.group(r.zones), r.p.losses, o, wanted))
		if !r.spare.Covers(wanted) {
			return
		}
	}
	r.spare.exact = true
}

// pods counts those of all groups.
func (s spares) pods() int {
	n := 0
	for _, r := range s {
		for i := range r.p.sized {
			n += r.p.sized[i].Sum()
		}
	}
	return n
}

// poolNodes counts the nodes of a pool.
func poolNodes(zones []int) int {
	n := 0
	for _, here := range zones {
		n += here
	}
	return n
}
