package placement_test

import (
	"math"

	"github.com/scantling-dev/scantling/planner/placement"
)

// amounts lists every resource: CPU, memory, pods, storage and the further ones.
func amounts(r placement.Resources) [4 + placement.MoreKinds]int64 {
	out := [4 + placement.MoreKinds]int64{int64(r.CPU), int64(r.Memory), int64(r.Pods), int64(r.Storage)}
	copy(out[4:], r.More[:])
	return out
}

// shortages are the words for them.
func shortages() []placement.Shortage {
	out := []placement.Shortage{placement.ShortCPU, placement.ShortMemory, placement.ShortPods, placement.ShortStorage}
	for i := range placement.MoreKinds {
		out = append(out, placement.ShortMore(i))
	}
	return out
}

// used returns what is requested of a node, DaemonSets and all.
func (t *twin) used(n twinNode) [4 + placement.MoreKinds]int64 {
	sum := amounts(t.g.Pools[n.pool].Reserved)
	for _, p := range n.pods {
		for i, amount := range amounts(t.request(p)) {
			sum[i] += amount
		}
	}
	return sum
}

func (t *twin) request(p twinPod) placement.Resources {
	r := t.g.Workloads[p.workload].Request
	r.Pods = 1
	return r
}

// admits is the filter NodeAffinity.
func (t *twin) admits(p twinPod, n twinNode) bool {
	w := t.g.Workloads[p.workload]
	return (w.Pools == nil || w.Pools[n.pool]) && (w.Zones == nil || w.Zones[n.zone])
}

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
	admitted := 0
	for i, n := range nodes {
		if !t.admits(p, n) {
			continue
		}
		admitted++
		fits := true
		all, request, used := amounts(t.g.Pools[n.pool].Allocatable), amounts(t.request(p)), t.used(n)
		for r, word := range shortages() {
			if used[r]+request[r] > all[r] && (r < 3 || request[r] > 0) {
				short[word]++
				fits = false
			}
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
	if admitted == 0 && len(nodes) > 0 {
		return -1, placement.ShortSelector
	}
	if len(feasible) == 0 {
		why := placement.ShortCPU
		for _, s := range append(shortages(), placement.ShortSpread) {
			if short[s] > short[why] {
				why = s
			}
		}
		return -1, why
	}
	normal := t.spreadScores(nodes, feasible, p, spread)
	best, most := -1, int64(-1)
	for i, n := range feasible {
		if s := t.resourceScore(nodes[n], p) + 2*normal[i]; s > most {
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
			if t.admits(p, m) {
				counts[t.domain(s.Key, m)] += t.counted(m, p)
			}
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
			if t.admits(p, m) {
				counts[t.domain(s.Key, m)] += t.counted(m, p)
			}
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
	least, most := rounded[0], rounded[0]
	for _, r := range rounded {
		least, most = min(least, r), max(most, r)
	}
	for i := range out {
		out[i] = 100
		if most > 0 {
			out[i] = 100 * (most + least - rounded[i]) / most
		}
	}
	return out
}

func (t *twin) resourceScore(n twinNode, p twinPod) int64 {
	pool := t.g.Pools[n.pool]
	a := pool.Allocatable
	balance := func(cpu, memory int64) int64 {
		f, g := float64(cpu)/float64(a.CPU), float64(memory)/float64(a.Memory)
		mean := (min(1, f) + min(1, g)) / 2
		return int64((1 - math.Abs(min(1, f)-mean)) * 100)
	}
	used, request := t.used(n), t.request(p)
	before := balance(used[0], used[1])
	cpu, memory := used[0]+int64(request.CPU), used[1]+int64(request.Memory)
	share := func(free, all int64) int64 { return max(free, 0) * 100 / all }
	u := pool.Unrequested // LeastAllocated alone counts what requests nothing
	least := (share(int64(a.CPU-u.CPU)-cpu, int64(a.CPU)) + share(int64(a.Memory-u.Memory)-memory, int64(a.Memory))) / 2
	if t.balance == placement.BalanceByChange {
		return least + 50 + (50+balance(cpu, memory)-before)/2
	}
	return least + balance(cpu, memory)
}
