package pipeline_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// inZone pins a workload to a zone.
func inZone(zone string, w planner.Workload) planner.Workload {
	w.NodeSelector = map[string]string{"topology.kubernetes.io/zone": zone}
	return w
}

// TestSplitByZone: two pods of 1500m fill a node of 3750m.
//
// Fourteen pods take seven nodes, and eleven where any zone may be lost: four, four and
// three, of which seven are left. Where zones are equal that is twelve, and eleven where
// each zone has a group of its own.
//
// Six pods for zone a take three nodes there, and two for zone b one. Counts that differ by
// one at most have three in any zone with nine nodes; groups of their own are three and one,
// and one in zone c, since a group stands in each of its zones.
func TestSplitByZone(t *testing.T) {
	equal := func(terms *planner.Terms) { terms.EqualZones = true }
	free := func() []planner.Workload { return []planner.Workload{inPlace(given("w", 14, 1500, units.GiB))} }
	pinned := func() []planner.Workload {
		return []planner.Workload{inPlace(inZone("a", given("p", 6, 1500, units.GiB))), inPlace(inZone("b", given("w", 2, 1500, units.GiB)))}
	}
	for name, tc := range map[string]struct {
		works  []planner.Workload
		lost   planner.Redundancy
		equal  bool
		split  bool
		byZone []int
		steps  []string
	}{
		"equal zones, whole":  {free(), oneZone(), true, false, []int{4, 4, 4}, []string{"bare", "node", "zone", "equal_zones"}},
		"equal zones, split":  {free(), oneZone(), true, true, []int{4, 4, 3}, []string{"bare", "node", "zone"}},
		"any zones, split":    {free(), oneZone(), false, true, []int{4, 4, 3}, []string{"bare", "node", "zone"}},
		"a zone named, whole": {pinned(), none(), false, false, []int{3, 3, 3}, []string{"bare", "node", "zone"}},
		"a zone named, split": {pinned(), none(), false, true, []int{3, 1, 1}, []string{"bare", "node", "zone"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := group("g", planner.App, abc(), tc.lost, tc.works...)
			g.SplitByZone = tc.split
			p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.xlarge", 4, 16, 200)), provider: fakeProvider{daemons: agents()}}
			if tc.equal {
				p.provider.ground = equal
			}
			plan := p.mustMake(t)
			got, pools := zoneNodes(&plan.NodeGroups[0], abc()), len(plan.NodeGroups[0].Pools)
			if !slices.Equal(got, tc.byZone) {
				t.Errorf("nodes %v, want %v", got, tc.byZone)
			}
			if want := 1 + 2*count(tc.split); pools != want {
				t.Errorf("%d pools, want %d", pools, want)
			}
			var steps []string
			for _, s := range plan.NodeGroups[0].RedundancyCost {
				steps = append(steps, s.Step)
			}
			if !slices.Equal(steps, tc.steps) {
				t.Errorf("steps %v, want %v", steps, tc.steps)
			}
		})
	}
}

// zoneNodes adds up the nodes of a group by zone.
func zoneNodes(g *planner.GroupPlan, zones []string) []int {
	out := make([]int, len(zones))
	for i := range g.Pools {
		for _, z := range g.Pools[i].NodesByZone {
			out[slices.Index(zones, z.Zone)] += z.Nodes
		}
	}
	return out
}

// splitSome splits groups by zone.
func splitSome(d dice, p *problem) int {
	split := 0
	for i := range p.cluster.NodeGroups {
		g := &p.cluster.NodeGroups[i]
		g.SplitByZone = d.chance(75)
		split += count(g.Split())
	}
	return split
}

// TestPlansSplitByZoneAreValid: planner and verifier agree on groups that are split by
// zone, with pods that are bound to zones, on every ground where machines are bought.
func TestPlansSplitByZoneAreValid(t *testing.T) {
	grounds := []func(dice, *problem){func(dice, *problem) {}, onEqualZones, onOwnControlPlane}
	seeds := sample(300)
	planned, uneven := 0, 0
	for seed := range uint64(seeds) {
		p, d := randomProblem(rand.New(rand.NewPCG(seed, 50))), dice{rand.New(rand.NewPCG(seed, 51))}
		p.cluster.MaxUSDPerMonth = nil
		grounds[seed%3](d, p)
		bindSome(d, p)
		if splitSome(d, p) == 0 {
			continue
		}
		plan, err := p.make(t)
		if err != nil {
			checkInfeasible(t, seed, err)
			continue
		}
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
		for i := range plan.NodeGroups {
			g, decl := &plan.NodeGroups[i], &p.cluster.NodeGroups[i]
			if !decl.Split() {
				continue
			}
			planned++
			zones := zoneNodes(g, decl.Zones)
			uneven += count(slices.Min(zones) != slices.Max(zones))
			for j := range g.Pools {
				if pool := &g.Pools[j]; pool.Zone == "" || len(pool.NodesByZone) != 1 || pool.NodesByZone[0] != (planner.ZoneCount{Zone: pool.Zone, Nodes: pool.Nodes}) {
					t.Errorf("seed %d: a pool of %s in %q has %v", seed, g.Name, pool.Zone, pool.NodesByZone)
				}
			}
		}
	}
	t.Logf("%d groups are split, %d of them unevenly", planned, uneven)
	if planned < seeds/3 || uneven < seeds/10 {
		t.Error("the generator draws too few of what it is for")
	}
}

// TestSplitByZoneBuysTheFewest: where three pods that name a zone fill a node, or six half
// as large that do not, all have a place whichever L nodes fail if each zone has L nodes
// beside those that its own pods fill, one at least, and the group L beside those that all
// pods fill. So the fewest are
//
//	max(sum over zones of max(ceil(P/3) + L where it is named, 1), ceil(all P/3 + F/6) + L)
//
// where these are as many as the zones.
func TestSplitByZoneBuysTheFewest(t *testing.T) {
	for seed := range uint64(sample(100)) {
		d := dice{rand.New(rand.NewPCG(seed, 60))}
		lost, halves, named, empty := d.between(0, 2), d.between(1, 20), 0, 0
		works := []planner.Workload{inPlace(given("anywhere", halves, 600, units.GiB/2))}
		for _, zone := range abc() {
			n := d.between(0, 9)
			if n == 0 {
				empty++
				continue
			}
			works = append(works, inPlace(inZone(zone, given("in-"+zone, n, 1200, units.GiB))))
			named, halves = named+units.CeilDiv(n, 3)+lost, halves+2*n
		}
		g := group("g", planner.App, abc(), planner.Redundancy{Nodes: lost, Recovery: planner.Reschedule}, works...)
		g.SplitByZone, g.Guarantee = true, planner.Packed
		p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.xlarge", 4, 16, 200)), provider: fakeProvider{daemons: agents()}}
		plan := p.mustMake(t)
		want := max(named, units.CeilDiv(halves, 6)+lost)
		if want >= 3 {
			want = max(want, named+empty)
		}
		if plan.NodeGroups[0].Nodes != want {
			t.Errorf("seed %d: %v nodes, want %d in all", seed, zoneNodes(&plan.NodeGroups[0], abc()), want)
		}
	}
}

// TestNoOtherSplitIsSmaller: of small groups every way to have a node less in the zones is
// tried, on machines of one's own that stand there and nowhere else. None holds.
func TestNoOtherSplitIsSmaller(t *testing.T) {
	tried := 0
	for seed := range uint64(sample(100)) {
		d := dice{rand.New(rand.NewPCG(seed, 61))}
		var works []planner.Workload
		for i := range d.between(1, 3) {
			w := inPlace(given(string(rune('a'+i)), d.between(1, 6), pick[units.MilliCPU](d, 700, 1200, 1800), units.GiB))
			switch d.IntN(3) {
			case 0:
				w = inZone(pick(d, abc()...), w)
			case 1:
				w.AntiAffinity = planner.AntiAffinity{Mode: planner.AffinityRequired, Key: planner.HostnameKey}
			}
			works = append(works, w)
		}
		red := planner.Redundancy{Nodes: d.between(0, 1), Recovery: planner.Reschedule}
		if !slices.ContainsFunc(works, func(w planner.Workload) bool { return w.NodeSelector != nil }) {
			red.Zones = d.between(0, 1)
		}
		split := group("g", planner.App, abc(), red, works...)
		split.SplitByZone, split.Guarantee = true, planner.Packed
		p := &problem{cluster: cluster(abc(), split), catalog: catalog(machine("work", 4, 16, 200))}
		plan, err := p.make(t)
		if err != nil {
			checkInfeasible(t, seed, err)
			continue
		}
		less := plan.NodeGroups[0].Nodes - 1
		for a := range less + 1 {
			for b := range less - a + 1 {
				if less >= 3 && (a == 0 || b == 0 || a+b == less) {
					continue // a group stands in each of its zones
				}
				own := group("g", planner.App, abc(), red, works...)
				own.Guarantee, own.MinNodes, own.MaxNodes, own.Instances.Types = split.Guarantee, less, less, []string{"work"}
				q := site([]planner.Machine{bosses(1, 1, 1), stands("work", 4, 16, "ssd", a, b, less-a-b)}, own)
				tried++
				if _, err := q.make(t); err == nil {
					t.Errorf("seed %d: %v was chosen, and %v holds too", seed, zoneNodes(&plan.NodeGroups[0], abc()), []int{a, b, less - a - b})
				}
			}
		}
	}
	t.Logf("%d splits were tried", tried)
}

// TestSplitByZoneUpgrades: EKS adds two nodes a zone, or as many as are replaced at a time, to
// a group that it updates: six over three zones at once, two of each zone one after another
// where each has a group of its own.
func TestSplitByZoneUpgrades(t *testing.T) {
	for split, want := range map[bool]struct {
		names []string
		extra int
	}{false: {[]string{"g"}, 6}, true: {[]string{"g/a", "g/b", "g/c"}, 2}} {
		g := group("g", planner.App, abc(), oneZone(), inPlace(given("w", 14, 1500, units.GiB)))
		g.SplitByZone, g.UpdateConfig = split, planner.UpdateConfig{Strategy: "surge", MaxUnavailable: units.Count(1)}
		p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.xlarge", 4, 16, 200)), provider: fakeProvider{daemons: agents()}}
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "surge"}
		s := p.mustMake(t).Upgrade.Named("surge")
		var names []string
		var end time.Duration
		for i := range s.Groups {
			c := &s.Groups[i]
			names = append(names, c.Name)
			if c.PeakExtraNodes != want.extra || c.Start < end {
				t.Errorf("split %t: %s has %d nodes more from %v on, want %d and none before %v", split, c.Name, c.PeakExtraNodes, c.Start, want.extra, end)
			}
			end = c.Start + c.Duration
		}
		if !slices.Equal(names, want.names) || s.PeakExtraNodes != want.extra {
			t.Errorf("split %t: courses %v with %d nodes more, want %v with %d", split, names, s.PeakExtraNodes, want.names, want.extra)
		}
	}
}

// TestSplitByZoneMutations breaks the pools of a group that is split by zone.
func TestSplitByZoneMutations(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(g *planner.GroupPlan)
		rule   string
	}{
		"no zone":      {func(g *planner.GroupPlan) { g.Pools[0].Zone = "" }, "zones.split"},
		"another zone": {func(g *planner.GroupPlan) { g.Pools[0].Zone = "d" }, "zones.split"},
		"all zones": {func(g *planner.GroupPlan) {
			g.Pools[0].NodesByZone = append(g.Pools[0].NodesByZone, planner.ZoneCount{Zone: "b"})
		}, "zones.split"},
		"a node more": {func(g *planner.GroupPlan) {
			g.Pools[0].NodesByZone[0].Nodes++
			g.Pools[0].Nodes++
			g.Nodes, g.MinNodes, g.MaxNodes = g.Nodes+1, g.MinNodes+1, g.MaxNodes+1
			g.Pools[0].MinNodes, g.Pools[0].MaxNodes = g.Pools[0].Nodes, g.Pools[0].Nodes
		}, "placement.nodes"},
		"bounds of a zone": {func(g *planner.GroupPlan) { g.Pools[0].MaxNodes++ }, "zones.bounds"},
		"bounds below it": {func(g *planner.GroupPlan) {
			g.Pools[0].MinNodes++
			g.Pools[1].MinNodes--
		}, "zones.bounds"},
		"as one pool": {func(g *planner.GroupPlan) { *g = g.Joined() }, "zones.split"},
		"a zone that is not survived": {func(g *planner.GroupPlan) { // from four, four and three nodes to eight, none and three
			a, b := &g.Pools[0], &g.Pools[1]
			a.Nodes, a.NodesByZone[0].Nodes = a.Nodes+b.Nodes, a.Nodes+b.Nodes
			names := planner.PoolNames(g.Pools)
			for i := range g.Placement {
				if g.Placement[i].Pool == names[1] {
					g.Placement[i].Pool, g.Placement[i].Zone = names[0], "a"
				}
			}
			g.Pools = slices.Delete(g.Pools, 1, 2)
		}, "loss."},
	} {
		t.Run(name, func(t *testing.T) {
			g := group("g", planner.App, abc(), oneZone(), inPlace(given("w", 14, 1500, units.GiB)))
			g.SplitByZone = true
			p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.xlarge", 4, 16, 200)), provider: fakeProvider{daemons: agents()}}
			plan := p.mustMake(t)
			tc.change(&plan.NodeGroups[0])
			err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan)
			if err == nil || !strings.Contains(err.Error(), "["+tc.rule) {
				t.Errorf("verify says %v, want %s", err, tc.rule)
			}
		})
	}
}
