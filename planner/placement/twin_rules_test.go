package placement_test

import (
	"math"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
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

// waits reports whether pods of other workloads may make room for p.
func (t *twin) waits(p twinPod) bool {
	for _, a := range t.g.Workloads[p.workload].Affinity {
		if a.Mode == placement.Required && a.To != t.g.Workloads[p.workload].Name {
			return true
		}
	}
	return false
}

// near counts the pods in the domain of a node that match.
func (t *twin) near(nodes []twinNode, n twinNode, key placement.Key, match func(twinPod) bool) int {
	count := 0
	for _, m := range nodes {
		if t.domain(key, m) != t.domain(key, n) {
			continue
		}
		for _, q := range m.pods {
			if match(q) {
				count++
			}
		}
	}
	return count
}

// forbidden returns the rule between pods that keeps p off a node.
func (t *twin) forbidden(nodes []twinNode, n twinNode, p twinPod) placement.Shortage {
	w := t.g.Workloads[p.workload]
	same := func(q twinPod) bool { return q.workload == p.workload }
	if w.AntiAffinity.Mode == placement.Required && t.near(nodes, n, w.AntiAffinity.Key, same) > 0 {
		return placement.ShortAntiAffinity
	}
	// A pod counts that meets every required affinity.
	matches := func(q twinPod) bool {
		for _, a := range w.Affinity {
			if a.Mode == placement.Required && a.To != t.g.Workloads[q.workload].Name {
				return false
			}
		}
		return true
	}
	found := 0
	for _, m := range nodes {
		for _, q := range m.pods {
			if matches(q) {
				found++
			}
		}
	}
	for _, a := range w.Affinity {
		if a.Mode == placement.Required && t.near(nodes, n, a.Key, matches) == 0 && (found > 0 || !matches(p)) {
			return placement.ShortAffinity
		}
	}
	return ""
}

// affinityScores are those of InterPodAffinity, pod by pod.
func (t *twin) affinityScores(nodes []twinNode, feasible []int, p twinPod) []int64 {
	raw := make([]int64, len(feasible))
	w := t.g.Workloads[p.workload]
	for i, f := range feasible {
		for _, m := range nodes {
			together := func(key placement.Key) bool { return t.domain(key, m) == t.domain(key, nodes[f]) }
			for _, q := range m.pods {
				other := t.g.Workloads[q.workload]
				for _, a := range w.Affinity {
					if a.Mode == placement.Preferred && a.To == other.Name && together(a.Key) {
						raw[i] += 100
					}
				}
				for _, a := range other.Affinity {
					if a.To == w.Name && together(a.Key) {
						raw[i] += map[placement.Mode]int64{placement.Preferred: 100, placement.Required: 1}[a.Mode]
					}
				}
				if q.workload == p.workload && w.AntiAffinity.Mode == placement.Preferred && together(w.AntiAffinity.Key) {
					raw[i] -= 100 // its own rule
					raw[i] -= 100 // and that of the pod that runs
				}
			}
		}
	}
	out := make([]int64, len(feasible))
	least, most := slices.Min(raw), slices.Max(raw)
	for i := range out {
		if most > least {
			out[i] = int64(100 * (float64(raw[i]-least) / float64(most-least)))
		}
	}
	return out
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

// schedule returns the node that p is put on, or -1 and why there is none.
func (t *twin) schedule(nodes []twinNode, p twinPod) (int, placement.Shortage) {
	best, why := t.best(nodes, p)
	switch {
	case len(best) == 0:
		return -1, why
	case t.ties == nil || len(best) == 1:
		return best[0], ""
	}
	return best[t.ties.Int32N(int32(len(best)))], ""
}

// best returns the nodes that score best for p, or why there is none.
func (t *twin) best(nodes []twinNode, p twinPod) ([]int, placement.Shortage) {
	w := t.g.Workloads[p.workload]
	spread := w.Spread
	if len(spread) == 0 && !w.NoDefaultSpread {
		spread = []placement.Spread{{Key: placement.Host, MaxSkew: 3}, {Key: placement.Zone, MaxSkew: 5}}
	}
	short := map[placement.Shortage]int{}
	var feasible []int
	admitted := 0
	for i, n := range nodes {
		if !t.admits(p, n) || p.home >= 0 && n.zone != p.home {
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
		if rule := t.forbidden(nodes, n, p); rule != "" {
			short[rule]++
			continue
		}
		if t.skewed(nodes, n, p, spread) {
			short[placement.ShortSpread]++
			continue
		}
		feasible = append(feasible, i)
	}
	if admitted == 0 && p.home >= 0 {
		return nil, placement.ShortVolumeZone
	}
	if admitted == 0 && len(nodes) > 0 {
		return nil, placement.ShortSelector
	}
	if len(feasible) == 0 {
		why := placement.ShortCPU
		for _, s := range append(shortages(), placement.ShortSpread, placement.ShortAntiAffinity, placement.ShortAffinity) {
			// Of as many nodes, devices, bandwidth and volumes come first.
			scarce := strings.HasPrefix(string(s), "more_") && short[s] > 0 && short[s] == short[why]
			if short[s] > short[why] || scarce {
				why = s
			}
		}
		return nil, why
	}
	normal := t.spreadScores(nodes, feasible, p, spread)
	affine := t.affinityScores(nodes, feasible, p)
	score := make([]int64, len(feasible))
	for i, n := range feasible {
		score[i] = t.resourceScore(nodes[n], p) + 2*normal[i] + 2*affine[i]
	}
	var best []int
	for i, n := range feasible {
		if score[i] == slices.Max(score) {
			best = append(best, n)
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
	if t.scoring == placement.MostAllocated {
		u.CPU, u.Memory = u.CPU+units.MilliCPU(cpu), u.Memory+units.Bytes(memory)
		least := (share(min(int64(u.CPU), int64(a.CPU)), int64(a.CPU)) + share(min(int64(u.Memory), int64(a.Memory)), int64(a.Memory))) / 2
		if t.balance == placement.BalanceByChange {
			return least + 50 + (50+balance(cpu, memory)-before)/2
		}
		return least + balance(cpu, memory)
	}
	least := (share(int64(a.CPU-u.CPU)-cpu, int64(a.CPU)) + share(int64(a.Memory-u.Memory)-memory, int64(a.Memory))) / 2
	if t.balance == placement.BalanceByChange {
		return least + 50 + (50+balance(cpu, memory)-before)/2
	}
	return least + balance(cpu, memory)
}
