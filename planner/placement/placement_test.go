package placement_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// cores returns a request or an allocatable of so many cores and GiB, and room
// for 110 pods.
func cores(cpu float64, gib float64) placement.Resources {
	return placement.Resources{
		CPU: units.MilliCPU(cpu * 1000), Memory: units.Bytes(gib * float64(units.GiB)), Pods: 110,
	}
}

func pods(name string, replicas int, cpu, gib float64) placement.Workload {
	return placement.Workload{Name: name, Replicas: replicas, Request: cores(cpu, gib), Reschedule: true, NoDefaultSpread: true}
}

// podsByNode checks a group that must hold, biggest first, and where its pods are:
// of each node, by workload.
func podsByNode(t *testing.T, g placement.Group, o placement.Options, want [][]int) {
	t.Helper()
	o.Shuffles = -1
	report, failure := placement.Check(g, placement.Losses{}, o)
	if failure != nil {
		t.Fatal(failure)
	}
	var got [][]int
	for _, n := range report.Nodes {
		got = append(got, n.Pods)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("pods by node %v, want %v", got, want)
	}
}

// TestResourceScores places pods where the scheduler's documented formulas put
// them; the sums are worked out by hand.
func TestResourceScores(t *testing.T) {
	// a goes to node 0, the first of equals. b: node 0 gets (25+81)/2 = 53 and
	// balance 1-|0.75-0.1875|/2: 71, sum 124; node 1 gets (75+93)/2 = 84 and 90.
	emptier := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{2}}},
		Workloads: []placement.Workload{pods("a", 1, 2, 2), pods("b", 1, 1, 1)},
	}
	podsByNode(t, emptier, placement.Options{}, [][]int{{1, 0}, {0, 1}})

	// With 2 of 4 cores reserved, two pods of 1.5 do not fit on one node.
	reserved := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(4, 16), Reserved: placement.Resources{CPU: 2000}, NodesByZone: []int{2}}},
		Workloads: []placement.Workload{pods("a", 2, 1.5, 2)},
	}
	podsByNode(t, reserved, placement.Options{}, [][]int{{1}, {1}})

	// Balance by state and by change differ here. Shares of CPU and memory of a
	// (node 0, first and biggest) are 0.5 and 0, of b (on node 1, the emptier) 0.25
	// and 0.2; c brings 0 and 0.25.
	//   state:  node 0: (50+75)/2=62, std of 0.5 and 0.25 = 0.125: 87; 149
	//           node 1: (75+55)/2=65, std of 0.25 and 0.45 = 0.1: 90; 155, so node 1
	//   change: node 0: 62 + 50 + (50+87-75)/2 = 143
	//           node 1: 65 + 50 + (50+90-97)/2 = 136, so node 0
	unbalanced := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(4, 20), NodesByZone: []int{2}}},
		Workloads: []placement.Workload{pods("a", 1, 2, 0), pods("b", 1, 1, 4), pods("c", 1, 0, 5)},
	}
	podsByNode(t, unbalanced, placement.Options{}, [][]int{{1, 0, 0}, {0, 1, 1}})
	podsByNode(t, unbalanced, placement.Options{Balance: placement.BalanceByChange}, [][]int{{1, 0, 1}, {0, 1, 0}})
}

// TestSpreadScores does the same for ScheduleAnyway.
func TestSpreadScores(t *testing.T) {
	// Nodes 0 and 2 are in zone 0, node 1 in zone 1. ln(2+2) = 1.386.
	// Pod 1: all raw 0: node 0. Pod 2: raw 1 0 1, normalised 0 100 0: node 1.
	// Pod 3: raw 1 1 1, so all 100, and node 2 is empty: node 2. Pod 4: raw
	// 3 1 3 (2 x 1.386 = 2.77), normalised 100 x (3+1-3)/3 = 33 against 100: twice
	// that outweighs that all nodes have one pod: node 1.
	soft := pods("a", 4, 0.5, 1)
	soft.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1}}
	byZone := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 8), NodesByZone: []int{2, 1}}}, Workloads: []placement.Workload{soft}}
	podsByNode(t, byZone, placement.Options{}, [][]int{{1}, {2}, {1}})

	// a takes 50% of CPU and memory of node 0. The first b goes to node 1, which is
	// empty. The second: node 0 would be (50-6)% free: 43 + 100; node 1 (100-12)%: 87
	// + 100. The default constraints count 1 b on node 1: hosts 1 x ln 4 + 2, the one
	// zone 1 x ln 3 + 4: round(8.485) = 8, against round(7.099) = 7 on node 0:
	// normalised 87 and 100. 143 + 200 = 343 against 187 + 174 = 361: node 1 again.
	defaults := pods("b", 2, 0.25, 0.5)
	defaults.NoDefaultSpread = false
	room := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(4, 8), NodesByZone: []int{2}}},
		Workloads: []placement.Workload{pods("a", 1, 2, 4), defaults},
	}
	podsByNode(t, room, placement.Options{}, [][]int{{1, 0}, {0, 2}})

	// With a third b: node 0 143 + 200; node 1 has 2 b: (100-18)%: 81 + 100, raw
	// round(2 x 1.386 + 2 x 1.099 + 6) = 11 against round(2 x 1.099 + 6) = 8:
	// normalised 100 x 8/11 = 72: 181 + 144 = 325 against 343: node 0. By room alone
	// it would be node 1.
	room.Workloads[1].Replicas = 3
	podsByNode(t, room, placement.Options{}, [][]int{{1, 1}, {0, 2}})
	room.Workloads[1].NoDefaultSpread = true
	podsByNode(t, room, placement.Options{}, [][]int{{1, 0}, {0, 3}})
}

// TestFailures covers each way to fail, with counts that follow from the pods.
func TestFailures(t *testing.T) {
	hard := pods("a", 3, 1, 1)
	hard.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1, Hard: true}}
	perHost := pods("a", 3, 1, 1)
	perHost.Spread = []placement.Spread{{Key: placement.Host, MaxSkew: 1, Hard: true}}
	surging := pods("a", 4, 1, 1)
	surging.Surge = 1
	ready := pods("a", 4, 1, 1)
	ready.MinReady = 3
	for name, tt := range map[string]struct {
		zones     []int
		workloads []placement.Workload
		losses    placement.Losses
		want      string
	}{
		"cpu":    {[]int{1}, []placement.Workload{pods("a", 6, 1, 1)}, placement.Losses{}, "normal: 2 pods of a: short of cpu"},
		"memory": {[]int{1}, []placement.Workload{pods("a", 3, 1, 6)}, placement.Losses{}, "normal: 1 pods of a: short of memory"},
		"pods":   {[]int{1}, []placement.Workload{pods("a", 112, 0.01, 0.01)}, placement.Losses{}, "normal: 2 pods of a: short of pods"},
		// One b on each node leaves half a core.
		"full": {[]int{2, 1}, []placement.Workload{{
			Name: "b", Replicas: 3, Request: cores(3.5, 1), NoDefaultSpread: true,
			Spread: []placement.Spread{{Key: placement.Host, MaxSkew: 1, Hard: true}},
		}, hard}, placement.Losses{}, "normal: 3 pods of a: short of cpu"},
		"rollout": {[]int{1}, []placement.Workload{surging}, placement.Losses{}, "rollout: 1 pods of a: short of cpu"},
		// Three pods on three nodes; the pod of the failed node would make a skew
		// of 1 on a survivor, which is allowed: it needs room alone.
		"skew of hosts allows one more": {[]int{1, 1, 1}, []placement.Workload{perHost}, placement.Losses{Nodes: 1}, ""},
		// Zones 0, 1 and 2 have a pod each. With zone 0 lost it is no domain: the
		// displaced pod makes a skew of 1 between the two that remain.
		"a lost zone is no domain": {[]int{1, 1, 1}, []placement.Workload{hard}, placement.Losses{Zones: 1}, ""},
		"min_ready":                {[]int{1, 1}, []placement.Workload{ready}, placement.Losses{Nodes: 1}, "node_loss: 1 pods of a: short of min_ready after the loss of node 0 of zone 0"},
		"zone loss":                {[]int{2, 2}, []placement.Workload{pods("a", 12, 1, 1)}, placement.Losses{Nodes: 1, Zones: 1}, "zone_loss: 4 pods of a: short of cpu after the loss of zone 0"},
		"both":                     {[]int{2, 2}, []placement.Workload{pods("a", 8, 1, 1)}, placement.Losses{Nodes: 1, Zones: 1, AtOnce: true}, "node_and_zone_loss: 4 pods of a: short of cpu after the loss of zone 0 and node 1 of zone 1"},
		"not both":                 {[]int{2, 2}, []placement.Workload{pods("a", 8, 1, 1)}, placement.Losses{Nodes: 1, Zones: 1}, ""},
		"nothing survives":         {[]int{1}, []placement.Workload{pods("a", 1, 1, 1)}, placement.Losses{Nodes: 2}, "node_loss: 1 pods of a: short of cpu after the loss of node 0 of zone 0"},
	} {
		t.Run(name, func(t *testing.T) {
			g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: tt.zones}}, Workloads: tt.workloads}
			_, failure := placement.Check(g, tt.losses, placement.Options{})
			got := ""
			if failure != nil {
				got = failure.String()
			}
			if got != tt.want {
				t.Errorf("failure %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSpreadBlocks has a zone whose node is full: hard spread then forbids the
// other zone's free nodes: three of five.
func TestSpreadBlocks(t *testing.T) {
	spread := pods("web", 2, 1, 1)
	spread.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1, Hard: true}}
	// big is placed first: on node 0 of zone 0, then, by its own spread, in zone 1.
	big := pods("big", 2, 3.5, 1)
	big.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1, Hard: true}}
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{4, 1}}}, Workloads: []placement.Workload{big, spread}}
	_, failure := placement.Check(g, placement.Losses{}, placement.Options{Shuffles: -1})
	// The first web pod goes to zone 0, the second would make 2 against 0.
	if failure == nil || failure.Resource != placement.ShortSpread || failure.Workload != "web" || failure.Missing != 1 {
		t.Errorf("failure %v, want one pod of web short of spread", failure)
	}
}

// TestPackedIsNotEnough: four cores hold either one pod of 4 or four of 1, so two
// nodes carry one and four of them if the big one comes first. In most other
// orders the small ones spread and the big one finds no empty node.
func TestPackedIsNotEnough(t *testing.T) {
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{2}}}, Workloads: []placement.Workload{pods("big", 1, 4, 1), pods("small", 4, 1, 1)}}
	if _, failure := placement.Check(g, placement.Losses{}, placement.Options{Shuffles: -1}); failure != nil {
		t.Errorf("biggest first: %v", failure)
	}
	_, failure := placement.Check(g, placement.Losses{}, placement.Options{})
	if failure == nil || failure.Order == 0 || failure.During != placement.Normal || failure.Workload != "big" {
		t.Errorf("shuffled: %v, want the big pod stuck in a shuffle", failure)
	}
	// With a node lost, 5 nodes fail whatever the order: the four small pods sit on
	// the four survivors. 6 nodes leave one of five survivors empty.
	for nodes, want := range map[int]bool{3: false, 4: false, 5: false, 6: true} {
		g.Pools[0].NodesByZone = []int{nodes}
		if _, failure := placement.Check(g, placement.Losses{Nodes: 1}, placement.Options{}); (failure == nil) != want {
			t.Errorf("%d nodes: %v, want holds = %t", nodes, failure, want)
		}
	}
}

// TestNPlusOneIsNotEnough: 3 pods of 2.5 cores on nodes of 4 need ceil(7.5/4) = 2
// by capacity, but fit one to a node: 2 + 1 nodes do not survive a loss, 4 do.
func TestNPlusOneIsNotEnough(t *testing.T) {
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{3}}}, Workloads: []placement.Workload{pods("a", 3, 2.5, 1)}}
	_, failure := placement.Check(g, placement.Losses{Nodes: 1}, placement.Options{})
	if failure == nil || failure.During != placement.NodeLoss || failure.Missing != 1 || failure.Resource != placement.ShortCPU {
		t.Errorf("3 nodes: %v, want one pod short of cpu after a node's loss", failure)
	}
	g.Pools[0].NodesByZone = []int{4}
	report, failure := placement.Check(g, placement.Losses{Nodes: 1}, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	want := placement.DrillReport{
		Event: placement.NodeLoss, Nodes: 1, Tried: 4, Held: 4,
		Tightest: placement.Tightest{
			Lost: placement.Loss{Nodes: []int{0}, NodeZones: []int{0}, NodePools: []int{0}},
			Free: placement.Resources{CPU: 4500, Memory: 45 * units.GiB, Pods: 327}, Total: placement.Resources{CPU: 12000, Memory: 48 * units.GiB, Pods: 330},
			FreeCPU: 375_000,
		},
	}
	if len(report.Drills) != 1 || !reflect.DeepEqual(report.Drills[0], want) {
		t.Errorf("drills %+v, want %+v", report.Drills, want)
	}
	if report.TightestFreeCPU != 375_000 || !slices.Equal(report.ReadyAtWorst, []int{2}) {
		t.Errorf("tightest %d, ready %v, want 375000 and [2]", report.TightestFreeCPU, report.ReadyAtWorst)
	}
}

// TestCountsEveryLoss: any 2 of 6 nodes are 15 failures, any 1 are 6; a zone and
// a node beside it 3 x 4.
func TestCountsEveryLoss(t *testing.T) {
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{2, 2, 2}}}, Workloads: []placement.Workload{pods("a", 6, 1, 1)}}
	report, failure := placement.Check(g, placement.Losses{Nodes: 2, Zones: 1, AtOnce: true}, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	var got []string
	for _, d := range report.Drills {
		got = append(got, fmt.Sprint(d.Event, " ", d.Nodes, d.Zones, " ", d.Tried))
	}
	want := []string{"node_loss 1 0 6", "node_loss 2 0 15", "zone_loss 0 1 3", "node_and_zone_loss 1 1 12", "node_and_zone_loss 2 1 18"}
	if !slices.Equal(got, want) {
		t.Errorf("drills %q, want %q", got, want)
	}
}

// TestOrderOfInputDoesNotMatter: workloads in another order give the same
// placement, and a Checker that has seen other groups the same report.
func TestOrderOfInputDoesNotMatter(t *testing.T) {
	g := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(8, 32), NodesByZone: []int{2, 2, 1}}},
		Workloads: []placement.Workload{pods("a", 6, 1, 2), pods("b", 4, 2, 1), pods("c", 5, 0.5, 0.5)},
	}
	losses := placement.Losses{Nodes: 1, Zones: 1}
	checker := placement.NewChecker()
	first, failure := checker.Check(g, losses, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	turned := g
	turned.Workloads = slices.Clone(g.Workloads)
	slices.Reverse(turned.Workloads)
	again, _ := checker.Check(turned, losses, placement.Options{})
	for i := range again.Nodes {
		slices.Reverse(again.Nodes[i].Pods)
	}
	slices.Reverse(again.ReadyAtWorst)
	if !reflect.DeepEqual(first, again) {
		t.Errorf("with workloads turned round\n%+v, want\n%+v", again, first)
	}
}

func ExampleCheck() {
	g := placement.Group{
		Pools: []placement.Pool{{Allocatable: placement.Resources{CPU: 3920, Memory: 14 * units.GiB, Pods: 58}, NodesByZone: []int{1, 1, 1}}},
		Workloads: []placement.Workload{{
			Name: "web", Replicas: 6, Request: placement.Resources{CPU: 1000, Memory: units.GiB}, Reschedule: true,
		}},
	}
	report, failure := placement.Check(g, placement.Losses{Zones: 1}, placement.Options{})
	fmt.Println(failure == nil, report.Nodes[0].Pods, report.Drills[0].Tightest.Free.CPU)
	g.Workloads[0].Replicas = 7
	_, failure = placement.Check(g, placement.Losses{Zones: 1}, placement.Options{})
	fmt.Println(failure)
	// Output:
	// true [2] 1840
	// zone_loss: 1 pods of web: short of cpu after the loss of zone 0
}

func BenchmarkCheck(b *testing.B) {
	for _, size := range []struct{ nodes, pods, lost int }{{6, 45, 1}, {12, 60, 2}, {300, 3000, 1}, {300, 3000, 2}} {
		b.Run(fmt.Sprintf("nodes=%d/pods=%d/lost=%d", size.nodes, size.pods, size.lost), func(b *testing.B) {
			g := placement.Group{
				Pools: []placement.Pool{{Allocatable: cores(15.9, 57), Reserved: placement.Resources{CPU: 300, Memory: units.GiB, Pods: 4}, NodesByZone: []int{size.nodes / 3, size.nodes / 3, size.nodes / 3}}},
			}
			for w := range 12 {
				share := pods(fmt.Sprintf("w%d", w), size.pods/12, 0.3+0.1*float64(w%5), 0.5+0.5*float64(w%4))
				share.NoDefaultSpread, share.Surge = false, 1
				g.Workloads = append(g.Workloads, share)
			}
			checker := placement.NewChecker()
			var report placement.Report
			for b.Loop() {
				var failure *placement.Failure
				report, failure = checker.Check(g, placement.Losses{Nodes: size.lost, Zones: 1}, placement.Options{})
				if failure != nil {
					b.Fatal(failure)
				}
			}
			b.ReportMetric(float64(len(report.Nodes)), "nodes")
			b.ReportMetric(report.TightestFreeCPU.Float()*100, "free-cpu-%")
		})
	}
}

// TestManyLosses: of 40 nodes with a pod each any 10 can fail in 40!/(30! 10!) =
// 847,660,528 ways, which nobody tries one by one. Every node has room for three
// more, so that all hold; with room for none on 30 survivors, none does.
func TestManyLosses(t *testing.T) {
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{40}}}, Workloads: []placement.Workload{pods("a", 40, 1, 1)}}
	report, failure := placement.Check(g, placement.Losses{Nodes: 10}, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	last := report.Drills[len(report.Drills)-1]
	if last.Nodes != 10 || last.Tried != 847_660_528 || last.Held != last.Tried {
		t.Errorf("%d nodes: %d of %d held, want 10: all of 847660528", last.Nodes, last.Held, last.Tried)
	}
	g.Workloads = []placement.Workload{pods("a", 40, 4, 1)}
	_, failure = placement.Check(g, placement.Losses{Nodes: 10}, placement.Options{})
	if failure == nil || failure.During != placement.NodeLoss || failure.Missing != 10 || failure.Unproved {
		t.Errorf("%v, want 10 pods without a place", failure)
	}
}

// TestUnproved: hard spread is proved by no sum, and 26 pods of as many workloads
// make 26 kinds of nodes, any 2 of which fail in 325 ways and any 6 in 230,230:
// more than are simulated, so that they are not taken to hold.
func TestUnproved(t *testing.T) {
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{26}}}}
	for i := range 26 {
		w := pods(fmt.Sprintf("w%02d", i), 1, 1, 1)
		w.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 2, Hard: true}}
		g.Workloads = append(g.Workloads, w)
	}
	if _, failure := placement.Check(g, placement.Losses{Nodes: 2}, placement.Options{}); failure != nil {
		t.Errorf("two nodes: %v", failure)
	}
	_, failure := placement.Check(g, placement.Losses{Nodes: 6}, placement.Options{})
	if failure == nil || !failure.Unproved || failure.During != placement.NodeLoss {
		t.Errorf("six nodes: %v, want a loss that is not proved to hold", failure)
	}
}

// TestStops: a check that is told to stop says so, and nothing else.
func TestStops(t *testing.T) {
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{3}}}, Workloads: []placement.Workload{pods("a", 3, 2.5, 1)}}
	_, failure := placement.Check(g, placement.Losses{Nodes: 1}, placement.Options{Stop: func() bool { return true }})
	if failure == nil || !failure.Stopped || failure.Workload != "" {
		t.Errorf("%+v, want a check that stopped", failure)
	}
}

// The defaults of the scheduler for a container without requests: 100m and 200 MiB.
func TestUnrequestedBy(t *testing.T) {
	for _, test := range []struct {
		cpu    units.MilliCPU
		memory units.Bytes
		want   placement.Resources
	}{
		{50, 64 * units.MiB, placement.Resources{}},
		{50, 0, placement.Resources{Memory: 200 * units.MiB}},
		{0, 64 * units.MiB, placement.Resources{CPU: 100}},
		{0, 0, placement.Resources{CPU: 100, Memory: 200 * units.MiB}},
	} {
		if got := placement.UnrequestedBy(test.cpu, test.memory); got != test.want {
			t.Errorf("%d m and %d bytes: %+v, want %+v", test.cpu, test.memory, got, test.want)
		}
	}
}
