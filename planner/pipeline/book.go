package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/price"
	"github.com/scantling-dev/scantling/planner/units"
)

// agreedPrice is the statistic of a spot price that was negotiated.
const agreedPrice = "an agreed price"

// layer lays what the account pays over a catalog.
type layer struct {
	book planner.PriceBook
	// general is what is taken off list prices without a discount of their own, and tag
	// the source of prices that it was taken off.
	general units.Ratio
	tag     string
}

// layered returns cat with the prices that c's account pays, in new memory where they
// differ; its digest stays that of the catalog.
func layered(cat catalogs.Catalog, c *planner.Cluster) catalogs.Catalog {
	p := &c.Pricing
	if p.Book == nil && p.Discount == nil {
		return cat
	}
	l := layer{}
	if p.Book != nil {
		l.book = *p.Book
		l.general, l.tag = l.book.Discount, l.book.Source()
		cat.Sources = withSource(cat.Sources, catalogs.Source{Tag: l.tag, Date: l.book.Date, Origin: "the price book of the spec", Gives: "prices that were agreed on"})
	}
	if p.Discount != nil {
		l.general, l.tag = *p.Discount, planner.SourceOfDiscount
		cat.Sources = withSource(cat.Sources, catalogs.Source{Tag: l.tag, Date: c.AsOf, Origin: "the spec", Gives: "a discount off list prices"})
	}
	cat.Types = slices.Clone(cat.Types)
	for i := range cat.Types {
		l.machine(&cat.Types[i])
	}
	cat.Disks = slices.Clone(cat.Disks)
	for i := range cat.Disks {
		l.disk(&cat.Disks[i])
	}
	cat.Fees = slices.Clone(cat.Fees)
	for i := range cat.Fees {
		f := &cat.Fees[i]
		f.Price = less(f.Price, l.general, l.tag)
		for _, agreed := range l.book.Fees {
			if agreed.Tier == f.Tier {
				f.Price = l.agreed(agreed.PerHour)
			}
		}
	}
	return cat
}

// withSource returns sources with one more, sorted by tag.
func withSource(sources []catalogs.Source, more catalogs.Source) []catalogs.Source {
	out := append(slices.Clone(sources), more)
	slices.SortFunc(out, func(a, b catalogs.Source) int { return cmp.Compare(a.Tag, b.Tag) })
	return out
}

// machine sets the prices of a type: the negotiated ones, else the list's less the
// discount of its family, else of all.
func (l *layer) machine(t *catalogs.InstanceType) {
	off, tag := l.general, l.tag
	spotOff := l.book.SpotDiscount
	for _, f := range l.book.Families {
		if f.Family != t.Family {
			continue
		}
		if f.Discount != nil {
			off, tag = *f.Discount, l.book.Source()
		}
		if f.SpotDiscount != nil {
			spotOff = *f.SpotDiscount
		}
	}
	t.OnDemand = less(t.OnDemand, off, tag)
	t.Spot = less(t.Spot, spotOff, l.book.Source())
	for _, agreed := range l.book.Types {
		if agreed.Name != t.Name {
			continue
		}
		if agreed.OnDemand != nil {
			t.OnDemand = l.agreed(*agreed.OnDemand)
		}
		if agreed.Spot != nil {
			t.Spot, t.SpotStatistic = l.agreed(*agreed.Spot), agreedPrice
		}
	}
}

// disk sets the prices of the parts of a disk.
func (l *layer) disk(d *catalogs.Disk) {
	parts := []*catalogs.MonthlyPrice{&d.PerGiB, &d.PerIOPS, &d.PerMiBps}
	for _, part := range parts {
		if part.Known() && l.general > 0 {
			part.Amount, part.Source = units.USD(lessBy(int64(part.Amount), l.general)), l.tag
		}
	}
	for _, agreed := range l.book.Disks {
		if agreed.Type != d.Type {
			continue
		}
		for i, amount := range []*units.USD{agreed.PerGiB, agreed.PerIOPS, agreed.PerMiBps} {
			if amount != nil {
				*parts[i] = catalogs.MonthlyPrice{Amount: *amount, Basis: catalogs.Declared, Date: l.book.Date, Source: l.book.Source()}
			}
		}
	}
}

// agreed is a negotiated price.
func (l *layer) agreed(rate units.USDPerHour) catalogs.Price {
	return catalogs.Price{Rate: rate, Basis: catalogs.Declared, Date: l.book.Date, Source: l.book.Source()}
}

// less returns a price less a discount. How well the list price is known, and when it
// was, stays what it was: the discount makes it neither better known nor younger.
func less(p catalogs.Price, off units.Ratio, tag string) catalogs.Price {
	if !p.Known() || off == 0 {
		return p
	}
	p.Rate, p.Source = units.USDPerHour(lessBy(int64(p.Rate), off)), tag
	return p
}

// lessBy is amount x (1 - off), rounded up.
func lessBy(amount int64, off units.Ratio) int64 {
	whole, keep := int64(units.Whole), int64(units.Whole-off)
	return amount/whole*keep + units.CeilDiv(amount%whole*keep, whole)
}

// nodeFeeLines pay for what each node of a group costs beside its machine and disks.
func (m *maker) nodeFeeLines(g *planner.GroupPlan) []price.Line {
	fee, ok := m.nodeFee()
	if !ok {
		return nil
	}
	detail := fmt.Sprintf("%d x node fee", g.Nodes)
	if p := &m.cluster.Pricing; p.PerNode == nil {
		detail += m.paidBy(p.Book.Source())
	}
	return []price.Line{price.Disks(g.Path()+".node_fees", detail, g.Nodes, fee)}
}

// nodeFee is what each node costs a month beside its machine and disks; false where
// nothing is said.
func (m *maker) nodeFee() (price.Monthly, bool) {
	amount, day, ok := m.cluster.NodeFee()
	return price.Monthly{Amount: amount, Source: price.Source{Basis: price.Declared, Date: day}}, ok
}

// bought says how the machines of a pool are paid for.
func (m *maker) bought(instanceType string, capacity planner.CapacityType, p *catalogs.Price) string {
	words := ""
	switch t, ok := m.catalog.Type(instanceType); {
	case capacity == planner.Spot && ok && t.SpotStatistic != "":
		words = "spot, " + t.SpotStatistic
	case capacity == planner.Spot:
		words = "spot, price statistic not known"
	case !m.terms.OwnMachines:
		words = "on demand"
	}
	return words + m.paidBy(p.Source)
}

// paidBy names who makes a price of a source, where it is not the catalog.
func (m *maker) paidBy(source string) string {
	book := m.cluster.Pricing.Book
	switch {
	case source == planner.SourceOfDiscount:
		return ", less pricing.discount"
	case book != nil && source == book.Source():
		return ", price book " + book.Name
	}
	return ""
}

// diskPaidBy is paidBy of a disk's price of a GiB.
func (m *maker) diskPaidBy(kind string) string {
	d, _ := m.catalog.Disk(kind)
	return m.paidBy(d.PerGiB.Source)
}
