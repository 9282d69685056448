package report_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestSplit: 0.100 USD an hour are 73.00 a month; 0.300 are saved of 0.700, 42%.
func TestSplit(t *testing.T) {
	p := shop(t)
	const tenth = units.DollarPerHour / 10
	g := &p.NodeGroups[len(p.NodeGroups)-1]
	p.ToCommit = []planner.CommitmentSplit{
		{InstanceType: "m7i.large", Paths: []string{"control_plane.nodes"}, Cost: tenth, OnDemand: tenth, Parts: []planner.SplitPart{{Way: planner.PayOnDemand, Nodes: 1}}},
		{
			InstanceType: "m7i.xlarge", Paths: []string{"control_plane.nodes", g.NodesPaths()[0]}, Bought: 1, Cost: 4 * tenth, OnDemand: 7 * tenth,
			Parts: []planner.SplitPart{
				{Way: planner.ForThreeYears, Nodes: 3, Cost: 2 * tenth, Payment: "all_upfront", LeastUse: 500_000},
				{Way: planner.ForOneYear, Nodes: 2, Cost: tenth},
				{Way: planner.PayOnDemand, Nodes: 1, Cost: tenth, LeastUse: 41_666},
			},
		},
	}
	wants(t, text(t, p, report.Options{Width: 220}),
		"COMMIT TO m7i.xlarge: 1 under contract, 3 for 3 years, 2 for 1 year, 1 on demand · 292.00 USD/month · saves 219.00 (42% of on demand)")
	wants(t, explained(t, p, g.Path(), report.Options{Width: 220}),
		"buy for 3 years 146.00 USD/month 3 x m7i.xlarge of all that the cluster has, paid all upfront, each needed at least 50% of the day",
		"buy on demand 73.00 USD/month 1 x m7i.xlarge of all that the cluster has, each needed at least 4% of the day")
}
