package colgen

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// instance is a problem in the solver's own order, so that the caller's does not
// matter: classes with pods, largest first, and the offers that no other makes
// superfluous, cheapest first.
type instance struct {
	classes []Class // the caller's
	at      []int   // index of each class of ours among the caller's
	nd      int     // resources that are requested, the first nd of w and free
	w       []Vector
	dem     []int
	pods    int
	offers  []offer
	groups  []group
	group   []int   // of each class
	unit    float64 // price of the dearest offer: prices of offers are shares of it
}

type offer struct {
	at    int // index among the caller's
	name  string
	free  Vector
	price float64 // as a share of unit
	cost  int64
	fit   []int // pods of each class on an empty node, 0 where they are not allowed
	// mu are the multipliers of the offer's last knapsack. Knapsacks of one offer
	// never run at the same time.
	mu [Dims]float64
}

// bin is a number of nodes of an offer with the same pods.
type bin struct {
	offer  int
	pat    []int32
	copies int
}

func newInstance(classes []Class, offers []Offer) (*instance, error) {
	if err := check(classes, offers); err != nil {
		return nil, err
	}
	in := &instance{classes: classes}
	for i := range classes {
		if classes[i].Count > 0 {
			in.at = append(in.at, i)
		}
	}
	slices.SortFunc(in.at, func(a, b int) int {
		x, y := &classes[a], &classes[b]
		return cmp.Or(slices.Compare(y.Request[:], x.Request[:]), strings.Compare(x.Name, y.Name), cmp.Compare(y.Count, x.Count))
	})
	var dims []int
	for d := range Dims {
		if slices.ContainsFunc(in.at, func(i int) bool { return classes[i].Request[d] > 0 }) {
			dims = append(dims, d)
		}
	}
	in.nd = len(dims)
	for _, i := range in.at {
		var w Vector
		for k, d := range dims {
			w[k] = classes[i].Request[d]
		}
		in.w = append(in.w, w)
		in.dem = append(in.dem, classes[i].Count)
		in.pods += classes[i].Count
	}
	in.takeOffers(offers, dims)
	in.takeGroups()
	for k, i := range in.at {
		if !slices.ContainsFunc(in.offers, func(o offer) bool { return o.fit[k] > 0 }) {
			return nil, &NoFitError{Class: i, Name: classes[i].Name}
		}
	}
	return in, nil
}

// check refuses what is no problem at all, and what could overflow.
func check(classes []Class, offers []Offer) error {
	for i := range classes {
		if classes[i].Count < 0 || slices.Min(classes[i].Request[:]) < 0 {
			return fmt.Errorf("class %q: a negative count or request: %w", classes[i].Name, ErrInput)
		}
	}
	for i := range offers {
		if offers[i].Price <= 0 || slices.Min(offers[i].Free[:]) < 0 {
			return fmt.Errorf("type %q: a price that is not above zero, or negative resources: %w", offers[i].Name, ErrInput)
		}
	}
	return nil
}

// takeOffers keeps the offers that hold some pod and that no other dominates: one
// that is no dearer, has no less of anything and may hold the same classes.
func (in *instance) takeOffers(offers []Offer, dims []int) {
	var all []offer
	for t := range offers {
		o := offer{at: t, name: offers[t].Name, cost: int64(offers[t].Price), fit: make([]int, len(in.at))}
		for k, d := range dims {
			o.free[k] = offers[t].Free[d]
		}
		holds := false
		for k, i := range in.at {
			if in.classes[i].Offers.Has(t) {
				o.fit[k] = in.copies(&o.free, k, in.dem[k])
				holds = holds || o.fit[k] > 0
			}
		}
		if holds {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b offer) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), slices.Compare(b.free[:], a.free[:]), strings.Compare(a.name, b.name), slices.Compare(b.fit, a.fit))
	})
	for _, o := range all {
		if !slices.ContainsFunc(in.offers, func(kept offer) bool { return kept.dominates(&o, in.nd) }) {
			in.offers = append(in.offers, o)
		}
	}
	for t := range in.offers {
		in.unit = max(in.unit, float64(in.offers[t].cost))
	}
	for t := range in.offers {
		in.offers[t].price = float64(in.offers[t].cost) / in.unit
	}
}

func (o *offer) dominates(other *offer, nd int) bool {
	if o.cost > other.cost {
		return false
	}
	for d := range nd {
		if o.free[d] < other.free[d] {
			return false
		}
	}
	for i := range o.fit {
		if other.fit[i] > 0 && o.fit[i] == 0 {
			return false
		}
	}
	return true
}

// copies returns how many pods of class i free holds, at most limit.
func (in *instance) copies(free *Vector, i, limit int) int {
	w := &in.w[i]
	n := int64(limit)
	for d := range in.nd {
		if w[d] > free[d] {
			return 0
		}
		if w[d] > 0 && w[d] > free[d]/max(n, 1) {
			n = free[d] / w[d]
		}
	}
	return int(n)
}

// holds reports whether a node of offer t holds the pattern.
func (in *instance) holds(t int, pat []int32) bool {
	o := &in.offers[t]
	free := o.free
	for i, c := range pat {
		if c == 0 {
			continue
		}
		if int(c) > o.fit[i] {
			return false
		}
		for d := range in.nd {
			if free[d] -= in.w[i][d] * int64(c); free[d] < 0 {
				return false
			}
		}
	}
	return true
}

// cost returns what bins cost, in whole units.
func (in *instance) cost(bins []bin) int64 {
	var sum int64
	for _, b := range bins {
		sum += in.offers[b.offer].cost * int64(b.copies)
	}
	return sum
}

// worth returns the value of the whole demand at the prices v.
func (in *instance) worth(v []float64) float64 {
	sum := 0.0
	for i, d := range in.dem {
		sum += v[i] * float64(d)
	}
	return sum
}

// downgrade gives each bin the cheapest offer that holds it.
func (in *instance) downgrade(bins []bin) {
	for k := range bins {
		for t := range bins[k].offer {
			if in.holds(t, bins[k].pat) {
				bins[k].offer = t
				break
			}
		}
	}
}

// least returns, for each class, the least price of a place: what a pod costs on
// a node full of its like. It is above zero.
func (in *instance) least() []float64 {
	v := make([]float64, len(in.dem))
	for i := range v {
		v[i] = math.Inf(1)
		for t := range in.offers {
			if f := in.offers[t].fit[i]; f > 0 {
				v[i] = min(v[i], in.offers[t].price/float64(f))
			}
		}
	}
	return v
}
