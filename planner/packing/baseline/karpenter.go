package baseline

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
)

// Karpenter buys what Karpenter's provisioner asks for when all pods are pending
// at once and no node exists:
//
//   - Pods come by CPU, then by memory, largest first.
//   - A pod is offered to the nodes that are being made, the one with the fewest pods
//     first. A node takes it as long as some type holds all that it has then.
//   - Where none takes it, another node is made for it.
//   - Each node becomes the cheapest type that holds its pods.
//
// Where Karpenter leaves the order open, among nodes with equally many pods, the one
// whose last pod came last is first, which is how a stable sort before each pod
// arranges them. Pods with the same CPU and memory, which Karpenter takes by age, come
// by their other requests and by name.
//
// The rule is Karpenter's for pods without affinities, spread or volumes, in one
// batch, on one node pool of on-demand capacity. What consolidation would save
// afterwards is not in it. See
// https://github.com/kubernetes-sigs/karpenter/blob/v1.14.0/pkg/controllers/provisioning/scheduling/scheduler.go.
//
// It fails with a colgen.NoFitError where a pod fits on no allowed offer, and with
// colgen.ErrInput on what makes no sense.
func Karpenter(classes []colgen.Class, offers []colgen.Offer) (Purchase, error) {
	if err := onetype.Check(classes, offers); err != nil {
		return Purchase{}, err
	}
	k := newRule(classes, offers)
	for _, i := range order(classes, func(v *colgen.Vector) float64 { return float64(v[cpu]) }) {
		if err := k.put(i); err != nil {
			return Purchase{}, err
		}
	}
	return k.purchase(), nil
}

// rule is the state of one Karpenter.
type rule struct {
	classes []colgen.Class
	offers  []colgen.Offer
	largest []int // offers that no other outdoes, whatever they cost
	claims  []*claim
	turn    int
}

// claim is a node that is being made.
type claim struct {
	sum     colgen.Vector
	pods    []int // by class
	n       int
	allowed colgen.Set // offers that all of its pods may use
	// turn orders claims with equally many pods, the least first.
	turn int
	// witness is the index of the first of the largest offers that holds the pods:
	// those before it never will again.
	witness int
}

func newRule(classes []colgen.Class, offers []colgen.Offer) *rule {
	k := &rule{classes: classes, offers: offers}
	for t := range offers {
		if !slices.ContainsFunc(k.largest, func(u int) bool { return k.outdoes(u, t) }) {
			k.largest = slices.DeleteFunc(k.largest, func(u int) bool { return k.outdoes(t, u) })
			k.largest = append(k.largest, t)
		}
	}
	return k
}

// outdoes reports whether offer u has no less of anything than t and may be used
// by every class that may use t.
func (k *rule) outdoes(u, t int) bool {
	for d := range k.offers[u].Free {
		if k.offers[u].Free[d] < k.offers[t].Free[d] {
			return false
		}
	}
	for i := range k.classes {
		if set := k.classes[i].Offers; set.Has(t) && !set.Has(u) {
			return false
		}
	}
	return true
}

// put gives each pod of a class its place. A claim that does not take one pod of
// the class takes none later.
func (k *rule) put(class int) error {
	open := slices.Clone(k.claims)
	slices.SortFunc(open, before)
	for left := k.classes[class].Count; left > 0; {
		if len(open) == 0 {
			c := &claim{pods: make([]int, len(k.classes))}
			if !k.take(c, class) {
				return &colgen.NoFitError{Class: class, Name: k.classes[class].Name}
			}
			k.turn++
			c.turn = k.turn // after all that have one pod
			k.claims, open = append(k.claims, c), append(open, c)
			left--
			continue
		}
		c := open[0]
		if !k.take(c, class) {
			open = open[1:]
			continue
		}
		left--
		k.turn++
		c.turn = -k.turn // before all that have as many
		at, _ := slices.BinarySearchFunc(open[1:], c, before)
		copy(open, open[1:1+at])
		open[at] = c
	}
	return nil
}

func before(a, b *claim) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.turn, b.turn)) }

// take adds a pod of a class to a claim if some offer holds all of it then.
func (k *rule) take(c *claim, class int) bool {
	own := k.classes[class].Offers
	for w := c.witness; w < len(k.largest); w++ {
		t := k.largest[w]
		if !own.Has(t) || !c.allowed.Has(t) || !holds(&k.offers[t].Free, &c.sum, &k.classes[class].Request) {
			continue
		}
		if c.witness, c.n = w, c.n+1; c.pods[class] == 0 {
			c.allowed = both(c.allowed, own)
		}
		c.pods[class]++
		for d := range c.sum {
			c.sum[d] += k.classes[class].Request[d]
		}
		return true
	}
	return false
}

// holds reports whether a node has room for a pod besides what it has.
func holds(free, sum, pod *colgen.Vector) bool {
	for d := range free {
		if pod[d] > free[d]-sum[d] {
			return false
		}
	}
	return true
}

// both returns the offers that are in both sets.
func both(a, b colgen.Set) colgen.Set {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	out := make(colgen.Set, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] & b[i]
	}
	return out
}

// purchase gives each claim the cheapest offer that holds it.
func (k *rule) purchase() Purchase {
	cheapest := make([]int, len(k.offers))
	for t := range cheapest {
		cheapest[t] = t
	}
	slices.SortFunc(cheapest, func(a, b int) int {
		return cmp.Or(cmp.Compare(k.offers[a].Price, k.offers[b].Price), strings.Compare(k.offers[a].Name, k.offers[b].Name))
	})
	p := Purchase{Groups: []Group{}}
	var none colgen.Vector
	for _, c := range k.claims {
		at := slices.IndexFunc(cheapest, func(t int) bool { return c.allowed.Has(t) && holds(&k.offers[t].Free, &c.sum, &none) })
		p.Groups = append(p.Groups, Group{Offer: cheapest[at], Count: 1, Pods: c.pods})
		p.Cost += k.offers[cheapest[at]].Price
		p.Nodes++
	}
	slices.SortFunc(p.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Offer, b.Offer), slices.Compare(b.Pods, a.Pods))
	})
	groups := p.Groups[:0]
	for _, g := range p.Groups {
		if n := len(groups); n > 0 && groups[n-1].Offer == g.Offer && slices.Equal(groups[n-1].Pods, g.Pods) {
			groups[n-1].Count++
		} else {
			groups = append(groups, g)
		}
	}
	p.Groups = groups
	return p
}
