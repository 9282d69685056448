package placement_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// large is a group of so many nodes with 30 pods each, of 50 workloads of all sizes,
// every third of which is spread over the zones.
func large(nodes int) placement.Group {
	r := rand.New(rand.NewPCG(1, 0))
	g := placement.Group{
		Pools: []placement.Pool{{
			Allocatable: cores(15.9, 57), Reserved: placement.Resources{CPU: 300, Memory: units.GiB, Pods: 4},
			NodesByZone: []int{(nodes + 2) / 3, (nodes + 1) / 3, nodes / 3},
		}},
	}
	for w := range 50 {
		load := pods(fmt.Sprintf("w%d", w), 30*nodes/50, 0.05+0.05*float64(r.IntN(12)), 0.125*float64(1+r.IntN(20)))
		load.NoDefaultSpread, load.Surge = false, 1
		if w%3 == 0 {
			load.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1}}
		}
		g.Workloads = append(g.Workloads, load)
	}
	return g
}

// TestViewsAgreeWithKinds: in a group large enough for views, they and kinds of nodes
// give the same report.
func TestViewsAgreeWithKinds(t *testing.T) {
	for name, edit := range map[string]func(*placement.Group){
		"as it is": func(*placement.Group) {},
		"hard spread": func(g *placement.Group) {
			g.Workloads[0].Spread = []placement.Spread{{Key: placement.Host, MaxSkew: 1, Hard: true}}
		},
		"rules": func(g *placement.Group) {
			g.Workloads[0] = apart(g.Workloads[0], placement.Required, placement.Host)
			g.Workloads[0].Replicas = 40
			g.Workloads[1] = apart(g.Workloads[1], placement.Preferred, placement.Host)
			g.Workloads[2] = drawn(g.Workloads[2], "w3", placement.Required, placement.Zone)
			g.Workloads[4] = drawn(g.Workloads[4], "w5", placement.Preferred, placement.Host)
			g.Workloads[6].Priority = 1
		},
		"too many": func(g *placement.Group) { g.Workloads[7].Replicas *= 3 },
	} {
		g := large(210)
		edit(&g)
		losses := placement.Losses{Nodes: 1, Zones: 1}
		want, failed := placement.NewCheckerWithoutViews().Check(g, losses, placement.Options{Shuffles: 2})
		got, failure := placement.NewChecker().Check(g, losses, placement.Options{Shuffles: 2})
		if !reflect.DeepEqual(failure, failed) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: views give %v, kinds %v, or another report", name, failure, failed)
		}
		if (failed != nil) != (name == "too many") {
			t.Errorf("%s: %v", name, failed)
		}
	}
}

// BenchmarkLarge places 150,000 pods on 5,000 nodes, in one order and in nine, and
// drills every node and every zone.
func BenchmarkLarge(b *testing.B) {
	for _, orders := range []int{1, 9} {
		b.Run(fmt.Sprintf("nodes=5000/pods=150000/orders=%d", orders), func(b *testing.B) {
			g := large(5000)
			shuffles := orders - 1
			if shuffles == 0 {
				shuffles = -1
			}
			checker := placement.NewChecker()
			var report placement.Report
			for b.Loop() {
				var failure *placement.Failure
				report, failure = checker.Check(g, placement.Losses{Nodes: 1, Zones: 1}, placement.Options{Shuffles: shuffles})
				if failure != nil {
					b.Fatal(failure)
				}
			}
			b.ReportMetric(float64(len(report.Nodes)), "nodes")
			b.ReportMetric(report.TightestFreeCPU.Float()*100, "free-cpu-%")
		})
	}
}

// tenSizes is a group of 343 nodes whose pods are of ten sizes, close to what they hold.
func tenSizes() placement.Group {
	g := placement.Group{Pools: []placement.Pool{{
		Allocatable: cores(7.91, 29), Reserved: placement.Resources{CPU: 150, Memory: units.GiB / 4, Pods: 3},
		NodesByZone: []int{115, 114, 114},
	}}}
	for i, size := range [][2]float64{{.1, .4}, {.15, .6}, {.2, 1.4}, {.25, .5}, {.25, .9}, {.25, 1.3}, {.3, .4}, {.3, 1.2}, {.35, 1}, {.35, 1.25}} {
		load := pods(fmt.Sprintf("w%d", i), 1000, size[0], size[1])
		load.NoDefaultSpread, load.Reschedule = false, true
		g.Workloads = append(g.Workloads, load)
	}
	return g
}

// BenchmarkSpare asks how many nodes may be away of a group of unlike pods.
func BenchmarkSpare(b *testing.B) {
	g, c := tenSizes(), placement.NewChecker()
	b.ReportAllocs()
	spare := placement.Spare{}
	for b.Loop() {
		spare = c.Spare(g, placement.Losses{Nodes: 1}, placement.Options{}, placement.NoSpare())
	}
	b.ReportMetric(float64(spare.Beside), "spare")
}
