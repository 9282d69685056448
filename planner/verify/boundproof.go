package verify

import (
	"math"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// knapsackSteps bounds the search for a filling that is worth too much, over all types
// of one group.
const knapsackSteps = 2_000_000

// certificate checks the prices of pods that prove a lower bound, and returns what they
// prove; 0 where there are none or they prove nothing.
//
// Proof. Every node of a plan is of a type that counts, and what it runs of the pods
// that the certificate names is a filling of one empty node: it is worth no more than
// Scale x the price of the node. The pods together are worth the sum of Price x Pods, so
// that the nodes cost at least that / Scale.
func (k *checker) certificate(g *group, offers []offer) float64 {
	path := g.path + ".certificate"
	cert := &g.plan.Certificate
	if cert.Scale == 0 {
		k.need(len(cert.Pods) == 0, path, "bound.certificate", "prices of pods and no scale")
		return 0
	}
	if !k.need(cert.Scale > 0, path, "bound.certificate", "a scale of %d", cert.Scale) {
		return 0
	}
	worth, sound := new(big.Int), true
	var loads []*load
	for i, p := range cert.Pods {
		sound = k.need(i == 0 || cert.Pods[i-1].Workload < p.Workload, path, "lists.sorted", "pods are not sorted by workload, or one is there twice") && sound
		w, known := g.index[p.Workload]
		ok := known && p.Price >= 0 && p.Pods >= 0 && p.Pods <= g.loads[w].plan.Replicas
		if !k.need(ok, path, "bound.certificate", "%d pods of %s at %d: no such pods", p.Pods, p.Workload, p.Price) {
			return 0
		}
		loads = append(loads, g.loads[w])
		worth.Add(worth, new(big.Int).Mul(big.NewInt(p.Price), big.NewInt(int64(p.Pods))))
	}
	if !sound || !k.noneWorthMore(g, offers, cert, loads, path) {
		return 0
	}
	f, _ := new(big.Rat).SetFrac(worth, big.NewInt(cert.Scale)).Float64()
	return math.Ceil(f * (1 - boundSlack))
}

// noneWorthMore reports whether no filling of a node of any type that counts is worth
// more than the node. A type that offers no more of anything than another, and costs as
// much or more, is covered by it.
func (k *checker) noneWorthMore(g *group, offers []offer, cert *planner.BoundCertificate, loads []*load, path string) bool {
	var bags []bag
	for i := range offers {
		o := &offers[i]
		if o.sustained {
			continue
		}
		target := new(big.Int).Mul(big.NewInt(cert.Scale), big.NewInt(int64(o.price.Rate)))
		if !target.IsInt64() || target.Int64() > math.MaxInt64/4 {
			return k.need(false, path, "bound.certificate", "a scale of %d is too large to be checked", cert.Scale)
		}
		b := bag{name: o.t.Name, room: o.free, target: target.Int64(), admits: make([]bool, len(loads))}
		for j, l := range loads {
			b.admits[j] = g.fits(l, o.candidate)
		}
		bags = append(bags, b)
	}
	slices.SortStableFunc(bags, func(a, b bag) int { // whoever covers others comes first
		if a.target != b.target {
			if a.target < b.target {
				return -1
			}
			return 1
		}
		return slices.Compare(b.room[:], a.room[:])
	})
	steps := knapsackSteps
	var kept []*bag
	for i := range bags {
		b := &bags[i]
		if slices.ContainsFunc(kept, func(o *bag) bool { return o.covers(b) }) {
			continue
		}
		kept = append(kept, b)
		items := make([]item, 0, len(loads))
		for j, l := range loads {
			if p := &cert.Pods[j]; b.admits[j] && p.Pods > 0 && p.Price > 0 {
				most := p.Pods
				if apart(&l.spec, planner.HostnameKey) {
					most = 1
				}
				items = append(items, item{size: l.size, value: p.Price, most: int64(most)})
			}
		}
		if verdict := fillings(&b.room, items, b.target, &steps); verdict != placed {
			why := "some filling is worth more"
			if verdict == unproved {
				why = "not proved in the steps of a search"
			}
			return k.need(false, path, "bound.certificate", "no filling of %s may be worth more than %d: %s", b.name, b.target, why)
		}
	}
	return true
}

// bag is an empty node that fillings are held against.
type bag struct {
	name   string
	room   room
	target int64
	admits []bool
}

// covers reports whether no filling of o is worth more than its target if none of b
// is.
func (b *bag) covers(o *bag) bool {
	if b.target > o.target {
		return false
	}
	for d := range b.room {
		if b.room[d] < o.room[d] {
			return false
		}
	}
	for j, admits := range o.admits {
		if admits && !b.admits[j] {
			return false
		}
	}
	return true
}
