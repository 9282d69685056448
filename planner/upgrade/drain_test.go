package upgrade_test

import (
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// oneNode returns a group of a node with q pods whose budget lets a go.
func oneNode(q, a int, grace, startup time.Duration) upgrade.Group {
	return upgrade.Group{
		Name: "web", Zones: 1, MaxUnavailable: units.Count(1), Price: upgrade.Rate{PerHour: m5xlarge, Known: true},
		Nodes:     []upgrade.NodeClass{{Nodes: 1, Pods: []upgrade.PodCount{{Workload: "app", Pods: q}}}},
		Workloads: []upgrade.Workload{{Name: "app", Budget: true, Allowed: a, Grace: grace, Startup: startup}},
	}
}

func TestDrainArithmetic(t *testing.T) {
	tests := []struct {
		q, a, grace, startup, seconds int
		blocked                       bool
	}{
		{3, 1, 30, 20, 150, false},
		{3, 1, 120, 20, 420, false},
		{7, 1, 120, 20, 980, true},
		{7, 2, 120, 20, 560, false},
		{9, 1, 80, 20, 900, false}, // the limit itself still passes
	}
	for _, test := range tests {
		g := oneNode(test.q, test.a, time.Duration(test.grace)*time.Second, time.Duration(test.startup)*time.Second)
		g.Nodes = append(g.Nodes, upgrade.NodeClass{Nodes: 1}) // or minimal would be an outage
		c := upgrade.Compare(problem(g))
		for _, name := range []string{upgrade.Surge, upgrade.Minimal} {
			s := find(t, c, name)
			if got := s.Groups[0].Drain; got != time.Duration(test.seconds)*time.Second {
				t.Errorf("%+v: drains in %v", test, got)
			}
			if (len(s.BlockedBy) > 0) != test.blocked {
				t.Errorf("%+v: %s is blocked by %q", test, name, s.BlockedBy)
			}
		}
		for _, name := range []string{upgrade.NodeGroupBlueGreen, upgrade.ClusterBlueGreen} {
			if s := find(t, c, name); len(s.BlockedBy) > 0 {
				t.Errorf("%+v: %s has no drain limit and is blocked by %q", test, name, s.BlockedBy)
			}
		}
	}
}

func TestTooLongNamesTheNumbers(t *testing.T) {
	g := oneNode(2, 1, 280*time.Second, 20*time.Second)
	g.Nodes[0].Nodes = 4
	g.MaxUnavailable = units.Count(2)
	s := find(t, upgrade.Compare(problem(g)), upgrade.Surge)
	want := "web/app: draining 2 nodes takes 1200 s, an update fails after 900 s (PodEvictionFailure): 4 pods, 1 at a time; with max_unavailable 1 it passes"
	if len(s.BlockedBy) != 1 || s.BlockedBy[0] != want {
		t.Errorf("blocked by %q, want %q", s.BlockedBy, want)
	}
}

func TestStuckBudget(t *testing.T) {
	p := problem(oneNode(1, 0, time.Second, time.Second))
	p.MayStop = true
	c := upgrade.Compare(p)
	for _, name := range []string{upgrade.Surge, upgrade.Minimal, upgrade.NodeGroupBlueGreen} {
		s := find(t, c, name)
		if len(s.BlockedBy) != 1 || !strings.HasPrefix(s.BlockedBy[0], "web/app: its disruption budget lets no pod go") {
			t.Errorf("%s is blocked by %q", name, s.BlockedBy)
		}
		if d := s.Groups[0].Drains[0]; !d.Stuck || d.Longest != 0 || d.Pods != 1 {
			t.Errorf("%s: drain %+v", name, d)
		}
	}
	// A second cluster evicts nobody.
	if c.Recommended != upgrade.ClusterBlueGreen {
		t.Errorf("recommended is %q: %s", c.Recommended, c.Reason)
	}
	// Without a pod on the nodes the budget does not matter.
	if c := upgrade.Compare(problem(oneNode(0, 0, time.Second, time.Second))); c.Recommended != upgrade.Surge {
		t.Errorf("recommended is %q: %s", c.Recommended, c.Reason)
	}
}

// slowDrain drains every set of k nodes pod by pod and returns the longest.
func slowDrain(g upgrade.Group, k int) (worst time.Duration, stuck bool) {
	var nodes []map[string]int
	for _, c := range g.Nodes {
		for range c.Nodes {
			pods := map[string]int{}
			for _, p := range c.Pods {
				pods[p.Workload] += p.Pods
			}
			nodes = append(nodes, pods)
		}
	}
	for set := range uint(1) << len(nodes) {
		if bits.OnesCount(set) != min(k, len(nodes)) {
			continue
		}
		for _, w := range g.Workloads {
			left := 0
			for i, pods := range nodes {
				if set>>i&1 == 1 {
					left += pods[w.Name]
				}
			}
			if left > 0 && w.Budget && w.Allowed <= 0 {
				stuck = true
				continue
			}
			var now time.Duration
			for left > 0 {
				for evicted := 0; left > 0 && (!w.Budget || evicted < w.Allowed); evicted++ {
					left--
				}
				now += w.Grace + w.Startup
			}
			worst = max(worst, now)
		}
	}
	return worst, stuck
}

func randomGroup(r *rand.Rand, maxNodes int) upgrade.Group {
	g := upgrade.Group{Name: "g", Zones: 1 + r.IntN(4), Price: upgrade.Rate{PerHour: units.USDPerHour(1 + r.IntN(1e9)), Known: true}}
	names := []string{"a", "b", "c"}
	for _, name := range names[:r.IntN(4)] {
		g.Workloads = append(g.Workloads, upgrade.Workload{
			Name: name, Budget: r.IntN(2) == 0, Allowed: r.IntN(4),
			Grace: time.Duration(r.IntN(200)) * time.Second, Startup: time.Duration(r.IntN(60)) * time.Second,
		})
	}
	left := 1 + r.IntN(maxNodes)
	for left > 0 {
		c := upgrade.NodeClass{Nodes: 1 + r.IntN(left)}
		left -= c.Nodes
		for _, name := range names {
			if r.IntN(2) == 0 {
				c.Pods = append(c.Pods, upgrade.PodCount{Workload: name, Pods: r.IntN(5)})
			}
		}
		g.Nodes = append(g.Nodes, c)
	}
	if r.IntN(2) == 0 {
		g.MaxUnavailable = units.Share(units.Ratio(1 + r.IntN(int(units.Whole))))
	} else {
		g.MaxUnavailable = units.Count(1 + r.IntN(maxNodes+2))
	}
	return g
}

func TestDrainsAgreeWithEverySet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	for i := range 1500 {
		g := randomGroup(r, 7)
		k := 1 + r.IntN(8)
		want, wantStuck := slowDrain(g, k)
		var got time.Duration
		var stuck bool
		for _, d := range upgrade.Drains(g, k) {
			got = max(got, d.Longest)
			stuck = stuck || d.Stuck
		}
		if got != want || stuck != wantStuck {
			t.Fatalf("case %d, %d nodes of %+v: %v, stuck %t; every set tried: %v, %t", i, k, g, got, stuck, want, wantStuck)
		}
	}
}
