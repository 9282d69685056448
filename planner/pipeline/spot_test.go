package pipeline_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// onSpot has nine pods of 1.5 cores on spot nodes of 3.9, which hold two: five nodes
// at 0.06 USD an hour, or 0.18 on demand.
func onSpot(base units.CountOrRatio) *problem {
	g := alone(given("w", 9, 1500, units.GiB))
	g.Instances.CapacityType, g.Instances.OnDemandBase = planner.Spot, base
	return market(g, machine("m7a.xlarge", 4, 16, 180))
}

// TestOnDemandBase: so many nodes are kept on demand, a share rounds up, each pool has
// its own price, and more than there are nodes is all of them.
func TestOnDemandBase(t *testing.T) {
	for name, tc := range map[string]struct {
		base           units.CountOrRatio
		onDemand, spot int
		usd            units.USDPerHour
	}{
		"none":           {units.CountOrRatio{}, 0, 5, 300_000_000},
		"a count":        {units.Count(2), 2, 3, 540_000_000},
		"a share":        {units.Share(30 * units.Percent), 2, 3, 540_000_000},
		"more than all":  {units.Count(20), 5, 0, 900_000_000},
		"all of a share": {units.Share(units.Whole), 5, 0, 900_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			plan := onSpot(tc.base).mustMake(t)
			g := plan.NodeGroups[0]
			got := map[planner.CapacityType]int{}
			for _, pool := range g.Pools {
				got[pool.CapacityType] += pool.Nodes
			}
			if got[planner.OnDemand] != tc.onDemand || got[planner.Spot] != tc.spot || g.Cost.Rate != tc.usd {
				t.Errorf("%v at %d, want %d on demand and %d spot at %d", got, g.Cost.Rate, tc.onDemand, tc.spot, tc.usd)
			}
		})
	}
}

// TestBaseIsOfCapacity: a small node, which holds no pod, would be the cheapest to keep on
// demand. Of nine pods of 1.5 cores on xlarge nodes a share of 30% is 30% of the CPU too,
// and each node kept holds a pod, whatever is mixed. A row of the sizes is priced as it
// would be bought: the chosen one as the plan, with its disks of 0.005 USD an hour.
func TestBaseIsOfCapacity(t *testing.T) {
	for _, base := range []units.CountOrRatio{units.Count(2), units.Share(30 * units.Percent)} {
		p := onSpot(base)
		p.cluster.NodeGroups[0].Instances.MaxTypes = 3
		p.catalog.Types = append(p.catalog.Types, machine("m7b.medium", 1, 4, 20), machine("m7c.2xlarge", 8, 32, 400))
		plan := p.mustMake(t)
		g := &plan.NodeGroups[0]
		var kept, all units.MilliCPU
		for i := range g.Pools {
			pool := &g.Pools[i]
			cpu := pool.Free().CPU * units.MilliCPU(pool.Nodes)
			if all += cpu; pool.CapacityType == planner.OnDemand {
				kept += cpu
				if pool.Free().CPU < 1500 {
					t.Errorf("%d of %s are kept, which holds no pod", pool.Nodes, pool.InstanceType)
				}
			}
		}
		if base.IsRatio && 10*kept < 3*all {
			t.Errorf("%d of %dm on demand, want 30%%", kept, all)
		}
	}
	only := onSpot(units.Count(2)).mustMake(t).NodeGroups[0]
	for _, s := range only.Ladder { // 0.540 and five disks
		if s.Chosen && s.Cost.Rate != 565_000_000 {
			t.Errorf("the chosen size costs %d, want 565000000", s.Cost.Rate)
		}
	}
}

// TestAllSpotGone: with all five nodes gone nothing has a place; with two kept, which
// have room for a pod between them once the ten places of five nodes hold nine, eight
// of nine pods do not fit: five of them ran on the three that are gone, one more than
// the two have room for. On demand alone there is no such drill.
func TestAllSpotGone(t *testing.T) {
	drill := func(base units.CountOrRatio) *planner.Drill {
		g := onSpot(base).mustMake(t).NodeGroups[0]
		for i := range g.Survives {
			if g.Survives[i].Event == planner.AllSpotGone {
				return &g.Survives[i]
			}
		}
		return nil
	}
	if d := drill(units.Share(units.Whole)); d != nil {
		t.Errorf("no spot nodes, and %+v", d)
	}
	if d := drill(units.CountOrRatio{}); d == nil || d.Tried != 1 || d.Held != 0 || d.Tightest != "loss of 5 of 5 nodes: no place for 9 of 9 pods of w" {
		t.Errorf("all gone: %+v", d)
	}
	d := drill(units.Count(2))
	if d == nil || d.Held != 0 || !strings.HasPrefix(d.Tightest, "loss of 3 of 5 nodes: no place for 5 of 9 pods of w") && !strings.HasPrefix(d.Tightest, "loss of 3 of 5 nodes: no place for 6 of 9 pods of w") {
		t.Errorf("three gone: %+v", d)
	}
	bad := onSpot(units.Count(2))
	plan := bad.mustMake(t)
	plan.NodeGroups[0].Survives[0].Held = 1
	if err := verify.Plan(&bad.cluster, &bad.catalog, bad.provider, &plan); err == nil || !strings.Contains(err.Error(), "drill.held") {
		t.Errorf("a drill that does not hold is said to: %v", err)
	}
	// With four pods on five nodes, two nodes hold them all.
	p := onSpot(units.Count(2))
	p.cluster.NodeGroups[0].Workloads[0].Demand.Replicas, p.cluster.NodeGroups[0].MinNodes = 4, 5
	for _, d := range p.mustMake(t).NodeGroups[0].Survives {
		if d.Event == planner.AllSpotGone && (d.Held != 1 || !strings.HasPrefix(d.Tightest, "loss of 3 of 5 nodes: 1.8 of 7.8 vCPU")) {
			t.Errorf("four pods: %+v", d)
		}
	}
}
