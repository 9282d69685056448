package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestMinimalUpgradeAsksForPlaces: nodes of 1900m hold one pod of 1500m, so that
// as many pods as nodes have no place when nodes are away.
func TestMinimalUpgradeAsksForPlaces(t *testing.T) {
	tests := map[string]struct {
		environment planner.Environment
		replicas, u int
		lost        planner.Redundancy
		nodes       int
		want        string
	}{
		"none to spare": {planner.Production, 6, 2, planner.Redundancy{}, 6, "g/w: 2 pods have no place while 2 of 6 nodes are replaced"},
		// 5 pods survive the loss of a node on 6, and on 5 they do not. Each of 6 nodes is
		// away for a minute after its drain, a minute of deletion and two of boot.
		"a node to spare": {planner.Production, 5, 1, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, 6, "keep = n_plus_one: declared losses not survived for 24 min"},
		"outage":          {planner.Production, 3, 3, planner.Redundancy{}, 3, "g: an outage: no node is ready while 3 of 3 nodes are replaced"},
		"development":     {planner.Development, 3, 3, planner.Redundancy{}, 3, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			g := group("g", planner.App, abc(), test.lost, inPlace(given("w", test.replicas, 1500, units.GiB)))
			g.UpdateConfig.MaxUnavailable = units.Count(test.u)
			p := onePerNode(g)
			p.cluster.Environment = test.environment
			p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
			plan := p.mustMake(t)
			if _, n := nodes(&plan); n != test.nodes {
				t.Fatalf("%d nodes, want %d", n, test.nodes)
			}
			for _, s := range plan.Upgrade.Strategies {
				if s.Name != "minimal" {
					continue
				}
				if got := append(s.BlockedBy, "")[0]; got != test.want {
					t.Errorf("blocked by %q, want %q", got, test.want)
				}
			}
		})
	}
}

// TestUpgradesAreHeldToTheSpec: six nodes in three zones, replaced two more a zone first
// and one at a time. A second cluster runs for 48 h, and six nodes more are twelve.
func TestUpgradesAreHeldToTheSpec(t *testing.T) {
	tests := map[string]struct {
		change   func(c *planner.Cluster)
		strategy string
		want     string
	}{
		"in time":  {func(c *planner.Cluster) { c.Upgrade.FinishWithin = 48 * time.Hour }, "cluster_blue_green", ""},
		"too long": {func(c *planner.Cluster) { c.Upgrade.FinishWithin = 47 * time.Hour }, "cluster_blue_green", "takes 2 d, and finish_within is 47 h"},
		// 48 h of six machines at $0.10 and their disks at $0.005, and of a control plane at $0.10.
		"for less":          {func(c *planner.Cluster) { c.Upgrade.MaxExtra = new(35*units.Dollar + 31*units.Dollar/1000) }, "cluster_blue_green", "costs 35.04 USD more, and max_extra_usd is 35.03 USD"},
		"for a little less": {func(c *planner.Cluster) { c.Upgrade.MaxExtra = new(35*units.Dollar + 39*units.Dollar/1000) }, "cluster_blue_green", "costs 35.04 USD more, and max_extra_usd is 35.039 USD"},
		"for nothing":       {func(c *planner.Cluster) { c.Upgrade.MaxExtra = new(units.USD(0)) }, "minimal", ""},
		"enough vCPUs":      {func(c *planner.Cluster) { c.Quota.OnDemandVCPUs = 24 }, "surge", ""},
		"a quota":           {func(c *planner.Cluster) { c.Quota.OnDemandVCPUs = 23 }, "surge", "quota.on_demand_vcpus: 24 vCPUs on demand at the peak, and the limit is 23"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, inPlace(given("w", 6, 1500, units.GiB))))
			p.cluster.Environment = planner.Development
			p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
			test.change(&p.cluster)
			plan := p.mustMake(t)
			s := plan.Upgrade.Named(test.strategy)
			if s == nil {
				t.Fatalf("no %s", test.strategy)
			}
			got := strings.Join(s.BlockedBy, "; ")
			if test.strategy == "minimal" { // pods of a node that goes first have no place
				got = strings.Join(slices.DeleteFunc(slices.Clone(s.BlockedBy), func(b string) bool { return !strings.Contains(b, "max_extra") }), "; ")
			}
			if got != test.want {
				t.Errorf("blocked by %q, want %q; limits %v", got, test.want, s.Limits)
			}
		})
	}
}

// TestMostOfAutoscaledBlueGreen: its simulation has a node more at a time and one that
// is being deleted, since no pod leaves before the wait is over. Pods that leave by themselves let all six of green stand
// beside blue, for 120 + 30 s, three days, six drains of 50 s and 120 s at most: 432.95 h
// at $0.105, $45.46, which is what max_extra_usd is held to and what is said.
func TestMostOfAutoscaledBlueGreen(t *testing.T) {
	for most, want := range map[units.USD]string{46: "", 45: "costs up to 45.46 USD more, and max_extra_usd is 45.00 USD"} {
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, inPlace(given("w", 6, 1500, units.GiB))))
		p.provider.ground = hasSurge
		p.provider.mechanics = func(m *planner.Mechanics) {
			goesByZone(m)
			m.Strategies = []planner.UpgradeOption{{Name: "gke_autoscaled_blue_green", Course: planner.CourseGKEAutoscaledBlueGreen}}
			m.WaitForDrain = 72 * time.Hour
		}
		p.cluster.Environment = planner.Development
		declareWidth(p, "minimal", 1)
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare", MaxExtra: new(most * units.Dollar)}
		plan := p.mustMake(t)
		s := plan.Upgrade.Named("gke_autoscaled_blue_green")
		if got := strings.Join(s.BlockedBy, "; "); got != want {
			t.Errorf("at most %d: blocked by %q, want %q", most, got, want)
		}
		if s.PeakExtraNodes != 2 || s.ExtraCost > 10*units.Dollar {
			t.Errorf("simulated +%d for %d", s.PeakExtraNodes, s.ExtraCost)
		}
		const note = "time, extra nodes and cost are of pods that stay until they are evicted: it is over sooner, and takes up to 6 nodes more for 45.46 USD, where pods leave blue's nodes one by one"
		if !slices.Contains(s.Notes, note) || slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "at most these") }) {
			t.Errorf("notes are %q", s.Notes)
		}
	}
}

// TestNodesFollowAsTheyMay: two minors, of which nodes follow each by default, and the last
// one alone where kubelets may trail by two. A round of six nodes with two more a zone takes
// 120 + 30 + 6 x (120 + 60 + 60) + 6 x 30 = 1770 s, and six nodes more of 1650 s of it.
// Where a provider lets nodes trail by one minor, two are refused.
func TestNodesFollowAsTheyMay(t *testing.T) {
	of := func(skew, largest int) *problem {
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", 6, 1500, units.GiB))))
		p.provider.mechanics = func(m *planner.Mechanics) {
			eksTimes(m)
			m.LargestSkew = largest
		}
		declareWidth(p, "surge", 1)
		p.cluster.Upgrade = &planner.Upgrade{To: "1.37", Strategy: "surge", KubeletSkew: skew}
		return p
	}
	for skew, want := range map[int][]string{0: {"1.36", "1.37"}, 1: {"1.36", "1.37"}, 2: {"1.37"}, 3: {"1.37"}} {
		plan := of(skew, 3).mustMake(t)
		g := plan.Upgrade.Named("surge").Groups[0]
		rounds := len(want)
		if !slices.Equal(plan.Upgrade.NodeRounds, want) || g.Rounds != rounds || g.Duration != time.Duration(rounds*1770)*time.Second {
			t.Errorf("skew %d: nodes follow at %v, in %d rounds of %v together, want %v", skew, plan.Upgrade.NodeRounds, g.Rounds, g.Duration, want)
		}
		// 6 x 1650 s at $0.105, rounded up in each round.
		if each := 6 * 1650 * 105 * units.Dollar / 3_600_000; g.ExtraCost != units.USD(rounds)*each {
			t.Errorf("skew %d: %d more, want %d rounds of %d", skew, g.ExtraCost, rounds, each)
		}
	}
	bad := of(2, 1).infeasible(t)
	if bad.Path != "upgrade.kubelet_skew" || !strings.Contains(bad.Constraint, "nodes of 1.35 must follow before the control plane goes to 1.37") {
		t.Errorf("%+v", bad)
	}
}

// TestWaitsOfTheSpec: of six nodes, whose drains take 120 s, a blue/green of the group takes
// 30 + 120 s, the verification, 720 s, the soak and 120 s, and a second cluster as long as
// both run. By default these are 30 minutes, an hour and 48 hours.
func TestWaitsOfTheSpec(t *testing.T) {
	for name, test := range map[string]struct {
		verify, soak, both *time.Duration
		seconds, hours     time.Duration
	}{
		"by default":  {nil, nil, nil, 150 + 1800 + 720 + 3600 + 120, 48},
		"as declared": {new(10 * time.Minute), new(2 * time.Hour), new(24 * time.Hour), 150 + 600 + 720 + 7200 + 120, 24},
		"none at all": {new(time.Duration(0)), new(time.Duration(0)), new(time.Hour), 150 + 720 + 120, 1},
	} {
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", 6, 1500, units.GiB))))
		p.provider.mechanics = eksTimes
		declareWidth(p, "surge", 1)
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare", Verify: test.verify, Soak: test.soak, ParallelRun: test.both}
		plan := p.mustMake(t)
		blue, second := plan.Upgrade.Named("node_group_blue_green"), plan.Upgrade.Named("cluster_blue_green")
		if got := blue.Groups[0].Duration; got != test.seconds*time.Second {
			t.Errorf("%s: blue/green takes %v, want %d s", name, got, test.seconds)
		}
		if second.Duration != test.hours*time.Hour || second.RollbackNodes != test.hours*time.Hour || test.soak != nil && blue.RollbackNodes != *test.soak {
			t.Errorf("%s: a second cluster runs for %v; the way back is open for %v and %v", name, second.Duration, second.RollbackNodes, blue.RollbackNodes)
		}
	}
}

// TestNodesAreWhereTheyStand: four nodes are two in the first zone and one in each of the
// others, which is the most that there is where nodes go before new ones come.
func TestNodesAreWhereTheyStand(t *testing.T) {
	p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, inPlace(given("w", 4, 1500, units.GiB))))
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
	plan := p.mustMake(t)
	want := []planner.ZoneCount{{Zone: "a", Nodes: 2}, {Zone: "b", Nodes: 1}, {Zone: "c", Nodes: 1}}
	if s := plan.Upgrade.Named("minimal"); !slices.Equal(s.PeakByZone, want) || !slices.Equal(s.Groups[0].PeakByZone, want) {
		t.Errorf("%v, %v, want %v", s.PeakByZone, s.Groups[0].PeakByZone, want)
	}
}

// TestVolumesKeepPodsInTheirZone: five pods on three nodes with room for two, one node a zone.
// Of two pods of a node that is away one has a place elsewhere, unless their volumes are in
// the zone: then both wait for it.
func TestVolumesKeepPodsInTheirZone(t *testing.T) {
	for zonal, waiting := range map[bool]int{false: 1, true: 2} {
		w := inPlace(given("w", 5, 900, units.GiB))
		w.Kind, w.Volumes = planner.StatefulSet, []planner.Volume{{Name: "data", Type: "gp3", Size: 100 * units.GiB, Zonal: zonal}}
		p := onePerNode(group("g", planner.Stateful, abc(), none(), w))
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
		plan := p.mustMake(t)
		if got := byZone(plan.NodeGroups[0].Pools[0].NodesByZone); !slices.Equal(got, []int{1, 1, 1}) {
			t.Fatalf("nodes %v", got)
		}
		if got := plan.Upgrade.Named("minimal").Workloads[0].Pending; got != waiting {
			t.Errorf("zonal %t: %d pods wait for a place, want %d", zonal, got, waiting)
		}
	}
}

// TestBudgetsLetTargetsGo: six pods carry the peak, and a budget lets one go. A surge moves
// them one by one, 120 s each, in which the targets do not hold: n_plus_one asks for the five
// that the budget leaves, and targets for all six.
func TestBudgetsLetTargetsGo(t *testing.T) {
	for keep, want := range map[planner.UpgradeKeep]string{
		planner.UpgradeKeepNPlusOne: "", planner.UpgradeKeepCapacity: "",
		planner.UpgradeKeepTargets: "keep = targets: pods are too few for 12 min: g/w (5 ready of 6)",
	} {
		w := slow(tested("w", 600, 100, 1500, units.GiB))
		w.SpareReplicas, w.PodDisruptionBudget = 0, &planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(1))}
		w.RollingUpdate = planner.RollingUpdate{MaxSurge: units.Count(1)} // on a seventh node
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, w))
		p.provider.mechanics = eksTimes
		declareWidth(p, "surge", 1)
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare", Keep: keep}
		plan := p.mustMake(t)
		s := plan.Upgrade.Named("surge")
		if got := strings.Join(s.BlockedBy, "; "); got != want || s.NoTarget != 12*time.Minute {
			t.Errorf("keep %s: blocked by %q, want %q; targets away for %v", keep, got, want, s.NoTarget)
		}
		const note = "at the peak targets do not hold for 12 min, within what budgets let go: g/w (5 ready, 6 needed)"
		if said := slices.Contains(s.Notes, note); said != (want == "") {
			t.Errorf("keep %s: notes are %q", keep, s.Notes)
		}
	}
}

// TestSurplusGoesAgainstBudgets: six pods carry the peak, a budget lets one go, and drains keep
// five; losses are survived all the time. But EKS takes surplus nodes with a pod away 30 s
// apart, which no budget stops, and a pod is away for 30 s + 20 s: two are for 20 s. So
// n_plus_one is not kept, no note says that it is, and the verdict says why. Where no node is
// taken away so it is kept.
func TestSurplusGoesAgainstBudgets(t *testing.T) {
	w := tested("w", 600, 100, 900, units.GiB)
	w.SpareReplicas, w.Recovery = 0, planner.Reschedule
	w.PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(1))}
	p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Nodes: 1}, w))
	p.provider.mechanics = eksTimes
	declareWidth(p, "surge", 1)
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare", Keep: planner.UpgradeKeepNPlusOne}
	plan := p.mustMake(t)
	for name, want := range map[string]string{
		"surge":   "keep = n_plus_one: pods are too few for 20 s: g/w (4 ready of 5), since EKS takes surplus nodes away against budgets",
		"minimal": "", "node_group_blue_green": "",
	} {
		s := plan.Upgrade.Named(name)
		if got := strings.Join(s.BlockedBy, "; "); got != want || s.NoRedundancy > 0 {
			t.Errorf("%s: blocked by %q, want %q; losses not survived for %v", name, got, want, s.NoRedundancy)
		}
		if said := slices.Contains(s.Notes, "keeps n_plus_one"); said != (want == "") {
			t.Errorf("%s: notes are %q", name, s.Notes)
		}
	}
}

// TestCapacityIsNodes: six pods on seven nodes, the seventh for rollouts. Where a node goes
// before a new one comes every pod has a place, and only capacity asks for the seventh.
func TestCapacityIsNodes(t *testing.T) {
	for keep, want := range map[planner.UpgradeKeep]string{
		planner.UpgradeKeepNPlusOne: "", planner.UpgradeKeepTargets: "", planner.UpgradeKeepCapacity: "keep = capacity: fewer nodes are ready than planned",
	} {
		w := given("w", 6, 1500, units.GiB)
		w.RollingUpdate = planner.RollingUpdate{MaxSurge: units.Count(1)}
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, w))
		declareWidth(p, "minimal", 1)
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare", Keep: keep}
		plan := p.mustMake(t)
		s := plan.Upgrade.Named("minimal")
		if got := strings.Join(s.BlockedBy, "; "); got != want || s.Groups[0].MinReadyNodes != 6 {
			t.Errorf("keep %s: blocked by %q, want %q; %d nodes ready", keep, got, want, s.Groups[0].MinReadyNodes)
		}
	}
}

// TestPodsThatShareNoNode: of three nodes with room for two pods each, one a zone, the pod of
// a node that is away has a place on another one, unless pods may not share a node.
func TestPodsThatShareNoNode(t *testing.T) {
	for waiting, mode := range []planner.AffinityMode{planner.AffinityPreferred, planner.AffinityRequired} {
		w := inPlace(given("w", 3, 900, units.GiB))
		w.AntiAffinity = planner.AntiAffinity{Mode: mode, Key: planner.HostnameKey}
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{Nodes: 1 - waiting, Recovery: planner.Reschedule}, w))
		p.cluster.Environment = planner.Development
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
		plan := p.mustMake(t)
		if _, n := nodes(&plan); n != 3 {
			t.Fatalf("%s: %d nodes", mode, n)
		}
		if got := plan.Upgrade.Named("minimal").Workloads[0].Pending; got != waiting {
			t.Errorf("%s: %d pods wait for a place, want %d", mode, got, waiting)
		}
	}
}

// TestWorstStepsNameTheGroup: of two groups that have a workload of one name the step at
// which the least is ready names both; a name that one group has stands alone.
func TestWorstStepsNameTheGroup(t *testing.T) {
	for other, want := range map[string]string{"w": "h/w", "v": "w"} {
		// The pods of h have no room to move, and g has a node to spare.
		spare := planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}
		p := onePerNode(group("g", planner.App, abc(), spare, inPlace(given(other, 5, 1500, units.GiB))))
		addGroups(&p.cluster, group("h", planner.App, abc(), planner.Redundancy{}, inPlace(given("w", 2, 1500, units.GiB))))
		p.cluster.Environment = planner.Development
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
		plan := p.mustMake(t)
		worst := plan.Upgrade.Named("minimal").Worst
		if len(worst) == 0 || worst[0].Workload != want {
			t.Errorf("beside %s: the least is ready of %+v, want %s", other, worst, want)
		}
	}
}
