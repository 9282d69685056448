package onetype_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
	"github.com/scantling-dev/scantling/planner/units"
)

// problem is classes and offers.
type problem struct {
	classes []colgen.Class
	offers  []colgen.Offer
}

// tiny draws a problem that brute force can solve, in up to four of the resources.
func tiny(seed uint64) problem {
	rng := rand.New(rand.NewPCG(seed, 17))
	dims := rng.Perm(colgen.Dims)[:1+rng.IntN(4)]
	var p problem
	for t := range 1 + rng.IntN(5) {
		o := colgen.Offer{Name: fmt.Sprintf("t%d", t), Price: units.USDPerHour(1 + rng.IntN(40))}
		for _, d := range dims {
			o.Free[d] = int64(4 + rng.IntN(12))
		}
		if t > 0 && rng.IntN(4) == 0 {
			o.Free = p.offers[0].Free // of one capacity
		}
		p.offers = append(p.offers, o)
	}
	for i := range 1 + rng.IntN(4) {
		c := colgen.Class{Name: fmt.Sprintf("c%d", i), Count: rng.IntN(6)}
		for _, d := range dims {
			c.Request[d] = int64(rng.IntN(1 + int(p.offers[0].Free[d])))
		}
		if rng.IntN(4) == 0 {
			c.Offers = c.Offers.Add(rng.IntN(len(p.offers)))
			for t := range p.offers {
				if rng.IntN(3) > 0 {
					c.Offers = c.Offers.Add(t)
				}
			}
		}
		p.classes = append(p.classes, c)
	}
	return p
}

// fits reports whether a node of offer t holds the pods, by the definition.
func (p problem) fits(t int, pods []int) bool {
	for d := range colgen.Dims {
		var sum int64
		for i, n := range pods {
			sum += int64(n) * p.classes[i].Request[d]
		}
		if sum > p.offers[t].Free[d] {
			return false
		}
	}
	for i, n := range pods {
		if n > 0 && !p.classes[i].Offers.Has(t) {
			return false
		}
	}
	return true
}

// each calls f with every choice of at most the given pods.
func each(most []int, f func([]int)) {
	pods := make([]int, len(most))
	for {
		f(pods)
		i := 0
		for ; i < len(most); i++ {
			if pods[i]++; pods[i] <= most[i] {
				break
			}
			pods[i] = 0
		}
		if i == len(most) {
			return
		}
	}
}

// fewest returns the least number of nodes of offer t that carry all pods, by
// trying every filling of a node for every part of the pods; 0 where none does.
func (p problem) fewest(t int) int {
	all := make([]int, len(p.classes))
	for i := range p.classes {
		all[i] = p.classes[i].Count
		one := make([]int, len(p.classes))
		if one[i] = 1; all[i] > 0 && !p.fits(t, one) {
			return 0
		}
	}
	memo := map[string]int{}
	var least func(left []int) int
	least = func(left []int) int {
		first := -1
		for i, n := range left {
			if n > 0 {
				first = i
				break
			}
		}
		if first < 0 {
			return 0
		}
		key := fmt.Sprint(left)
		if n, ok := memo[key]; ok {
			return n
		}
		best := 1 << 30
		each(left, func(pods []int) {
			if pods[first] == 0 || !p.fits(t, pods) {
				return
			}
			rest := make([]int, len(left))
			for i := range left {
				rest[i] = left[i] - pods[i]
			}
			best = min(best, 1+least(rest))
		})
		memo[key] = best
		return best
	}
	return least(all)
}

// checkResult holds a result to the problem: each pod has its place, no node is
// overfull or forbidden, and the figures agree with each other.
func (p problem) checkResult(t testing.TB, r onetype.Result) {
	t.Helper()
	placed, nodes := make([]int, len(p.classes)), 0
	for _, g := range r.Patterns {
		if g.Count <= 0 || !p.fits(r.Offer, g.Pods) {
			t.Fatalf("%d nodes of %s do not hold %v", g.Count, p.offers[r.Offer].Name, g.Pods)
		}
		for i, n := range g.Pods {
			if n < 0 {
				t.Fatalf("pattern %v", g.Pods)
			}
			placed[i] += n * g.Count
		}
		nodes += g.Count
	}
	for i, n := range placed {
		if n != p.classes[i].Count {
			t.Fatalf("%d of %d pods of %s have a place", n, p.classes[i].Count, p.classes[i].Name)
		}
	}
	if nodes != r.Nodes || r.Cost != p.offers[r.Offer].Price*units.USDPerHour(nodes) || r.LowerBound > r.Cost {
		t.Fatalf("%d nodes for %d with a bound of %d, want %d nodes of %s", r.Nodes, r.Cost, r.LowerBound, nodes, p.offers[r.Offer].Name)
	}
	if c := r.Counts[r.Offer]; c.Status != onetype.StatusBest || c.Found != nodes || c.Least > nodes {
		t.Fatalf("the answer of %d nodes is %+v", nodes, c)
	}
	if open := r.LowerBound < r.Cost; open != (r.Gap > 0) {
		t.Fatalf("cost %d, bound %d, gap %g", r.Cost, r.LowerBound, r.Gap)
	}
}

// lines describes a result by names, so that the order of the input is not in it.
func (p problem) lines(r onetype.Result) string {
	out := fmt.Sprintln(r.Nodes, p.offers[r.Offer].Name, r.Cost, r.LowerBound, r.Stats)
	patterns := map[string]int{}
	for _, g := range r.Patterns {
		pods := map[string]int{}
		for i, n := range g.Pods {
			if n > 0 {
				pods[p.classes[i].Name] = n
			}
		}
		patterns[fmt.Sprint(pods)] += g.Count
	}
	counts := map[string]onetype.Count{}
	for t, c := range r.Counts {
		counts[p.offers[t].Name] = c
	}
	return out + fmt.Sprintln(patterns) + fmt.Sprintln(counts)
}
