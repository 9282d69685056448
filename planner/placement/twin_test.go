package placement_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// The twin is Check written straight from the definitions: pods are structs in
// lists, nothing is kept from one step to the next, and it goes on after a
// failure, so that it knows them all.

type twinPod struct {
	workload int
	// rollout says that the pod belongs to the new ReplicaSet.
	rollout bool
	// home is the zone of its volumes; -1 for none.
	home int
}

type twinNode struct {
	index, zone, pool int
	pods              []twinPod
}

type twin struct {
	g        placement.Group
	balance  placement.Balance
	scoring  placement.Scoring
	failures map[string]bool
	nodes    []twinNode // biggest first
	ties     *rand.Rand // of the order at hand; nil takes the first of equals
	sorted   bool       // the order at hand is biggest first, though ties are drawn
	// unmixed takes what is displaced biggest first in every order.
	unmixed  bool
	tried    map[string]int
	tightest map[string]float64
	ready    []int
	least    float64
}

func runTwin(g placement.Group, l placement.Losses, o placement.Options) *twin {
	return runTwinWith(g, l, o, false)
}

func runTwinWith(g placement.Group, l placement.Losses, o placement.Options, unmixed bool) *twin {
	t := &twin{g: g, balance: o.Balance, scoring: o.Scoring, unmixed: unmixed, failures: map[string]bool{}, tried: map[string]int{}, tightest: map[string]float64{}, least: 2}
	for _, w := range g.Workloads {
		t.ready = append(t.ready, w.Replicas)
	}
	queue := t.biggestFirst()
	orders := 9
	if o.Thorough {
		orders += max(32, 4*len(queue)) // of up to 64 pods
	}
	for order := range orders {
		t.sorted = order >= 9 && (order-9)%8 == 0
		pods := t.shuffled(queue, order, 0)
		t.draw(order, 1)
		nodes, ok := t.place(t.empty(), pods, placement.Normal, order, placement.Loss{})
		if !ok {
			continue
		}
		if order == 0 {
			t.nodes = nodes
			t.least = t.freeShare(nodes)
		}
		for w := range g.Workloads {
			if g.Workloads[w].Replicas == 0 {
				continue
			}
			t.draw(order, 2)
			surge := slices.Repeat([]twinPod{{workload: w, rollout: true, home: -1}}, g.Workloads[w].Surge)
			t.place(clone(nodes), surge, placement.Rollout, order, placement.Loss{})
		}
		for k := 1; k <= l.Nodes; k++ {
			t.drill(nodes, placement.NodeLoss, 0, k, order)
		}
		for z := 1; z <= l.Zones; z++ {
			t.drill(nodes, placement.ZoneLoss, z, 0, order)
			for k := 1; k <= l.Nodes && l.AtOnce; k++ {
				t.drill(nodes, placement.NodeAndZoneLoss, z, k, order)
			}
		}
	}
	return t
}

// draw starts the numbers by which ties are broken; biggest first breaks none.
func (t *twin) draw(order, stream int) {
	if t.ties = nil; order > 0 {
		t.ties = rand.New(rand.NewPCG(uint64(order), uint64(stream)))
	}
}

// shuffled returns the pods as they are where the order is biggest first, in others as the
// stream has them.
func (t *twin) shuffled(pods []twinPod, order, stream int) []twinPod {
	out := slices.Clone(pods)
	t.draw(order, stream)
	if t.ties != nil && !t.sorted {
		t.ties.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		slices.SortStableFunc(out, func(a, b twinPod) int {
			return t.g.Workloads[b.workload].Priority - t.g.Workloads[a.workload].Priority
		})
	}
	return out
}

func clone(nodes []twinNode) []twinNode {
	out := slices.Clone(nodes)
	for i := range out {
		out[i].pods = slices.Clone(out[i].pods)
	}
	return out
}

// empty lists the nodes of each zone, pool after pool, and takes one of each zone in
// turn.
func (t *twin) empty() []twinNode {
	zones := make([][]twinNode, len(t.g.Pools[0].NodesByZone))
	for p, pool := range t.g.Pools {
		for z, n := range pool.NodesByZone {
			zones[z] = append(zones[z], slices.Repeat([]twinNode{{zone: z, pool: p}}, n)...)
		}
	}
	var nodes []twinNode
	for more := true; more; {
		more = false
		for z := range zones {
			if len(zones[z]) > 0 {
				zones[z][0].index = len(nodes)
				nodes = append(nodes, zones[z][0])
				zones[z], more = zones[z][1:], true
			}
		}
	}
	return nodes
}

// bySize returns the workloads by priority, then biggest first.
func (t *twin) bySize() []int {
	var ws []int
	for w := range t.g.Workloads {
		ws = append(ws, w)
	}
	var cpu, memory float64
	for _, p := range t.g.Pools {
		cpu, memory = max(cpu, float64(p.Allocatable.CPU)), max(memory, float64(p.Allocatable.Memory))
	}
	size := func(w int) float64 {
		r := t.g.Workloads[w].Request
		return max(float64(r.CPU)/cpu, float64(r.Memory)/memory)
	}
	slices.SortFunc(ws, func(a, b int) int {
		return cmp.Or(t.g.Workloads[b].Priority-t.g.Workloads[a].Priority, -cmp.Compare(size(a), size(b)), strings.Compare(t.g.Workloads[a].Name, t.g.Workloads[b].Name))
	})
	return ws
}

func (t *twin) biggestFirst() []twinPod {
	var pods []twinPod
	for _, w := range t.bySize() {
		pods = append(pods, slices.Repeat([]twinPod{{workload: w, home: -1}}, t.g.Workloads[w].Replicas)...)
	}
	return pods
}

// place schedules pods one after another and records the first of each workload
// that finds no place, with all of them that find none.
func (t *twin) place(nodes []twinNode, pods []twinPod, during placement.During, order int, lost placement.Loss) ([]twinNode, bool) {
	missing := make([]int, len(t.g.Workloads))
	short := make([]placement.Shortage, len(t.g.Workloads))
	ok := true
	var later []twinPod
	for _, p := range pods {
		best, why := t.schedule(nodes, p)
		if best < 0 && t.waits(p) {
			later = append(later, p)
			continue
		}
		if best < 0 {
			if missing[p.workload] == 0 {
				short[p.workload] = why
			}
			missing[p.workload]++
			ok = false
			continue
		}
		nodes[best].pods = append(nodes[best].pods, p)
	}
	for _, p := range t.retry(nodes, later) {
		if ok = false; missing[p.workload] == 0 {
			_, short[p.workload] = t.schedule(nodes, p)
		}
		missing[p.workload]++
	}
	for w, n := range missing {
		if n > 0 {
			t.fail(&placement.Failure{During: during, Order: order, Resource: short[w], Workload: t.g.Workloads[w].Name, Missing: n, Lost: lost})
		}
	}
	return nodes, ok
}

// retry tries pods that wait for others, over and over, and returns those that find
// no place.
func (t *twin) retry(nodes []twinNode, later []twinPod) []twinPod {
	for {
		var left []twinPod
		for _, p := range later {
			if best, _ := t.schedule(nodes, p); best >= 0 {
				nodes[best].pods = append(nodes[best].pods, p)
			} else {
				left = append(left, p)
			}
		}
		if len(left) == len(later) {
			return left
		}
		later = left
	}
}

func (t *twin) fail(f *placement.Failure) { t.failures[fmt.Sprintf("%d %s", f.Order, f)] = true }

// freeShare returns the free share of CPU of nodes.
func (t *twin) freeShare(nodes []twinNode) float64 {
	var free, total int64
	for _, n := range nodes {
		pool := t.g.Pools[n.pool]
		free += int64(pool.Allocatable.CPU) - t.used(n)[0]
		total += int64(pool.Allocatable.CPU - pool.Reserved.CPU)
	}
	if total == 0 {
		return 0
	}
	return float64(free) / float64(total)
}

// drill tries every set of zones and nodes; of sets that differ only in the names
// of equal nodes, the one that comes first.
func (t *twin) drill(nodes []twinNode, during placement.During, zones, k, order int) {
	event := fmt.Sprintf("%s %d %d", during, k, zones)
	seen := map[string]bool{}
	var domains []int
	for z := range t.g.Pools[0].NodesByZone {
		if slices.ContainsFunc(nodes, func(n twinNode) bool { return n.zone == z }) {
			domains = append(domains, z)
		}
	}
	for _, lostZones := range subsets(domains, min(zones, len(domains))) {
		var up []int
		for _, n := range nodes {
			if !slices.Contains(lostZones, n.zone) {
				up = append(up, n.index)
			}
		}
		for _, lostNodes := range subsets(up, min(k, len(up))) {
			if order == 0 {
				t.tried[event]++
			}
			if s := t.signature(nodes, lostZones, lostNodes); !seen[s] {
				seen[s] = true
				t.lose(nodes, event, during, placement.Loss{Zones: lostZones, Nodes: lostNodes}, order)
			}
		}
	}
}

func (t *twin) signature(nodes []twinNode, zones, lost []int) string {
	var parts []string
	for _, i := range lost {
		counts := make([]int, len(t.g.Workloads))
		for _, p := range nodes[i].pods {
			counts[p.workload]++
		}
		parts = append(parts, fmt.Sprint(nodes[i].pool, nodes[i].zone, counts))
	}
	slices.Sort(parts)
	return fmt.Sprint(zones, parts)
}

func (t *twin) lose(nodes []twinNode, event string, during placement.During, lost placement.Loss, order int) {
	var survivors []twinNode
	displaced := make([]int, len(t.g.Workloads))
	displacedIn := make([][]int, len(t.g.Workloads)) // the zones of those that need a place
	for _, n := range nodes {
		if !slices.Contains(lost.Zones, n.zone) && !slices.Contains(lost.Nodes, n.index) {
			survivors = append(survivors, n)
			continue
		}
		for _, p := range n.pods {
			displaced[p.workload]++
			switch {
			case !t.g.Workloads[p.workload].ZonalVolumes:
				displacedIn[p.workload] = append(displacedIn[p.workload], -1)
			case !slices.Contains(lost.Zones, n.zone):
				displacedIn[p.workload] = append(displacedIn[p.workload], n.zone)
			}
		}
	}
	for _, n := range lost.Nodes {
		lost.NodeZones = append(lost.NodeZones, nodes[n].zone)
	}
	var pods []twinPod
	for _, w := range t.bySize() {
		workload := t.g.Workloads[w]
		ready := workload.Replicas - displaced[w]
		t.ready[w] = min(t.ready[w], ready)
		if ready < workload.MinReady && workload.Replicas > 0 {
			t.fail(&placement.Failure{During: during, Order: order, Resource: placement.ShortMinReady, Workload: workload.Name, Missing: workload.MinReady - ready, Lost: lost})
		}
		if workload.Reschedule {
			slices.Sort(displacedIn[w])
			for _, home := range displacedIn[w] {
				pods = append(pods, twinPod{workload: w, home: home})
			}
		}
	}
	if t.draw(order, 3); !t.unmixed {
		pods = t.shuffled(pods, order, 3) // and ties go on from there
	}
	after, _ := t.place(clone(survivors), pods, during, order, lost)
	share := t.freeShare(after)
	if least, ok := t.tightest[event]; !ok || share < least {
		t.tightest[event] = share
	}
	t.least = min(t.least, share)
}

// subsets returns the sets of k elements of s, in lexicographic order.
func subsets(s []int, k int) [][]int {
	if k == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for i := range s {
		for _, rest := range subsets(s[i+1:], k-1) {
			out = append(out, append([]int{s[i]}, rest...))
		}
	}
	return out
}

// ratio rounds a share down, as units.Ratio does, with room for float error.
func ratio(share float64) units.Ratio {
	return units.Ratio(math.Floor(share*float64(units.Whole) + 1e-6))
}
