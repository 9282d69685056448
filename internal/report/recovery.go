package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// recovery writes what is there for the loss of a region, and what it costs in time.
func (p *page) recovery(plan *planner.Plan) {
	r := plan.Recovery
	if r == nil {
		return
	}
	p.blank()
	if len(r.Regions) > 0 {
		p.regions(r)
	}
	var items []string
	if s := r.Stretched; s != nil {
		items = append(items, fmt.Sprintf("one cluster over %s, %s apart", count(len(plan.Cluster.Zones), "zone"), milliseconds(s.RoundTrip)),
			fmt.Sprintf("a write takes %s at least, %s a second one after another", milliseconds(s.Commit), number(s.WritesPerSecond)),
			fmt.Sprintf("etcd sends %s GB a month to other zones, for %s USD", number(int(units.CeilDiv(s.Replicated, gigabyte))), monthly(s.Cost)))
	}
	if b := r.Backup; b != nil {
		items = append(items, fmt.Sprintf("%s of %s in volumes and %s of objects: %s", pluralOf(b.Copies, "copy", "copies"), sizeUp(b.Volumes), sizeUp(b.Objects), sizeUp(b.Storage)))
		if b.Snapshots > 0 {
			items = append(items, "snapshots of etcd: "+sizeUp(b.Snapshots))
		}
		if b.Cost.Known {
			items = append(items, monthly(b.Cost)+" USD/month, beside the bill")
		} else {
			items = append(items, "what they cost is "+notKnown)
		}
	}
	if len(items) > 0 {
		p.labelled("RECOVERY", plain, items...)
	}
	p.labelled("LOST (RPO)", plain, objectiveItems(&r.RPO)...)
	p.labelled("TAKES (RTO)", plain, append(objectiveItems(&r.RTO), p.o.run("explain "+TopicRecovery))...)
	p.blank()
}

// regions writes the clusters of several regions.
func (p *page) regions(r *planner.RecoveryPlan) {
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
	for _, d := range r.Survives {
		p.labelled("SURVIVES", plain, fmt.Sprintf("%s: %d tried, %d held", d.Event, d.Tried, d.Held), d.Tightest)
	}
	p.labelled("ALL REGIONS", plain, "at all times "+knownPart(r.Always, r.Known)+" USD/month", "limits, free addresses, commitments and price books are of the first region alone")
}

func pluralOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// objectiveItems say what a disaster costs, what of it is not known, and the target.
func objectiveItems(o *planner.RecoveryObjective) []string {
	var open []string
	for _, t := range o.Terms {
		if !t.Known {
			open = append(open, t.Name)
		}
	}
	total := lasting(o.Least)
	switch {
	case !o.Known && o.Least == 0:
		total = notKnown + ": " + strings.Join(open, ", ")
	case !o.Known:
		total += " + " + notKnown + ": " + strings.Join(open, ", ")
	}
	if o.Target != nil {
		target := lasting(*o.Target)
		if *o.Target == 0 {
			target = "0s"
		}
		return []string{total, "target " + target}
	}
	return []string{total}
}

// lasting writes how long something takes, to the second.
func lasting(d time.Duration) string {
	if d == 0 {
		return "none"
	}
	if d < time.Second {
		return milliseconds(d)
	}
	words := (units.CeilDiv(d, time.Second) * time.Second).String()
	if strings.HasSuffix(words, "m0s") {
		words = strings.TrimSuffix(words, "0s")
	}
	if strings.HasSuffix(words, "h0m") {
		words = strings.TrimSuffix(words, "0m")
	}
	return words
}

// knownPart writes an amount, and what is known of one that is not.
func knownPart(a planner.Amount, known units.USDPerHour) string {
	if a.Known {
		return monthly(a)
	}
	return usd(known.PerMonth()) + " + " + notKnown
}
