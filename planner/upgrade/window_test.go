package upgrade_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// TestWindows: windows of 2026-11-20 and each fourth month on EKS, read off the calendar
// by hand. 1.36 stays in standard support until 2027-08-02: on 2027-03-20 and 2027-07-20
// nothing newer has a date.
func TestWindows(t *testing.T) {
	eks := calendarOf("EKS")
	// As if 1.37 came out on 2027-03-01 and left standard support on 2027-07-15, and 1.38
	// on 2027-03-20: the one would not last until the next window, so that both are taken.
	longer := append(slices.Clone(eks),
		upgrade.Version{Minor: "1.37", Release: "2027-03-01", StandardEnd: "2027-07-15"},
		upgrade.Version{Minor: "1.38", Release: "2027-03-20", StandardEnd: "2028-05-20"},
		upgrade.Version{Minor: "1.39", Release: "2027-03-21"})
	for name, test := range map[string]struct {
		calendar []upgrade.Version
		from     string
		hops     []string
		want     []upgrade.Window
	}{
		"up to date": {eks, "1.35", []string{"1.36"}, []upgrade.Window{
			{Date: "2026-11-20", From: "1.35", Hops: []string{"1.36"}, Deadline: "2027-03-27"},
			{Date: "2027-03-20", From: "1.36", Deadline: "2027-08-02"},
			{Date: "2027-07-20", From: "1.36", Deadline: "2027-08-02"},
		}},
		// 1.35 ends on 2027-03-27, after the window of 2027-03-20 and before the next one.
		"behind": {eks, "1.33", []string{"1.34"}, []upgrade.Window{
			{Date: "2026-11-20", From: "1.33", Hops: []string{"1.34"}, Deadline: "2026-07-29"},
			{Date: "2027-03-20", From: "1.34", Hops: []string{"1.35", "1.36"}, Deadline: "2026-12-02"},
			{Date: "2027-07-20", From: "1.36", Deadline: "2027-08-02"},
		}},
		"released between": {longer, "1.35", []string{"1.36"}, []upgrade.Window{
			{Date: "2026-11-20", From: "1.35", Hops: []string{"1.36"}, Deadline: "2027-03-27"},
			{Date: "2027-03-20", From: "1.36", Hops: []string{"1.37", "1.38"}, Deadline: "2027-08-02"},
			{Date: "2027-07-20", From: "1.38", Hops: []string{"1.39"}, Deadline: "2028-05-20"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := upgrade.Windows(test.calendar, test.from, test.hops, "2026-11-20", len(test.want))
			for i := range test.want {
				g, w := &got[i], &test.want[i]
				if g.Date != w.Date || g.From != w.From || g.Deadline != w.Deadline || !slices.Equal(g.Hops, w.Hops) {
					t.Errorf("got %+v, want %+v", *g, *w)
				}
			}
		})
	}
}

// TestNewest: on 2026-05-31 EKS has not released 1.36; on 2026-11-20 it has.
func TestNewest(t *testing.T) {
	eks := calendarOf("EKS")
	for _, test := range []struct {
		from string
		day  units.Date
		want string
	}{{"1.33", "2026-05-31", "1.35"}, {"1.33", "2026-11-20", "1.36"}, {"1.36", "2026-11-20", "1.36"}, {"none", "2026-11-20", "none"}} {
		if got := upgrade.Newest(eks, test.from, test.day); got != test.want {
			t.Errorf("from %s on %s: %s, want %s", test.from, test.day, got, test.want)
		}
	}
}

// TestOvertakes: extended support costs $0.50 an hour, $12 a day. EKS's 1.33 is in it on
// 2026-11-20, so that $11.99 are passed at the end of that day, and $12.00 at the end of
// the next one; 1.35 enters it on 2027-03-27. 1.34 enters it on 2026-12-02: against it
// 1.33 costs $144 more, 12 days, and never more than that.
func TestOvertakes(t *testing.T) {
	eks := calendarOf("EKS")
	at := func(minor string) upgrade.Version {
		return eks[slices.IndexFunc(eks, func(v upgrade.Version) bool { return v.Minor == minor })]
	}
	const half, cent = units.DollarPerHour / 2, units.Dollar / 100
	for _, test := range []struct {
		stay, then string
		extra      units.USD
		until      units.Date
		want       units.Date
	}{
		{"1.33", "1.36", 1199 * cent, "2027-07-29", "2026-11-20"},
		{"1.33", "1.36", 1200 * cent, "2027-07-29", "2026-11-21"},
		{"1.35", "1.36", 100 * cent, "2028-03-27", "2027-03-27"},
		{"1.35", "1.36", 100 * cent, "2027-03-27", ""},
		{"1.33", "1.34", 143 * units.Dollar, "2027-07-29", "2026-12-01"},
		{"1.33", "1.34", 144 * units.Dollar, "2027-07-29", ""},
	} {
		if got := upgrade.Overtakes(at(test.stay), at(test.then), "2026-11-20", test.until, half, half, test.extra); got != test.want {
			t.Errorf("%s or %s for %d: %q, want %q", test.stay, test.then, test.extra, got, test.want)
		}
	}
	if got := upgrade.Overtakes(at("1.33"), at("1.36"), "2026-11-20", "2027-07-29", 0, half, 0); got != "" {
		t.Errorf("what costs nothing breaks even on %s", got)
	}
}

// TestWindowsFollowTheCalendar holds windows over random calendars to what they promise:
// minor by minor, none before its release, and a window without a hop only where the next
// minor is not released by then.
func TestWindowsFollowTheCalendar(t *testing.T) {
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var calendar []upgrade.Version
		day := units.Date("2026-01-01")
		for minor := range 6 + rng.IntN(6) {
			day = day.AddDays(rng.IntN(150))
			v := upgrade.Version{Minor: fmt.Sprintf("1.%d", 30+minor), Release: day}
			if rng.IntN(4) > 0 {
				v.StandardEnd = day.AddDays(1 + rng.IntN(500))
			}
			calendar = append(calendar, v)
		}
		released := func(minor string, on units.Date) bool {
			i := slices.IndexFunc(calendar, func(v upgrade.Version) bool { return v.Minor == minor })
			return i >= 0 && calendar[i].Release <= on
		}
		at, next := 30, func(minor int) string { return fmt.Sprintf("1.%d", minor+1) }
		for i, w := range upgrade.Windows(calendar, "1.30", []string{"1.31"}, day, 5) {
			if w.From != fmt.Sprintf("1.%d", at) || w.Date != day.AddMonths(4*i) {
				t.Fatalf("seed %d: window %d is %+v, from 1.%d", seed, i, w, at)
			}
			if len(w.Hops) == 0 && released(next(at), w.Date) {
				t.Errorf("seed %d: %+v has no hop, and 1.%d is released", seed, w, at+1)
			}
			for _, hop := range w.Hops {
				if hop != next(at) || i > 0 && !released(hop, w.Date) {
					t.Errorf("seed %d: %+v goes from 1.%d to %s", seed, w, at, hop)
				}
				at++
			}
		}
	}
}
