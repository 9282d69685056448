package report

import (
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// tiers writes which tiers a managed control plane could be of, and why it is of its
// own.
func (p *page) tiers(c *planner.ControlPlane) {
	if len(c.Tiers) == 0 {
		return
	}
	t := table{columns: []column{
		{title: "TIER"},
		{title: "USD/MONTH", right: true},
		{title: "PRICE"},
		{title: "SLA", right: true},
		{title: "SEATS", right: true},
		{title: "PODS/S", right: true},
		{title: "DATABASE", right: true},
		{title: "NODES", right: true},
		{title: "CARRIES THE LOAD", wraps: true},
	}}
	published := func(n int) string {
		if n == 0 {
			return "-"
		}
		return number(n)
	}
	for i := range c.Tiers {
		o := &c.Tiers[i]
		name, database, verdict := o.Name, "-", "yes"
		if o.Name == c.Tier {
			name += " (this)"
		}
		if o.Database > 0 {
			database = number(int(o.Database/gigabyte)) + " GB"
		}
		if o.TooSmall != "" {
			verdict = "no: " + o.TooSmall
		}
		t.add(name, monthly(o.Fee), basisWords(o.Basis), tierSLA(o.SLA), published(o.Seats), published(o.PodsPerSecond), database, published(o.Nodes), verdict)
	}
	p.table(&t)
	p.prose(c.Tier + ": " + c.TierReason)
	p.blank()
}

const gigabyte units.Bytes = 1_000_000_000

// tierSLA writes a promise: "99.95%".
func tierSLA(r units.Ratio) string {
	if r == 0 {
		return "-"
	}
	return percentOff(r)
}

// platformLimits writes what the plan has of each limit of Kubernetes and of who runs
// it, the closest first.
func (p *page) platformLimits(plan *planner.Plan) {
	if len(plan.PlatformLimits) == 0 {
		return
	}
	t := table{columns: []column{
		{title: "LIMIT"},
		{title: "USED", right: true},
		{title: "OF", right: true},
		{title: "SHARE", right: true},
		{title: "KIND"},
		{title: "REACHED"},
		{title: "WHERE"},
		{title: "SOURCE", drop: 1, wraps: true},
	}}
	for i := range plan.PlatformLimits {
		l := &plan.PlatformLimits[i]
		used, of := limitFigure(l, l.Used), limitFigure(l, l.Limit)
		if l.AtLeast {
			used += "+"
		}
		t.add(strings.ReplaceAll(l.Resource, "_", " "), used, of, tenths(l.Share), string(l.Kind), reachedWords(l), l.Path, l.Source)
	}
	p.table(&t)
	p.prose("+ at least so many. quota: the provider refuses more. threshold: Kubernetes is not tested with more, or the provider gives more on request. Reached: when growth takes more, in the next ten years.")
	p.blank()
}

// limitFigure writes a count, or bytes of a database.
func limitFigure(l *planner.PlatformLimit, n int64) string {
	if l.Resource == "etcd_database" {
		return thousands(units.CeilDiv(n, 1_000_000)) + " MB"
	}
	return thousands(n)
}

func reachedWords(l *planner.PlatformLimit) string {
	switch {
	case l.Used > l.Limit:
		return "now"
	case l.Month == 0:
		return "-"
	}
	return string(l.Date)
}
