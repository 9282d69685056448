package layout_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestActiveShares: whichever region is lost, the others are sized for all of the load,
// and for no more than rounding takes.
func TestActiveShares(t *testing.T) {
	for r := 2; r <= 5; r++ {
		all, lost := layout.ActiveShares(r)
		for name, sum := range map[string]units.Ratio{"all up": all * units.Ratio(r), "one lost": lost * units.Ratio(r-1)} {
			if sum < units.Whole || sum >= units.Whole+units.Ratio(r) {
				t.Errorf("%d regions, %s: %d millionths are carried", r, name, sum)
			}
		}
	}
	if all, lost := layout.ActiveShares(3); all != 333_334 || lost != 500_000 {
		t.Errorf("of three regions each has %d and %d millionths, want a third and a half", all, lost)
	}
}
