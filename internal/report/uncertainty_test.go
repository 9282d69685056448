package report_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestWhenGroupsRunOut: a percentile beyond the horizon is not written, and a share is
// rounded up to whole percent.
func TestWhenGroupsRunOut(t *testing.T) {
	p := shop(t)
	p.Uncertainty = &planner.Uncertainty{Worlds: 1024, Strata: 32, RunsOut: []planner.RunOutSpread{{
		Group: "web", Within: 562_500,
		P10: &planner.RunOutMonth{Month: 5, Date: "2027-04-20"}, P50: &planner.RunOutMonth{Month: 9, Date: "2027-08-20"},
	}}}
	p.Cluster.Growth.HorizonMonths = 12
	p.Cluster.Risk = planner.Risk{Rule: planner.RiskPercentile, Share: 90 * units.Percent}
	wants(t, text(t, p, report.Options{Width: 220}), "web runs out in 57% of the worlds within 12 months, P10 2027-04-20, P50 2027-08-20")
}
