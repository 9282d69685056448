// Package baseline is what others would buy: first fit on the best type, first fit
// on the type with the cheapest core, and the rule by which Karpenter makes nodes
// of pending pods. Plans are compared with them; none proves anything.
//
// The first two resources of a vector are CPU and memory.
package baseline

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
	"github.com/scantling-dev/scantling/planner/units"
)

// The resources by which rules sort.
const (
	cpu    = 0
	memory = 1
)

// Group is a number of nodes of one offer with the same pods.
type Group struct {
	// Offer is an index of the offers.
	Offer int
	// Count of nodes, above zero.
	Count int
	// Pods of each class on one node.
	Pods []int
}

// Purchase is the nodes that a rule buys.
type Purchase struct {
	Cost  units.USDPerHour
	Nodes int
	// Groups by offer, then by pods, larger ones first.
	Groups []Group
}

// FirstFit buys nodes of the one type that is cheapest when pods are put on them
// first fit decreasing: largest first, by CPU, by memory, by the largest share of
// a node or by the sum of the shares, whichever order needs the fewest nodes.
//
// It fails with an onetype.NoOfferError where no offer holds the pods of all
// classes, and with colgen.ErrInput on what makes no sense.
func FirstFit(classes []colgen.Class, offers []colgen.Offer) (Purchase, error) {
	fit, err := onetype.Fitting(classes, offers)
	if err != nil {
		return Purchase{}, err
	}
	if len(fit) == 0 {
		return Purchase{Groups: []Group{}}, nil // there are no pods either
	}
	// By what the totals need at least, so that most offers are out soon.
	floor := make([]units.USDPerHour, len(offers))
	for _, t := range fit {
		floor[t] = offers[t].Price * units.USDPerHour(leastNodes(classes, &offers[t].Free))
	}
	slices.SortFunc(fit, func(a, b int) int {
		return cmp.Or(cmp.Compare(floor[a], floor[b]), cmp.Compare(offers[a].Price, offers[b].Price), strings.Compare(offers[a].Name, offers[b].Name))
	})
	best := Purchase{Cost: math.MaxInt64}
	for _, t := range fit {
		if floor[t] >= best.Cost {
			break
		}
		if p := fill(classes, offers, t, best.Cost-1); p.Groups != nil {
			best = p
		}
	}
	return best, nil
}

// CheapestPerCore buys nodes of the type whose core for pods costs least, of those
// that hold the pods of all classes, and puts the pods on them as FirstFit does.
// Of equals it is the one with more memory for the money. It fails as FirstFit
// does.
func CheapestPerCore(classes []colgen.Class, offers []colgen.Offer) (Purchase, error) {
	fit, err := onetype.Fitting(classes, offers)
	if err != nil {
		return Purchase{}, err
	}
	if len(fit) == 0 {
		return Purchase{Groups: []Group{}}, nil // there are no pods either
	}
	t := slices.MinFunc(fit, func(a, b int) int {
		x, y := &offers[a], &offers[b]
		return cmp.Or(perUnit(x, y, cpu), perUnit(x, y, memory), cmp.Compare(x.Price, y.Price), strings.Compare(x.Name, y.Name))
	})
	return fill(classes, offers, t, math.MaxInt64), nil
}

// perUnit compares what a unit of a resource costs.
func perUnit(a, b *colgen.Offer, resource int) int {
	return cmp.Compare(float64(a.Price)*float64(b.Free[resource]), float64(b.Price)*float64(a.Free[resource]))
}

// leastNodes returns how many nodes the totals need at least.
func leastNodes(classes []colgen.Class, free *colgen.Vector) int {
	nodes := int64(0)
	for d := range free {
		total := int64(0)
		for i := range classes {
			total += classes[i].Request[d] * int64(classes[i].Count)
		}
		if total > 0 {
			nodes = max(nodes, units.CeilDiv(total, free[d]))
		}
	}
	return int(nodes)
}

// fill puts all pods on nodes of one offer, in the best order of several. There
// are no groups where that costs more than limit.
func fill(classes []colgen.Class, offers []colgen.Offer, t int, limit units.USDPerHour) Purchase {
	o := &offers[t]
	sizes, counts := make([]colgen.Vector, len(classes)), make([]int, len(classes))
	for i := range classes {
		sizes[i], counts[i] = classes[i].Request, classes[i].Count
	}
	share := func(v *colgen.Vector, d int) float64 { return float64(v[d]) / float64(max(1, o.Free[d])) }
	by := []func(v *colgen.Vector) float64{
		func(v *colgen.Vector) float64 { return float64(v[cpu]) },
		func(v *colgen.Vector) float64 { return float64(v[memory]) },
		func(v *colgen.Vector) (most float64) {
			for d := range v {
				most = max(most, share(v, d))
			}
			return most
		},
		func(v *colgen.Vector) (sum float64) {
			for d := range v {
				sum += share(v, d)
			}
			return sum
		},
	}
	most := int(min(limit/o.Price, math.MaxInt32))
	var best Purchase
	for _, size := range by {
		patterns, ok := onetype.FirstFit(sizes, counts, o.Free, order(classes, size), most)
		if !ok {
			continue
		}
		best = Purchase{Groups: []Group{}}
		for _, p := range patterns {
			best.Groups = append(best.Groups, Group{Offer: t, Count: p.Count, Pods: p.Pods})
			best.Nodes += p.Count
		}
		best.Cost = o.Price * units.USDPerHour(best.Nodes)
		most = best.Nodes - 1
	}
	return best
}

// order returns the classes with pods, largest first; equal ones by what they
// request, then by name.
func order(classes []colgen.Class, size func(v *colgen.Vector) float64) []int {
	var out []int
	for i := range classes {
		if classes[i].Count > 0 {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		x, y := &classes[a], &classes[b]
		return cmp.Or(cmp.Compare(size(&y.Request), size(&x.Request)), slices.Compare(y.Request[:], x.Request[:]), strings.Compare(x.Name, y.Name))
	})
	return out
}
