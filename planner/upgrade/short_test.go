package upgrade_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// perNode pods of "app" fit on a node of full.
const perNode = 4

// full is a group whose nodes hold perNode pods of "app" each and no more: pods
// beyond that have no place.
func full(nodes, pods, u int, w upgrade.Workload) upgrade.Group {
	w.Name, w.Grace, w.Startup = "app", 30*time.Second, 20*time.Second
	q, r := pods/nodes, pods%nodes
	holds := func(n int) bool { return pods <= n*perNode }
	return upgrade.Group{
		Name: "web", Zones: 3, MaxUnavailable: units.Count(u), Price: upgrade.Rate{PerHour: m5xlarge, Known: true},
		Nodes: []upgrade.NodeClass{
			{Nodes: r, Pods: []upgrade.PodCount{{Workload: "app", Pods: q + 1}}},
			{Nodes: nodes - r, Pods: []upgrade.PodCount{{Workload: "app", Pods: q}}},
		},
		Workloads: []upgrade.Workload{w},
		Pending: func(n int, without func(string) int) (string, int) {
			return "app", max(0, pods-without("app")-n*perNode)
		},
		Redundant: func(n int) bool { return holds(n - 1) },
	}
}

// Nodes of 3740m hold floor(3740 / 750) = 4 pods of 750m.
func TestMinimalNeedsPlaces(t *testing.T) {
	one := upgrade.Workload{Budget: true, Allowed: 1}
	static := upgrade.Workload{Budget: true, Allowed: 1, MayWait: 1}
	tests := map[string]struct {
		group   upgrade.Group
		mayStop bool
		blocked string
		notes   []string // beside the one that every minimal has
	}{
		// 5 x 4 = 20 of 25; 7 x 4 = 28 do, 6 x 4 = 24 do not.
		"five pending": {
			full(8, 25, 3, one), false, "web/app: 5 pods have no place while 3 of 8 nodes are replaced; with max_unavailable 1 every pod has a place",
			[]string{"breaks n_plus_one: web runs with 5 of 8 nodes", "time and cost are as if nothing blocked it"},
		},
		// 7 nodes carry 25, 6 do not.
		"one at a time": {full(8, 25, 1, one), false, "", []string{"breaks n_plus_one: web runs with 7 of 8 nodes"}},
		// 7 carry 24 and so do 6.
		"spare of two": {full(8, 24, 1, one), false, "", []string{"keeps n_plus_one"}},
		// 4 on the fullest node, the budget lets 1 go: the one without a place may wait.
		"planned to wait": {full(2, 5, 1, static), false, "", []string{"web/app: 1 pod has no place until new nodes are there", "breaks n_plus_one: web runs with 1 of 2 nodes"}},
		"not planned to":  {full(2, 5, 1, one), false, "web/app: 1 pod has no place while 1 of 2 nodes is replaced", []string{"breaks n_plus_one: web runs with 1 of 2 nodes", "time and cost are as if nothing blocked it"}},
		"development":     {full(2, 5, 1, one), true, "", []string{"web/app: 1 pod has no place until new nodes are there", "breaks n_plus_one: web runs with 1 of 2 nodes"}},
		"stalls there too": {
			full(2, 6, 1, one), true, "web/app: 2 pods have no place while 1 of 2 nodes is replaced",
			[]string{"breaks n_plus_one: web runs with 1 of 2 nodes", "time and cost are as if nothing blocked it"},
		},
		"outage": {
			full(3, 6, 3, upgrade.Workload{}), false, "web: an outage: no node is ready while 3 of 3 nodes are replaced; with max_unavailable 1 every pod has a place",
			[]string{"breaks n_plus_one: web runs with 0 of 3 nodes", "time and cost are as if nothing blocked it"},
		},
		"outage in development": {full(1, 2, 1, upgrade.Workload{}), true, "", []string{"outage: no node of web is ready meanwhile", "breaks n_plus_one: web runs with 0 of 1 node"}},
		"stalled by a budget": {
			full(1, 2, 1, one), true, "web: no node is left for its pods, and a disruption budget lets only some of them go, so that its nodes never drain: app",
			[]string{"outage: no node of web is ready meanwhile", "breaks n_plus_one: web runs with 0 of 1 node", "time and cost are as if nothing blocked it"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := problem(test.group)
			p.MayStop = test.mayStop
			c := upgrade.Compare(p)
			s := find(t, c, upgrade.Minimal)
			if got := strings.Join(s.BlockedBy, "|"); got != test.blocked {
				t.Errorf("blocked by %q, want %q", got, test.blocked)
			}
			if !slices.Equal(s.Notes[1:], test.notes) {
				t.Errorf("notes %q, want %q", s.Notes[1:], test.notes)
			}
			for _, other := range []string{upgrade.Surge, upgrade.NodeGroupBlueGreen, upgrade.ClusterBlueGreen} {
				if s := find(t, c, other); len(s.BlockedBy) > 0 || !slices.Contains(s.Notes, "keeps n_plus_one") {
					t.Errorf("%s is blocked by %q, notes %q", other, s.BlockedBy, s.Notes)
				}
			}
		})
	}
}

// A reason starts with what stands in the way of the usual choice.
func TestReasonNamesWhatForcedIt(t *testing.T) {
	// 7 pods one by one, 140 s each: 980 s.
	c := upgrade.Compare(problem(oneNode(7, 1, 120*time.Second, 20*time.Second)))
	want := "surge is blocked: web/app: draining 1 node takes 980 s, an update fails after 900 s (PodEvictionFailure): 7 pods, 1 at a time; " +
		"of the rest it keeps all planned nodes ready, at the least extra cost"
	if c.Recommended != upgrade.NodeGroupBlueGreen || c.Reason != want {
		t.Errorf("%s: %s", c.Recommended, c.Reason)
	}
	c = upgrade.Compare(problem(oneNode(3, 0, time.Second, time.Second)))
	want = "surge is blocked: web/app: its disruption budget lets no pod go, so that its nodes never drain; " +
		"of the rest it keeps all planned nodes ready, and no other strategy that can be used keeps them"
	if c.Recommended != upgrade.ClusterBlueGreen || c.Reason != want {
		t.Errorf("%s: %s", c.Recommended, c.Reason)
	}
}

// TestCarriesIsAskedForWhether: with how many nodes away every pod has a place is asked of
// Carries where there is one, and of Pending then only whose pods have none. Of 25 pods
// four fit on each of 8 nodes: 7 of them carry all, and 5 do not.
func TestCarriesIsAskedForWhether(t *testing.T) {
	g := full(8, 25, 3, upgrade.Workload{Budget: true, Allowed: 1})
	pending, asked := g.Pending, 0
	g.Pending = func(n int, without func(string) int) (string, int) {
		if asked++; n != 5 {
			t.Errorf("whose pods have no place is asked of %d nodes", n)
		}
		return pending(n, without)
	}
	g.Carries = func(n int) bool { return 25 <= n*perNode }
	g.Redundant = nil
	p := problem(g)
	p.Strategies = []upgrade.Option{{Name: upgrade.Minimal, Course: upgrade.CourseEKSMinimal}}
	want := "web/app: 5 pods have no place while 3 of 8 nodes are replaced; with max_unavailable 1 every pod has a place"
	if s := find(t, upgrade.Compare(p), upgrade.Minimal); !slices.Equal(s.BlockedBy, []string{want}) || asked == 0 {
		t.Errorf("blocked by %q, want %q; asked %d times", s.BlockedBy, want, asked)
	}
	// A brief reason says no more than that.
	p.Brief, want = true, strings.TrimSuffix(want, "; with max_unavailable 1 every pod has a place")
	p.Groups[0].Carries = func(n int) bool { t.Errorf("whether %d nodes carry all is asked", n); return false }
	if s := find(t, upgrade.Compare(p), upgrade.Minimal); !slices.Equal(s.BlockedBy, []string{want}) {
		t.Errorf("briefly blocked by %q, want %q", s.BlockedBy, want)
	}
}
