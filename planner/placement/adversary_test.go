package placement_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// unlike makes a group that the proof covers one of up to three pools over two
// zones, with selectors and a further resource in some.
func unlike(r *rand.Rand, g *placement.Group) {
	g.Pools[0].NodesByZone = []int{0, 0}
	for range r.IntN(3) {
		p := g.Pools[0]
		p.Allocatable = placement.Resources{CPU: units.MilliCPU(3 + r.IntN(9)), Memory: units.Bytes(3 + r.IntN(9)), Pods: 2 + r.IntN(6)}
		p.NodesByZone = []int{0, 0}
		g.Pools = append(g.Pools, p)
	}
	devices := r.IntN(3) == 0
	for p := range g.Pools {
		if devices {
			g.Pools[p].Allocatable.More[2] = int64(2 + r.IntN(5))
		}
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		if devices {
			w.Request.More[2] = int64(r.IntN(3))
		}
		if r.IntN(3) == 0 {
			w.Pools = make([]bool, len(g.Pools))
			for p := range w.Pools {
				w.Pools[p] = r.IntN(3) > 0
			}
		}
		if r.IntN(4) == 0 {
			w.Zones = []bool{r.IntN(2) == 0, true}
		}
	}
}

// offered and requested amounts that the adversary knows: CPU, memory, pods and the
// further resource of unlike.
func offered(p *placement.Pool) [4]int64 {
	a, r := &p.Allocatable, &p.Reserved
	return [4]int64{int64(a.CPU - r.CPU), int64(a.Memory - r.Memory), int64(a.Pods - r.Pods), a.More[2] - r.More[2]}
}

func requested(w *placement.Workload) [4]int64 {
	return [4]int64{int64(w.Request.CPU), int64(w.Request.Memory), 1, w.Request.More[2]}
}

func within(used, limit [4]int64) bool {
	for d := range used {
		if used[d] > limit[d] {
			return false
		}
	}
	return true
}

func plus(a, b [4]int64) [4]int64 {
	for d := range a {
		a[d] += b[d]
	}
	return a
}

// adversary finds the most nodes that pods can keep one pod off, by trying every
// way to share them out over nodes of every kind.
type adversary struct {
	g     *placement.Group
	known map[string]int
}

// admitted reports whether a pod of w may run on an empty node of a pool and zone.
func admitted(g *placement.Group, w *placement.Workload, pool, zone int) bool {
	return (w.Pools == nil || w.Pools[pool]) && (w.Zones == nil || w.Zones[zone]) && within(requested(w), offered(&g.Pools[pool]))
}

// worst returns one node more than what an adversary blocks for a pod of j, of the
// nodes that admit it: as many as every placement and order needs, and no fewer do.
// It is 0 where none does.
func worst(g *placement.Group, j int) int {
	a := adversary{g: g, known: map[string]int{}}
	var left []int
	possible := false
	for i := range g.Workloads {
		left = append(left, g.Workloads[i].Replicas)
	}
	for pool := range g.Pools {
		for zone := range 2 {
			possible = possible || admitted(g, &g.Workloads[j], pool, zone)
		}
	}
	if !possible {
		return 0
	}
	left[j]--
	return a.blocked(j, left) + 1
}

// blocked returns the most nodes that pods of left fill so that a pod of j does not
// fit.
func (a *adversary) blocked(j int, left []int) int {
	key := string(slices.Collect(func(yield func(byte) bool) {
		for _, n := range left {
			if !yield(byte(n)) {
				return
			}
		}
	}))
	if n, ok := a.known[key]; ok {
		return n
	}
	best := 0
	for pool := range a.g.Pools {
		for zone := range 2 {
			if admitted(a.g, &a.g.Workloads[j], pool, zone) {
				best = max(best, a.fill(j, pool, zone, slices.Clone(left), 0, [4]int64{}))
			}
		}
	}
	a.known[key] = best
	return best
}

// fill puts pods of the workloads from the i-th on beside what a node has in use.
func (a *adversary) fill(j, pool, zone int, left []int, i int, used [4]int64) int {
	node := offered(&a.g.Pools[pool])
	if i == len(left) {
		if within(plus(used, requested(&a.g.Workloads[j])), node) {
			return 0
		}
		return 1 + a.blocked(j, slices.Clone(left))
	}
	best, before := 0, left[i]
	for {
		best = max(best, a.fill(j, pool, zone, left, i+1, used))
		used = plus(used, requested(&a.g.Workloads[i]))
		if left[i] == 0 || !admitted(a.g, &a.g.Workloads[i], pool, zone) || !within(used, node) {
			break
		}
		left[i]--
	}
	left[i] = before
	return best
}

// needOf finds what a certificate says of the nodes that count for a workload.
func needOf(t *testing.T, g *placement.Group, c *placement.Certificate, w *placement.Workload) placement.Need {
	t.Helper()
	for _, n := range c.Needs {
		same := true
		for pool := range g.Pools {
			for zone := range 2 {
				counts := (n.Pools == nil || n.Pools[pool]) && (n.Zones == nil || n.Zones[zone])
				same = same && counts == admitted(g, w, pool, zone)
			}
		}
		if same {
			return n
		}
	}
	t.Fatalf("nothing of %s in %+v", w.Name, c)
	return placement.Need{}
}
