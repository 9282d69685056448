package planner

import (
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// ActiveShares returns the share of the load that each of r regions carries, all up, and
// the share that it has to carry when one is lost, rounded up:
//
//	1 / r and 1 / (r - 1)
//
// Alone it carries everything, and nothing is left after its loss.
func ActiveShares(r int) (all, lost units.Ratio) {
	if r <= 1 {
		return units.Whole, units.Whole
	}
	return units.CeilDiv(units.Whole, units.Ratio(r)), units.CeilDiv(units.Whole, units.Ratio(r-1))
}

// SizedShares returns the most that each region has to carry, of regions with such shares of
// the load, when any other one is lost and the others take what it carried in proportion to
// their own, rounded up:
//
//	max over i != j of s_j / (1 - s_i)
//
// which of equal shares is that of ActiveShares. A region whose share is all of it has no
// other to lose.
func SizedShares(shares []units.Ratio) []units.Ratio {
	out := make([]units.Ratio, len(shares))
	for j, own := range shares {
		out[j] = own
		for i, lost := range shares {
			if i != j && lost < units.Whole {
				out[j] = max(out[j], min(units.CeilDiv(own*units.Whole, units.Whole-lost), units.Whole))
			}
		}
	}
	return out
}

// RegionShares are what each region carries with all up, and the most that it has to: the
// cluster's own first.
func (d *DisasterRecovery) RegionShares() (carries, sized []units.Ratio) {
	n := len(d.Regions) + 1
	switch {
	case d.Mode != ActiveActive:
		carries, sized = make([]units.Ratio, n), slices.Repeat([]units.Ratio{units.Whole}, n)
		carries[0] = units.Whole
		return carries, sized
	case len(d.Shares) == n:
		return d.Shares, SizedShares(d.Shares)
	}
	all, lost := ActiveShares(n)
	return slices.Repeat([]units.Ratio{all}, n), slices.Repeat([]units.Ratio{lost}, n)
}
