package colgen_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// problem is classes and offers.
type problem struct {
	classes []colgen.Class
	offers  []colgen.Offer
}

// tiny draws a problem that brute force can solve: every pod fits on the first
// offer, which all classes may use.
func tiny(seed uint64) problem {
	rng := rand.New(rand.NewPCG(seed, 99))
	dims := 1 + rng.IntN(3)
	var p problem
	for t := range 1 + rng.IntN(4) {
		o := colgen.Offer{Name: fmt.Sprintf("t%d", t), Price: units.USDPerHour(1 + rng.IntN(40))}
		for d := range dims {
			o.Free[d] = int64(4 + rng.IntN(12))
		}
		p.offers = append(p.offers, o)
	}
	for i := range 1 + rng.IntN(4) {
		c := colgen.Class{Name: fmt.Sprintf("c%d", i), Count: 1 + rng.IntN(5)}
		for d := range dims {
			c.Request[d] = int64(rng.IntN(1 + int(p.offers[0].Free[d])))
		}
		if rng.IntN(4) == 0 {
			c.Offers = c.Offers.Add(0)
			for t := range p.offers {
				if rng.IntN(2) == 0 {
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

func (p problem) counts() []int {
	counts := make([]int, len(p.classes))
	for i := range p.classes {
		counts[i] = p.classes[i].Count
	}
	return counts
}

// optimum returns the least cost by trying every node for every part of the pods.
func (p problem) optimum() int64 {
	memo := map[string]int64{}
	price := map[string]int64{}
	each(p.counts(), func(pods []int) {
		best := int64(-1)
		for t := range p.offers {
			if c := int64(p.offers[t].Price); p.fits(t, pods) && (best < 0 || c < best) {
				best = c
			}
		}
		price[fmt.Sprint(pods)] = best
	})
	var least func(left []int) int64
	least = func(left []int) int64 {
		key := fmt.Sprint(left)
		if v, ok := memo[key]; ok {
			return v
		}
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
		best := int64(-1)
		each(left, func(pods []int) {
			c := price[fmt.Sprint(pods)]
			if pods[first] == 0 || c < 0 || best >= 0 && c >= best {
				return
			}
			rest := make([]int, len(left))
			for i := range left {
				rest[i] = left[i] - pods[i]
			}
			if v := c + least(rest); best < 0 || v < best {
				best = v
			}
		})
		memo[key] = best
		return best
	}
	return least(p.counts())
}

// checkPlan holds a plan to the problem: each pod has its place, no node is
// overfull or forbidden, and the figures are those of the groups.
func (p problem) checkPlan(t testing.TB, plan colgen.Plan) {
	t.Helper()
	placed := make([]int, len(p.classes))
	var cost units.USDPerHour
	for _, g := range plan.Groups {
		if g.Count <= 0 || !p.fits(g.Offer, g.Pattern) {
			t.Fatalf("%d nodes of %s do not hold %v", g.Count, p.offers[g.Offer].Name, g.Pattern)
		}
		for i, n := range g.Pattern {
			if n < 0 {
				t.Fatalf("pattern %v", g.Pattern)
			}
			placed[i] += n * g.Count
		}
		cost += p.offers[g.Offer].Price * units.USDPerHour(g.Count)
	}
	for i, n := range placed {
		if n != p.classes[i].Count {
			t.Fatalf("%d of %d pods of %s have a place", n, p.classes[i].Count, p.classes[i].Name)
		}
	}
	if cost != plan.Cost || plan.LowerBound > plan.Cost || plan.Certificate.Bound(p.classes) > plan.LowerBound {
		t.Fatalf("cost %d, want %d; bound %d, certified %d", plan.Cost, cost, plan.LowerBound, plan.Certificate.Bound(p.classes))
	}
}

// checkCertificate tries every filling of every offer in whole numbers.
func (p problem) checkCertificate(t testing.TB, c colgen.Certificate) {
	t.Helper()
	each(p.counts(), func(pods []int) {
		worth := new(big.Int)
		for i, n := range pods {
			worth.Add(worth, new(big.Int).Mul(big.NewInt(c.Duals[i]), big.NewInt(int64(n))))
		}
		for o := range p.offers {
			price := new(big.Int).Mul(big.NewInt(int64(p.offers[o].Price)), big.NewInt(c.Scale))
			if p.fits(o, pods) && worth.Cmp(price) > 0 {
				t.Fatalf("%v on %s are worth %s, the node %s", pods, p.offers[o].Name, worth, price)
			}
		}
	})
}

// lines describes a plan by names, so that the order of the input is not in it.
func (p problem) lines(plan colgen.Plan) string {
	var out string
	for _, g := range plan.Groups {
		out += fmt.Sprintf("%d %s:", g.Count, p.offers[g.Offer].Name)
		byName := map[string]int{}
		for i, n := range g.Pattern {
			if n > 0 {
				byName[p.classes[i].Name] = n
			}
		}
		out += fmt.Sprintln(byName)
	}
	return out
}
