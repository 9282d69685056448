package planner

import (
	"github.com/scantling-dev/scantling/planner/units"
)

// PriceBook is what was agreed on with the provider, as far as it concerns the region of
// the cluster. It lies over the catalog before anything is planned:
//
//   - a negotiated price is final: nothing is taken off it;
//   - a discount is taken off a list price once: that of the family where there is one,
//     else Pricing.Discount, else the book's;
//   - prices of commitments are the catalog's.
type PriceBook struct {
	Name string
	// Date is the day of the agreement: that of its prices.
	Date units.Date
	// Expires is the first day without it; empty where not said.
	Expires units.Date
	// Discount off list prices of machines on demand, disks and fees; 0 is none.
	Discount units.Ratio
	// SpotDiscount off spot prices; 0 is none.
	SpotDiscount units.Ratio
	// PerNode is what each node of a group costs a month; nil where nothing is said.
	PerNode *units.USD
	// Families with discounts of their own, sorted by family.
	Families []FamilyDiscount
	// Types with negotiated prices, sorted by name.
	Types []TypePrice
	// Disks with negotiated prices, sorted by type.
	Disks []DiskPrice
	// Fees of control planes with negotiated prices, sorted by tier.
	Fees []FeePrice
}

// FamilyDiscount is what is taken off the prices of the machines of a family.
type FamilyDiscount struct {
	Family string
	// Discount off the list price on demand, and SpotDiscount off the spot price; nil is
	// that of all machines.
	Discount, SpotDiscount *units.Ratio
}

// TypePrice is what a machine of a type costs an hour; nil where it was not agreed on.
type TypePrice struct {
	Name           string
	OnDemand, Spot *units.USDPerHour
}

// DiskPrice is what a disk costs a month, by part; nil where it was not agreed on.
type DiskPrice struct {
	Type                      string
	PerGiB, PerIOPS, PerMiBps *units.USD
}

// FeePrice is what a control plane of a tier costs an hour.
type FeePrice struct {
	Tier    string
	PerHour units.USDPerHour
}

// SourceOfDiscount is the source of prices that Pricing.Discount was taken off.
const SourceOfDiscount = "pricing.discount"

// Source is the tag of the prices that the book makes.
func (b *PriceBook) Source() string { return "price_book." + b.Name }

// NodeFee is what each node of a group costs a month beside its machine and disks, and
// the day of that figure; false where nothing is said.
func (c *Cluster) NodeFee() (amount units.USD, day units.Date, ok bool) {
	p := &c.Pricing
	switch {
	case p.PerNode != nil:
		return *p.PerNode, c.AsOf, true
	case p.Book != nil && p.Book.PerNode != nil:
		return *p.Book.PerNode, p.Book.Date, true
	}
	return 0, "", false
}
