package units_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner/units"
)

// Kubernetes rounds maxSurge and budgets up, a rolling maxUnavailable down: 25% of
// 7 is 1.75, 50% of 7 is 3.5.
func TestShares(t *testing.T) {
	for name, tc := range map[string]struct {
		of       units.CountOrRatio
		n        int
		up, down int
	}{
		"a count":        {units.Count(3), 7, 3, 3},
		"a quarter":      {units.Share(25 * units.Percent), 7, 2, 1},
		"a half":         {units.Share(50 * units.Percent), 7, 4, 3},
		"a whole number": {units.Share(25 * units.Percent), 8, 2, 2},
		"all":            {units.Share(units.Whole), 7, 7, 7},
		"of nothing":     {units.Share(25 * units.Percent), 0, 0, 0},
	} {
		if up, down := tc.of.Up(tc.n), tc.of.Down(tc.n); up != tc.up || down != tc.down {
			t.Errorf("%s of %d: %d up and %d down, want %d and %d", name, tc.n, up, down, tc.up, tc.down)
		}
	}
}

// 0.0816 USD an hour are 59.568 a month; 4 USD a month are 0.00547945205… an hour,
// rounded up.
func TestMonths(t *testing.T) {
	if got := units.USDPerHour(81_600_000).PerMonth(); got != 59_568_000_000 {
		t.Errorf("0.0816 an hour are %d a month", got)
	}
	if got := (4 * units.Dollar).PerHour(); got != 5_479_453 {
		t.Errorf("4 a month are %d an hour", got)
	}
}

func TestDates(t *testing.T) {
	for _, bad := range []string{"", "2026-02-29", "2026-13-01", "26-01-01", "2026-11-20T00:00"} {
		if _, err := units.ParseDate(bad); err == nil {
			t.Errorf("%q is taken for a date", bad)
		}
	}
	day, err := units.ParseDate("2028-02-29") // a leap year
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ got, want units.Date }{
		{day.AddDays(1), "2028-03-01"},
		{day.AddMonths(12), "2029-02-28"},
		{units.Date("2026-01-31").AddMonths(1), "2026-02-28"},
		{units.Date("2026-11-20").AddMonths(2), "2027-01-20"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %s, want %s", tc.got, tc.want)
		}
	}
	// 10 days of November, and 2 of December.
	if got := units.Date("2026-11-20").DaysUntil("2026-12-02"); got != 12 {
		t.Errorf("%d days from 2026-11-20 to 2026-12-02, want 12", got)
	}
}
