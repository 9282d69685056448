package fakegcp_test

import (
	"encoding/csv"
	"os"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/internal/testkit/fakegcp"
)

// Every region of the tables with zones has unit prices above zero.
func TestTablesAreSolvable(t *testing.T) {
	f, err := os.Open("../../../catalogs/sources/gcp_zones.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var regions []string
	for _, row := range rows[1:] {
		regions = append(regions, row[0])
	}
	slices.Sort(regions)
	for _, region := range slices.Compact(regions) {
		c, err := fakegcp.FromTables(os.DirFS("../../../catalogs/sources"), region)
		if err != nil {
			t.Errorf("%s: %v", region, err)
			continue
		}
		for _, s := range c.SKUs {
			if p := s.PricingInfo[0].Expression.TieredRates[0].UnitPrice; p.Nanos <= 0 && p.Units == "0" && len(s.PricingInfo[0].Expression.TieredRates) == 1 {
				t.Errorf("%s: %s costs nothing", region, s.Description)
			}
		}
		t.Logf("%s: %d types, %d SKUs, on demand solved from %d", region, len(c.MachineTypes), len(c.SKUs), len(c.SolvedFrom["OnDemand"]))
	}
}
