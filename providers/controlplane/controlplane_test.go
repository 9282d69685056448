package controlplane_test

import (
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
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
			got := controlplane.Fees(&catalogs.Catalog{Fees: test.fees}, "standard", test.support)
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
