package baseline_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/baseline"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// problem is classes and offers.
type problem struct {
	classes []colgen.Class
	offers  []colgen.Offer
}

// draw makes a problem in some of the resources; each class fits on some offer.
func draw(seed uint64) problem {
	rng := rand.New(rand.NewPCG(seed, 23))
	dims := append([]int{0, 1}, 2+rng.IntN(colgen.Dims-2))
	var p problem
	for t := range 1 + rng.IntN(9) {
		o := colgen.Offer{Name: fmt.Sprintf("t%d", t), Price: units.USDPerHour(1 + rng.IntN(40))}
		for _, d := range dims {
			o.Free[d] = int64(6 + rng.IntN(60))
		}
		p.offers = append(p.offers, o)
	}
	for i := range 1 + rng.IntN(6) {
		c := colgen.Class{Name: fmt.Sprintf("c%d", i), Count: rng.IntN(40)}
		home := rng.IntN(len(p.offers))
		for _, d := range dims {
			c.Request[d] = rng.Int64N(1 + min(20, p.offers[home].Free[d]))
		}
		if rng.IntN(5) == 0 && i > 0 {
			c.Request = p.classes[i-1].Request // equal pods of two classes
			home = 0
		}
		if rng.IntN(4) == 0 {
			for t := range p.offers {
				if t == home || rng.IntN(2) == 0 {
					c.Offers = c.Offers.Add(t)
				}
			}
		}
		p.classes = append(p.classes, c)
	}
	return p
}

// node is a node of the twins: its pods one by one, by class.
type node struct {
	pods  []int
	types []int // that hold the pods
}

func (p problem) holds(t int, pods []int) bool {
	var sum colgen.Vector
	for _, i := range pods {
		if !p.classes[i].Offers.Has(t) {
			return false
		}
		for d := range sum {
			sum[d] += p.classes[i].Request[d]
		}
	}
	for d := range sum {
		if sum[d] > p.offers[t].Free[d] {
			return false
		}
	}
	return true
}

// pods returns the class of each pod, sorted.
func (p problem) pods(compare func(a, b *colgen.Class) int) []int {
	var pods []int
	for i := range p.classes {
		for range p.classes[i].Count {
			pods = append(pods, i)
		}
	}
	sort.SliceStable(pods, func(a, b int) bool {
		x, y := &p.classes[pods[a]], &p.classes[pods[b]]
		return cmp.Or(compare(x, y), slices.Compare(y.Request[:], x.Request[:]), strings.Compare(x.Name, y.Name)) < 0
	})
	return pods
}

// karpenter is the rule, pod by pod, as it is described. It is false where a pod
// fits nowhere.
func (p problem) karpenter() (map[string]int, units.USDPerHour, bool) {
	var claims []*node
	fill := func(n *node, pod int) bool {
		pods := append(slices.Clone(n.pods), pod)
		var types []int
		for _, t := range n.types {
			if p.holds(t, pods) {
				types = append(types, t)
			}
		}
		if len(types) == 0 {
			return false
		}
		n.pods, n.types = pods, types
		return true
	}
	all := make([]int, len(p.offers))
	for t := range all {
		all[t] = t
	}
	for _, pod := range p.pods(func(_, _ *colgen.Class) int { return 0 }) {
		sort.SliceStable(claims, func(a, b int) bool { return len(claims[a].pods) < len(claims[b].pods) })
		if slices.ContainsFunc(claims, func(n *node) bool { return fill(n, pod) }) {
			continue
		}
		n := &node{types: all}
		if !fill(n, pod) {
			return nil, 0, false
		}
		claims = append(claims, n)
	}
	lines, cost := map[string]int{}, units.USDPerHour(0)
	for _, n := range claims {
		t := slices.MinFunc(n.types, func(a, b int) int {
			return cmp.Or(cmp.Compare(p.offers[a].Price, p.offers[b].Price), strings.Compare(p.offers[a].Name, p.offers[b].Name))
		})
		lines[p.line(t, n.pods)]++
		cost += p.offers[t].Price
	}
	return lines, cost, true
}

// firstFit returns the nodes of offer t that pods need in an order, 0 where one
// fits on none.
func (p problem) firstFit(t int, pods []int) int {
	var nodes [][]int
	for _, pod := range pods {
		at := slices.IndexFunc(nodes, func(n []int) bool { return p.holds(t, append(slices.Clone(n), pod)) })
		switch {
		case at >= 0:
			nodes[at] = append(nodes[at], pod)
		case p.holds(t, []int{pod}):
			nodes = append(nodes, []int{pod})
		default:
			return 0
		}
	}
	return len(nodes)
}

// cheapestFirstFit tries all orders on the given offers.
func (p problem) cheapestFirstFit(offers []int) (best units.USDPerHour) {
	for _, t := range offers {
		shares := func(c *colgen.Class) (most, sum float64) {
			for d, w := range c.Request {
				if w > 0 {
					x := float64(w) / float64(p.offers[t].Free[d])
					most, sum = max(most, x), sum+x
				}
			}
			return most, sum
		}
		for _, compare := range []func(a, b *colgen.Class) int{
			func(a, b *colgen.Class) int { return cmp.Compare(b.Request[0], a.Request[0]) },
			func(a, b *colgen.Class) int { return cmp.Compare(b.Request[1], a.Request[1]) },
			func(a, b *colgen.Class) int {
				x, _ := shares(a)
				y, _ := shares(b)
				return cmp.Compare(y, x)
			},
			func(a, b *colgen.Class) int {
				_, x := shares(a)
				_, y := shares(b)
				return cmp.Compare(y, x)
			},
		} {
			n := p.firstFit(t, p.pods(compare))
			if cost := p.offers[t].Price * units.USDPerHour(n); n > 0 && (best == 0 || cost < best) {
				best = cost
			}
		}
	}
	return best
}

func (p problem) line(t int, pods []int) string {
	counts := make([]int, len(p.classes))
	for _, i := range pods {
		counts[i]++
	}
	return fmt.Sprint(p.offers[t].Name, counts)
}

// check holds a purchase to the problem, and returns its nodes.
func (p problem) check(t testing.TB, b baseline.Purchase) map[string]int {
	t.Helper()
	placed, lines := make([]int, len(p.classes)), map[string]int{}
	var cost units.USDPerHour
	nodes := 0
	for _, g := range b.Groups {
		var pods []int
		for i, n := range g.Pods {
			pods = append(pods, slices.Repeat([]int{i}, n)...)
			placed[i] += n * g.Count
		}
		if g.Count <= 0 || !p.holds(g.Offer, pods) {
			t.Fatalf("%d nodes of %s do not hold %v", g.Count, p.offers[g.Offer].Name, g.Pods)
		}
		lines[p.line(g.Offer, pods)] += g.Count
		cost += p.offers[g.Offer].Price * units.USDPerHour(g.Count)
		nodes += g.Count
	}
	for i, n := range placed {
		if n != p.classes[i].Count {
			t.Fatalf("%d of %d pods of %s have a place", n, p.classes[i].Count, p.classes[i].Name)
		}
	}
	if cost != b.Cost || nodes != b.Nodes {
		t.Fatalf("%d nodes for %d, want %d for %d", b.Nodes, b.Cost, nodes, cost)
	}
	return lines
}
