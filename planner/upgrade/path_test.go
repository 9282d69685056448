package upgrade_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// EKS's calendar, docs.aws.amazon.com "Kubernetes versions on EKS".
func eksCalendar() []upgrade.Version {
	return []upgrade.Version{
		{Minor: "1.30", Release: "2024-05-23", StandardEnd: "2025-07-23", ExtendedEnd: "2026-07-23"},
		{Minor: "1.31", Release: "2024-09-26", StandardEnd: "2025-11-26", ExtendedEnd: "2026-11-26"},
		{Minor: "1.32", Release: "2025-01-25", StandardEnd: "2026-03-23", ExtendedEnd: "2027-03-23"},
		{Minor: "1.33", Release: "2025-05-28", StandardEnd: "2026-07-29", ExtendedEnd: "2027-07-29"},
		{Minor: "1.34", Release: "2025-10-06", StandardEnd: "2026-12-02", ExtendedEnd: "2027-12-02"},
		{Minor: "1.35", Release: "2026-01-28", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27"},
		{Minor: "1.36", Release: "2026-06-02", StandardEnd: "2027-08-02", ExtendedEnd: "2028-08-02"},
		{Minor: "1.37"},
	}
}

func TestPath(t *testing.T) {
	const today = units.Date("2026-11-20")
	tests := map[string]struct {
		from, to string
		asOf     units.Date
		want     []string
		problem  upgrade.PathProblem
		minor    string
		text     string
	}{
		"one minor":            {"1.35", "1.36", today, []string{"1.36"}, "", "", ""},
		"three minors":         {"1.33", "1.36", today, []string{"1.34", "1.35", "1.36"}, "", "", ""},
		"over an ended minor":  {"1.29", "1.31", today, []string{"1.30", "1.31"}, "", "", ""},
		"from before calendar": {"1.29", "1.30", "2026-01-01", []string{"1.30"}, "", "", ""},
		"downgrade":            {"1.36", "1.35", today, nil, upgrade.Downgrade, "1.35", "no upgrade from 1.36 to 1.35: a control plane cannot be taken back a minor as an upgrade"},
		"same":                 {"1.36", "1.36", today, nil, upgrade.SameVersion, "1.36", "no upgrade from 1.36 to 1.36: it runs already"},
		"not published":        {"1.36", "1.37", today, nil, upgrade.NotReleased, "1.37", "no upgrade from 1.36 to 1.37: the provider has not published when it releases 1.37"},
		"released later":       {"1.34", "1.36", "2026-06-01", nil, upgrade.NotReleased, "1.36", "no upgrade from 1.34 to 1.36: the provider releases 1.36 on 2026-06-02, after 2026-06-01"},
		"unknown":              {"1.37", "1.38", today, nil, upgrade.NotOffered, "1.38", "no upgrade from 1.37 to 1.38: 1.38 is not in the provider's calendar"},
		"another major":        {"1.36", "2.0", today, nil, upgrade.NotOffered, "2.0", "no upgrade from 1.36 to 2.0: the major versions differ"},
		"target ended":         {"1.29", "1.30", today, nil, upgrade.Ended, "1.30", "no upgrade from 1.29 to 1.30: all support of 1.30 ended on 2026-07-23"},
		"not a minor":          {"1.36", "1.36.2", today, nil, upgrade.NotAVersion, "1.36.2", `no upgrade from 1.36 to 1.36.2: "1.36.2" is not a minor version like 1.35`},
		"with a v":             {"v1.36", "1.37", today, nil, upgrade.NotAVersion, "v1.36", `no upgrade from v1.36 to 1.37: "v1.36" is not a minor version like 1.35`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := upgrade.Path(test.from, test.to, eksCalendar(), test.asOf)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if test.problem == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e, ok := errors.AsType[*upgrade.PathError](err)
			if !ok || e.Problem != test.problem || e.Minor != test.minor || err.Error() != test.text {
				t.Errorf("got %v (%+v), want %s", err, e, test.text)
			}
		})
	}
}

func TestParseMinor(t *testing.T) {
	for s, want := range map[string][2]int{"1.35": {1, 35}, "0.0": {0, 0}, "2.10": {2, 10}} {
		if major, minor, ok := upgrade.ParseMinor(s); !ok || major != want[0] || minor != want[1] {
			t.Errorf("%q: %d, %d, %t", s, major, minor, ok)
		}
	}
	for _, s := range []string{"", "1", "1.", ".35", "1.035", "01.35", "+1.35", "1.-35", "1.35.0", "1,35", "1.35 ", "99999999999999999999.1"} {
		if _, _, ok := upgrade.ParseMinor(s); ok {
			t.Errorf("%q is taken for a version", s)
		}
	}
}

// Kubernetes' version skew policy.
func TestSkew(t *testing.T) {
	tests := []struct {
		kubelet, apiServer int
		want               bool
	}{
		{35, 35, true},
		{35, 36, true},
		{33, 36, true},
		{32, 36, false},
		{36, 35, false},
		{24, 26, true},
		{24, 27, false},
		{25, 28, true},
		{25, 29, false},
	}
	for _, test := range tests {
		if got := upgrade.KubeletAllowed(test.kubelet, test.apiServer); got != test.want {
			t.Errorf("kubelet 1.%d at 1.%d: %t", test.kubelet, test.apiServer, got)
		}
	}
}

// Walking the hops, nodes that follow as NodesFollow says never trail by more
// than the skew, end at the target, and are replaced NodeRounds times.
func TestNodesFollow(t *testing.T) {
	for m := 1; m <= 12; m++ {
		for skew := 0; skew <= 3; skew++ {
			nodes, rounds := 0, 0
			for hop := 1; hop <= m; hop++ {
				if hop-nodes > max(skew, 1) {
					t.Errorf("%d minors, skew %d: nodes trail by %d at hop %d", m, skew, hop-nodes, hop)
				}
				if upgrade.NodesFollow(hop, m, skew) {
					nodes = hop
					rounds++
				}
			}
			if nodes != m || rounds != upgrade.NodeRounds(m, skew) {
				t.Errorf("%d minors, skew %d: nodes at %d after %d rounds, want %d", m, skew, nodes, rounds, upgrade.NodeRounds(m, skew))
			}
		}
	}
}
