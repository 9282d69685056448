package report

import (
	"fmt"
	"html"
	"io"
	"math/big"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// causeWords joins causes: with commas where each had a part, with "or" where they could
// not be told apart.
func causeWords(list []planner.Cause, apart bool) string {
	between := ", "
	if !apart {
		between = " or "
	}
	var out []string
	for _, c := range list {
		out = append(out, string(c))
	}
	return strings.Join(out, between)
}

// fromTo writes what a reason or change goes from and to.
func fromTo(old, now string) string {
	switch {
	case old == "" && now == "":
		return ""
	case old == "":
		return "+ " + now
	case now == "":
		return "- " + old
	}
	return old + " -> " + now
}

// moneyOf are the cells of a line of the bill: before, now and the difference.
func moneyOf(c *planner.Change) (old, now, delta string) {
	if c.Kind != planner.CostChange {
		return orDash(c.Old), orDash(c.New), ""
	}
	if c.OldCost.Known && c.NewCost.Known {
		delta = signedUSD(c.NewCost.Rate.PerMonth() - c.OldCost.Rate.PerMonth())
	}
	return monthly(c.OldCost), monthly(c.NewCost), delta
}

// billWords writes a bill's way from one side to the other.
func billWords(d *planner.Difference) string {
	a, b := d.Old.Total, d.New.Total
	words := monthly(a) + " -> " + monthly(b) + " USD/month"
	if a.Known && b.Known {
		words += " (" + signedUSD((b.Rate - a.Rate).PerMonth())
		if a.Rate > 0 {
			words += ", " + signedTenths(over(b.Rate-a.Rate, a.Rate))
		}
		words += ")"
	}
	return words
}

// over is the share that a difference is of what there was, toward zero. was > 0.
func over(delta, was units.USDPerHour) units.Ratio {
	share := new(big.Int).Mul(big.NewInt(int64(delta)), big.NewInt(int64(units.Whole)))
	return units.Ratio(share.Quo(share, big.NewInt(int64(was))).Int64())
}

// clusterWords names the cluster, or both.
func clusterWords(d *planner.Difference) string {
	if d.Old.Cluster == d.New.Cluster {
		return d.New.Cluster
	}
	return d.Old.Cluster + " -> " + d.New.Cluster + " (two clusters)"
}

// methodWords says how the causes were found; empty where there is nothing to say.
func methodWords(m planner.DifferenceMethod) string {
	switch m {
	case planner.OneCause:
		return ""
	case planner.PlannedAgain:
		return "several things changed: a line's causes are those with which it changes when they are changed one after the other, in the order rule, lock, demand, spec, catalog, price"
	case planner.NotToldApart:
		return "several things changed, and no plan between could be made: a line's cause is one of those named, or several"
	}
	return ""
}

// Difference writes what changed from one plan to another, and why.
func Difference(w io.Writer, d *planner.Difference, o Options) error {
	out := &page{o: o}
	out.heading(clusterWords(d), d.Old.Name+" -> "+d.New.Name, billWords(d))
	out.blank()
	label := "BECAUSE"
	for i := range d.Reasons {
		r := &d.Reasons[i]
		out.entry(label, plain, 0, strings.TrimSpace(fmt.Sprintf("%s: %s %s", r.Cause, r.Path, fromTo(r.Old, r.New))))
		label = ""
	}
	out.blank()
	if len(d.Changes) == 0 {
		out.line("%s%s", margin, nothing(d))
		return out.flush(w)
	}
	t := table{columns: []column{
		{title: "CAUSE"}, {title: "CHANGE"}, {title: "USD/MONTH", right: true}, {title: "OLD -> NEW", wraps: true},
	}}
	for i := range d.Changes {
		c := &d.Changes[i]
		old, now, delta := moneyOf(c)
		t.add(causeWords(c.Causes, c.Apart), strings.TrimSpace(c.Path+" "+c.What), delta, old+" -> "+now)
	}
	out.table(&t)
	out.blank()
	if items := byCause(d); len(items) > 0 {
		out.entry("BY CAUSE", plain, 0, items...)
	}
	if m := methodWords(d.Method); m != "" {
		out.entry("METHOD", plain, 0, m)
	}
	return out.flush(w)
}

// byCause are what each cause adds to the bill.
func byCause(d *planner.Difference) []string {
	var items []string
	for _, b := range d.ByCause {
		items = append(items, causeWords(b.Causes, len(b.Causes) == 1)+" "+signedUSD(b.Amount.Rate.PerMonth()))
	}
	return items
}

// mdCell writes text that may come from a document into a cell of a Markdown table.
func mdCell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "`", "'").Replace(html.EscapeString(s))
}

// Marker is the first line of a comment on a pull request: by it the comment is found
// again and replaced.
func Marker(cluster string) string {
	return "<!-- scantling:" + strings.NewReplacer("--", "-", ">", "", "<", "", "\n", " ").Replace(cluster) + " -->"
}

// DifferenceMarkdown writes the same as a comment for a pull request.
func DifferenceMarkdown(w io.Writer, d *planner.Difference) error {
	out := &page{}
	out.line("%s", Marker(d.New.Cluster))
	out.line("### %s: %s", mdCell(clusterWords(d)), billWords(d))
	out.blank()
	for i := range d.Reasons {
		r := &d.Reasons[i]
		out.line("- **%s**: %s", r.Cause, mdCell(strings.TrimSpace(r.Path+" "+fromTo(r.Old, r.New))))
	}
	out.blank()
	if len(d.Changes) == 0 {
		out.line("%s", nothing(d))
		return out.flush(w)
	}
	out.line("| cause | what | old | new | USD/month |")
	out.line("| --- | --- | ---: | ---: | ---: |")
	for i := range d.Changes {
		c := &d.Changes[i]
		old, now, delta := moneyOf(c)
		out.line("| %s | %s | %s | %s | %s |", causeWords(c.Causes, c.Apart), mdCell(strings.TrimSpace(c.Path+" "+c.What)), mdCell(old), mdCell(now), delta)
	}
	out.blank()
	if items := byCause(d); len(items) > 0 {
		out.line("By cause: %s USD/month.", strings.Join(items, ", "))
	}
	if m := methodWords(d.Method); m != "" {
		out.line("%s.", strings.ToUpper(m[:1])+m[1:])
	}
	out.line("From %s to %s.", mdCell(d.Old.Name), mdCell(d.New.Name))
	return out.flush(w)
}

// nothing says of what no line is told. A lock has the total of the bill and no findings.
func nothing(d *planner.Difference) string {
	if d.Old.Locked || d.New.Locked {
		return "Nothing changes of what is to be run and of its cost."
	}
	return "Nothing changes of what is to be run, of the bill, of the upgrade and of findings."
}

// since writes what changed since the lock file was written.
func (p *page) since() {
	const most = 8
	d := p.o.Since
	if d == nil {
		return
	}
	var items []string
	for i := range d.Reasons {
		r := &d.Reasons[i]
		items = append(items, strings.TrimSpace(fmt.Sprintf("%s: %s %s", r.Cause, r.Path, fromTo(r.Old, r.New))))
	}
	nodes, more := false, 0
	for i := range d.Changes {
		c := &d.Changes[i]
		if c.Kind == planner.CostChange {
			continue
		}
		nodes = nodes || c.What == "nodes" || c.What == "instance types"
		if more++; more <= most {
			items = append(items, strings.TrimSpace(c.Path+" "+c.What)+" "+fromTo(c.Old, c.New))
		}
	}
	if more > most {
		items = append(items, fmt.Sprintf("%d more (scantling diff)", more-most))
	}
	if !nodes {
		items = append(items, "nodes unchanged")
	}
	if a, b := d.Old.Total, d.New.Total; a.Known && b.Known {
		items = append(items, signedUSD((b.Rate-a.Rate).PerMonth())+" USD/month")
	}
	p.entry("SINCE", plain, 0, append([]string{d.Old.Name}, items...)...)
	p.blank()
}
