package upgrade_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// n2standard4 is an on-demand n2-standard-4 in us-central1.
const n2standard4 = 19424 * units.DollarPerHour / 100000

const week = 7 * 24 * time.Hour

// gke are the documented limits of GKE and the assumed times of
// docs/models/upgrades.md.
func gke() upgrade.Times {
	return upgrade.Times{
		ControlPlaneStep: 15 * time.Minute, AddOns: 5 * time.Minute, Boot: 2 * time.Minute, Terminate: time.Minute,
		Cordon: 30 * time.Second, WaitForDrain: 72 * time.Hour, DrainLimit: time.Hour, DrainForced: true, MaxParallel: 20,
		Verify: upgrade.DefaultVerify, Soak: upgrade.DefaultSoak, Delete: upgrade.DefaultDelete, ParallelRun: upgrade.DefaultParallelRun,
	}
}

func onGKE(groups ...upgrade.Group) upgrade.Problem {
	p := problem(groups...)
	p.Times = gke()
	p.Strategies = []upgrade.Option{
		{Name: upgrade.ClusterBlueGreen, Course: upgrade.CourseClusterBlueGreen},
		{Name: upgrade.GKEAutoscaledBlueGreen, Course: upgrade.CourseGKEAutoscaledBlueGreen},
		{Name: upgrade.GKEBlueGreen, Course: upgrade.CourseGKEBlueGreen},
		{Name: upgrade.Minimal, Course: upgrade.CourseGKESurge, TerminateFirst: true},
		{Name: upgrade.NodeGroupBlueGreen, Course: upgrade.CourseNodeGroupBlueGreen},
		{Name: upgrade.Surge, Course: upgrade.CourseGKESurge},
	}
	p.Refused = []upgrade.Refusal{{Strategy: upgrade.InPlace, Reason: "not on GKE"}}
	return p
}

// pool is a group of nodes that drain in 120 s, by zone.
func pool(surge, unavailable int, zones ...int) upgrade.Group {
	var n int
	for _, z := range zones {
		n += z
	}
	g := uniform(n, len(zones), units.Count(unavailable), n2standard4)
	g.NodesByZone, g.MaxSurge = zones, units.Count(surge)
	return g
}

type example struct {
	strategy string
	problem  upgrade.Problem
	seconds  int // of the group's round
	hours    float64
	cents    int64
	peak     int
	parallel int
	minReady int
}

func (e example) check(t *testing.T) {
	t.Helper()
	s := find(t, upgrade.Compare(e.problem), e.strategy)
	g := s.Groups[0]
	if g.Duration != time.Duration(e.seconds)*time.Second {
		t.Errorf("takes %v, want %d s", g.Duration, e.seconds)
	}
	if math.Abs(g.ExtraNodeHours-e.hours) > 1e-9 || cents(g.ExtraCost) != e.cents || !g.ExtraCostKnown {
		t.Errorf("%v extra node-hours for %d, want %v for %d cents", g.ExtraNodeHours, g.ExtraCost, e.hours, e.cents)
	}
	if g.PeakExtraNodes != e.peak || g.Parallel != e.parallel || g.MinReadyNodes != e.minReady {
		t.Errorf("peak +%d, %d at a time, %d ready; want +%d, %d, %d", g.PeakExtraNodes, g.Parallel, g.MinReadyNodes,
			e.peak, e.parallel, e.minReady)
	}
	if len(s.BlockedBy) > 0 || s.Forces {
		t.Errorf("blocked by %q, forces %t", s.BlockedBy, s.Forces)
	}
}

// Worked by hand for $0.19424 a node-hour and drains of 120 s.
func TestGKEExamples(t *testing.T) {
	soaked := func(soak time.Duration) upgrade.Problem {
		g := pool(1, 3, 4, 4, 4)
		g.BatchSoak = 5 * time.Minute
		p := onGKE(g)
		p.Times.Soak = soak
		return p
	}
	waits := soaked(time.Hour)
	waits.Times.WaitForDrain = week + time.Hour
	shares := pool(0, 0, 4, 4, 4)
	shares.MaxSurge, shares.MaxUnavailable = units.Share(30*units.Percent), units.Share(5*units.Percent)
	for name, test := range map[string]example{
		// 12 x (120 + 120 + 60) s; 1 node for an hour is $0.19424.
		"surge 1/0":   {upgrade.Surge, onGKE(pool(1, 0, 4, 4, 4)), 3600, 1, 19, 1, 1, 12},
		"surge 0/1":   {upgrade.Surge, onGKE(pool(0, 1, 4, 4, 4)), 3600, 0, 0, 0, 1, 11},
		"minimal 1/1": {upgrade.Minimal, onGKE(pool(1, 1, 4, 4, 4)), 3600, 0, 0, 0, 1, 11},
		// Nobody can be upgraded 0 at a time.
		"surge 0/0":   {upgrade.Surge, onGKE(pool(0, 0, 4, 4, 4)), 3600, 1, 19, 1, 1, 12},
		"minimal 1/0": {upgrade.Minimal, onGKE(pool(1, 0, 4, 4, 4)), 3600, 0, 0, 0, 1, 11},
		// 25 asked for, 20 at most: 5 x 300 s, 20 nodes for that long.
		"surge 20/5":     {upgrade.Surge, onGKE(pool(20, 5, 100)), 1500, 20 * 1500.0 / 3600, 162, 20, 20, 95},
		"surge 20/0":     {upgrade.Surge, onGKE(pool(20, 0, 600)), 9000, 50, 971, 20, 20, 600},
		"surge above 20": {upgrade.Surge, onGKE(pool(50, 0, 600)), 9000, 50, 971, 20, 20, 600},
		// 2 + 1 at a time of zones of 7, 7 and 6: 3 + 3 + 2 batches of 300 s.
		"zone by zone": {upgrade.Surge, onGKE(pool(2, 1, 7, 7, 6)), 2400, 2 * 2400.0 / 3600, 26, 2, 3, 19},
		// 30% of 12 is 4 rounded up, 5% is 1 at least: 5 at a time, of zones of 4.
		"shares": {upgrade.Surge, onGKE(shares), 900, 1, 19, 4, 4, 11},
		// 5 may be missing, and a zone has 2.
		"small zones": {upgrade.Minimal, onGKE(pool(0, 5, 2, 2, 2)), 900, 0, 0, 0, 2, 4},
		// 120 + 30 + 4 x (120 + 300) + 3600 + 120 s of 12 nodes.
		"blue/green":            {upgrade.GKEBlueGreen, soaked(time.Hour), 5550, 18.5, 359, 12, 3, 12},
		"blue/green for a week": {upgrade.GKEBlueGreen, soaked(week), 606750, 2022.5, 39285, 12, 3, 12},
		"blue/green for longer": {upgrade.GKEBlueGreen, soaked(week + time.Second), 606750, 2022.5, 39285, 12, 3, 12},
		// 120 + 30 + 3 x 86400 + 4 x 120 + 120 = 259950 s of 12 nodes at most: 866.5 h.
		"autoscaled": {upgrade.GKEAutoscaledBlueGreen, soaked(time.Hour), 259950, 866.5, 16831, 12, 3, 12},
		// 7 x 86400 at most: 605550 s.
		"autoscaled for longer": {upgrade.GKEAutoscaledBlueGreen, waits, 605550, 2018.5, 39207, 12, 3, 12},
		// 120 + 120 + 1800 + 4 x 120 + 3600 + 120 = 6240 s of 12 nodes: 20.8 h.
		"second pool": {upgrade.NodeGroupBlueGreen, soaked(time.Hour), 6240, 20.8, 404, 12, 3, 12},
	} {
		t.Run(name, test.check)
	}
	s := find(t, upgrade.Compare(soaked(week+time.Second)), upgrade.GKEBlueGreen)
	if !slices.Contains(s.Notes, "the soak ends after 7 days: GKE keeps blue no longer") {
		t.Errorf("notes %q", s.Notes)
	}
}

// A pool whose nodes each have so many pods of "app", one at a time by its budget,
// 50 s each.
func budgeted(perNode, surge, unavailable int, zones ...int) upgrade.Group {
	g := pool(surge, unavailable, zones...)
	g.Nodes[0].Pods[0].Pods = perNode
	g.Workloads[0] = upgrade.Workload{Name: "app", Budget: true, Allowed: 1, Grace: 30 * time.Second, Startup: 20 * time.Second}
	return g
}

func TestForcedDrains(t *testing.T) {
	stuck := budgeted(1, 1, 0, 4)
	stuck.Workloads[0].Allowed = 0
	tests := map[string]struct {
		group    upgrade.Group
		strategy string
		seconds  int // of a batch's drain
		note     string
	}{
		// 40 x 50 s a node: 2000 s, two 4000 s.
		"surge": {
			budgeted(40, 2, 0, 4), upgrade.Surge, 3600,
			"web/app: draining 2 nodes takes 4000 s; after 3600 s the pods that are left are deleted without a budget: 80 pods, 1 at a time; with max_surge 1 all leave in time",
		},
		"together": {
			budgeted(30, 1, 2, 4), upgrade.Surge, 3600,
			"web/app: draining 3 nodes takes 4500 s; after 3600 s the pods that are left are deleted without a budget: 90 pods, 1 at a time; with max_surge and max_unavailable adding up to 2 all leave in time",
		},
		"minimal": {
			budgeted(40, 1, 2, 4), upgrade.Minimal, 3600,
			"web/app: draining 2 nodes takes 4000 s; after 3600 s the pods that are left are deleted without a budget: 80 pods, 1 at a time; with max_unavailable 1 all leave in time",
		},
		"no number will do": {
			budgeted(80, 1, 0, 4), upgrade.Surge, 3600,
			"web/app: draining 1 node takes 4000 s; after 3600 s the pods that are left are deleted without a budget: 80 pods, 1 at a time",
		},
		"blue/green": {
			budgeted(40, 1, 2, 4), upgrade.GKEBlueGreen, 3600,
			"web/app: draining 2 nodes takes 4000 s; after 3600 s the pods that are left are deleted without a budget: 80 pods, 1 at a time; with max_unavailable 1 all leave in time",
		},
		"stuck":       {stuck, upgrade.Surge, 3600, "web/app: its disruption budget lets no pod go: after 3600 s its pods are deleted without it"},
		"the limit":   {budgeted(72, 1, 0, 4), upgrade.Surge, 3600, ""},
		"autoscaled":  {budgeted(40, 1, 2, 4), upgrade.GKEAutoscaledBlueGreen, 4000, ""},
		"second pool": {budgeted(40, 1, 2, 4), upgrade.NodeGroupBlueGreen, 4000, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := find(t, upgrade.Compare(onGKE(test.group)), test.strategy)
			if len(s.BlockedBy) > 0 {
				t.Errorf("blocked by %q", s.BlockedBy)
			}
			if s.Forces != (test.note != "") || test.note != "" && s.Notes[0] != test.note {
				t.Errorf("forces %t, notes %q, want first %q", s.Forces, s.Notes, test.note)
			}
			g := s.Groups[0]
			if g.Drain != time.Duration(test.seconds)*time.Second || g.DrainWorkload != "app" {
				t.Errorf("drains in %v", g.Drain)
			}
			if test.strategy == upgrade.Surge {
				batches := (4 + g.Parallel - 1) / g.Parallel
				if want := time.Duration(batches) * (180*time.Second + g.Drain); g.Duration != want {
					t.Errorf("takes %v, want %v", g.Duration, want)
				}
			}
		})
	}
	for _, name := range []string{upgrade.GKEAutoscaledBlueGreen, upgrade.NodeGroupBlueGreen} {
		if s := find(t, upgrade.Compare(onGKE(stuck)), name); len(s.BlockedBy) != 1 {
			t.Errorf("%s has no limit and is blocked by %q", name, s.BlockedBy)
		}
	}
}

// What deletes pods against their budgets is taken last. GKE's blue/green does too, and ends
// its drains after an hour: 120 + 30 + 4 x 3600 + 3600 + 120 s of four nodes cost less than
// 120 + 120 + 1800 + 4 x 80 x 50 + 3600 + 120 s.
func TestForcingIsTakenLast(t *testing.T) {
	p := onGKE(budgeted(80, 1, 0, 4))
	c := upgrade.Compare(p)
	want := "surge deletes pods that do not leave in time; of the rest it keeps all planned nodes ready, at the least extra cost of those that delete no pods"
	if c.Recommended != upgrade.NodeGroupBlueGreen || c.Reason != want {
		t.Errorf("%s: %s", c.Recommended, c.Reason)
	}
	if s := find(t, c, c.Recommended); !s.Pareto {
		t.Error("the recommended is not of the Pareto set")
	}
	p.Strategies = slices.DeleteFunc(p.Strategies, func(o upgrade.Option) bool {
		return o.Course != upgrade.CourseGKESurge && o.Course != upgrade.CourseGKEBlueGreen
	})
	if c := upgrade.Compare(p); c.Recommended != upgrade.Surge || c.Reason != "all planned nodes stay ready, at the least extra cost" {
		t.Errorf("%s: %s", c.Recommended, c.Reason)
	}
}

func TestGKESurgeRunsShort(t *testing.T) {
	one := upgrade.Workload{Budget: true, Allowed: 1}
	onNodes := func(g upgrade.Group, surge int) upgrade.Group {
		g.NodesByZone, g.MaxSurge = []int{g.Count()}, units.Count(surge)
		return g
	}
	tests := map[string]struct {
		group    upgrade.Group
		mayStop  bool
		strategy string
		blocked  string
		notes    []string
	}{
		// 25 pods of which a node holds 4: 7 nodes of 8.
		"minimal": {
			onNodes(full(8, 25, 3, one), 1), false, upgrade.Minimal,
			"web/app: 5 pods have no place while 3 of 8 nodes are replaced; with max_unavailable 1 every pod has a place",
			[]string{"nodes go before new ones come: the group runs short meanwhile"},
		},
		"surge and more": {
			onNodes(full(8, 25, 3, one), 2), false, upgrade.Surge,
			"web/app: 5 pods have no place while 3 of 8 nodes are replaced; with max_unavailable 1 every pod has a place",
			[]string{"web: max_unavailable leaves 5 of 8 nodes ready"},
		},
		"a surge alone": {
			onNodes(full(8, 31, 2, one), 2), false, upgrade.Surge,
			"web/app: 7 pods have no place while 2 of 8 nodes are replaced; with max_unavailable 0 every pod has a place",
			[]string{"web: max_unavailable leaves 6 of 8 nodes ready"},
		},
		"whole": {onNodes(full(8, 25, 0, one), 2), false, upgrade.Surge, "", nil},
		// 4 and 2 pods want two nodes, one holds 4: two wait and the budget is 1.
		"stalls until forced": {
			onNodes(full(2, 6, 1, one), 0), true, upgrade.Minimal, "",
			[]string{
				"web/app: its pods wait for a place, and its disruption budget lets no more go: after 3600 s those that are left are deleted without it",
				"nodes go before new ones come: the group runs short meanwhile", "web/app: 2 pods have no place until new nodes are there",
			},
		},
		"an outage until forced": {
			onNodes(full(1, 2, 1, one), 0), true, upgrade.Minimal, "",
			[]string{
				"web/app: its pods wait for a place, and its disruption budget lets no more go: after 3600 s those that are left are deleted without it",
				"nodes go before new ones come: the group runs short meanwhile", "outage: no node of web is ready meanwhile",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := onGKE(test.group)
			p.MayStop = test.mayStop
			s := find(t, upgrade.Compare(p), test.strategy)
			if got := strings.Join(s.BlockedBy, "|"); got != test.blocked {
				t.Errorf("blocked by %q, want %q", got, test.blocked)
			}
			if n := len(test.notes); len(s.Notes) < n || !slices.Equal(s.Notes[:n], test.notes) {
				t.Errorf("notes %q, want %q", s.Notes, test.notes)
			}
			if strings.HasSuffix(name, "forced") && (!s.Forces || s.Groups[0].Drain != time.Hour) {
				t.Errorf("forces %t, drains in %v", s.Forces, s.Groups[0].Drain)
			}
		})
	}
}

func TestGKEControlPlane(t *testing.T) {
	p := onGKE(pool(1, 0, 4))
	p.Hops = []string{"1.35", "1.36"}
	p.NodeSkew = 2
	p.APIDown = true
	away := "the API server is away for 15 minutes a minor while the control plane is upgraded: pods run on, and none is moved or scaled"
	back := map[string]string{
		upgrade.Surge:                  "control plane cannot be taken back; nodes by another surge to the old version",
		upgrade.GKEBlueGreen:           "control plane cannot be taken back; uncordon blue until it is deleted, within 1 hour of the last drain",
		upgrade.GKEAutoscaledBlueGreen: "control plane cannot be taken back; uncordon blue until it is deleted: its nodes go as pods leave",
		upgrade.NodeGroupBlueGreen:     "control plane cannot be taken back; uncordon blue until it is deleted, within 1 hour of the last drain",
		upgrade.ClusterBlueGreen:       "move traffic back while both clusters run, within 2 days of the start",
	}
	c := upgrade.Compare(p)
	for name, want := range back {
		s := find(t, c, name)
		if s.Rollback != want {
			t.Errorf("%s: %q, want %q", name, s.Rollback, want)
		}
		if in := name != upgrade.ClusterBlueGreen; slices.Contains(s.Notes, away) != in || slices.Contains(s.Notes, "2 minors, 1 round of nodes") != in {
			t.Errorf("%s: notes %q", name, s.Notes)
		}
	}
	// Two steps of the control plane, add-ons, and a round of 4 x 300 s.
	if s := find(t, c, upgrade.Surge); s.Duration != 40*time.Minute+1200*time.Second {
		t.Errorf("takes %v", s.Duration)
	}
}

// TestLongSoak: GKE keeps a blue pool for 7 days at most, 168 hours of 200, and says so where
// the way back is shown and in a note; a second group of one's own is kept for all of them.
func TestLongSoak(t *testing.T) {
	p := onGKE(pool(1, 0, 4))
	p.Times.Soak = 200 * time.Hour
	c := upgrade.Compare(p)
	cut, kept := find(t, c, upgrade.GKEBlueGreen), find(t, c, upgrade.NodeGroupBlueGreen)
	for _, test := range []struct{ got, want string }{
		{cut.Rollback, "within 7 days of the last drain (GKE keeps it no longer: the soak of 200 hours is cut)"},
		{strings.Join(cut.Notes, "; "), "the soak ends after 7 days: GKE keeps blue no longer"},
		{kept.Rollback, "within 200 hours of the last drain"},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("%q does not say %q", test.got, test.want)
		}
	}
	if strings.Contains(kept.Rollback, "GKE") {
		t.Errorf("a second group is not cut: %q", kept.Rollback)
	}
}
