package controlplane_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/controlplane"
)

// TestFees: a fee of 0.10 becomes 0.60 in all in extended support. What the catalog
// does not know is a line without a price, never nothing.
func TestFees(t *testing.T) {
	standard := catalogs.Fee{Tier: "standard", Price: catalogs.Price{Rate: 100_000_000, Basis: catalogs.Listed, Date: "2026-01-01"}}
	extended := catalogs.Fee{Tier: "extended", Price: catalogs.Price{Rate: 600_000_000, Basis: catalogs.Secondary, Date: "2026-01-02"}}
	for name, test := range map[string]struct {
		fees    []catalogs.Fee
		support string
		want    map[string]catalogs.Price
	}{
		"standard": {[]catalogs.Fee{extended, standard}, controlplane.Standard, map[string]catalogs.Price{controlplane.FeeCluster: standard.Price}},
		"extended": {[]catalogs.Fee{extended, standard}, controlplane.Extended, map[string]catalogs.Price{
			controlplane.FeeCluster:  standard.Price,
			controlplane.FeeExtended: {Rate: 500_000_000, Basis: catalogs.Secondary, Date: "2026-01-02"},
		}},
		"surcharge not known":  {[]catalogs.Fee{standard}, controlplane.Extended, map[string]catalogs.Price{controlplane.FeeCluster: standard.Price, controlplane.FeeExtended: {}}},
		"only the total known": {[]catalogs.Fee{extended}, controlplane.Extended, map[string]catalogs.Price{controlplane.FeeExtendedTotal: extended.Price}},
		"nothing known":        {nil, controlplane.Standard, map[string]catalogs.Price{controlplane.FeeCluster: {}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := controlplane.Fees(&catalogs.Catalog{Fees: test.fees}, "standard", "standard", test.support)
			if len(got) != len(test.want) {
				t.Fatalf("got %+v, want %+v", got, test.want)
			}
			for _, f := range got {
				if want, ok := test.want[f.Name]; !ok || f.Price != want {
					t.Errorf("%s: %+v, want %+v", f.Name, f.Price, want)
				}
			}
		})
	}
}

// TestDeclaredSupport: standard support that is declared holds until its last day; the
// day after it is refused with what extended support costs: 0.50 an hour more, 365.00 in
// 730 hours. Declared extended support costs nothing until then.
func TestDeclaredSupport(t *testing.T) {
	calendar := []catalogs.Version{{Minor: "1.33", Release: "2025-05-28", StandardEnd: "2026-07-29", ExtendedEnd: "2027-07-29"}}
	cat := &catalogs.Catalog{Fees: []catalogs.Fee{
		{Tier: "extended", Price: catalogs.Price{Rate: 600_000_000, Basis: catalogs.Listed, Date: "2026-01-01"}},
		{Tier: "standard", Price: catalogs.Price{Rate: 100_000_000, Basis: catalogs.Listed, Date: "2026-01-01"}},
	}}
	for name, test := range map[string]struct {
		declared planner.SupportType
		support  string
		day      units.Date
		fee      units.USDPerHour
	}{
		"standard, its last day": {"standard", "standard", "2026-07-28", 100_000_000},
		"standard, over":         {"standard", "", "2026-08-01", 0},
		"extended, early":        {"extended", "standard", "2026-07-28", 100_000_000},
		"extended":               {"extended", "extended", "2026-07-29", 600_000_000},
		"not declared":           {"", "extended", "2026-07-29", 600_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			c := &planner.Cluster{KubernetesVersion: "1.33", AsOf: test.day, ControlPlane: planner.ControlPlaneSpec{Support: test.declared}}
			got, err := controlplane.Managed("EKS", "standard", "standard", c, cat, calendar)
			if test.support == "" {
				bad, ok := errors.AsType[*planner.Infeasible](err)
				if !ok || bad.Path != "control_plane.support_type" || bad.Margin != "3 days before 2026-08-01" || !strings.Contains(bad.Remedy, "365.00 USD a month more") {
					t.Fatalf("got %v", err)
				}
				return
			}
			var sum units.USDPerHour
			for _, f := range got.Fees {
				sum += f.Price.Rate
			}
			if err != nil || got.Support != test.support || sum != test.fee {
				t.Errorf("support %s for %d, want %s for %d: %v", got.Support, sum, test.support, test.fee, err)
			}
		})
	}
}
