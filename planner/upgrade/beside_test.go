package upgrade_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner/upgrade"
)

// beside has one of nodes nodes of full as a pool of its own, and all others beside it.
func beside(nodes, pods int, w upgrade.Workload) upgrade.Group {
	g := full(nodes, pods, 1, w)
	all := g.Pending
	redundant := g.Redundant
	g.Name, g.Beside = "web/large", nodes-1
	g.Nodes = []upgrade.NodeClass{{Nodes: 1, Pods: []upgrade.PodCount{{Workload: "app", Pods: (pods + nodes - 1) / nodes}}}}
	g.Pending = func(n int, without func(string) int) (string, int) { return all(n+nodes-1, without) }
	g.Redundant = func(n int) bool { return redundant(n + nodes - 1) }
	return g
}

// TestBeside: a pool of one node that goes before another comes is no outage where other
// pools of its node group stay, which have room for 4 pods a node. Ready are 3 of 4.
func TestBeside(t *testing.T) {
	one := upgrade.Workload{Budget: true, Allowed: 1}
	for name, tc := range map[string]struct {
		group   upgrade.Group
		blocked string
		note    string
	}{
		"room beside":            {beside(4, 8, one), "", "keeps n_plus_one"},
		"no spare left beside":   {beside(4, 12, one), "", "breaks n_plus_one: web/large runs with 0 of 1 node"},
		"no room beside":         {beside(4, 14, one), "web/large/app: 2 pods have no place while 1 of 1 node is replaced", ""},
		"nothing stands besides": {beside(1, 2, one), "web/large: an outage: no node is ready while 1 of 1 node is replaced", ""},
	} {
		p := problem(tc.group)
		s := find(t, upgrade.Compare(p), upgrade.Minimal)
		if got := strings.Join(s.BlockedBy, "; "); got != tc.blocked {
			t.Errorf("%s: blocked by %q, want %q", name, got, tc.blocked)
		}
		if tc.note != "" && !slices.Contains(s.Notes, tc.note) {
			t.Errorf("%s: notes %q lack %q", name, s.Notes, tc.note)
		}
		if want := tc.group.Beside * 1_000_000 / (tc.group.Beside + 1); int(s.MinReady) != want {
			t.Errorf("%s: %d of a million nodes are ready, want %d", name, s.MinReady, want)
		}
	}
}

// TestBesideNeverHurts: with other pools that stay, an update takes the same and leaves a
// larger share of the nodes ready; what blocks it then blocks it alone.
func TestBesideNeverHurts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 0))
	helped := 0
	for i := range 1000 {
		alone := randomGroup(r, 20)
		n, room := alone.Count(), r.IntN(25)
		besides := alone
		besides.Beside = 1 + r.IntN(10)
		alone.Pending = func(nodes int, without func(string) int) (string, int) { return "w", max(0, n-nodes-room-without("w")) }
		besides.Pending = alone.Pending
		a, b := upgrade.Compare(problem(alone)), upgrade.Compare(problem(besides))
		for j := range a.Strategies {
			x, y := &a.Strategies[j], &b.Strategies[j]
			if x.Duration != y.Duration || x.ExtraCost != y.ExtraCost || x.PeakExtraNodes != y.PeakExtraNodes || x.MinReady > y.MinReady {
				t.Fatalf("case %d: %+v, with %d nodes beside %+v", i, x, besides.Beside, y)
			}
			if len(x.BlockedBy) == 0 && len(y.BlockedBy) > 0 {
				t.Fatalf("case %d: %s is blocked with nodes beside alone: %v", i, x.Name, y.BlockedBy)
			}
			if len(x.Groups) == 1 && x.Groups[0].MinReadyNodes != y.Groups[0].MinReadyNodes {
				t.Fatalf("case %d: %s has other nodes of its own ready", i, x.Name)
			}
			helped += min(len(x.BlockedBy), 1) - min(len(y.BlockedBy), 1)
		}
	}
	if helped == 0 {
		t.Error("nodes beside never help: the test shows little")
	}
}
