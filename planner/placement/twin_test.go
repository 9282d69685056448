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
}

type twinNode struct {
	index, zone int
	pods        []twinPod
}

type twin struct {
	g        placement.Group
	balance  placement.Balance
	failures map[string]bool
	nodes    []twinNode // biggest first
	tried    map[string]int
	tightest map[string]float64
	ready    []int
	least    float64
}

func runTwin(g placement.Group, l placement.Losses, o placement.Options) *twin {
	t := &twin{g: g, balance: o.Balance, failures: map[string]bool{}, tried: map[string]int{}, tightest: map[string]float64{}, least: 2}
	for _, w := range g.Workloads {
		t.ready = append(t.ready, w.Replicas)
	}
	queue := t.biggestFirst()
	for order := range 9 {
		pods := slices.Clone(queue)
		if order > 0 {
			rand.New(rand.NewPCG(uint64(order), 0)).Shuffle(len(pods), func(i, j int) { pods[i], pods[j] = pods[j], pods[i] })
		}
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
			surge := slices.Repeat([]twinPod{{workload: w, rollout: true}}, g.Workloads[w].Surge)
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

func clone(nodes []twinNode) []twinNode {
	out := slices.Clone(nodes)
	for i := range out {
		out[i].pods = slices.Clone(out[i].pods)
	}
	return out
}

func (t *twin) empty() []twinNode {
	var nodes []twinNode
	for round := range slices.Max(t.g.Pools[0].NodesByZone) {
		for z, n := range t.g.Pools[0].NodesByZone {
			if round < n {
				nodes = append(nodes, twinNode{index: len(nodes), zone: z})
			}
		}
	}
	return nodes
}

// sorted returns the workloads biggest first.
func (t *twin) sorted() []int {
	var ws []int
	for w := range t.g.Workloads {
		ws = append(ws, w)
	}
	size := func(w int) float64 {
		r := t.g.Workloads[w].Request
		return max(float64(r.CPU)/float64(t.g.Pools[0].Allocatable.CPU), float64(r.Memory)/float64(t.g.Pools[0].Allocatable.Memory))
	}
	slices.SortFunc(ws, func(a, b int) int {
		return cmp.Or(-cmp.Compare(size(a), size(b)), strings.Compare(t.g.Workloads[a].Name, t.g.Workloads[b].Name))
	})
	return ws
}

func (t *twin) biggestFirst() []twinPod {
	var pods []twinPod
	for _, w := range t.sorted() {
		pods = append(pods, slices.Repeat([]twinPod{{workload: w}}, t.g.Workloads[w].Replicas)...)
	}
	return pods
}

// used returns what is requested of a node, DaemonSets and all.
func (t *twin) used(n twinNode) (cpu, memory, pods int64) {
	cpu, memory, pods = int64(t.g.Pools[0].Reserved.CPU), int64(t.g.Pools[0].Reserved.Memory), int64(t.g.Pools[0].Reserved.Pods)
	for _, p := range n.pods {
		cpu += int64(t.g.Workloads[p.workload].Request.CPU)
		memory += int64(t.g.Workloads[p.workload].Request.Memory)
		pods++
	}
	return cpu, memory, pods
}

// place schedules pods one after another and records the first of each workload
// that finds no place, with all of them that find none.
func (t *twin) place(nodes []twinNode, pods []twinPod, during placement.During, order int, lost placement.Loss) ([]twinNode, bool) {
	missing := make([]int, len(t.g.Workloads))
	short := make([]placement.Shortage, len(t.g.Workloads))
	ok := true
	for _, p := range pods {
		best, why := t.schedule(nodes, p)
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
	for w, n := range missing {
		if n > 0 {
			t.fail(&placement.Failure{During: during, Order: order, Resource: short[w], Workload: t.g.Workloads[w].Name, Missing: n, Lost: lost})
		}
	}
	return nodes, ok
}

func (t *twin) fail(f *placement.Failure) { t.failures[fmt.Sprintf("%d %s", f.Order, f)] = true }

// counted returns how many of a node's pods a constraint of p counts.
func (t *twin) counted(n twinNode, p twinPod) int {
	w := t.g.Workloads[p.workload]
	count := 0
	for _, q := range n.pods {
		if q.workload == p.workload && (len(w.Spread) > 0 || q.rollout == p.rollout) {
			count++
		}
	}
	return count
}

func (t *twin) domain(key placement.Key, n twinNode) int {
	if key == placement.Zone {
		return n.zone
	}
	return n.index
}

func (t *twin) schedule(nodes []twinNode, p twinPod) (int, placement.Shortage) {
	w := t.g.Workloads[p.workload]
	spread := w.Spread
	if len(spread) == 0 && !w.NoDefaultSpread {
		spread = []placement.Spread{{Key: placement.Host, MaxSkew: 3}, {Key: placement.Zone, MaxSkew: 5}}
	}
	short := map[placement.Shortage]int{}
	var feasible []int
	for i, n := range nodes {
		cpu, memory, pods := t.used(n)
		fits := true
		if cpu+int64(w.Request.CPU) > int64(t.g.Pools[0].Allocatable.CPU) {
			short[placement.ShortCPU]++
			fits = false
		}
		if memory+int64(w.Request.Memory) > int64(t.g.Pools[0].Allocatable.Memory) {
			short[placement.ShortMemory]++
			fits = false
		}
		if pods+1 > int64(t.g.Pools[0].Allocatable.Pods) {
			short[placement.ShortPods]++
			fits = false
		}
		if !fits {
			continue
		}
		if t.skewed(nodes, n, p, spread) {
			short[placement.ShortSpread]++
			continue
		}
		feasible = append(feasible, i)
	}
	if len(feasible) == 0 {
		why := placement.ShortCPU
		for _, s := range []placement.Shortage{placement.ShortMemory, placement.ShortPods, placement.ShortSpread} {
			if short[s] > short[why] {
				why = s
			}
		}
		return -1, why
	}
	normal := t.spreadScores(nodes, feasible, p, spread)
	best, most := -1, int64(-1)
	for i, n := range feasible {
		if s := t.resourceScore(nodes[n], w) + 2*normal[i]; s > most {
			best, most = n, s
		}
	}
	return best, ""
}

func (t *twin) skewed(nodes []twinNode, n twinNode, p twinPod, spread []placement.Spread) bool {
	for _, s := range spread {
		if !s.Hard {
			continue
		}
		counts := map[int]int{}
		for _, m := range nodes {
			counts[t.domain(s.Key, m)] += t.counted(m, p)
		}
		least := math.MaxInt
		for _, c := range counts {
			least = min(least, c)
		}
		if counts[t.domain(s.Key, n)]+1-least > s.MaxSkew {
			return true
		}
	}
	return false
}

func (t *twin) spreadScores(nodes []twinNode, feasible []int, p twinPod, spread []placement.Spread) []int64 {
	raw := make([]float64, len(feasible))
	constrained := false
	for _, s := range spread {
		if s.Hard {
			continue
		}
		constrained = true
		counts, domains := map[int]int{}, map[int]bool{}
		for _, m := range nodes {
			counts[t.domain(s.Key, m)] += t.counted(m, p)
		}
		for _, f := range feasible {
			domains[t.domain(s.Key, nodes[f])] = true
		}
		for i, f := range feasible {
			raw[i] += float64(counts[t.domain(s.Key, nodes[f])])*math.Log(float64(len(domains)+2)) + float64(s.MaxSkew-1)
		}
	}
	out := make([]int64, len(feasible))
	if !constrained {
		return out
	}
	rounded := make([]int64, len(feasible))
	for i := range raw {
		rounded[i] = int64(math.Round(raw[i]))
	}
	least, most := slices.Min(rounded), slices.Max(rounded)
	for i := range out {
		out[i] = 100
		if most > 0 {
			out[i] = 100 * (most + least - rounded[i]) / most
		}
	}
	return out
}

func (t *twin) resourceScore(n twinNode, w placement.Workload) int64 {
	a := t.g.Pools[0].Allocatable
	balance := func(cpu, memory int64) int64 {
		f, g := float64(cpu)/float64(a.CPU), float64(memory)/float64(a.Memory)
		mean := (min(1, f) + min(1, g)) / 2
		return int64((1 - math.Abs(min(1, f)-mean)) * 100)
	}
	cpu, memory, _ := t.used(n)
	before := balance(cpu, memory)
	cpu, memory = cpu+int64(w.Request.CPU), memory+int64(w.Request.Memory)
	share := func(free, all int64) int64 { return max(free, 0) * 100 / all }
	u := t.g.Pools[0].Unrequested // LeastAllocated alone counts what requests nothing
	least := (share(int64(a.CPU-u.CPU)-cpu, int64(a.CPU)) + share(int64(a.Memory-u.Memory)-memory, int64(a.Memory))) / 2
	if t.balance == placement.BalanceByChange {
		return least + 50 + (50+balance(cpu, memory)-before)/2
	}
	return least + balance(cpu, memory)
}

// freeShare returns the free share of CPU of nodes.
func (t *twin) freeShare(nodes []twinNode) float64 {
	var free, total int64
	for _, n := range nodes {
		cpu, _, _ := t.used(n)
		free += int64(t.g.Pools[0].Allocatable.CPU) - cpu
		total += int64(t.g.Pools[0].Allocatable.CPU - t.g.Pools[0].Reserved.CPU)
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
	for z, n := range t.g.Pools[0].NodesByZone {
		if n > 0 {
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
		parts = append(parts, fmt.Sprint(nodes[i].zone, counts))
	}
	slices.Sort(parts)
	return fmt.Sprint(zones, parts)
}

func (t *twin) lose(nodes []twinNode, event string, during placement.During, lost placement.Loss, order int) {
	var survivors []twinNode
	displaced := make([]int, len(t.g.Workloads))
	for _, n := range nodes {
		if !slices.Contains(lost.Zones, n.zone) && !slices.Contains(lost.Nodes, n.index) {
			survivors = append(survivors, n)
			continue
		}
		for _, p := range n.pods {
			displaced[p.workload]++
		}
	}
	for _, n := range lost.Nodes {
		lost.NodeZones = append(lost.NodeZones, nodes[n].zone)
	}
	var pods []twinPod
	for _, w := range t.sorted() {
		workload := t.g.Workloads[w]
		ready := workload.Replicas - displaced[w]
		t.ready[w] = min(t.ready[w], ready)
		if ready < workload.MinReady && workload.Replicas > 0 {
			t.fail(&placement.Failure{During: during, Order: order, Resource: placement.ShortMinReady, Workload: workload.Name, Missing: workload.MinReady - ready, Lost: lost})
		}
		if workload.Reschedule {
			pods = append(pods, slices.Repeat([]twinPod{{workload: w}}, displaced[w])...)
		}
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
