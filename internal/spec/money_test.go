package spec_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestAvailability(t *testing.T) {
	s := load(t, in("cluster", "availability {\n node = \"99.5%\"\n zone = 0.9995\n}"))
	same(t, "availability", s.Cluster.Availability, &planner.Availability{Node: 995_000, Zone: 999_500})
	none := load(t, in("cluster", ""))
	if none.Cluster.Availability != nil {
		t.Errorf("without a block: %+v", none.Cluster.Availability)
	}
}

// TestCommitments: dollars are kept to the billionth, and lists are sorted.
func TestCommitments(t *testing.T) {
	s := load(t, in("cluster", `
pricing {
  commitment "sp" {
    type         = "compute_savings_plan"
    usd_per_hour = 1.25
    discount     = "27.5%"
    expires      = "2027-06-30"
  }
  commitment "ri" {
    type         = "reserved"
    usd_per_hour = 0.5
    family       = "m7i"
    term_years   = 3
  }
}`))
	same(t, "commitments", s.Cluster.Pricing.Commitments, []planner.Commitment{
		{Name: "ri", Type: planner.Reserved, USDPerHour: units.DollarPerHour / 2, Family: "m7i", TermYears: 3},
		{Name: "sp", Type: planner.ComputeSavingsPlan, USDPerHour: 1_250_000_000, Discount: 275_000, Expires: "2027-06-30"},
	})
}
