package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// mostDrilled bounds the pods that the drills of one group of an upgrade place, in all:
// a drill places every pod once at least.
const mostDrilled = 50_000

// drills remember with how many nodes of each pool and zone a group survives the losses
// that it declares. More nodes are taken to survive no less.
type drills struct {
	rest *remainder
	// planned nodes survive. held and failed are what was tried.
	planned      [][]int
	held, failed [][]int
	// left is how many drills may still be tried: what neither sums nor a drill say to
	// survive does not.
	left int
}

// newDrills prepares those of a group; nil where it declares no losses.
func newDrills(rest *remainder, declared *planner.NodeGroup) *drills {
	if declared.Redundancy.Nodes == 0 && declared.Redundancy.Zones == 0 {
		return nil
	}
	pods := 1
	for i := range rest.p.sized {
		pods += rest.p.sized[i].Sum()
	}
	return &drills{rest: rest, planned: rest.zones, left: min(max(mostDrilled/pods, 1), 40)}
}

// survives reports whether the declared losses are survived with so many ready nodes by
// pool and zone of the cluster.
func (d *drills) survives(ready [][]int, zones []string) bool {
	of := d.rest.p.group.Zones
	var at []int
	enough := true
	left := make([][]int, len(ready))
	for i := range ready {
		left[i] = make([]int, len(d.planned[i]))
		for z, name := range zones {
			if k := slices.Index(of, name); k >= 0 && k < len(left[i]) {
				left[i][k] = ready[i][z]
			}
		}
		for z, n := range left[i] {
			enough = enough && n >= d.planned[i][z]
		}
		at = append(at, left[i]...)
	}
	switch {
	case !slices.ContainsFunc(at, func(n int) bool { return n > 0 }):
		return false
	case enough || slices.ContainsFunc(d.held, func(o []int) bool { return covers(at, o) }):
		return true
	case slices.ContainsFunc(d.failed, func(o []int) bool { return covers(o, at) }):
		return false
	}
	survives, known := d.rest.decides(left)
	switch {
	case known:
	case d.rest.spared(left):
		survives = true
	case d.left == 0:
		return false
	default:
		d.left--
		survives = d.rest.survives(left)
	}
	if survives {
		d.held = append(d.held, at)
		return true
	}
	d.failed = append(d.failed, at)
	return false
}

// covers reports whether a has no fewer of anything than b.
func covers(a, b []int) bool {
	for i := range a {
		if a[i] < b[i] {
			return false
		}
	}
	return true
}
