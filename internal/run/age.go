package run

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// OldPrice is the oldest of what a plan's prices rest on.
type OldPrice struct {
	// Of is the path of the line of the bill, empty where it is the catalog itself, and
	// Detail what it pays for.
	Of, Detail string
	Date       units.Date
	// Age on the day that was asked about.
	Age time.Duration
}

// OldestPrice returns the oldest of the catalog's day and the days of the prices that a
// plan pays, on a day. Prices that were agreed on are left out: they hold until they
// expire. One without a day is as old as the catalog.
func OldestPrice(p *planner.Plan, today units.Date) OldPrice {
	old := OldPrice{Date: p.Catalog.Date}
	if len(p.Cluster.Machines) > 0 {
		return OldPrice{Date: today} // every price is declared
	}
	for _, l := range p.Cost.Lines {
		if l.Amount.Known && l.Basis != catalogs.Declared && !l.Date.IsZero() && l.Date < old.Date {
			old = OldPrice{Of: l.Path, Detail: l.Detail, Date: l.Date}
		}
	}
	old.Age = time.Duration(old.Date.DaysUntil(today)) * 24 * time.Hour
	return old
}
