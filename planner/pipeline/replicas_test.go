package pipeline_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// inPlace is a rollout without surge, one pod at a time: so many replicas need as
// many places and no more.
func inPlace(w planner.Workload) planner.Workload {
	w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
	return w
}

// spreadHard spreads over zones and hosts, as ingress and stateful roles do.
func spreadHard(w planner.Workload) planner.Workload {
	w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey), hard(planner.HostnameKey)}
	return inPlace(w)
}

// onePerNode is a market of one type, whose 1900m hold one pod of 1500m.
func onePerNode(g planner.NodeGroup) *problem {
	return &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.large", 2, 8, 100))}
}

// reasonCase is a workload in a group, and the replicas that it must get.
type reasonCase struct {
	role  planner.Role
	lost  planner.Redundancy
	work  planner.Workload
	want  planner.ReplicaReasons
	ready int
}

// loadTested is a workload of so many requests a second, of which a pod carries
// perPod.
func loadTested(throughput, perPod float64, spare, least int) planner.Workload {
	rate := func(n float64) units.Rate { return units.Rate(n * float64(units.PerSecond)) }
	w := tested("w", rate(throughput), rate(perPod), 1500, units.GiB)
	w.SpareReplicas, w.MinReplicas = spare, least
	return w
}

// percentOf is a share in percent.
func percentOf(n int) units.CountOrRatio { return units.Share(units.Ratio(n) * units.Percent) }

// anyOne is the redundancy of role app: a node or a zone, made up for elsewhere.
func anyOne() planner.Redundancy {
	return planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule}
}

// TestReplicasByReason: by hand from the language's rule, the largest of
// min_replicas, n + spare, what the rollout needs and what static recovery needs.
// Each pod fills a node.
func TestReplicasByReason(t *testing.T) {
	cases := reasonsByRole()
	maps.Copy(cases, reasonsOfRollouts())
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := group("g", tc.role, abc(), tc.lost, tc.work)
			plan := onePerNode(g).mustMake(t)
			w := planned(t, &plan)
			if w.Reasons != tc.want || w.Replicas != tc.want.Sum() {
				t.Errorf("%d replicas, %+v; want %+v", w.Replicas, w.Reasons, tc.want)
			}
			if w.ReadyAtWorst != tc.ready {
				t.Errorf("%d ready at worst, want %d", w.ReadyAtWorst, tc.ready)
			}
		})
	}
}

// reasonsByRole are the roles' own redundancy and spare.
func reasonsByRole() map[string]reasonCase {
	type reasons = planner.ReplicaReasons
	keeps := func(w planner.Workload, ready units.CountOrRatio) planner.Workload {
		w.MinReady = &ready
		return w
	}
	static := func(nodes int) planner.Redundancy {
		return planner.Redundancy{Nodes: nodes, Zones: 1, Recovery: planner.Static}
	}
	return map[string]reasonCase{
		// 1000 / 300 = 3.33; losses raise no count that is rescheduled. 5 pods on 3
		// zones leave 3.
		"app": {planner.App, anyOne(), loadTested(1000, 300, 1, 2), reasons{Load: 4, Spare: 1}, 3},
		// The minimum of 2 is in the spare already.
		"app of one pod":          {planner.App, anyOne(), loadTested(100, 300, 1, 2), reasons{Load: 1, Spare: 1}, 1},
		"app with a high minimum": {planner.App, anyOne(), loadTested(1000, 300, 1, 7), reasons{Load: 4, Spare: 1, Minimum: 2}, 4},
		"batch":                   {planner.Batch, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, loadTested(250, 300, 1, 0), reasons{Load: 1, Spare: 1}, 1},
		"batch, given":            {planner.Batch, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, given("w", 3, 1500, units.GiB), reasons{Load: 3}, 2},
		"monitoring":              {planner.Monitoring, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, loadTested(600, 300, 0, 1), reasons{Load: 2}, 1},
		"system":                  {planner.System, anyOne(), loadTested(100, 300, 0, 2), reasons{Load: 1, Minimum: 1}, 1},
		// 2.4 pods; 5 - 2 nodes = 3, and 5 - 2 in the fullest zone = 3.
		"ingress": {planner.Ingress, static(2), spreadHard(loadTested(6000, 2500, 1, 2)), reasons{Load: 3, Spare: 1, Node: 1}, 3},
		// A node less to lose: 4 - 2 in the fullest zone is too few, so the zone asks.
		"ingress, one node": {planner.Ingress, static(1), spreadHard(loadTested(6000, 2500, 1, 2)), reasons{Load: 3, Spare: 1, Zone: 1}, 3},
		// 6 - 2 = 4; the rollout keeps 4 of 5.
		"stateful, computed": {planner.Stateful, static(1), spreadHard(loadTested(1200, 300, 0, 0)), reasons{Load: 4, Rollout: 1, Zone: 1}, 4},
		"stateful, given":    {planner.Stateful, static(1), spreadHard(keeps(given("w", 6, 1500, units.GiB), units.Count(4))), reasons{Load: 6}, 4},
		// 11 - 4 = 7, 10 - 4 = 6; not 3 x ceil(7 / 2) = 12.
		"seven after a zone": {planner.Ingress, static(0), spreadHard(loadTested(2100, 300, 0, 0)), reasons{Load: 7, Rollout: 1, Zone: 3}, 7},
		// Half of the replicas that run: 4 - 2 in the fullest zone.
		"half stays ready": {planner.App, anyOne(), keeps(loadTested(900, 300, 1, 0), percentOf(50)), reasons{Load: 3, Spare: 1}, 2},
	}
}

// reasonsOfRollouts are what a rollout asks for, and what no rounding may add.
func reasonsOfRollouts() map[string]reasonCase {
	type reasons = planner.ReplicaReasons
	rolled := func(w planner.Workload, surge, unavailable units.CountOrRatio) planner.Workload {
		w.RollingUpdate = planner.RollingUpdate{MaxSurge: surge, MaxUnavailable: unavailable}
		return w
	}
	return map[string]reasonCase{
		// Exact in decimal, though 1.1 / 0.1 is above 11 in floating point.
		"eleven": {planner.App, anyOne(), loadTested(1.1, 0.1, 0, 0), reasons{Load: 11}, 7},

		"one unavailable":        {planner.App, anyOne(), inPlace(loadTested(900, 300, 0, 0)), reasons{Load: 3, Rollout: 1}, 2},
		"spare covers a rollout": {planner.App, anyOne(), inPlace(loadTested(900, 300, 1, 0)), reasons{Load: 3, Spare: 1}, 2},
		// 5 - floor(2.5) = 3, 4 - 2 = 2.
		"half unavailable": {planner.App, anyOne(), rolled(loadTested(900, 300, 0, 0), units.Count(0), percentOf(50)), reasons{Load: 3, Rollout: 2}, 3},
		// Both round to nothing, so that Kubernetes takes one (ResolveFenceposts).
		"a tenth unavailable": {planner.App, anyOne(), rolled(loadTested(900, 300, 0, 0), units.Count(0), percentOf(10)), reasons{Load: 3, Rollout: 1}, 2},
		"surge alone":         {planner.App, anyOne(), rolled(loadTested(900, 300, 0, 0), percentOf(25), units.Count(0)), reasons{Load: 3}, 2},
	}
}

// TestIngressNodes: the five pods of the ingress sit on five nodes, two, two and
// one by zone.
func TestIngressNodes(t *testing.T) {
	w := spreadHard(tested("w", 6000*units.PerSecond, 2500*units.PerSecond, 1500, units.GiB))
	plan := onePerNode(group("g", planner.Ingress, abc(), planner.Redundancy{Nodes: 2, Zones: 1, Recovery: planner.Static}, w)).mustMake(t)
	if _, n := nodes(&plan); n != 5 {
		t.Errorf("%d nodes, want 5", n)
	}
	for i, want := range []planner.ZoneCount{{Zone: "a", Nodes: 2}, {Zone: "b", Nodes: 2}, {Zone: "c", Nodes: 1}} {
		if got := plan.NodeGroups[0].Pools[0].NodesByZone[i]; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// TestUtilizationSizes: 300 a second of 20 ms are 6 busy workers; 8 workers a pod
// at 70% are 5.6 of them, so that two pods are needed and are 37.5% busy.
func TestUtilizationSizes(t *testing.T) {
	w := latencyBound("w")
	w.Pod.CPU, w.SpareReplicas, w.MinReplicas = 1500, 0, 0
	w.Demand.Latency[0].Target = 10 * time.Second
	plan := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Recovery: planner.Reschedule}, w)).mustMake(t)
	got := planned(t, &plan)
	if got.Reasons != (planner.ReplicaReasons{Load: 2}) || got.Binding != "utilization" || got.Utilization < 375_000 || got.Utilization > 375_001 {
		t.Errorf("%+v, %s, %d; want two pods for utilization, 37.5%% busy", got.Reasons, got.Binding, got.Utilization)
	}
	if got.PerPod != 150*units.PerSecond {
		t.Errorf("%d a pod, want 150 a second", got.PerPod)
	}
}

// TestTargetBelowService: no count makes a response faster than its service.
func TestTargetBelowService(t *testing.T) {
	w := latencyBound("w")
	w.Demand.Latency[0].Target = 50 * time.Millisecond
	bad := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Recovery: planner.Reschedule}, w)).infeasible(t)
	if bad.Path != "node_group.g.workload.w.latency.p99" || bad.Margin != "10ms too long" || !strings.Contains(bad.Constraint, "60ms") {
		t.Errorf("got %+v", bad)
	}
}

// TestZoneRule: seven pods that fill a node each and are rescheduled need seven
// nodes after a zone is lost: 11, since 11 - 4 = 7 and 10 - 4 = 6.
func TestZoneRule(t *testing.T) {
	plan := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Zones: 1, Recovery: planner.Reschedule}, given("w", 7, 1500, units.GiB))).mustMake(t)
	if _, n := nodes(&plan); n != 11 {
		t.Errorf("%d nodes, want 11", n)
	}
	if got := plan.NodeGroups[0].Binding; got.Resource != "cpu" || got.During != "zone_loss" || got.Workload != "w" {
		t.Errorf("bound by %+v, want CPU for w after a zone is lost", got)
	}
	steps := plan.NodeGroups[0].RedundancyCost
	// 7 pods and 2 of the surge, and 100 thousandths a node.
	if steps[0].Nodes != 9 || steps[2].Nodes != 11 || steps[2].Added.Rate != 2*listed(100).Rate {
		t.Errorf("steps %+v, want 9 nodes bare, 11 for the zone at 0.20 USD an hour more", steps)
	}
}

// TestMinReadyBelowTheLoad: one pod is to survive, where two hold the target. Of
// three, a zone leaves two; two nodes leave one, for which nothing is promised.
func TestMinReadyBelowTheLoad(t *testing.T) {
	w := spreadHard(latencyBound("w"))
	w.Pod.CPU, w.SpareReplicas, w.MinReplicas, w.MinReady = 1500, 0, 0, new(units.Count(1))
	plan := onePerNode(group("g", planner.Ingress, abc(), planner.Redundancy{Nodes: 2, Zones: 1, Recovery: planner.Static}, w)).mustMake(t)
	got := planned(t, &plan)
	if got.ReadyAtWorst != 1 || got.Reasons != (planner.ReplicaReasons{Load: 2, Rollout: 1}) {
		t.Errorf("%d of %+v ready at worst, want 1 of 2 and 1 for the rollout", got.ReadyAtWorst, got.Reasons)
	}
	for _, p := range got.Latency {
		if p.During == "node_loss" || p.Predicted <= 0 || p.Predicted > p.Target {
			t.Errorf("predicts %+v", p)
		}
	}
}
