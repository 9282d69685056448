package upgrade_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// TestDaysOfACalendar: a minor can be gone to from the day of its release on, and until
// the day before its support ends; on the days in the calendar that support has ended.
// EKS's 1.33 was released on 2025-05-28, left standard support on 2026-07-29, and its
// extended support ends on 2027-07-29.
func TestDaysOfACalendar(t *testing.T) {
	calendar := calendarOf("EKS")
	for day, want := range map[units.Date]upgrade.PathProblem{
		"2025-05-27": upgrade.NotReleased, "2025-05-28": "", "2027-07-28": "", "2027-07-29": upgrade.Ended,
	} {
		_, err := upgrade.Path("1.32", "1.33", calendar, day)
		var got upgrade.PathProblem
		if e, ok := errors.AsType[*upgrade.PathError](err); ok {
			got = e.Problem
		}
		if got != want {
			t.Errorf("to 1.33 on %s: %v, want %q", day, err, want)
		}
	}
	v := calendar[33-27]
	for day, want := range map[units.Date]upgrade.Support{
		"2025-05-27": upgrade.NoSupportYet, "2025-05-28": upgrade.StandardSupport, "2026-07-28": upgrade.StandardSupport,
		"2026-07-29": upgrade.ExtendedSupport, "2027-07-28": upgrade.ExtendedSupport, "2027-07-29": upgrade.SupportHasPassed,
	} {
		if got := upgrade.SupportOn(v, day); got != want {
			t.Errorf("support of 1.33 on %s is %s, want %s", day, got, want)
		}
	}
}

// strategy is one that can be used and takes an hour, for so many dollars.
func strategy(name string, dollars units.USD, ready units.Ratio, forces bool) upgrade.Strategy {
	return upgrade.Strategy{
		Name: name, Duration: time.Hour, ExtraCost: dollars * units.Dollar, ExtraCostKnown: true, MinReady: ready, Forces: forces,
	}
}

// TestTheMildestIsOutdoneByNone: a breaks what must be kept less deep than b, which is shorter,
// cheaper and leaves more nodes. The one that is chosen for that is not outdone, nor is the
// other, which is better in the rest; c, which breaks it as deep as b and longer, is.
func TestTheMildestIsOutdoneByNone(t *testing.T) {
	breaks := func(name string, missing units.Ratio, lasts time.Duration, dollars units.USD, ready units.Ratio) upgrade.Strategy {
		s := strategy(name, dollars, ready, false)
		s.Duration, s.Broken = lasts, upgrade.Breach{Missing: missing, Away: units.Whole - ready, For: lasts}
		return s
	}
	all := []upgrade.Strategy{
		breaks("a", units.Whole/20, 10*time.Hour, 5, units.Whole/2),
		breaks("b", units.Whole/10, time.Hour, 0, units.Whole*9/10),
		breaks("c", units.Whole/10, 2*time.Hour, 0, units.Whole*9/10),
	}
	got, _ := upgrade.Choose(all, "", upgrade.KeepNPlusOne)
	if got != "a" || !all[0].Pareto || !all[1].Pareto || all[2].Pareto {
		t.Errorf("%s is chosen, of %+v", got, all)
	}
}

// TestReasonsOfTheForcing: a reason says nothing of what is held, and of what costs least,
// that a strategy which deletes pods gives the lie to.
func TestReasonsOfTheForcing(t *testing.T) {
	blocked := strategy("a", 0, units.Whole, false)
	blocked.BlockedBy = []string{"a quota"}
	broken := func(s upgrade.Strategy, d time.Duration) upgrade.Strategy { s.Broken.For = d; return s }
	for name, test := range map[string]struct {
		all  []upgrade.Strategy
		keep upgrade.Keep
		want string
	}{
		"another holds it and deletes pods": {
			[]upgrade.Strategy{blocked, strategy("b", 1, units.Whole, true), strategy("c", 2, units.Whole, false)},
			upgrade.KeepTargets,
			"a is blocked: a quota; of the rest it holds the targets, and no other strategy that can be used does without deleting pods that do not leave in time",
		},
		"a cheaper one deletes pods": {
			[]upgrade.Strategy{blocked, strategy("b", 1, units.Whole, true), strategy("c", 2, units.Whole, false), strategy("d", 3, units.Whole, false)},
			upgrade.KeepTargets, "a is blocked: a quota; of the rest it holds the targets, at the least extra cost of those that delete no pods",
		},
		"the usual one deletes pods": {
			[]upgrade.Strategy{strategy("b", 1, units.Whole, true), strategy("c", 2, units.Whole, false)},
			upgrade.KeepCapacity,
			"b deletes pods that do not leave in time; of the rest it keeps all planned nodes ready, and no other strategy that can be used keeps them",
		},
		"so does one more": {
			[]upgrade.Strategy{strategy("b", 1, units.Whole, true), strategy("c", 2, units.Whole, false), strategy("d", 3, units.Whole, true)},
			upgrade.KeepCapacity,
			"b deletes pods that do not leave in time; of the rest it keeps all planned nodes ready, and no other strategy that can be used keeps them without deleting pods that do not leave in time",
		},
		"all delete pods": {
			[]upgrade.Strategy{strategy("b", 1, units.Whole, true), strategy("c", 2, units.Whole, true)},
			upgrade.KeepTargets,
			"the targets hold, at the least extra cost",
		},
		"it breaks it for longer than one that deletes pods": {
			[]upgrade.Strategy{broken(strategy("b", 1, 0, true), time.Minute), broken(strategy("c", 2, 0, false), time.Hour)},
			upgrade.KeepTargets,
			"every strategy that can be used breaks targets for a while; this one the least of those that delete no pods",
		},
		"it breaks it for the shortest": {
			[]upgrade.Strategy{broken(strategy("b", 1, 0, true), 2*time.Hour), broken(strategy("c", 2, 0, false), time.Hour)},
			upgrade.KeepTargets,
			"every strategy that can be used breaks targets for a while; this one the least",
		},
	} {
		want := "c"
		if name == "all delete pods" {
			want = "b"
		}
		if got, reason := upgrade.Choose(slices.Clone(test.all), "", test.keep); got != want || reason != test.want {
			t.Errorf("%s: %s, %q\nwant %s, %q", name, got, reason, want, test.want)
		}
	}
}
