package verify

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// lookSteps bounds the looks at sites that the greedy orders of one puzzle take.
const lookSteps = 40_000_000

// preference says which of the nodes that take a pod gets it.
type preference int

const (
	// fullest: the node with the least left, by its scarcer resource.
	fullest preference = iota
	// emptiest: the node with the most left, by its scarcer resource.
	emptiest
	// even: the node with the most left, by the sum of its shares, as the scheduler
	// scores.
	even
	// aligned: the node whose room has the shape of the pod, the scarcer of equals.
	aligned
)

// shuffles of the pods are tried where sorted orders fail, from seed 1 on.
const shuffles = 16

// ranks orders kinds so that each comes after those it must be with: 0 for a kind
// that needs none.
func (p *puzzle) ranks() []int {
	rank := make([]int, len(p.pods))
	for range p.pods { // a chain is no longer than there are kinds
		for i := range p.pods {
			for _, c := range p.pods[i].with {
				if c.kind != i {
					rank[i] = min(max(rank[i], rank[c.kind]+1), len(p.pods))
				}
			}
		}
	}
	return rank
}

// greedy tries to place all pods in several orders, each with several ways to
// choose a node.
func greedy(start *state) bool {
	all := start.free()
	hard := func(k *podKind) bool {
		return k.zoneSkew > 0 || k.hostSkew > 0 || k.apartHost || k.apartZone || k.byZone != nil || k.admits != nil
	}
	sizes := []func(k *podKind) float64{
		func(k *podKind) float64 { return weight(&k.size, &all) },
		func(k *podKind) float64 { return float64(k.size[onCPU]) },
		func(k *podKind) float64 { return float64(k.size[onMemory]) },
		func(k *podKind) float64 {
			if hard(k) {
				return 2 + weight(&k.size, &all) // a weight is at most 1 here
			}
			return weight(&k.size, &all)
		},
	}
	rank := start.p.ranks()
	for _, size := range sizes {
		order := make([]int, len(start.p.pods))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(size(&start.p.pods[b]), size(&start.p.pods[a])))
		})
		var pods []int
		for _, k := range order {
			pods = append(pods, slices.Repeat([]int{k}, start.p.pods[k].count)...)
		}
		for _, prefer := range []preference{fullest, emptiest, even, aligned} {
			if run(start.clone(), pods, prefer, &all) {
				return true
			}
		}
	}
	return false
}

// shuffled tries the pods in mixed orders, the same at every call.
func shuffled(start *state) bool {
	all := start.free()
	var pods []int
	for k := range start.p.pods {
		pods = append(pods, slices.Repeat([]int{k}, start.p.pods[k].count)...)
	}
	rank := start.p.ranks()
	for seed := range uint64(shuffles) {
		rng := rand.New(rand.NewPCG(seed+1, 0))
		mixed := slices.Clone(pods)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		slices.SortStableFunc(mixed, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
		for _, prefer := range []preference{even, aligned, fullest} {
			if run(start.clone(), mixed, prefer, &all) {
				return true
			}
		}
	}
	return false
}

// run places pods in order, by kind, each on the preferred of the nodes that take
// it; in the zone with the fewest of its kind where zones count.
func run(s *state, pods []int, prefer preference, all *room) bool {
	for _, k := range pods {
		if *s.steps < 0 {
			return false
		}
		best, f := -1, s.floorOf(k)
		for i := range s.sites {
			if !s.can(k, i, f) {
				continue
			}
			if best < 0 || s.better(k, i, best, prefer, all) {
				best = i
			}
		}
		if best < 0 {
			return false
		}
		s.put(k, best)
	}
	return true
}

// better reports whether site i is to be preferred to site j for a pod of kind k.
func (s *state) better(k, i, j int, prefer preference, all *room) bool {
	pod := &s.p.pods[k]
	if pod.zoneSkew > 0 {
		if c := cmp.Compare(s.inZone[k][s.sites[i].zone], s.inZone[k][s.sites[j].zone]); c != 0 {
			return c < 0
		}
	}
	a, b := &s.sites[i].free, &s.sites[j].free
	switch prefer {
	case fullest:
		return weight(a, all) < weight(b, all)
	case emptiest:
		return weight(a, all) > weight(b, all)
	case even:
		return shares(a, all) > shares(b, all)
	case aligned:
		x, y := mismatch(&pod.size, a, all), mismatch(&pod.size, b, all)
		return x < y || x == y && weight(a, all) < weight(b, all)
	}
	panic("verify: unknown preference")
}

// mismatch is how unlike the proportions of a pod and of a node's room are.
func mismatch(pod, free, all *room) float64 {
	p, f := shares(pod, all), shares(free, all)
	most := 0.0
	for d := range pod {
		if d == onPods || all[d] <= 0 {
			continue
		}
		part := func(r *room, sum float64) float64 {
			if sum == 0 {
				return 0
			}
			return float64(r[d]) / float64(all[d]) / sum
		}
		most = max(most, math.Abs(part(pod, p)-part(free, f)))
	}
	return most
}
