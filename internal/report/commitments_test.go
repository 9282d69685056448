package report_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestRunningCommitments: 0.100 USD an hour are 73.00 a month.
func TestRunningCommitments(t *testing.T) {
	p := shop(t)
	const tenth = units.DollarPerHour / 10
	g := &p.NodeGroups[len(p.NodeGroups)-1]
	path := g.NodesPaths()[0]
	p.Cost.Lines = append(p.Cost.Lines, planner.CostLine{Path: "pricing.commitment.sp", Basis: "declared", Amount: planner.Amount{Rate: 2 * tenth, Known: true}})
	p.Commitments = []planner.CommitmentUse{
		{
			Name: "sp", Paid: planner.Amount{Rate: 2 * tenth, Known: true}, Unused: tenth,
			Covers: []planner.CoveredNodes{{Path: path, Value: 3 * tenth, Spent: tenth}}, Unpriced: []string{"m7i.large"},
		},
		{Name: "cud", UnusedCPU: 1500, UnusedMemory: units.GiB, Covers: []planner.CoveredNodes{{Path: "control_plane.etcd_nodes", Value: tenth}}},
	}
	wants(t, text(t, p, report.Options{Width: 220}),
		"CONTRACTS sp: 146.00 USD/month · covers 219.00 of "+g.Name+" nodes · not used 73.00 · covers nothing of m7i.large, whose price under it is not known",
		"cud: not known · covers 73.00 of control plane etcd nodes · not used 1.5 vCPU, 1 GiB",
		"commitments 146.00",
	)
	wants(t, explained(t, p, g.Path(), report.Options{Width: 220}),
		"covered by sp 219.00 USD/month so much of "+g.Name+" nodes at the price on demand, for 73.00 of it")
}
