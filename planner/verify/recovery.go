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
		carries, sized, waiting := k.regionShares(d, i, n)
		k.need(int64(g.Carries) == carries && int64(g.Sized) == sized && int64(g.Waiting) == waiting, path, "recovery.share",
			"%s carries %d, of at most %d, with capacity for %d; it is %d, %d and %d", g.Region, g.Carries, g.Sized, g.Waiting, carries, sized, waiting)
		k.need(g.Nodes > 0 && g.WaitingNodes > 0, path, "recovery.nodes", "%s has %d nodes, %d always", g.Region, g.Nodes, g.WaitingNodes)
		if i == 0 {
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
	k.regionLosses(d, r)
	k.need(r.Always.Known == known && r.Known == always && (!known || r.Always.Rate == always), path, "recovery.sum", "%v at all times, the regions sum to %d", r.Always, always)
}

// regionShares are what the i-th of n regions carries, the most that it has to when any one
// other is lost, and what is there of it at all times.
func (k *checker) regionShares(d *planner.DisasterRecovery, i int, n int64) (carries, sized, waiting int64) {
	whole := int64(units.Whole)
	if d.Mode != planner.ActiveActive {
		if i == 0 {
			return whole, whole, whole
		}
		return 0, whole, int64(d.Share)
	}
	if len(d.Shares) == 0 {
		return up(whole, n), up(whole, n-1), up(whole, n-1)
	}
	sum := units.Ratio(0)
	for _, s := range d.Shares {
		sum += s
		k.need(s > 0, "disaster_recovery.shares", "recovery.share", "a share of %d", s)
	}
	if !k.need(int64(len(d.Shares)) == n && sum == units.Whole, "disaster_recovery.shares", "recovery.share", "%d shares of %d regions, %d in all", len(d.Shares), n, sum) {
		return 0, 0, 0
	}
	carries = int64(d.Shares[i])
	for other, s := range d.Shares {
		if other != i && s < units.Whole {
			sized = max(sized, up(carries*whole, whole-int64(s)))
		}
	}
	return carries, sized, sized
}

// regionLosses takes each region away in turn: the others have to be sized for all of the
// load, and where one waits for it, that one alone.
func (k *checker) regionLosses(d *planner.DisasterRecovery, r *planner.RecoveryPlan) {
	const path = "disaster_recovery.survives"
	held := 0
	for lost := range r.Regions {
		sum, least := units.Ratio(0), units.Whole
		for i := range r.Regions {
			if i == lost {
				continue
			}
			sum += r.Regions[i].Sized
			least = min(least, r.Regions[i].Sized)
		}
		if sum >= units.Whole && (d.Mode == planner.ActiveActive || least == units.Whole) {
			held++
		}
	}
	k.need(held == len(r.Regions), path, "recovery.survives", "%d of %d losses of a region leave capacity for the load", held, len(r.Regions))
	good := len(r.Survives) == 1 && r.Survives[0].Tried == len(r.Regions) && r.Survives[0].Held == held
	k.need(good, path, "recovery.survives", "losses that were tried: %+v; of %d regions %d hold", r.Survives, len(r.Regions), held)
}
