package layout

import "github.com/scantling-dev/scantling/planner/units"

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
