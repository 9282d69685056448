package colgen

import (
	"context"
	"math"
	"slices"
)

const (
	// spare is the price of a resource that the linear bound gives away, as a share
	// of what it costs alone: nodes that use it up leave more to those after them.
	spare = 0.03
	// wellFilled is the least share of its price that a node of the mix must be
	// filled with.
	wellFilled = 0.99
)

// blends are the powers with which blend is tried: how much more large pods count
// than their share.
var blends = []float64{0.02, 0.01, 0.05, 0}

// blend fills nodes of the offers of the linear bound's mix, no more of each than
// the mix has. At the linear bound's prices a filling of these offers is worth
// its node if it leaves none of the priced resources free, whatever pods it has;
// so there are many, and the choice among them decides how well later nodes fill.
// Large pods go first, while small ones are left to fill gaps, and what is left
// of the mix stays the best mix for what is left of the pods. Where no node fills
// well any more, the greedy takes the rest.
func (s *solver) blend(power float64) ([]bin, error) {
	in := s.in
	dem := slices.Clone(in.dem)
	sh := newShelf(in, s.packer)
	var bins []bin
	for {
		if s.ctx.Err() != nil {
			return nil, context.Cause(s.ctx)
		}
		m := in.mixOf(dem)
		sh.reset(in.sized(&m, power, s.low))
		more := s.fillMix(sh, &m, dem)
		if len(more) == 0 {
			rest, err := in.greedy(s.ctx, sh, dem, s.all, s.all)
			return append(bins, rest...), err
		}
		bins = append(bins, more...)
	}
}

// fillMix fills whole nodes of a mix.
func (s *solver) fillMix(sh *shelf, m *mix, dem []int) []bin {
	in := s.in
	var offers []int
	left := make([]int, len(m.nodes))
	for t, n := range m.nodes {
		// A mix of whole nodes may come out a rounding error below them.
		if left[t] = int(n + 1e-9); left[t] > 0 {
			offers = append(offers, t)
		}
	}
	var bins []bin
	for len(offers) > 0 {
		t := sh.best(dem, offers)
		if t < 0 {
			return bins
		}
		b := bin{offer: t, pat: slices.Clone(sh.found[t].pat)}
		worth := 0.0
		for i, c := range b.pat {
			if c > 0 {
				worth += float64(c) * in.value(&m.y[in.group[i]], &in.w[i])
			}
		}
		if worth < wellFilled*in.offers[t].price {
			return bins
		}
		b.copies = in.commit(b.pat, dem, left[t])
		bins = append(bins, b)
		if left[t] -= b.copies; left[t] == 0 {
			offers = slices.DeleteFunc(offers, func(o int) bool { return o == t })
		}
	}
	return bins
}

// sized returns prices of pods that grow a little faster than what their
// resources are worth in a mix.
func (in *instance) sized(m *mix, power float64, low []float64) []float64 {
	prices := slices.Clone(m.y)
	for g := range prices {
		for d := range in.nd {
			alone := math.Inf(1)
			for t := range in.offers {
				if f := in.offers[t].free[d]; f > 0 && in.groups[g].on[t] {
					alone = math.Min(alone, in.offers[t].price/float64(f))
				}
			}
			if !math.IsInf(alone, 1) { // else no offer of the group has any, and no pod asks
				prices[g][d] = math.Max(prices[g][d], spare*alone)
			}
		}
	}
	v := make([]float64, len(in.w))
	top := 0.0
	for i := range v {
		v[i] = math.Max(in.value(&prices[in.group[i]], &in.w[i]), 1e-3*low[i])
		top = math.Max(top, v[i])
	}
	for i := range v {
		v[i] *= math.Pow(v[i]/top, power)
	}
	return v
}
