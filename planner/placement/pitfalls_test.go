package placement_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestPitfallSpreadOvershoots: an autoscaler that did not see how spread counts
// bought 100 nodes where about 4 carried the pods (kubernetes/autoscaler#3721, #4099,
// #5019). For one workload the least count that the model accepts is that of a
// search over all ways to share the pods among the zones: no node too many, none too
// few.
func TestPitfallSpreadOvershoots(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 0))
		perNode, replicas, zones := 1+r.IntN(4), 1+r.IntN(30), 1+r.IntN(4)
		w := pods("w", replicas, 4/float64(perNode), 1)
		skew := 1 + r.IntN(3)
		w.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: skew, Hard: true}}
		if r.IntN(3) == 0 {
			w.Spread[0].Key = placement.Host
		}
		want, got := 0, 0
		for n := 1; want == 0 || got == 0; n++ {
			counts := make([]int, min(zones, n))
			for i := range n {
				counts[i%len(counts)]++
			}
			if want == 0 && (w.Spread[0].Key == placement.Host && replicas <= n*perNode || w.Spread[0].Key == placement.Zone && shared(counts, perNode, replicas, skew)) {
				want = n
			}
			g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 64), NodesByZone: counts}}, Workloads: []placement.Workload{w}}
			if _, failure := placement.Check(g, placement.Losses{}, placement.Options{}); failure == nil && got == 0 {
				got = n
			}
			if n > replicas {
				break
			}
		}
		if got != want || got == 0 || got > replicas {
			t.Errorf("seed %d: %d pods, %d a node, %+v over %d zones: %d nodes, want %d", seed, replicas, perNode, w.Spread[0], zones, got, want)
		}
	}
}

// shared reports whether pods can be shared among zones of so many nodes, perNode on
// each, with counts that differ by skew at most: it tries each least count.
func shared(nodes []int, perNode, pods, skew int) bool {
	for least := range pods + 1 {
		room, fits := 0, true
		for _, n := range nodes {
			fits = fits && n*perNode >= least
			room += min(n*perNode, least+skew)
		}
		if fits && least*len(nodes) <= pods && pods <= room {
			return true
		}
	}
	return false
}

// TestPitfallDefaultSpreadUnseen: a simulator did not know that pods without
// constraints of their own get the scheduler's (kubernetes-sigs/karpenter#1197):
// ScheduleAnyway with a skew of 3 by host and of 5 by zone. They are placed as pods
// that declare these, and otherwise than pods to which no default applies.
func TestPitfallDefaultSpreadUnseen(t *testing.T) {
	differ := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(8, 32), NodesByZone: []int{3, 2, 1 + r.IntN(2)}}}}
		for _, name := range []string{"a", "b", "c"} {
			w := pods(name, 2+r.IntN(6), 0.25+0.25*float64(r.IntN(4)), 0.5+0.5*float64(r.IntN(4)))
			w.NoDefaultSpread = false
			g.Workloads = append(g.Workloads, w)
		}
		declared, none := g, g
		declared.Workloads, none.Workloads = nil, nil
		for _, w := range g.Workloads {
			w.Spread = []placement.Spread{{Key: placement.Host, MaxSkew: 3}, {Key: placement.Zone, MaxSkew: 5}}
			declared.Workloads = append(declared.Workloads, w)
			w.Spread, w.NoDefaultSpread = nil, true
			none.Workloads = append(none.Workloads, w)
		}
		byDefault, failure := placement.Check(g, placement.Losses{}, placement.Options{})
		if failure != nil {
			t.Fatalf("seed %d: %v", seed, failure)
		}
		same, _ := placement.Check(declared, placement.Losses{}, placement.Options{})
		if !reflect.DeepEqual(byDefault.Nodes, same.Nodes) {
			t.Errorf("seed %d: defaults give\n%v, declared they give\n%v", seed, byDefault.Nodes, same.Nodes)
		}
		if other, _ := placement.Check(none, placement.Losses{}, placement.Options{}); !reflect.DeepEqual(byDefault.Nodes, other.Nodes) {
			differ++
		}
	}
	if differ < 50 {
		t.Errorf("the defaults change %d of 200 placements: they are not seen", differ)
	}
}

// TestPitfallEqualPodsCostTime: simulators that look at every pod, node and failure
// for itself get slow with spread and many pods ("3 orders of magnitude", FAQ of
// kubernetes/autoscaler). Of 40 times the pods and nodes, with every pair of nodes
// failing, 1,600 times as many pairs are told to hold; the work, which is counted out to
// Stop, is some 40 times as much.
func TestPitfallEqualPodsCostTime(t *testing.T) {
	work := func(scale int) int {
		w := pods("w", 30*scale, 1, 1)
		w.NoDefaultSpread = false
		g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(8, 32), NodesByZone: []int{4 * scale, 4 * scale, 4 * scale}}}, Workloads: []placement.Workload{w}}
		looks, nodes := 0, 12*scale
		report, failure := placement.Check(g, placement.Losses{Nodes: 2, Zones: 1}, placement.Options{Stop: func() bool { looks++; return false }})
		if failure != nil {
			t.Fatalf("%d nodes: %v", nodes, failure)
		}
		if tried := report.Drills[1].Tried; tried != nodes*(nodes-1)/2 {
			t.Fatalf("%d pairs of %d nodes", tried, nodes)
		}
		return looks
	}
	few, many := work(5), work(200)
	if few == 0 || many > 60*few {
		t.Errorf("%d looks for 150 pods, %d for 6,000", few, many)
	}
}

// TestPitfallBenchmarkReusesState: a benchmark whose later iterations find the state
// of the first measures less work. A Checker that has seen a group does all of its
// work again, and says the same.
func TestPitfallBenchmarkReusesState(t *testing.T) {
	g := placement.Group{
		Pools:     []placement.Pool{{Allocatable: cores(8, 32), Reserved: placement.Resources{CPU: 200, Memory: units.GiB, Pods: 3}, NodesByZone: []int{25, 25, 25}}},
		Workloads: []placement.Workload{pods("a", 120, 1, 2), pods("b", 60, 2, 1), pods("c", 50, 0.5, 0.5)},
	}
	losses := placement.Losses{Nodes: 1, Zones: 1}
	looks := 0
	o := placement.Options{Stop: func() bool { looks++; return false }}
	checker := placement.NewChecker()
	first, failure := checker.Check(g, losses, o)
	if failure != nil {
		t.Fatal(failure)
	}
	once := looks
	for range 3 {
		looks = 0
		again, _ := checker.Check(g, losses, o)
		if looks != once || looks == 0 || !reflect.DeepEqual(again, first) {
			t.Errorf("again it looked %d times, at first %d; the same report: %t", looks, once, reflect.DeepEqual(again, first))
		}
	}
}
