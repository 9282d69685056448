package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// pricingWords say what of the prices is not the catalog's, for the head of a plan.
func pricingWords(plan *planner.Plan) []string {
	var words []string
	p := &plan.Cluster.Pricing
	if p.Book != nil {
		words = append(words, "price book "+p.Book.Name+" of "+string(p.Book.Date))
	}
	if p.Discount != nil && *p.Discount > 0 {
		words = append(words, percentOff(*p.Discount)+" off list prices")
	}
	return words
}

// percentOff writes a discount with as many digits as it has.
func percentOff(r units.Ratio) string {
	text := fmt.Sprintf("%d.%04d", r*100/units.Whole, r*100%units.Whole/100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// priceDates says of which days the known prices of the bill are.
func priceDates(lines []planner.CostLine) string {
	var days []string
	undated := 0
	for _, l := range lines {
		switch {
		case !l.Amount.Known:
		case l.Date.IsZero():
			undated++
		default:
			days = append(days, string(l.Date))
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	words := ""
	switch {
	case len(days) == 1:
		words = "prices of " + days[0]
	case len(days) > 1:
		words = "prices of " + days[0] + " to " + days[len(days)-1]
	}
	if undated > 0 && words != "" {
		words += ", " + count(undated, "line") + " without a date"
	}
	return words
}

// explainCost writes every line of the bill with its term or statistic, basis and day,
// and what was agreed on.
func (p *page) explainCost(plan *planner.Plan) {
	figures := "catalog " + string(plan.Catalog.Date)
	if ownMachines(plan) {
		figures = "as of " + string(plan.Cluster.AsOf)
	}
	p.heading(TopicCost, append([]string{plan.Cluster.Name, figures}, pricingWords(plan)...)...)
	p.blank()
	t := table{columns: []column{{title: "COST"}, {title: "USD/MONTH", right: true}, {title: "PRICE"}, {title: "DATE"}, {title: "FOR", wraps: true}}}
	for _, l := range plan.Cost.Lines {
		t.add(l.Path, monthly(l.Amount), basisWords(l.Basis), orDash(string(l.Date)), l.Detail)
	}
	t.add("in all", monthly(plan.Cost.Total))
	p.table(&t)
	if b := plan.Cluster.Pricing.Book; b != nil {
		p.blank()
		p.explainBook(b)
	}
}

// explainBook writes what a price book says of the region.
func (p *page) explainBook(b *planner.PriceBook) {
	t := table{columns: []column{{title: "PRICE BOOK " + b.Name}, {title: "IN PLACE OF THE LIST", wraps: true}}}
	of := "of " + string(b.Date)
	if b.Expires != "" {
		of += ", expires " + string(b.Expires)
	}
	t.add("agreed", of)
	if b.Discount > 0 {
		t.add("machines on demand, disks, fees", percentOff(b.Discount)+" off")
	}
	if b.SpotDiscount > 0 {
		t.add("spot machines", percentOff(b.SpotDiscount)+" off")
	}
	for _, f := range b.Families {
		var offs []string
		if f.Discount != nil {
			offs = append(offs, percentOff(*f.Discount)+" off")
		}
		if f.SpotDiscount != nil {
			offs = append(offs, percentOff(*f.SpotDiscount)+" off as spot")
		}
		t.add("family "+f.Family, strings.Join(offs, ", "))
	}
	for _, m := range b.Types {
		t.add("type "+m.Name, agreedPrices([]agreed{{m.OnDemand != nil, perHour(m.OnDemand), "an hour on demand"}, {m.Spot != nil, perHour(m.Spot), "an hour as spot"}}))
	}
	for _, d := range b.Disks {
		t.add("disk "+d.Type, agreedPrices([]agreed{
			{d.PerGiB != nil, exact(d.PerGiB), "a GiB and month"}, {d.PerIOPS != nil, exact(d.PerIOPS), "an IOPS and month"}, {d.PerMiBps != nil, exact(d.PerMiBps), "a MiB/s and month"},
		}))
	}
	for _, f := range b.Fees {
		t.add("fee "+f.Tier, perHour(&f.PerHour)+" USD an hour")
	}
	if b.PerNode != nil {
		t.add("each node", exact(b.PerNode)+" USD a month")
	}
	p.table(&t)
}

// agreed is a price that a book may have.
type agreed struct {
	given  bool
	amount string
	unit   string
}

// agreedPrices joins those that are given.
func agreedPrices(list []agreed) string {
	var words []string
	for _, a := range list {
		if a.given {
			words = append(words, a.amount+" USD "+a.unit)
		}
	}
	return strings.Join(words, ", ")
}

// perHour writes a rate to its last digit; empty for nil.
func perHour(r *units.USDPerHour) string {
	if r == nil {
		return ""
	}
	amount := units.USD(*r)
	return exact(&amount)
}

// exact writes an amount to its last digit; empty for nil.
func exact(u *units.USD) string {
	if u == nil {
		return ""
	}
	text := fmt.Sprintf("%d.%09d", *u/units.Dollar, *u%units.Dollar)
	whole, rest, _ := strings.Cut(text, ".")
	rest = strings.TrimRight(rest, "0")
	for len(rest) < 2 {
		rest += "0"
	}
	return whole + "." + rest
}
