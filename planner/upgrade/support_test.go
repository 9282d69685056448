package upgrade_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// The calendars of endoflife.date, products amazon-eks and google-kubernetes-engine
// (Regular channel), as of 2026-08-22. GKE does not publish when extended support of
// a minor ends.
const calendars = `
1.27 2023-05-24 2024-07-24 2025-07-24 2023-06-15 2024-10-01
1.28 2023-09-26 2024-11-26 2025-11-26 2023-12-04 2025-02-04
1.29 2024-01-23 2025-03-23 2026-03-23 2024-01-26 2025-04-12
1.30 2024-05-23 2025-07-23 2026-07-23 2024-07-31 2025-09-30
1.31 2024-09-26 2025-11-26 2026-11-26 2024-10-25 2026-01-16
1.32 2025-01-25 2026-03-23 2027-03-23 2025-02-11 2026-04-11
1.33 2025-05-28 2026-07-29 2027-07-29 2025-06-03 2026-08-03
1.34 2025-10-06 2026-12-02 2027-12-02 2025-09-30 2026-10-01
1.35 2026-01-28 2027-03-27 2028-03-27 2026-02-11 2027-04-11
1.36 2026-06-02 2027-08-02 2028-08-02 2026-06-09 2027-08-09`

func calendarOf(provider string) []upgrade.Version {
	var versions []upgrade.Version
	for line := range strings.Lines(strings.TrimSpace(calendars)) {
		f := strings.Fields(line)
		v := upgrade.Version{Minor: f[0], Release: units.Date(f[1]), StandardEnd: units.Date(f[2]), ExtendedEnd: units.Date(f[3])}
		if provider == "GKE" {
			v.Release, v.StandardEnd, v.ExtendedEnd = units.Date(f[4]), units.Date(f[5]), ""
		}
		versions = append(versions, v)
	}
	return versions
}

// The support of each minor on 2026-11-20, read off the calendars by hand: E is
// extended, S standard, and - has ended. Fees: $0.10 an hour, $0.60 in extended.
const (
	eksSupport = "---- EEE SSS" // 1.27 to 1.30 ended, 1.31 to 1.33 extended
	gkeSupport = "EEEE EEEE SS" // 1.27 to 1.34 are past their standard end
)

// Days of extended support between 2026-11-20 and 2027-02-18, ninety days later, by
// hand: EKS's 1.31 ends on 2026-11-26 (6 days), 1.34 leaves standard support on
// 2026-12-02 (78 days), 1.35 and 1.36 after the period; GKE's 1.27 to 1.34 are in
// extended support all the time.
func stayDays(provider string, minor int) int {
	if provider == "GKE" {
		if minor <= 34 {
			return 90
		}
		return 0
	}
	return map[int]int{31: 6, 32: 90, 33: 90, 34: 78}[minor]
}

// TestPathsAndFees is a table of each start and target on EKS and on GKE, held against
// the calendars as they are read by hand, and kept as a golden file.
func TestPathsAndFees(t *testing.T) {
	const today, later = units.Date("2026-11-20"), units.Date("2027-02-18")
	var table strings.Builder
	fmt.Fprintf(&table, "as of %s: fees of the control plane an hour before and after, and what staying for 90 days costs more\n", today)
	for _, provider := range []string{"EKS", "GKE"} {
		calendar := calendarOf(provider)
		marks := strings.ReplaceAll(map[string]string{"EKS": eksSupport, "GKE": gkeSupport}[provider], " ", "")
		fee := map[byte]string{'-': "ended", 'E': "$0.60", 'S': "$0.10"}
		kind := map[byte]upgrade.Support{'-': upgrade.SupportHasPassed, 'E': upgrade.ExtendedSupport, 'S': upgrade.StandardSupport}
		for i, from := range calendar {
			if got := upgrade.SupportOn(from, today); got != kind[marks[i]] {
				t.Errorf("%s %s: support is %s, by hand %s", provider, from.Minor, got, kind[marks[i]])
			}
			stay := upgrade.StayCost(from, today, later, units.DollarPerHour/2)
			if want := units.USD(12*stayDays(provider, 27+i)) * units.Dollar; stay != want {
				t.Errorf("%s %s: 90 days cost %d, by hand %d", provider, from.Minor, stay, want)
			}
			for j, to := range calendar {
				hops, err := upgrade.Path(from.Minor, to.Minor, calendar, today)
				var want []string
				for k := i + 1; k <= j && marks[j] != '-'; k++ {
					want = append(want, fmt.Sprintf("1.%d", 27+k))
				}
				if fmt.Sprint(hops) != fmt.Sprint(want) || (err == nil) != (len(want) > 0) {
					t.Errorf("%s %s to %s: %v, %v; by hand %v", provider, from.Minor, to.Minor, hops, err, want)
				}
				if j <= i {
					continue // back, or nowhere: TestPath has these
				}
				path := strings.Join(hops, " ")
				if err != nil {
					path = err.Error()
				} else if err := upgrade.CheckHops(from.Minor, hops, 1, 0); err != nil {
					t.Errorf("%s: %v", provider, err)
				}
				fmt.Fprintf(&table, "%s %s to %s  %-5s to %-5s  stay $%-6d %s\n", provider, from.Minor, to.Minor, fee[marks[i]], fee[marks[j]], stay/units.Dollar, path)
			}
		}
	}
	testkit.Golden(t, "testdata/paths.txt", []byte(table.String()))
}

// Jumps that the skew policy forbids are refused, and what would be right is named.
func TestCheckHops(t *testing.T) {
	tests := map[string]struct {
		from          string
		hops          []string
		skew, largest int
		problem       upgrade.PathProblem
		text          string
	}{
		"minor by minor":       {"1.33", []string{"1.34", "1.35", "1.36"}, 1, 0, "", ""},
		"one round of nodes":   {"1.33", []string{"1.34", "1.35", "1.36"}, 3, 0, "", ""},
		"a jump of three":      {"1.33", []string{"1.36"}, 1, 0, upgrade.Skips, "no upgrade from 1.33 to 1.36: an API server must not skip a minor: go to 1.34, 1.35, 1.36"},
		"a jump within":        {"1.32", []string{"1.33", "1.35"}, 1, 0, upgrade.Skips, "no upgrade from 1.32 to 1.35: an API server must not skip a minor: go to 1.34, 1.35"},
		"four behind":          {"1.27", []string{"1.28", "1.29", "1.30", "1.31"}, 4, 0, upgrade.NodesTooOld, "no upgrade from 1.27 to 1.31: nodes of 1.27 must follow before the control plane goes to 1.31"},
		"old kubelets":         {"1.24", []string{"1.25", "1.26", "1.27"}, 3, 0, upgrade.NodesTooOld, "no upgrade from 1.24 to 1.27: nodes of 1.24 must follow before the control plane goes to 1.27"},
		"three behind on GKE":  {"1.33", []string{"1.34", "1.35", "1.36"}, 3, 2, upgrade.NodesTooOld, "no upgrade from 1.33 to 1.36: nodes of 1.33 must follow before the control plane goes to 1.36"},
		"two behind on GKE":    {"1.33", []string{"1.34", "1.35", "1.36"}, 2, 2, "", ""},
		"back":                 {"1.36", []string{"1.35"}, 1, 0, upgrade.Downgrade, "no upgrade from 1.36 to 1.35: a control plane cannot be taken back a minor as an upgrade"},
		"nowhere":              {"1.36", nil, 1, 0, upgrade.EmptyJourney, "no upgrade from 1.36 to 1.36: there is no step"},
		"another major":        {"1.36", []string{"2.0"}, 1, 0, upgrade.NotOffered, "no upgrade from 1.36 to 2.0: the major versions differ"},
		"a start of no minor":  {"v1.36", []string{"1.37"}, 1, 0, upgrade.NotAVersion, `no upgrade from v1.36 to 1.37: "v1.36" is not a minor version like 1.35`},
		"a target of no minor": {"1.36", []string{"1.37.1"}, 1, 0, upgrade.NotAVersion, `no upgrade from 1.36 to 1.37.1: "1.37.1" is not a minor version like 1.35`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := upgrade.CheckHops(test.from, test.hops, test.skew, test.largest)
			if test.problem == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if e, ok := errors.AsType[*upgrade.PathError](err); !ok || e.Problem != test.problem || err.Error() != test.text {
				t.Errorf("got %v, want %s", err, test.text)
			}
		})
	}
}

func TestStayCost(t *testing.T) {
	v := upgrade.Version{Minor: "1.31", Release: "2024-09-26", StandardEnd: "2025-11-26", ExtendedEnd: "2026-11-26"}
	half := units.DollarPerHour / 2
	for _, test := range []struct {
		v           upgrade.Version
		from, until units.Date
		days        int
	}{
		{v, "2025-11-01", "2025-11-26", 0},
		{v, "2025-11-01", "2025-11-27", 1},
		{v, "2026-01-01", "2026-04-01", 90},
		{v, "2026-11-20", "2027-11-20", 6},
		{v, "2026-12-01", "2027-01-01", 0},
		{v, "2026-02-01", "2026-01-01", 0},
		{upgrade.Version{StandardEnd: "2026-10-01"}, "2026-09-30", "2026-10-31", 30},
		{upgrade.Version{}, "2026-09-30", "2026-10-31", 0},
	} {
		if got := upgrade.StayCost(test.v, test.from, test.until, half); got != units.USD(12*test.days)*units.Dollar {
			t.Errorf("from %s to %s: %d, want %d days", test.from, test.until, got, test.days)
		}
	}
	if upgrade.SupportOn(v, "2024-09-25") != upgrade.NoSupportYet || upgrade.SupportOn(upgrade.Version{}, "2026-01-01") != upgrade.NoSupportYet {
		t.Error("a version is supported before its release")
	}
}
