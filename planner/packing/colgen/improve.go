package colgen

import (
	"context"
	"slices"
)

// improve is a large neighbourhood search: it takes a few nodes out, those that
// waste most by preference, fills their pods into nodes of a random choice of
// offers at slightly disturbed prices, and keeps what is not dearer. A node
// wastes its price less the worth of its pods at the dual prices; the waste of
// all nodes is the whole distance of the plan from the bound.
func (s *solver) improve(steps int) error {
	in := s.in
	bins := merge(s.best)
	cost := s.cost
	var waste []float64
	measure := func(b *bin) float64 {
		w := in.offers[b.offer].price
		for i, c := range b.pat {
			if c > 0 {
				w -= s.dual[i] * float64(c)
			}
		}
		return w
	}
	for k := range bins {
		waste = append(waste, measure(&bins[k]))
	}
	dem, base := make([]int, len(in.dem)), s.lifted(s.dual)
	prices, sh := slices.Clone(base), newShelf(in, s.packer)
	for range steps {
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
		s.stats.Steps++
		clear(dem)
		out, before := s.choose(bins, waste, dem)
		for i := range prices {
			prices[i] = base[i] * (1 + 0.1*(s.rng.Float64()-0.5))
		}
		sh.reset(prices)
		repacked, err := in.greedy(s.ctx, sh, dem, s.someOffers(bins, out), s.all)
		if err != nil {
			return err
		}
		in.downgrade(repacked)
		after := in.cost(repacked)
		if after > before {
			continue
		}
		for _, at := range out {
			bins[at].copies--
		}
		for _, b := range repacked {
			bins, waste = append(bins, b), append(waste, measure(&b))
		}
		bins, waste = sweep(bins, waste)
		if cost += after - before; cost < s.cost {
			s.best, s.cost, s.stage = slices.Clone(bins), cost, StageImproved
			if s.closed(s.opt.gap()) {
				return nil
			}
		}
	}
	return nil
}

// sweep drops what has no copies left, in order.
func sweep(bins []bin, waste []float64) ([]bin, []float64) {
	n := 0
	for k := range bins {
		if bins[k].copies > 0 {
			bins[n], waste[n] = bins[k], waste[k]
			n++
		}
	}
	return bins[:n], waste[:n]
}

// choose picks two to eight nodes, each the most wasteful of three, and adds up
// their pods and cost. An index is named as often as it is picked.
func (s *solver) choose(bins []bin, waste []float64, dem []int) (out []int, cost int64) {
	for range 2 + s.rng.IntN(7) {
		best := -1
		for range 3 {
			at := s.rng.IntN(len(bins))
			taken := 0
			for _, o := range out {
				if o == at {
					taken++
				}
			}
			if taken < bins[at].copies && (best < 0 || waste[at] > waste[best]) {
				best = at
			}
		}
		if best < 0 {
			continue
		}
		out = append(out, best)
		cost += s.in.offers[bins[best].offer].cost
		for i, c := range bins[best].pat {
			dem[i] += int(c)
		}
	}
	return out, cost
}

// someOffers returns the offers of the chosen nodes and random others, in order.
func (s *solver) someOffers(bins []bin, out []int) []int {
	n := len(s.in.offers)
	want := min(n, 6+s.rng.IntN(15))
	var offers []int
	for _, at := range out {
		offers = append(offers, bins[at].offer)
	}
	for range want {
		offers = append(offers, s.rng.IntN(n))
	}
	slices.Sort(offers)
	return slices.Compact(offers)
}
