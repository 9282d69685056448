package report

import (
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// recovery writes the clusters of several regions.
func (p *page) recovery(plan *planner.Plan) {
	r := plan.Recovery
	if r == nil {
		return
	}
	p.blank()
	t := table{columns: []column{
		{title: "REGION"},
		{title: "ZONES", drop: 1, wraps: true},
		{title: "CARRIES", right: true},
		{title: "SIZED FOR", right: true},
		{title: "NODES", right: true},
		{title: "USD/MONTH", right: true},
		{title: "ALWAYS THERE", right: true},
		{title: "USD/MONTH", right: true},
	}}
	for i := range r.Regions {
		g := &r.Regions[i]
		t.add(g.Region, strings.Join(g.Zones, ", "), percent(g.Carries), percent(g.Sized), number(g.Nodes), knownPart(g.Cost, g.Known), count(g.WaitingNodes, "node"), knownPart(g.WaitingCost, g.WaitingKnown))
	}
	p.table(&t)
	p.labelled("ALL REGIONS", plain, "at all times "+knownPart(r.Always, r.Known)+" USD/month", "limits, free addresses, commitments and price books are of the first region alone")
	p.blank()
}

// knownPart writes an amount, and what is known of one that is not.
func knownPart(a planner.Amount, known units.USDPerHour) string {
	if a.Known {
		return monthly(a)
	}
	return usd(known.PerMonth()) + " + " + notKnown
}
