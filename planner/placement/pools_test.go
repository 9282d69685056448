package placement_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestScoresOfUnlikeNodes: shares are those of the node's own pool, worked out by
// hand.
func TestScoresOfUnlikeNodes(t *testing.T) {
	// Node 0 has 4 cores, node 1 has 8, both 16 GiB. Pods of 2 cores and 4 GiB.
	// The first: node 0 gets (50+75)/2 = 62, and 1-|0.5-0.25|/2: 87; node 1 75 and
	// 100. The second: node 1 (50+50)/2 and 100 make 150 against 149. The third:
	// node 1 25 and 100.
	g := placement.Group{
		Pools: []placement.Pool{
			{Allocatable: cores(4, 16), NodesByZone: []int{1}},
			{Allocatable: cores(8, 16), NodesByZone: []int{1}},
		},
		Workloads: []placement.Workload{pods("a", 2, 2, 4)},
	}
	podsByNode(t, g, placement.Options{}, [][]int{{0}, {2}})
	g.Workloads[0].Replicas = 3
	podsByNode(t, g, placement.Options{}, [][]int{{1}, {2}})
	// Of a pod, 8 are full with 4 x 2 cores, 4 with 2; of the seventh it is short.
	g.Workloads[0].Replicas = 7
	if _, failure := placement.Check(g, placement.Losses{}, placement.Options{}); failure == nil || failure.Missing != 1 || failure.Resource != placement.ShortCPU {
		t.Errorf("seven pods: %v, want one short of cpu", failure)
	}
	// DaemonSets are those of the pool: 2 cores on the larger node leave it for the
	// first pod with (8-2-2)/8 = 50 and 75, as node 0 has, which comes first.
	g.Workloads[0].Replicas = 1
	g.Pools[1].Reserved.CPU = 2000
	podsByNode(t, g, placement.Options{}, [][]int{{1}, {0}})
}

// TestOrderOfUnlikeNodes: a node of each zone in turn, in a zone pool after pool.
// Pods that each fill a node show them one by one.
func TestOrderOfUnlikeNodes(t *testing.T) {
	g := placement.Group{
		Pools: []placement.Pool{
			{Allocatable: cores(4, 16), NodesByZone: []int{1, 2}},
			{Allocatable: cores(4, 32), NodesByZone: []int{2, 0}},
		},
		Workloads: []placement.Workload{pods("a", 5, 4, 1)},
	}
	report, failure := placement.Check(g, placement.Losses{}, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	var got [][2]int
	for _, n := range report.Nodes {
		got = append(got, [2]int{n.Zone, n.Pool})
	}
	if want := [][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 0}, {0, 1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("zones and pools of the nodes %v, want %v", got, want)
	}
}

// TestFurtherResources: they are filtered and not scored, and what a pod does not
// request is not looked at.
func TestFurtherResources(t *testing.T) {
	devices := func(n int64) placement.Resources {
		r := cores(8, 32)
		r.More[1], r.Storage = n, 50*units.GiB
		return r
	}
	// Node 1 has the devices, and node 0 the room. Plain pods go by room: of equal
	// nodes to the first, then to the emptier.
	gpu := pods("gpu", 2, 1, 1)
	gpu.Request.More[1] = 2
	g := placement.Group{
		Pools: []placement.Pool{
			{Allocatable: devices(0), NodesByZone: []int{1}},
			{Allocatable: devices(4), NodesByZone: []int{1}},
		},
		Workloads: []placement.Workload{gpu, pods("plain", 2, 1, 1)},
	}
	podsByNode(t, g, placement.Options{}, [][]int{{0, 2}, {2, 0}})
	for name, tt := range map[string]struct {
		change func(*placement.Workload)
		want   string
	}{
		"devices": {func(w *placement.Workload) { w.Replicas = 3 }, "normal: 1 pods of gpu: short of more_1"},
		// 60 of 50 GiB fit on no node.
		"storage": {func(w *placement.Workload) {
			w.Request.Storage, w.Request.More = 60*units.GiB, [placement.MoreKinds]int64{}
		}, "normal: 2 pods of gpu: short of ephemeral_storage"},
		"no pool": {func(w *placement.Workload) { w.Pools = []bool{false, false} }, "normal: 2 pods of gpu: short of selector"},
		"no zone": {func(w *placement.Workload) { w.Zones = []bool{false} }, "normal: 2 pods of gpu: short of selector"},
		// The other pool has none: of what is admitted, devices are short.
		"the other pool": {func(w *placement.Workload) { w.Pools = []bool{true, false} }, "normal: 2 pods of gpu: short of more_1"},
	} {
		w := gpu
		tt.change(&w)
		g.Workloads[0] = w
		if _, failure := placement.Check(g, placement.Losses{}, placement.Options{}); failure == nil || failure.String() != tt.want {
			t.Errorf("%s: %v, want %s", name, failure, tt.want)
		}
	}
	if i, ok := placement.ShortMore(3).More(); i != 3 || !ok {
		t.Errorf("more_3 is %d, %t", i, ok)
	}
	for _, s := range []placement.Shortage{placement.ShortCPU, "more_", "more_6", "more_-1"} {
		if _, ok := s.More(); ok {
			t.Errorf("%s is taken for a further resource", s)
		}
	}
}

// TestSelectorsBoundDomains: zones and nodes that a selector does not admit are no
// domains of hard spread (nodeAffinityPolicy Honor): four pods go two by two to the
// zones that it admits, where three zones would stop the third.
func TestSelectorsBoundDomains(t *testing.T) {
	w := pods("a", 4, 1, 1)
	w.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1, Hard: true}}
	w.Zones = []bool{true, false, true}
	g := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{1, 1, 1}}},
		Workloads: []placement.Workload{w},
	}
	podsByNode(t, g, placement.Options{}, [][]int{{2}, {0}, {2}})
	// The same by hosts, of a pool.
	g.Workloads[0].Spread[0].Key, g.Workloads[0].Zones, g.Workloads[0].Pools = placement.Host, nil, []bool{true, false}
	g.Pools = append(g.Pools, placement.Pool{Allocatable: cores(64, 256), NodesByZone: []int{1, 1, 0}})
	g.Pools[0].NodesByZone = []int{1, 1, 0}
	podsByNode(t, g, placement.Options{}, [][]int{{2}, {2}, {0}, {0}})
	// After the loss of the one zone that is admitted, nothing is.
	g.Workloads[0].Pools, g.Workloads[0].Spread, g.Workloads[0].Zones = nil, nil, []bool{true, false, false}
	_, failure := placement.Check(g, placement.Losses{Zones: 1}, placement.Options{})
	if want := "zone_loss: 4 pods of a: short of selector after the loss of zone 0"; failure == nil || failure.String() != want {
		t.Errorf("%v, want %s", failure, want)
	}
}

// TestTightestOfUnlikeNodes: the loss that leaves the least share of CPU is not that
// of the node with the least free: of nodes of 10 cores with 4 used, and of 4 with
// none, with pods that are rescheduled, losing a large one leaves 10 of 14 cores
// less 4 used, 71%, losing the small one 6+10 of 20, which is 80%.
func TestTightestOfUnlikeNodes(t *testing.T) {
	g := placement.Group{
		Pools: []placement.Pool{
			{Allocatable: cores(10, 40), NodesByZone: []int{2}},
			{Allocatable: cores(4, 16), NodesByZone: []int{1}},
		},
		Workloads: []placement.Workload{pods("a", 1, 4, 16)},
	}
	report, failure := placement.Check(g, placement.Losses{Nodes: 1}, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	d := report.Drills[0].Tightest
	if d.Free.CPU != 10_000 || d.Total.CPU != 14_000 || d.FreeCPU != 714_285 || d.Total.Memory != 56*units.GiB {
		t.Errorf("tightest %+v", d)
	}
	// Pods that may wait free what they took. Each of the large nodes has one: 16 of
	// 24 cores are free. The loss of a large node takes 6 of these and leaves 10 of 14;
	// that of the small one takes 4 and leaves 12 of 20, which is less.
	g.Workloads[0] = pods("a", 2, 4, 2)
	g.Workloads[0].Reschedule = false
	report, failure = placement.Check(g, placement.Losses{Nodes: 1}, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	if d := report.Drills[0].Tightest; d.FreeCPU != 600_000 || !reflect.DeepEqual(d.Lost.Nodes, []int{2}) {
		t.Errorf("tightest %+v", d)
	}
}

// TestReplayOfUnlikeNodes: the worst node is the larger one, though it has fewer
// pods.
func TestReplayOfUnlikeNodes(t *testing.T) {
	g := placement.Group{
		Pools: []placement.Pool{
			{Allocatable: cores(4, 16), NodesByZone: []int{2}},
			{Allocatable: cores(8, 32), NodesByZone: []int{1}},
		},
		Workloads: []placement.Workload{pods("large", 1, 5, 1), pods("small", 4, 1, 1)},
	}
	nodes := []placement.NodePods{{Pool: 1, Pods: []int{1, 0}}, {Pool: 0, Pods: []int{0, 2}}, {Pool: 0, Pods: []int{0, 2}}}
	got, ok := placement.NewReplay(g, nodes, placement.Options{}).Worst(placement.Strike{AnyNodes: 1})
	if !ok || got.Ways != 3 || got.Tried != 3 || got.Held != 2 || got.Outcome.Missing != 1 || got.Outcome.Fates[0].Short != placement.ShortCPU {
		t.Errorf("%+v", got)
	}
	if got := fmt.Sprint(got.Outcome.Total.CPU); got != "8000" {
		t.Errorf("%s of CPU survive, want 8000", got)
	}
}
