package run_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestOldestPrice: a price counts by its own day, the catalog by its; what was agreed on
// does not age, and what is not known or has no day says nothing.
func TestOldestPrice(t *testing.T) {
	const day = 24 * time.Hour
	line := func(path string, basis catalogs.Basis, date units.Date) planner.CostLine {
		return planner.CostLine{Path: path, Basis: basis, Date: date, Amount: planner.Amount{Known: basis != ""}}
	}
	for title, tc := range map[string]struct {
		lines []planner.CostLine
		of    string
		age   time.Duration
	}{
		"the catalog":             {[]planner.CostLine{line("a", catalogs.Listed, "2026-11-20")}, "", 5 * day},
		"an older price":          {[]planner.CostLine{line("a", catalogs.Listed, "2026-11-01"), line("b", catalogs.Estimated, "2026-10-26")}, "b", 30 * day},
		"an agreed price":         {[]planner.CostLine{line("a", catalogs.Declared, "2020-01-01")}, "", 5 * day},
		"no day":                  {[]planner.CostLine{line("a", catalogs.Recalled, "")}, "", 5 * day},
		"a price that is unknown": {[]planner.CostLine{line("a", "", "2020-01-01")}, "", 5 * day},
	} {
		p := planner.Plan{Catalog: planner.CatalogInfo{Date: "2026-11-20"}, Cost: planner.Cost{Lines: tc.lines}}
		if got := run.OldestPrice(&p, "2026-11-25"); got.Of != tc.of || got.Age != tc.age {
			t.Errorf("%s: %+v, want %q of %v", title, got, tc.of, tc.age)
		}
	}
}
