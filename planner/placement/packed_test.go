package placement_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
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
	type node struct {
		pool, zone int
		free       [4]int64
	}
	var nodes []node
	for p := range g.Pools {
		for z, n := range g.Pools[p].NodesByZone {
			nodes = append(nodes, slices.Repeat([]node{{p, z, offered(&g.Pools[p])}}, n)...)
		}
	}
	var place func(at int) bool
	place = func(at int) bool {
		if at == len(order) {
			return true
		}
		w := &g.Workloads[order[at]]
		for n := range nodes {
			if slices.Contains(nodes[:n], nodes[n]) || !admitted(g, w, nodes[n].pool, nodes[n].zone) || !within(requested(w), nodes[n].free) {
				continue
			}
			before := nodes[n]
			for d, amount := range requested(w) {
				nodes[n].free[d] -= amount
			}
			if place(at + 1) {
				return true
			}
			nodes[n] = before
		}
		return false
	}
	return place(0)
}

// TestPackAgainstEverything: what Pack finds is a placement, and what it misses on
// tiny groups is little; the log says how little.
func TestPackAgainstEverything(t *testing.T) {
	checker := placement.NewChecker()
	for name, change := range map[string]func(*rand.Rand, *placement.Group){
		"equal nodes": func(*rand.Rand, *placement.Group) {}, "unlike nodes": unlike,
	} {
		found, missed, none := 0, 0, 0
		for seed := range uint64(sample(1000)) {
			r := rand.New(rand.NewPCG(seed, 2))
			g := certainGroup(r)
			change(r, &g)
			g.Pools[0].NodesByZone = []int{1 + r.IntN(4), r.IntN(3)}
			for p := range g.Pools[1:] {
				g.Pools[1+p].NodesByZone = []int{r.IntN(2), r.IntN(2)}
			}
			for i := range g.Workloads {
				g.Workloads[i].Surge, g.Workloads[i].Replicas = 0, min(3, g.Workloads[i].Replicas)
			}
			l := placement.Losses{Nodes: r.IntN(2), Zones: r.IntN(4) / 3}
			report, failure := checker.Pack(g, l, placement.Options{})
			switch want := survives(&g, l); {
			case failure == nil && !want:
				t.Fatalf("%s, seed %d: a placement was found where there is none", name, seed)
			case failure == nil:
				found++
				valid(t, seed, &g, &report)
			case want:
				missed++
			default:
				none++
			}
		}
		t.Logf("%s: %d placements found, %d missed, none in %d", name, found, missed, none)
		if missed*50 > found || found < sample(200) || none < sample(200) {
			t.Errorf("%s: %d of %d placements are missed", name, missed, found+missed)
		}
	}
}

// survives tells by trying everything whether places exist for all pods with
// everything up, after the loss of any node and of any zone.
func survives(g *placement.Group, l placement.Losses) bool {
	if !exists(g) {
		return false
	}
	for zone := range 2 {
		none := slices.Clone(g.Pools)
		for p := range g.Pools {
			n := g.Pools[p].NodesByZone[zone]
			none[p].NodesByZone = slices.Clone(none[p].NodesByZone)
			none[p].NodesByZone[zone] = 0
			if n == 0 || l.Nodes == 0 {
				continue
			}
			less := slices.Clone(g.Pools)
			less[p].NodesByZone = slices.Clone(less[p].NodesByZone)
			less[p].NodesByZone[zone]--
			if !exists(&placement.Group{Pools: less, Workloads: g.Workloads}) {
				return false
			}
		}
		if l.Zones > 0 && up(none) < up(g.Pools) && !exists(&placement.Group{Pools: none, Workloads: g.Workloads}) {
			return false
		}
	}
	return true
}

// up counts nodes.
func up(pools []placement.Pool) int {
	sum := 0
	for p := range pools {
		for _, n := range pools[p].NodesByZone {
			sum += n
		}
	}
	return sum
}

// valid checks that a report places every pod within a node.
func valid(t *testing.T, seed uint64, g *placement.Group, r *placement.Report) {
	t.Helper()
	placed := make([]int, len(g.Workloads))
	for _, n := range r.Nodes {
		var used [4]int64
		for w, pods := range n.Pods {
			placed[w] += pods
			for range pods {
				used = plus(used, requested(&g.Workloads[w]))
			}
			if pods > 0 && !admitted(g, &g.Workloads[w], n.Pool, n.Zone) {
				t.Fatalf("seed %d: %s runs where it is not admitted", seed, g.Workloads[w].Name)
			}
		}
		if !within(used, offered(&g.Pools[n.Pool])) {
			t.Fatalf("seed %d: a node holds %+v of %+v", seed, used, g.Pools[n.Pool])
		}
	}
	for w := range placed {
		if placed[w] != g.Workloads[w].Replicas {
			t.Fatalf("seed %d: %d pods of %d are placed", seed, placed[w], g.Workloads[w].Replicas)
		}
	}
}

// TestPackOfManyLosses: six pools over three zones lose any eight nodes in more than a
// million ways. Pack says that it did not look at all of them.
func TestPackOfManyLosses(t *testing.T) {
	var g placement.Group
	for range 6 {
		g.Pools = append(g.Pools, placement.Pool{Allocatable: placement.Resources{CPU: 8000, Memory: 32 << 30, Pods: 110}, NodesByZone: []int{6, 6, 5}})
	}
	g.Workloads = []placement.Workload{{Name: "w", Request: placement.Resources{CPU: 1000, Memory: 1 << 30}, Replicas: 60, Reschedule: true}}
	_, f := placement.NewChecker().Pack(g, placement.Losses{Nodes: 8, Zones: 1}, placement.Options{})
	if f == nil || !f.Unproved || f.During != placement.NodeLoss {
		t.Errorf("got %v", f)
	}
}
