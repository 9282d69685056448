package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// mostDrilled bounds the pods that the drills of an upgrade place, in all: each group may have
// so many drills as all groups together could. mostDrills bounds those of a group.
const (
	mostDrilled = 100_000
	mostDrills  = 40
)

// drills remember with how many nodes of each pool and zone a group survives the losses
// that it declares. More nodes are taken to survive no less.
type drills struct {
	rest *remainder
	// planned nodes survive. held and failed are what was tried.
	planned      [][]int
	held, failed [][]int
	// zoneless says that no zone is lost and no rule of a pod looks at zones. Then levels
	// are taken to fail where one with no fewer nodes of each pool did, whichever zones
	// they are in.
	zoneless bool
	// left is how many drills may still be tried, one at least where the group is not known
	// to spare any node; drilled says that one was. What neither sums nor a drill say to
	// survive does not.
	left    int
	drilled bool
}

// drillsOf prepares those of a group, once for all that ask; nil where it declares no losses.
func (r *remainder) drillsOf(declared *planner.NodeGroup) *drills {
	if declared.Redundancy.Nodes == 0 && declared.Redundancy.Zones == 0 {
		return nil
	}
	if r.drills == nil {
		r.drills = &drills{rest: r, planned: r.zones, left: min(mostDrilled/max(r.spares.pods(), 1), mostDrills), zoneless: r.zoneless()}
	}
	return r.drills
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
	case slices.ContainsFunc(d.failed, func(o []int) bool { return covers(o, d.level(at, left)) }):
		return false
	}
	survives, known := d.rest.decides(left)
	switch {
	case known:
	case d.rest.spared(left):
		survives = true
	case d.left <= 0 && (d.drilled || d.rest.sparesOne()):
	default:
		d.left, d.drilled = d.left-1, true
		survives = d.rest.survives(left)
	}
	if survives {
		d.held = append(d.held, at)
		return true
	}
	d.failed = append(d.failed, d.level(at, left))
	return false
}

// level is by what levels that fail are told apart: by nodes of each pool and zone, or of
// each pool.
func (d *drills) level(at []int, left [][]int) []int {
	if !d.zoneless {
		return at
	}
	totals := make([]int, len(left))
	for i := range left {
		totals[i] = poolNodes(left[i])
	}
	return totals
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
