package colgen

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
)

// clipBelow is the number of pods up to which start columns hold no more pods of
// a class than there are. Above, unclipped ones make the program easier, and the
// bound does not rest on it.
const clipBelow = 200

// startMaster makes the linear program: a column for each class alone, and the
// fillings of the best plan.
func (s *solver) startMaster() error {
	in := s.in
	rhs, start := make([]float64, len(in.dem)), make([]column, len(in.dem))
	for i := range in.dem {
		rhs[i] = float64(in.dem[i])
		limit := 1 << 30
		if in.pods <= clipBelow {
			limit = in.dem[i]
		}
		for t := range in.offers {
			o := &in.offers[t]
			if o.fit[i] == 0 {
				continue
			}
			n := float64(in.copies(&o.free, i, limit))
			if start[i].cnt == nil || o.price/n < start[i].cost/start[i].cnt[0] {
				start[i] = column{offer: t, idx: []int32{int32(i)}, cnt: []float64{n}, cost: o.price}
			}
		}
	}
	s.lp = newMaster(rhs, start, rand.New(rand.NewPCG(s.opt.Seed, 2)))
	s.pool(s.best)
	return nil
}

// pool adds the fillings of bins to the program.
func (s *solver) pool(bins []bin) {
	for _, b := range bins {
		s.lp.add(newColumn(b.offer, s.in.offers[b.offer].price, b.pat))
	}
}

func newColumn(offer int, price float64, pat []int32) column {
	c := column{offer: offer, cost: price}
	for i, n := range pat {
		if n > 0 {
			c.idx, c.cnt = append(c.idx, int32(i)), append(c.cnt, float64(n))
		}
	}
	return c
}

// generate adds columns for a number of rounds, and reports whether it is done:
// the program's value is within eps of the bound, no column improves it, or all
// rounds are used up. Prices are taken between those
// of the program and the best dual ones so far, which steadies them; at every
// stop, dividing them by the largest ratio of a filling's worth to its node's
// price makes them dual prices, and a bound.
func (s *solver) generate(eps float64, run int) (done bool, err error) {
	limits := []int{100, 2000, s.opt.nodes()}
	level, weight := 0, 0.6
	for range run {
		if s.stats.Rounds >= s.opt.rounds() {
			return true, nil
		}
		if s.ctx.Err() != nil {
			return false, context.Cause(s.ctx)
		}
		s.stats.Rounds++
		if err := s.lp.optimise(s.ctx, 200+s.lp.m); err != nil {
			return false, err
		}
		value := s.lp.objective()
		if value-s.bound <= eps*value {
			return true, nil
		}
		v := make([]float64, len(s.lp.y))
		for i, y := range s.lp.y {
			v[i] = weight*s.dual[i] + (1-weight)*max(0, y)
		}
		found := s.price(v, 1+eps/2, limits[level])
		ratio := 0.0
		for _, p := range found {
			ratio = max(ratio, p.bound/s.in.offers[p.offer].price)
		}
		s.raise(v, ratio)
		switch {
		case s.take(found) > 0:
			weight = max(weight, 0.3)
			if level > 0 && weight > 0 {
				level--
			}
		case weight > 0.1:
			weight /= 2
		case weight > 0:
			weight = 0
		case level+1 < len(limits):
			level++
		default:
			return true, nil
		}
	}
	return false, nil
}

// take adds the columns that are worth more than their cost at the program's
// duals, the best first, and returns their number.
func (s *solver) take(found []priced) int {
	const most = 40
	type scored struct {
		column
		ratio float64
	}
	var good []scored
	for _, p := range found {
		if p.pat == nil {
			continue
		}
		c := newColumn(p.offer, s.in.offers[p.offer].price, p.pat)
		if r := s.lp.worth(&c) / c.cost; r > 1+optimality {
			good = append(good, scored{c, r})
		}
	}
	slices.SortStableFunc(good, func(a, b scored) int { return cmp.Compare(b.ratio, a.ratio) })
	good = good[:min(most, len(good))]
	for _, c := range good {
		s.lp.add(c.column)
	}
	return len(good)
}
