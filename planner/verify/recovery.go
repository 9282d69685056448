package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// recovery holds the clusters of several regions to their shares and sums, and all of the
// load in the cluster's own region to the plan. The plans of other regions are checked
// where they are made, with the catalogs of those.
func (k *checker) recovery() {
	d, r := k.c.DisasterRecovery, k.plan.Recovery
	const path = "disaster_recovery"
	if !k.need((d == nil) == (r == nil), path, "recovery.there", "declared: %t, planned: %t", d != nil, r != nil) || d == nil {
		return
	}
	k.objectives(d, r)
	if d.Pattern != planner.PerRegion {
		k.need(len(r.Regions) == 0, path, "recovery.regions", "%d regions of one cluster", len(r.Regions))
		return
	}
	if !k.need(len(r.Regions) == len(d.Regions)+1, path, "recovery.regions", "%d regions, declared are %d", len(r.Regions), len(d.Regions)+1) {
		return
	}
	n, always, known := int64(len(r.Regions)), units.USDPerHour(0), true
	for i := range r.Regions {
		g := &r.Regions[i]
		region, zones := k.c.Region, k.c.Zones
		if i > 0 {
			region, zones = d.Regions[i-1].Region, d.Regions[i-1].Zones
		}
		k.need(g.Region == region && slices.Equal(g.Zones, zones), path, "recovery.regions", "%s with %v, it is %s with %v", g.Region, g.Zones, region, zones)
		whole := int64(units.Whole)
		carries, sized, waiting := whole, whole, whole
		switch {
		case d.Mode == planner.ActiveActive:
			carries, sized = up(whole, n), up(whole, n-1)
			waiting = sized
		case i > 0:
			carries, waiting = 0, int64(d.Share)
		}
		k.need(int64(g.Carries) == carries && int64(g.Sized) == sized && int64(g.Waiting) == waiting, path, "recovery.share",
			"%s carries %d, of at most %d, with capacity for %d; it is %d, %d and %d", g.Region, g.Carries, g.Sized, g.Waiting, carries, sized, waiting)
		k.need(g.Nodes > 0 && g.WaitingNodes > 0, path, "recovery.nodes", "%s has %d nodes, %d always", g.Region, g.Nodes, g.WaitingNodes)
		if i == 0 && g.Sized == units.Whole {
			nodes := 0
			for _, one := range k.groups {
				nodes += one.plan.Nodes
			}
			k.need(g.Nodes == nodes && g.Cost == k.plan.Cost.Total, path, "recovery.own", "%d nodes for %v, the plan has %d for %v", g.Nodes, g.Cost, nodes, k.plan.Cost.Total)
		}
		k.need(g.Sized != g.Waiting || g.Nodes == g.WaitingNodes && g.Cost == g.WaitingCost, path, "recovery.nodes", "%s differs while it waits for the same load", g.Region)
		k.need((!g.Cost.Known || g.Cost.Rate == g.Known) && (!g.WaitingCost.Known || g.WaitingCost.Rate == g.WaitingKnown), path, "recovery.known", "%s costs %v, known are %d", g.Region, g.Cost, g.Known)
		always += g.WaitingKnown
		known = known && g.WaitingCost.Known
	}
	k.need(r.Always.Known == known && r.Known == always && (!known || r.Always.Rate == always), path, "recovery.sum", "%v at all times, the regions sum to %d", r.Always, always)
}
