package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// way is a strategy that both sides know.
type way struct {
	course         upgrade.Course
	terminateFirst bool
}

// ways are all courses with a closed formula: GKE's autoscaled blue/green has only a
// bound.
func ways() []way {
	return []way{
		{upgrade.CourseEKSDefault, false},
		{upgrade.CourseEKSMinimal, true},
		{upgrade.CourseGKESurge, false},
		{upgrade.CourseGKESurge, true},
		{upgrade.CourseGKEBlueGreen, false},
		{upgrade.CourseInPlace, false},
		{upgrade.CourseRolling, false},
		{upgrade.CourseRolling, true},
		{upgrade.CourseNodeGroupBlueGreen, false},
		{upgrade.CourseClusterBlueGreen, false},
	}
}

// timesOf returns the times of the ground of a course.
func timesOf(course upgrade.Course) upgrade.Times {
	switch course {
	case upgrade.CourseEKSDefault, upgrade.CourseEKSMinimal, upgrade.CourseNodeGroupBlueGreen, upgrade.CourseClusterBlueGreen:
		return eksTimes()
	case upgrade.CourseGKESurge, upgrade.CourseGKEBlueGreen, upgrade.CourseGKEAutoscaledBlueGreen:
		return gkeTimes()
	case upgrade.CourseInPlace, upgrade.CourseRolling:
	}
	return ownTimes()
}

// formula is what package upgrade says of a problem and a way.
func formula(p upgrade.Problem, w way) upgrade.Strategy {
	p.Strategies = []upgrade.Option{{Name: "it", Course: w.course, TerminateFirst: w.terminateFirst}}
	return upgrade.Compare(p).Strategies[0]
}

// simulated is the same problem as a plan. The displaced pods go to a node of another
// pool that stays, so that the nodes that are still to be drained keep the pods that
// the formulas take them to have.
func simulated(p *upgrade.Problem, w way) rollout.Plan {
	plan := rollout.Plan{
		Course: rollout.Course(w.course), TerminateFirst: w.terminateFirst, From: "1.32", Hops: p.Hops, NodeSkew: p.NodeSkew,
		Times: rollout.Times(p.Times), ControlPlaneNodes: p.ControlPlaneNodes, ControlPlaneFee: rollout.Rate(p.ControlPlaneFee), Volumes: rollout.Rate(p.Volumes),
	}
	number := make(map[string]int)
	zones := 1
	for _, g := range p.Groups {
		zones = max(zones, g.Zones, len(g.NodesByZone))
		for _, w := range g.Workloads {
			if _, known := number[w.Name]; !known {
				number[w.Name] = len(plan.Workloads)
				plan.Workloads = append(plan.Workloads, rollout.Workload{
					Name: w.Name, Budget: w.Budget, Allowed: w.Allowed, Grace: w.Grace, Startup: w.Startup,
				})
			}
		}
	}
	for z := range zones {
		plan.Zones = append(plan.Zones, fmt.Sprint("z", z))
	}
	rest := 0
	for _, g := range p.Groups {
		pool := rollout.Pool{
			Name: g.Name, Group: "all", Price: rollout.Rate(g.Price), MaxUnavailable: g.MaxUnavailable, MaxSurge: g.MaxSurge,
			AtATime: g.AtATime, BatchSoak: g.BatchSoak,
		}
		if own, has := g.Instead["it"]; has {
			pool.Course, pool.TerminateFirst = rollout.Course(own.Course), own.TerminateFirst
		}
		for z := range g.Zones {
			pool.Zones = append(pool.Zones, z)
		}
		zone, left := 0, 0
		if len(g.NodesByZone) > 0 {
			left = g.NodesByZone[0]
		}
		for _, c := range g.Nodes {
			pods := make([]int, len(plan.Workloads))
			for _, q := range c.Pods {
				pods[number[q.Workload]] += q.Pods
			}
			for range c.Nodes {
				for left == 0 && zone+1 < len(g.NodesByZone) {
					zone++
					left = g.NodesByZone[zone]
				}
				left--
				pool.Nodes = append(pool.Nodes, rollout.NodeClass{Nodes: 1, Zone: zone, Pods: pods})
				rest++
			}
		}
		plan.Pools = append(plan.Pools, pool)
	}
	plan.Pools = append(plan.Pools, rollout.Pool{Name: "rest", Group: "all", Stays: true, Nodes: []rollout.NodeClass{{Nodes: 1}}})
	plan.Place = func(_ *rollout.State, d rollout.Displaced, put func(node, pods int)) { put(rest, d.Pods) }
	return plan
}

// equalBatches is a random group of equal nodes that all batches of a way divide: a
// number of nodes at a time, and in each zone a multiple of it. EKS and the roll do
// not look at zones.
func equalBatches(r *rand.Rand, w way) upgrade.Group {
	k := 1 + r.IntN(12)
	g := upgrade.Group{Name: "web", Beside: 1, Zones: 1 + r.IntN(4), Price: upgrade.Rate{PerHour: units.USDPerHour(r.Int64N(5e9)), Known: r.IntN(10) > 0}}
	g.NodesByZone = make([]int, g.Zones)
	n := 0
	for z := range g.NodesByZone {
		g.NodesByZone[z] = k * r.IntN(4)
		n += g.NodesByZone[z]
	}
	if n == 0 {
		g.NodesByZone[0], n = k, k
	}
	budgets := true
	g.AtATime = units.Count(k)
	switch {
	case w.course != upgrade.CourseGKESurge && w.course != upgrade.CourseRolling || w.terminateFirst:
		g.MaxUnavailable = units.Count(k)
	case r.IntN(3) == 0:
		g.MaxSurge = units.Count(k)
	case r.IntN(2) == 0:
		g.MaxUnavailable = units.Count(k)
	default: // some first, some after: their drains are apart, so that no budget may join them
		surge := r.IntN(k + 1)
		g.MaxSurge, g.MaxUnavailable = units.Count(surge), units.Count(k-surge)
		budgets = surge == 0 || surge == k
	}
	if w.course == upgrade.CourseGKEBlueGreen {
		g.BatchSoak = time.Duration(r.IntN(300)) * time.Second
	}
	class := upgrade.NodeClass{Nodes: n}
	for i := range r.IntN(4) {
		name := string(rune('p' + i))
		class.Pods = append(class.Pods, upgrade.PodCount{Workload: name, Pods: r.IntN(12)})
		g.Workloads = append(g.Workloads, upgrade.Workload{
			Name: name, Budget: budgets && r.IntN(3) > 0, Allowed: r.IntN(9),
			Grace: time.Duration(r.IntN(120)) * time.Second, Startup: time.Duration(r.IntN(60)) * time.Second,
		})
	}
	g.Nodes = []upgrade.NodeClass{class}
	return g
}

func problemOf(w way, groups ...upgrade.Group) upgrade.Problem {
	return upgrade.Problem{
		Hops: []string{"1.33"}, NodeSkew: 1, Groups: groups, Times: timesOf(w.course),
		ControlPlaneFee: upgrade.Rate{PerHour: units.DollarPerHour / 10, Known: true}, Volumes: upgrade.Rate{Known: true},
	}
}

// TestAgreesWithFormulas: on equal nodes that fill all batches, formulas and
// simulation say the same to the nanosecond and the billionth of a dollar, and that
// an upgrade is blocked where it does not end.
func TestAgreesWithFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 0))
	blocked, forced := 0, 0
	for i := range 6000 {
		w := ways()[i%len(ways())]
		g := equalBatches(r, w)
		p := problemOf(w, g)
		if r.IntN(2) == 0 {
			p.ControlPlaneNodes = 1 + r.IntN(5)
		}
		p.Times.Soak = time.Duration(r.IntN(14*24)) * time.Hour // GKE's is a week at most
		want := formula(p, w)
		plan := simulated(&p, w)
		got := rollout.Run(&plan, rollout.Options{Quiet: true})
		if (len(want.BlockedBy) > 0) == got.Finished || len(want.BlockedBy) > 0 != (len(got.BlockedBy) > 0) {
			t.Fatalf("case %d: %+v: blocked by %q, simulated %t by %q: %+v", i, w, want.BlockedBy, got.Finished, got.BlockedBy, g)
		}
		if !got.Finished {
			blocked++
			continue
		}
		forced += one(want.Forces)
		// At the limit the last pods may have left and be about to start elsewhere: the
		// formula calls that forced too.
		justOver := want.Forces && longestDrain(&g, want.Groups[0].Parallel) < p.Times.DrainLimit+time.Minute
		if want.Forces != (got.Forced > 0) && !justOver {
			t.Fatalf("case %d: %+v: forces %t, simulated %d pods: %+v", i, w, want.Forces, got.Forced, g)
		}
		if got.Duration != want.Duration || got.Pools[0].Duration != want.Groups[0].Duration {
			t.Fatalf("case %d: %+v: takes %v, simulated %v: %+v", i, w, want.Duration, got.Duration, g)
		}
		if got.ExtraCost != want.ExtraCost || got.ExtraCostKnown != want.ExtraCostKnown {
			t.Fatalf("case %d: %+v: costs %d, simulated %d: %+v", i, w, want.ExtraCost, got.ExtraCost, g)
		}
		if got.Pools[0].PeakExtraNodes != want.Groups[0].PeakExtraNodes {
			t.Fatalf("case %d: %+v: +%d, simulated +%d: %+v", i, w, want.Groups[0].PeakExtraNodes, got.Pools[0].PeakExtraNodes, g)
		}
		// EKS does not wait for replacements: see TestSlowBootRunsShort.
		if ready := got.Pools[0].MinReadyNodes; ready != want.Groups[0].MinReadyNodes {
			t.Fatalf("case %d: %+v: %d ready, simulated %d: %+v", i, w, want.Groups[0].MinReadyNodes, ready, g)
		}
	}
	if blocked < 100 || forced < 20 {
		t.Errorf("%d cases are blocked, %d forced: the test shows little", blocked, forced)
	}
}

// longestDrain is the longest that no limit ends.
func longestDrain(g *upgrade.Group, k int) time.Duration {
	var longest time.Duration
	for _, d := range upgrade.Drains(*g, k) {
		if d.Stuck {
			return 1 << 62
		}
		longest = max(longest, d.Longest)
	}
	return longest
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestAgreesOnHops: any number of groups, hops and skews, with control planes of any
// kind and nodes without pods, whose batches need not be full.
func TestAgreesOnHops(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 0))
	for i := range 3000 {
		w := ways()[i%len(ways())]
		var groups []upgrade.Group
		for range 1 + r.IntN(4) {
			g := equalBatches(r, w)
			g.Name, g.Workloads, g.Nodes[0].Pods = fmt.Sprint("g", len(groups)), nil, nil
			groups = append(groups, g)
		}
		p := problemOf(w, groups...)
		p.Hops = []string{"1.33", "1.34", "1.35", "1.36"}[r.IntN(4):]
		p.NodeSkew, p.ControlPlaneNodes = r.IntN(4), r.IntN(4)
		want := formula(p, w)
		plan := simulated(&p, w)
		got := rollout.Run(&plan, rollout.Options{})
		if got.Duration != want.Duration || got.ExtraCost != want.ExtraCost || !got.Finished {
			t.Fatalf("case %d: %+v: takes %v for %d, simulated %v for %d", i, w, want.Duration, want.ExtraCost, got.Duration, got.ExtraCost)
		}
		for j, g := range want.Groups {
			s := got.Pools[j]
			if s.Duration != g.Duration || s.Rounds != g.Rounds || s.Start != g.Start || s.ExtraCost != g.ExtraCost {
				t.Fatalf("case %d: %+v: group %d is %+v, simulated %+v", i, w, j, g, s)
			}
		}
		checkOrder(t, want.Events, &got)
	}
}

// checkOrder holds the stretches of the formulas against the entries that begin them.
func checkOrder(t *testing.T, stretches []upgrade.Event, got *rollout.Timeline) {
	t.Helper()
	action := map[string]rollout.Action{"control_plane": rollout.ControlPlaneStep, "add_ons": rollout.AddOnsStep, "parallel_run": rollout.RunParallel}
	at := 0
	for _, e := range stretches {
		a, whole := action[e.Kind]
		if !whole {
			continue
		}
		for at < len(got.Events) && (got.Events[at].Action != a || got.Events[at].At != e.Start) {
			at++
		}
		if at == len(got.Events) {
			t.Fatalf("%s of %s at %v is nowhere", e.Kind, e.Minor, e.Start)
		}
	}
}

// anyGroup is a random group: unlike nodes, zones of any size, budgets and widths of
// all kinds.
func anyGroup(r *rand.Rand, w way) upgrade.Group {
	g := equalBatches(r, w)
	g.Nodes = nil
	for range 1 + r.IntN(4) {
		c := upgrade.NodeClass{Nodes: 1 + r.IntN(12)}
		for _, w := range g.Workloads {
			c.Pods = append(c.Pods, upgrade.PodCount{Workload: w.Name, Pods: r.IntN(8)})
		}
		g.Nodes = append(g.Nodes, c)
	}
	clear(g.NodesByZone)
	for range g.Count() {
		g.NodesByZone[r.IntN(len(g.NodesByZone))]++
	}
	for i := range g.Workloads {
		g.Workloads[i].Budget, g.Workloads[i].Allowed = r.IntN(2) == 0, 1+r.IntN(9)
	}
	if r.IntN(2) == 0 {
		g.MaxUnavailable = units.Share(units.Ratio(r.IntN(int(units.Whole))))
	}
	if r.IntN(2) == 0 {
		g.MaxSurge = units.Share(units.Ratio(r.IntN(int(units.Whole))))
	}
	return g
}

// TestFormulasAreBounds: whatever nodes, zones and budgets are like, no upgrade takes
// longer or costs more than its formula says, needs more nodes, or has fewer ready.
func TestFormulasAreBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 0))
	equal, less := 0, 0
	for i := range 6000 {
		w := ways()[i%len(ways())]
		g := anyGroup(r, w)
		p := problemOf(w, g)
		p.Times.DrainLimit = 0 // nothing is cut short
		want := formula(p, w)
		plan := simulated(&p, w)
		got := rollout.Run(&plan, rollout.Options{Quiet: true})
		if !got.Finished {
			t.Fatalf("case %d: %+v: blocked by %q", i, w, got.BlockedBy)
		}
		c := want.Groups[0]
		if got.Duration > want.Duration || got.ExtraCost > want.ExtraCost || got.Pools[0].PeakExtraNodes > c.PeakExtraNodes {
			t.Fatalf("case %d: %+v: takes %v for %d with +%d, simulated %v for %d with +%d: %+v", i, w, want.Duration, want.ExtraCost,
				c.PeakExtraNodes, got.Duration, got.ExtraCost, got.Pools[0].PeakExtraNodes, g)
		}
		if got.Pools[0].MinReadyNodes < c.MinReadyNodes {
			t.Fatalf("case %d: %+v: %d ready, simulated %d: %+v", i, w, c.MinReadyNodes, got.Pools[0].MinReadyNodes, g)
		}
		equal += one(got.Duration == want.Duration)
		less += one(got.Duration < want.Duration)
		if drains := exactDrains(&g, c.Parallel); w.course == upgrade.CourseNodeGroupBlueGreen || w.course == upgrade.CourseInPlace {
			// Of these nothing but the drains varies: their sum is known batch by batch.
			batches := time.Duration(units.CeilDiv(g.Count(), c.Parallel))
			if want := c.Duration - batches*c.Drain + drains; got.Pools[0].Duration != want {
				t.Fatalf("case %d: %+v: walked %v, simulated %v: %+v", i, w, want, got.Pools[0].Duration, g)
			}
		}
	}
	if equal < 500 || less < 500 {
		t.Errorf("%d cases are equal, %d shorter: the test shows little", equal, less)
	}
}

// exactDrains is a slow twin of the drains: node by node, k at a time, the longest of
// each batch.
func exactDrains(g *upgrade.Group, k int) time.Duration {
	var nodes []map[string]int
	for _, c := range g.Nodes {
		for range c.Nodes {
			pods := make(map[string]int)
			for _, q := range c.Pods {
				pods[q.Workload] += q.Pods
			}
			nodes = append(nodes, pods)
		}
	}
	var sum time.Duration
	for len(nodes) > 0 {
		batch := nodes[:min(k, len(nodes))]
		nodes = nodes[len(batch):]
		var longest time.Duration
		for _, w := range g.Workloads {
			pods := 0
			for _, n := range batch {
				pods += n[w.Name]
			}
			var d time.Duration
			for pods > 0 {
				pods -= pods
				d += w.Grace + w.Startup
			}
			if w.Budget {
				d = 0
				for _, n := range batch {
					pods += n[w.Name]
				}
				for ; pods > 0; pods -= w.Allowed {
					d += w.Grace + w.Startup
				}
			}
			longest = max(longest, d)
		}
		sum += longest
	}
	return sum
}
