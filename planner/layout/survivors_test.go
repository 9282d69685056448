package layout_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestBusy by hand. Three machines of 4 vCPUs that need 4 each do 3 x 60% x 4 = 7.2 vCPUs
// of work: 60% of each, 90% of two, 180% of one. Of five each does 36%, and of members of
// etcd no less than the 60% that each of three does.
func TestBusy(t *testing.T) {
	percent := func(n units.Ratio) units.Ratio { return n * units.Percent }
	for name, c := range map[string]struct {
		need, have     int64
		machines, left int
		state          bool
		want           units.Ratio
	}{
		"three, all up":            {4, 4, 3, 3, true, percent(60)},
		"two of three":             {4, 4, 3, 2, true, percent(90)},
		"one of three":             {4, 4, 3, 1, false, percent(180)},
		"one of three, twice it":   {4, 8, 3, 1, false, percent(90)},
		"five API servers":         {4, 4, 5, 5, false, percent(36)},
		"five members":             {4, 4, 5, 5, true, percent(60)},
		"three of five":            {4, 4, 5, 3, true, percent(60)},
		"two of five":              {4, 4, 5, 2, false, percent(90)},
		"four of seven":            {4, 4, 7, 4, false, percent(45)},
		"a lone machine":           {4, 4, 1, 1, true, units.Whole},
		"a lone machine, twice it": {4, 8, 1, 1, true, percent(50)},
		"a third, rounded up":      {1, 3, 1, 1, false, 333_334},
		"none left":                {4, 4, 3, 0, true, 0},
	} {
		if got := layout.Busy(c.need, c.have, c.machines, c.left, c.state); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}

// TestTwoOfThreeCarryThePublishedSize: (n - f) / n of three is 66.6%, above the 60% that
// sizes are filled to, so that two of three carry what was published; one does not.
func TestTwoOfThreeCarryThePublishedSize(t *testing.T) {
	for f, carries := range map[int]bool{1: true, 2: false} {
		most, busy := layout.LargestUtilization(3, f), layout.Busy(16, 16, 3, 3, false)
		left := layout.Busy(16, 16, 3, 3-f, false)
		if (busy <= most) != carries || (left <= units.Whole) != carries {
			t.Errorf("%d lost: busy %d of at most %d, then %d", f, busy, most, left)
		}
	}
}
