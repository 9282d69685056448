package verify

import (
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// account is what is paid in place of list prices.
type account struct {
	book planner.PriceBook
	// own is the source of what the book says; share is what is taken off a list price
	// that has none of its own, and of who says so.
	own   string
	share units.Ratio
	of    string
}

// paid returns what c's account pays for all that cat lists: a price that was agreed on,
// whatever the list says; else the list's, less the one share that is nearest to it.
func paid(c *planner.Cluster, cat *catalogs.Catalog) *catalogs.Catalog {
	if c.Pricing.Book == nil && c.Pricing.Discount == nil {
		return cat
	}
	var a account
	if c.Pricing.Book != nil {
		a.book = *c.Pricing.Book
	}
	a.own = "price_book." + a.book.Name
	a.share, a.of = a.book.Discount, a.own
	if c.Pricing.Discount != nil {
		a.share, a.of = *c.Pricing.Discount, "pricing.discount"
	}
	out := *cat
	out.Types, out.Disks, out.Fees = nil, nil, nil
	for _, t := range cat.Types {
		out.Types = append(out.Types, a.machine(t))
	}
	for _, d := range cat.Disks {
		out.Disks = append(out.Disks, a.disk(d))
	}
	for _, f := range cat.Fees {
		f.Price = rest(f.Price, a.share, a.of)
		if i := slices.IndexFunc(a.book.Fees, func(p planner.FeePrice) bool { return p.Tier == f.Tier }); i >= 0 {
			f.Price = a.agreed(int64(a.book.Fees[i].PerHour))
		}
		out.Fees = append(out.Fees, f)
	}
	return &out
}

// agreed is a price that was agreed on.
func (a *account) agreed(rate int64) catalogs.Price {
	return catalogs.Price{Rate: units.USDPerHour(rate), Basis: catalogs.Declared, Date: a.book.Date, Source: a.own}
}

func (a *account) machine(t catalogs.InstanceType) catalogs.InstanceType {
	demand, spot, from := a.share, a.book.SpotDiscount, a.of
	if i := slices.IndexFunc(a.book.Families, func(f planner.FamilyDiscount) bool { return f.Family == t.Family }); i >= 0 {
		f := a.book.Families[i]
		if f.Discount != nil {
			demand, from = *f.Discount, a.own
		}
		if f.SpotDiscount != nil {
			spot = *f.SpotDiscount
		}
	}
	t.OnDemand, t.Spot = rest(t.OnDemand, demand, from), rest(t.Spot, spot, a.own)
	if i := slices.IndexFunc(a.book.Types, func(p planner.TypePrice) bool { return p.Name == t.Name }); i >= 0 {
		if p := a.book.Types[i].OnDemand; p != nil {
			t.OnDemand = a.agreed(int64(*p))
		}
		if p := a.book.Types[i].Spot; p != nil {
			t.Spot, t.SpotStatistic = a.agreed(int64(*p)), "an agreed price"
		}
	}
	return t
}

func (a *account) disk(d catalogs.Disk) catalogs.Disk {
	var by planner.DiskPrice
	if i := slices.IndexFunc(a.book.Disks, func(p planner.DiskPrice) bool { return p.Type == d.Type }); i >= 0 {
		by = a.book.Disks[i]
	}
	part := func(list catalogs.MonthlyPrice, amount *units.USD) catalogs.MonthlyPrice {
		p := rest(catalogs.Price{Rate: units.USDPerHour(list.Amount), Basis: list.Basis, Date: list.Date, Source: list.Source}, a.share, a.of)
		if amount != nil {
			p = a.agreed(int64(*amount))
		}
		return catalogs.MonthlyPrice{Amount: units.USD(p.Rate), Basis: p.Basis, Date: p.Date, Source: p.Source}
	}
	d.PerGiB, d.PerIOPS, d.PerMiBps = part(d.PerGiB, by.PerGiB), part(d.PerIOPS, by.PerIOPS), part(d.PerMiBps, by.PerMiBps)
	return d
}

// rest is what is left of a list price after a share was taken off, rounded up. What is
// not known stays so, and nothing off leaves the price as it is listed.
func rest(list catalogs.Price, off units.Ratio, source string) catalogs.Price {
	if list.Basis == "" || off == 0 {
		return list
	}
	left := new(big.Int).Mul(big.NewInt(int64(list.Rate)), big.NewInt(int64(units.Whole-off)))
	left.Add(left, big.NewInt(int64(units.Whole)-1)).Div(left, big.NewInt(int64(units.Whole)))
	list.Rate, list.Source = units.USDPerHour(left.Int64()), source
	return list
}

// feesOfNodes is what so many nodes cost beside their machines and disks.
func (k *checker) feesOfNodes(nodes int) owed {
	o := nothing()
	p := &k.c.Pricing
	switch {
	case p.PerNode != nil:
		o.add(int64(nodes), int64(*p.PerNode), false, catalogs.Declared, k.c.AsOf)
	case p.Book != nil && p.Book.PerNode != nil:
		o.add(int64(nodes), int64(*p.Book.PerNode), false, catalogs.Declared, p.Book.Date)
	}
	o.parts++
	return o
}
