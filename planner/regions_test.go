package planner_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestActiveShares: whichever region is lost, the others are sized for all of the load,
// and for no more than rounding takes.
func TestActiveShares(t *testing.T) {
	for r := 2; r <= 5; r++ {
		all, lost := planner.ActiveShares(r)
		for name, sum := range map[string]units.Ratio{"all up": all * units.Ratio(r), "one lost": lost * units.Ratio(r-1)} {
			if sum < units.Whole || sum >= units.Whole+units.Ratio(r) {
				t.Errorf("%d regions, %s: %d millionths are carried", r, name, sum)
			}
		}
	}
	if all, lost := planner.ActiveShares(3); all != 333_334 || lost != 500_000 {
		t.Errorf("of three regions each has %d and %d millionths, want a third and a half", all, lost)
	}
}

// TestSizedShares by hand: of 50%, 30% and 20%, the first has 50 / 70 when the second is lost,
// the second 30 / 50 and the third 20 / 50 when the first is. Whichever is lost, the others
// are sized for all of the load: 30 / 50 + 20 / 50 = 1, 50 / 70 + 20 / 50 > 1.
func TestSizedShares(t *testing.T) {
	const percent = units.Percent
	got := planner.SizedShares([]units.Ratio{50 * percent, 30 * percent, 20 * percent})
	if want := []units.Ratio{714_286, 600_000, 400_000}; !slices.Equal(got, want) {
		t.Errorf("got %d, want %d", got, want)
	}
	for lost := range got {
		sum := units.Ratio(0)
		for i, share := range got {
			if i != lost {
				sum += share
			}
		}
		if sum < units.Whole {
			t.Errorf("without region %d the others are sized for %d millionths", lost, sum)
		}
	}
	for r := 2; r <= 5; r++ {
		all, one := planner.ActiveShares(r)
		equal := planner.SizedShares(slices.Repeat([]units.Ratio{all}, r))
		if difference := equal[0] - one; difference < 0 || difference > 2 || equal[r-1] != equal[0] {
			t.Errorf("%d equal regions: got %d, want %d", r, equal, one)
		}
	}
}

// TestScaledDemand: half of 999.000001 a second is rounded up, estimates and runs with it, and
// what was given stays as it was.
func TestScaledDemand(t *testing.T) {
	d := planner.Demand{
		Throughput: 999_000_001, ThroughputRange: &planner.RateRange{Low: 3, High: 2_000_000_000, Confidence: 800_000},
		Job: &planner.Job{Runs: 5},
	}
	got := d.Scaled(units.Whole / 2)
	if got.Throughput != 499_500_001 || *got.ThroughputRange != (planner.RateRange{Low: 2, High: 1_000_000_000, Confidence: 800_000}) || got.Job.Runs != 3 {
		t.Errorf("got %d, %+v, %+v", got.Throughput, got.ThroughputRange, got.Job)
	}
	if d.Throughput != 999_000_001 || d.ThroughputRange.Low != 3 || d.Job.Runs != 5 {
		t.Errorf("what was scaled has changed: %+v", d)
	}
}
