package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// tiny is a workload of so many replicas of which a node carries seven.
func tiny(name string, replicas int, change func(*planner.Workload)) planner.Workload {
	w := given(name, replicas, 500, units.GiB)
	if change != nil {
		change(&w)
	}
	return w
}

func apartBy(key planner.TopologyKey, mode planner.AffinityMode) func(*planner.Workload) {
	return func(w *planner.Workload) { w.AntiAffinity = planner.AntiAffinity{Mode: mode, Key: key} }
}

// on plans a group of machines of 3900m over zones.
func on(zones []string, r planner.Redundancy, works ...planner.Workload) *problem {
	return &problem{cluster: cluster(zones, group("g", planner.App, zones, r, works...)), catalog: catalog(machine("m7i.xlarge", 4, 16, 200))}
}

// TestAntiAffinity: by hand, 6 small pods of which a node takes one need 6 nodes, and 8
// with a surge of a quarter; 7 where one is rescheduled after the loss of a node and
// nothing surges. Preferred, they fit on one.
func TestAntiAffinity(t *testing.T) {
	tests := map[string]struct {
		mode  planner.AffinityMode
		surge bool
		nodes int
		want  int
	}{
		"with everything up":     {planner.AffinityRequired, false, 0, 6},
		"during a rollout":       {planner.AffinityRequired, true, 0, 8},
		"after a node is lost":   {planner.AffinityRequired, false, 1, 7},
		"as a wish it is no one": {planner.AffinityPreferred, false, 0, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := tiny("w", 6, apartBy(planner.HostnameKey, test.mode))
			if !test.surge {
				w = inPlace(w)
			}
			plan := on([]string{"a"}, planner.Redundancy{Nodes: test.nodes, Recovery: planner.Reschedule}, w).mustMake(t)
			if _, n := nodes(&plan); n != test.want {
				t.Errorf("%d nodes, want %d", n, test.want)
			}
			for _, p := range plan.NodeGroups[0].Placement {
				if test.mode == planner.AffinityRequired && slices.ContainsFunc(p.Pods, func(c planner.PodCount) bool { return c.Workload == "w" && c.Pods > 1 }) {
					t.Errorf("a node has %v", p.Pods)
				}
			}
		})
	}
}

// TestAntiAffinityBeyondZones says what there is too little of, and what frees it.
func TestAntiAffinityBeyondZones(t *testing.T) {
	tests := map[string]struct {
		replicas                   int
		surge                      bool
		zones                      int
		constraint, margin, remedy string
	}{
		"replicas": {4, false, 0, "each of 4 replicas has a zone of its own, and there are 3", "1 zone too few", `anti_affinity_key = "hostname"`},
		"rollouts": {3, true, 0, "3 replicas and 4 pods during a rollout", "1 zone too few", "write rolling_update { max_surge = 0, max_unavailable = 1 }"},
		"losses":   {3, false, 1, "there are 3, 2 after the loss of any 1 zone", "1 zone too few", "lower the replicas to 2"},
		// 6 and 2 of a rollout are 8; 2 survive a zone, and the surge of 2 is 1, which the
		// third zone takes.
		"all":       {6, true, 1, "6 replicas and 8 pods during a rollout has a zone of its own, and there are 3, 2 after the loss of any 1 zone", "5 zones too few", "lower the replicas to 2"},
		"no losses": {6, true, 0, "6 replicas and 8 pods during a rollout", "5 zones too few", "lower the replicas to 3, with rolling_update { max_surge = 0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := tiny("w", test.replicas, apartBy(planner.ZoneKey, planner.AffinityRequired))
			if !test.surge {
				w = inPlace(w)
			}
			bad := on(abc(), planner.Redundancy{Zones: test.zones, Recovery: planner.Reschedule}, w).infeasible(t)
			if bad.Path != "node_group.g.workload.w.anti_affinity" || !strings.Contains(bad.Constraint, test.constraint) || bad.Margin != test.margin || !strings.Contains(bad.Remedy, test.remedy) {
				t.Errorf("got %+v", bad)
			}
		})
	}
	// What the remedies name holds: 2 with a surge of 1 in three zones of which one is lost.
	on(abc(), planner.Redundancy{Zones: 1, Recovery: planner.Reschedule}, tiny("w", 2, apartBy(planner.ZoneKey, planner.AffinityRequired))).mustMake(t)
	// Three in three zones, none of which is lost.
	plan := on(abc(), planner.Redundancy{Recovery: planner.Reschedule}, inPlace(tiny("w", 3, apartBy(planner.ZoneKey, planner.AffinityRequired)))).mustMake(t)
	if _, n := nodes(&plan); n != 3 {
		t.Errorf("%d nodes, want one in each zone", n)
	}
}

// TestAffinity: two caches, one on a node, draw six pods; where those are alone they go
// on one node, and near the caches on two.
func TestAffinity(t *testing.T) {
	cache := inPlace(tiny("cache", 2, apartBy(planner.HostnameKey, planner.AffinityRequired)))
	w := inPlace(tiny("w", 6, func(w *planner.Workload) {
		w.Affinity = []planner.PodAffinity{{Workload: "cache", Key: planner.HostnameKey, Mode: planner.AffinityRequired}}
	}))
	plan := on([]string{"a"}, planner.Redundancy{Recovery: planner.Reschedule}, cache, w).mustMake(t)
	if _, n := nodes(&plan); n != 2 {
		t.Errorf("%d nodes, want 2", n)
	}
	for _, p := range plan.NodeGroups[0].Placement {
		has := func(name string) bool {
			return slices.ContainsFunc(p.Pods, func(c planner.PodCount) bool { return c.Workload == name })
		}
		if has("w") && !has("cache") {
			t.Errorf("pods of w run without a cache: %v", p.Pods)
		}
	}
}

// TestZonalVolumes: three members with a volume each, one in a zone, of which two must
// stay ready. A zone that is lost takes its member with it, and nothing is moved for
// it; a node that is lost needs another in the same zone, for the member has no place
// elsewhere: two in each.
func TestZonalVolumes(t *testing.T) {
	member := func() planner.Workload {
		w := inPlace(given("w", 3, 3000, 8*units.GiB))
		w.Kind = planner.StatefulSet
		w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
		w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey)}
		w.MinReady = new(units.Count(2))
		w.Volumes = []planner.Volume{{Name: "data", Type: "gp3", Size: 100 * units.GiB, Zonal: true}}
		return w
	}
	for _, test := range []struct {
		name string
		r    planner.Redundancy
		want int
	}{
		{"static", planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static}, 3},
		{"a zone", planner.Redundancy{Zones: 1, Recovery: planner.Reschedule}, 3},
		{"a node", planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := on(abc(), test.r, member()).mustMake(t)
			if _, n := nodes(&plan); n != test.want {
				t.Errorf("%d nodes, want %d", n, test.want)
			}
			i := slices.IndexFunc(plan.Cost.Lines, func(l planner.CostLine) bool { return l.Path == "node_group.g.volumes" })
			// 3 x 100 GiB at 0.0001 USD an hour, see catalog.
			if i < 0 || plan.Cost.Lines[i].Amount.Rate != 3*100*units.DollarPerHour/10_000 {
				t.Errorf("the lines are %+v", plan.Cost.Lines)
			}
		})
	}
}

// TestReplayOfZonalVolumes: the member of a lost zone waits for it, and what is said of it
// names its volumes.
func TestReplayOfZonalVolumes(t *testing.T) {
	w := inPlace(given("w", 3, 3000, 8*units.GiB))
	w.Kind, w.MinReady = planner.StatefulSet, new(units.Count(2))
	w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey)}
	w.Volumes = []planner.Volume{{Name: "data", Type: "gp3", Size: 100 * units.GiB, Zonal: true}}
	p := on(abc(), planner.Redundancy{Zones: 1, Recovery: planner.Static}, w)
	plan := p.mustMake(t)
	replay := p.replay(t, &plan, planner.Kill{Zone: "b"})
	if c := replay.Groups[0].Workloads[0]; c.Displaced != 1 || c.Placed != 0 || c.Short != "volume_zone" || !c.MayWait {
		t.Errorf("got %+v", c)
	}
}

// TestPriority: the provider's pods come before what a spec gives a priority, and plans
// that give none are as they were.
func TestPriority(t *testing.T) {
	plain := on(abc(), planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, tiny("v", 9, nil), tiny("w", 6, nil))
	plain.provider.system = systemWorkloads()
	first := plain.mustMake(t)
	ranked := on(abc(), planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, tiny("v", 9, nil), tiny("w", 6, func(w *planner.Workload) { w.Priority = 1000 }))
	ranked.provider.system = systemWorkloads()
	second := ranked.mustMake(t)
	if _, n := nodes(&first); n == 0 || second.NodeGroups[0].Nodes < n {
		t.Errorf("%d nodes, and %d with a priority", n, second.NodeGroups[0].Nodes)
	}
}
