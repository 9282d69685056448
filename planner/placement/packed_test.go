package placement_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestPack: what the scheduler does not find in every order exists all the same.
func TestPack(t *testing.T) {
	g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: []int{2}}}, Workloads: []placement.Workload{pods("big", 1, 4, 1), pods("small", 4, 1, 1)}}
	report, failure := placement.NewChecker().Pack(g, placement.Losses{}, placement.Options{})
	if failure != nil || len(report.Nodes) != 2 || report.Free.CPU != 0 || report.TightestFreeCPU != 0 {
		t.Errorf("2 nodes: %+v, %v", report, failure)
	}
	// With one lost, 3 do, and 2 do not.
	loss := placement.Losses{Nodes: 1}
	if _, failure = placement.NewChecker().Pack(g, loss, placement.Options{}); failure == nil || failure.During != placement.NodeLoss {
		t.Errorf("a node lost of 2: %v", failure)
	}
	g.Pools[0].NodesByZone = []int{2, 1}
	report, failure = placement.NewChecker().Pack(g, loss, placement.Options{})
	if failure != nil {
		t.Fatal(failure)
	}
	d := report.Drills[0]
	if len(report.Drills) != 1 || d.Event != placement.NodeLoss || d.Tried != 3 || d.Held != 3 || d.Tightest.FreeCPU != 0 || d.Tightest.Total.CPU != 8000 {
		t.Errorf("drills %+v", report.Drills)
	}
	if !slices.Equal(report.ReadyAtWorst, []int{0, 2}) && !slices.Equal(report.ReadyAtWorst, []int{0, 0}) {
		t.Errorf("ready at worst %v", report.ReadyAtWorst)
	}
	// The zone with two nodes lost leaves one.
	if _, failure = placement.NewChecker().Pack(g, placement.Losses{Zones: 1}, placement.Options{}); failure == nil || failure.During != placement.ZoneLoss {
		t.Errorf("a zone lost: %v", failure)
	}
}

// exists tells by trying everything whether places exist for all pods.
func exists(g *placement.Group) bool {
	var order []int
	for w := range g.Workloads {
		order = append(order, slices.Repeat([]int{w}, g.Workloads[w].Replicas)...)
	}
	nodes := 0
	for _, n := range g.Pools[0].NodesByZone {
		nodes += n
	}
	free := slices.Repeat([]placement.Resources{{
		CPU: g.Pools[0].Allocatable.CPU - g.Pools[0].Reserved.CPU, Memory: g.Pools[0].Allocatable.Memory - g.Pools[0].Reserved.Memory, Pods: g.Pools[0].Allocatable.Pods - g.Pools[0].Reserved.Pods,
	}}, nodes)
	var place func(at int) bool
	place = func(at int) bool {
		if at == len(order) {
			return true
		}
		r := &g.Workloads[order[at]].Request
		for n := range free {
			if slices.Contains(free[:n], free[n]) || free[n].CPU < r.CPU || free[n].Memory < r.Memory || free[n].Pods < 1 {
				continue
			}
			before := free[n]
			free[n].CPU, free[n].Memory, free[n].Pods = before.CPU-r.CPU, before.Memory-r.Memory, before.Pods-1
			if place(at + 1) {
				return true
			}
			free[n] = before
		}
		return false
	}
	return place(0)
}

// TestPackAgainstEverything: what Pack finds is a placement, and what it misses on
// tiny groups is little; the log says how little.
func TestPackAgainstEverything(t *testing.T) {
	checker := placement.NewChecker()
	found, missed, none := 0, 0, 0
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 2))
		g := certainGroup(r)
		g.Pools[0].NodesByZone = []int{1 + r.IntN(4), r.IntN(3)}
		for i := range g.Workloads {
			g.Workloads[i].Surge, g.Workloads[i].Replicas = 0, min(3, g.Workloads[i].Replicas)
		}
		l := placement.Losses{Nodes: r.IntN(2)}
		report, failure := checker.Pack(g, l, placement.Options{})
		left := g
		left.Pools = slices.Clone(g.Pools)
		left.Pools[0].NodesByZone = []int{max(0, g.Pools[0].NodesByZone[0]+g.Pools[0].NodesByZone[1]-l.Nodes)}
		switch want := exists(&left); {
		case failure == nil && !want:
			t.Fatalf("seed %d: a placement was found where there is none", seed)
		case failure == nil:
			found++
			valid(t, seed, &g, &report)
		case want:
			missed++
		default:
			none++
		}
	}
	t.Logf("%d placements found, %d missed, none in %d", found, missed, none)
	if missed*50 > found {
		t.Errorf("%d of %d placements are missed", missed, found+missed)
	}
}

// valid checks that a report places every pod within a node.
func valid(t *testing.T, seed uint64, g *placement.Group, r *placement.Report) {
	t.Helper()
	placed := make([]int, len(g.Workloads))
	for _, n := range r.Nodes {
		used := g.Pools[0].Reserved
		for w, pods := range n.Pods {
			placed[w] += pods
			used.CPU += g.Workloads[w].Request.CPU * units.MilliCPU(pods)
			used.Memory += g.Workloads[w].Request.Memory * units.Bytes(pods)
			used.Pods += pods
		}
		if used.CPU > g.Pools[0].Allocatable.CPU || used.Memory > g.Pools[0].Allocatable.Memory || used.Pods > g.Pools[0].Allocatable.Pods {
			t.Fatalf("seed %d: a node holds %+v of %+v", seed, used, g.Pools[0].Allocatable)
		}
	}
	for w := range placed {
		if placed[w] != g.Workloads[w].Replicas {
			t.Fatalf("seed %d: %d pods of %d are placed", seed, placed[w], g.Workloads[w].Replicas)
		}
	}
}
