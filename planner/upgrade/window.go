package upgrade

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// Cadence is the number of months from one upgrade to the next. Kubernetes releases
// about three minors a year, so that an upgrade every four months keeps up with them
// (kubernetes.io, "Releases": "approximately three times per year").
const Cadence = 4

// Window is a time for an upgrade.
type Window struct {
	Date units.Date
	// From is the minor that runs until then, Hops those to go to: none where no newer
	// one is released by then, as far as the calendar says.
	From string
	Hops []string
	// Deadline is the first day without standard support of From; zero where not
	// published.
	Deadline units.Date
}

// Windows returns n times for upgrades, the first on a day and the others Cadence apart.
// Hops are those of the first one. In each of the others the cluster goes to the next
// minor, and on from a minor that would leave standard support by the next window, as
// far as newer ones are released.
func Windows(calendar []Version, from string, hops []string, first units.Date, n int) []Window {
	var out []Window
	at := from
	for i := range n {
		w := Window{Date: first.AddMonths(Cadence * i), From: at, Deadline: versionOf(calendar, at).StandardEnd}
		if i == 0 {
			w.Hops = slices.Clone(hops)
		} else {
			w.Hops = hopsIn(calendar, at, w.Date, first.AddMonths(Cadence*(i+1)))
		}
		if len(w.Hops) > 0 {
			at = w.Hops[len(w.Hops)-1]
		}
		out = append(out, w)
	}
	return out
}

// hopsIn returns the minors to go to on a day.
func hopsIn(calendar []Version, from string, day, next units.Date) []string {
	var hops []string
	for at := from; ; {
		v := versionOf(calendar, after(at))
		if v.Release.IsZero() || v.Release > day {
			return hops
		}
		hops = append(hops, v.Minor)
		if at = v.Minor; v.StandardEnd.IsZero() || v.StandardEnd > next {
			return hops
		}
	}
}

// Newest returns the newest minor that can be gone to from one on a day, minor by minor;
// from itself where there is none.
func Newest(calendar []Version, from string, day units.Date) string {
	newest := from
	for at := from; ; {
		v := versionOf(calendar, after(at))
		if v.Release.IsZero() || v.Release > day {
			return newest
		}
		if at = v.Minor; SupportOn(v, day) != SupportHasPassed {
			newest = at
		}
	}
}

// versionOf returns a minor of a calendar; the zero version where it is not there.
func versionOf(calendar []Version, minor string) Version {
	if i := slices.IndexFunc(calendar, func(v Version) bool { return v.Minor == minor }); i >= 0 {
		return calendar[i]
	}
	return Version{}
}

// after returns the name of the next minor; "" after what is none.
func after(name string) string {
	major, minor, ok := ParseMinor(name)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d.%d", major, minor+1)
}

// Overtakes returns the first day at whose end staying on a minor has cost more than
// going to another does: its own extended support from the same day on, and an extra
// cost. Zero where no such day comes before until.
func Overtakes(stay, then Version, from, until units.Date, surchargeStay, surchargeThen units.USDPerHour, extra units.USD) units.Date {
	if surchargeStay == 0 || until.IsZero() {
		return ""
	}
	for day := from; day < until; day = day.AddDays(1) {
		end := day.AddDays(1)
		if StayCost(stay, from, end, surchargeStay) > extra+StayCost(then, from, end, surchargeThen) {
			return day
		}
	}
	return ""
}
