package pipeline

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/scantling-dev/scantling/planner/placement"
)

// spares are the groups of an upgrade of which it may be asked how many nodes they can spare.
type spares []*remainder

// canSpare is how many of the planned nodes may be away at a time, as they were filled: one
// pass of all orders answers for every number of nodes, whichever they are, where a drill of
// the nodes that are left answers for one.
func (r *remainder) canSpare() placement.Spare {
	if r.spare == nil {
		r.spares.work(r)
	}
	return *r.spare
}

// work finds what a group can spare, and side by side what the others can of which sums do
// not say that they stand the loss of a node: most strategies ask of all groups alike. Each
// answer depends on its group alone.
func (s spares) work(asked *remainder) {
	list := spares{asked}
	for _, r := range s {
		if r != asked && r.spare == nil && r.inDoubt() {
			list = append(list, r)
		}
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(len(list), runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			c := placement.NewChecker()
			for i := int(next.Add(1)) - 1; i < len(list); i = int(next.Add(1)) - 1 {
				list[i].findSpare(c)
			}
		})
	}
	wait.Wait()
}

// inDoubt reports whether sums leave open if the losses are survived on one node fewer.
func (r *remainder) inDoubt() bool {
	if poolNodes(r.zones[0]) == 0 {
		return true
	}
	left := append([][]int{splits(r.zones[0], poolNodes(r.zones[0])-1)[0]}, r.zones[1:]...)
	_, known := r.decides(left)
	return !known
}

// findSpare asks with the formulas of both versions of the scheduler.
func (r *remainder) findSpare(c *placement.Checker) {
	var least *placement.Spare
	for _, b := range r.p.m.balances() {
		spare := c.Spare(r.group(r.zones), r.p.losses, placement.Options{Balance: b, Stop: r.p.m.stop})
		if least != nil {
			spare = spare.Least(*least)
		}
		least = &spare
	}
	r.spare = least
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
