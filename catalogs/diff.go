package catalogs

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Diff is what changed from one catalog to another.
type Diff struct {
	// Old and New say which catalogs were compared.
	Old, New Summary
	// Prices of what is in both, sorted by the dollars that they moved, the most first;
	// those that one of the two does not know come last.
	Prices []PriceChange
	// Types, Zones, Disks, Fees and Versions that came, went, or changed in anything but
	// their prices: gone ones first, then those that changed, then new ones, each by name.
	Types, Zones, Disks, Fees, Versions []RowChange
}

// OfType, OfDisk and OfFee are what a price is of.
const (
	OfType = "type"
	OfDisk = "disk"
	OfFee  = "fee"
)

// The terms of prices beside those of commitments, which are "reserved 1y no-upfront"
// and the like.
const (
	TermOnDemand = "on_demand"
	TermSpot     = "spot"
	TermFee      = "fee"
	TermGiB      = "gib_month"
	TermIOPS     = "iops_month"
	TermMiBps    = "mibps_month"
)

// PriceChange is a price of one thing for one term that is another than before, or is
// known in another way.
type PriceChange struct {
	// Of is OfType, OfDisk or OfFee, Name which one.
	Of, Name, Term string
	// Old and New are dollars an hour, or a month where Monthly. One without a basis is
	// not known.
	Old, New Price
	// Change is (new - old) / old, to the nearest millionth; 0 where that is not known.
	Change units.Ratio
}

// Monthly reports whether the price is by the month.
func (p *PriceChange) Monthly() bool { return strings.HasSuffix(p.Term, "_month") }

// Compared reports whether both prices are known and the old one is above 0.
func (p *PriceChange) Compared() bool { return p.Old.Known() && p.New.Known() && p.Old.Rate > 0 }

// Moved reports whether the price is another: it is not where the basis alone changed.
func (p *PriceChange) Moved() bool {
	return p.Old.Rate != p.New.Rate || p.Old.Known() != p.New.Known()
}

// RowChange is a row that came, went, or changed.
type RowChange struct {
	Name string
	Kind ChangeKind
	// Fields that changed, in the order of the columns; empty of rows that came or went.
	Fields []FieldChange
}

// FieldChange is a field of a row as the encoding writes it; empty where it is not
// known.
type FieldChange struct{ Name, Old, New string }

// ChangeKind says what became of a row.
type ChangeKind string

// The kinds, in the order of a Diff.
const (
	Gone    ChangeKind = "gone"
	Changed ChangeKind = "changed"
	Added   ChangeKind = "new"
)

// Empty reports whether nothing changed. Catalogs that differ only in their days, and in
// the days and sources of their prices, are the same.
func (d *Diff) Empty() bool {
	return len(d.Prices)+len(d.Types)+len(d.Zones)+len(d.Disks)+len(d.Fees)+len(d.Versions) == 0
}

// Moves counts the prices of a term that are others than before.
func (d *Diff) Moves(term string) int {
	n := 0
	for i := range d.Prices {
		if p := &d.Prices[i]; p.Term == term && p.Moved() {
			n++
		}
	}
	return n
}

// CountOf counts the rows of a kind.
func CountOf(rows []RowChange, kind ChangeKind) int {
	n := 0
	for i := range rows {
		if rows[i].Kind == kind {
			n++
		}
	}
	return n
}

// TermMoves is what became of the prices of one term.
type TermMoves struct {
	Term string
	// Up and Down count the prices that rose and fell, Learned and Lost those that only
	// the new or the old catalog knows, Basis those that are the same and known otherwise.
	Up, Down, Learned, Lost, Basis int
	// Rise and Fall are the largest changes in percent, the second at most 0.
	Rise, Fall units.Ratio
}

// Terms sums the prices up by term: on demand, spot, and the others by name.
func (d *Diff) Terms() []TermMoves {
	by := map[string]*TermMoves{}
	for i := range d.Prices {
		p := &d.Prices[i]
		t := by[p.Term]
		if t == nil {
			t = &TermMoves{Term: p.Term}
			by[p.Term] = t
		}
		switch {
		case !p.Moved():
			t.Basis++
		case !p.Old.Known():
			t.Learned++
		case !p.New.Known():
			t.Lost++
		case p.New.Rate > p.Old.Rate:
			t.Up++
		default:
			t.Down++
		}
		t.Rise, t.Fall = max(t.Rise, p.Change), min(t.Fall, p.Change)
	}
	var out []TermMoves
	rank := func(term string) int { return -slices.Index([]string{TermSpot, TermOnDemand}, term) }
	for _, term := range slices.SortedFunc(maps.Keys(by), func(a, b string) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b)) }) {
		out = append(out, *by[term])
	}
	return out
}

// Compare says what changed from a catalog to another. Their rows are sorted, as those of
// a catalog that was read are.
func Compare(old, now *Catalog) Diff {
	d := Diff{Old: old.Summarize(), New: now.Summarize()}
	d.Types = rowChanges(old.Types, now.Types, typeColumns(), func(t *InstanceType) string { return t.Name })
	d.Zones = rowChanges(old.Zones, now.Zones, zoneColumns(), func(z *Zone) string { return z.Name })
	d.Disks = rowChanges(old.Disks, now.Disks, diskColumns(), func(k *Disk) string { return k.Type })
	d.Fees = rowChanges(old.Fees, now.Fees, feeColumns(), func(f *Fee) string { return f.Tier })
	d.Versions = rowChanges(old.Versions, now.Versions, versionColumns(), func(v *Version) string { return v.Minor })
	for i := range now.Types {
		if t, ok := old.Type(now.Types[i].Name); ok {
			d.typePrices(&t, &now.Types[i])
		}
	}
	for i := range now.Disks {
		n := &now.Disks[i]
		if k, ok := old.Disk(n.Type); ok {
			d.price(OfDisk, n.Type, TermGiB, perMonth(k.PerGiB), perMonth(n.PerGiB))
			d.price(OfDisk, n.Type, TermIOPS, perMonth(k.PerIOPS), perMonth(n.PerIOPS))
			d.price(OfDisk, n.Type, TermMiBps, perMonth(k.PerMiBps), perMonth(n.PerMiBps))
		}
	}
	for i := range now.Fees {
		if f, ok := old.Fee(now.Fees[i].Tier); ok {
			d.price(OfFee, f.Tier, TermFee, f.Price, now.Fees[i].Price)
		}
	}
	slices.SortFunc(d.Prices, func(a, b PriceChange) int {
		return cmp.Or(-cmp.Compare(a.dollars(), b.dollars()), cmp.Compare(a.Of, b.Of), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Term, b.Term))
	})
	return d
}

// dollars is how far a price moved in either direction, in an hour; -1 where that is not
// known.
func (p *PriceChange) dollars() units.USDPerHour {
	if !p.Old.Known() || !p.New.Known() {
		return -1
	}
	moved := max(p.New.Rate-p.Old.Rate, p.Old.Rate-p.New.Rate)
	if p.Monthly() {
		return units.USD(moved).PerHour()
	}
	return moved
}

// perMonth is a price by the month in the shape of one by the hour.
func perMonth(p MonthlyPrice) Price {
	return Price{Rate: units.USDPerHour(p.Amount), Basis: p.Basis, Date: p.Date, Source: p.Source}
}

// typePrices adds the changed prices of a type.
func (d *Diff) typePrices(old, now *InstanceType) {
	d.price(OfType, now.Name, TermOnDemand, old.OnDemand, now.OnDemand)
	d.price(OfType, now.Name, TermSpot, old.Spot, now.Spot)
	terms := map[string][2]Price{}
	for i := range old.Commitments {
		terms[old.Commitments[i].term()] = [2]Price{old.Commitments[i].Price, {}}
	}
	for i := range now.Commitments {
		at := now.Commitments[i].term()
		terms[at] = [2]Price{terms[at][0], now.Commitments[i].Price}
	}
	for _, name := range slices.Sorted(maps.Keys(terms)) {
		d.price(OfType, now.Name, name, terms[name][0], terms[name][1])
	}
}

// term names the promise of a commitment.
func (c *Commitment) term() string { return fmt.Sprintf("%s %dy %s", c.Kind, c.TermYears, c.Payment) }

// price adds a price that changed.
func (d *Diff) price(of, name, term string, old, now Price) {
	if old.Rate == now.Rate && old.Basis == now.Basis {
		return
	}
	p := PriceChange{Of: of, Name: name, Term: term, Old: old, New: now}
	if p.Compared() {
		p.Change = units.Ratio(math.Round(float64(now.Rate-old.Rate) / float64(old.Rate) * float64(units.Whole)))
	}
	d.Prices = append(d.Prices, p)
}

// priceColumn reports whether a column is of a price, which are compared by themselves.
func priceColumn(name string) bool {
	return slices.ContainsFunc([]string{"_usd_per_hour", "_usd_per_month", "_basis", "_date", "_source"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// rowChanges compares the rows of a section by their names and columns.
func rowChanges[T any](old, now []T, cols []column[T], name func(*T) string) []RowChange {
	var gone, changed, added []RowChange
	before := map[string]*T{}
	for i := range old {
		before[name(&old[i])] = &old[i]
	}
	after := map[string]bool{}
	for i := range now {
		n := name(&now[i])
		after[n] = true
		was := before[n]
		if was == nil {
			added = append(added, RowChange{Name: n, Kind: Added})
			continue
		}
		var fields []FieldChange
		for _, c := range cols {
			a, b := string(c.put(nil, was)), string(c.put(nil, &now[i]))
			if a != b && !priceColumn(c.name) {
				fields = append(fields, FieldChange{c.name, a, b})
			}
		}
		if len(fields) > 0 {
			changed = append(changed, RowChange{Name: n, Kind: Changed, Fields: fields})
		}
	}
	for i := range old {
		if n := name(&old[i]); !after[n] {
			gone = append(gone, RowChange{Name: n, Kind: Gone})
		}
	}
	return slices.Concat(gone, changed, added)
}
