package colgen

import (
	"context"
	"slices"
)

// greedyNodes limits the search tree of one knapsack of the greedy.
const greedyNodes = 150

// shelf keeps the last filling of each offer while a demand shrinks. One that the
// demand still holds is as good as when it was found; where the demand does not,
// the next one will be worth no more.
type shelf struct {
	in    *instance
	k     *packer
	v     []float64
	found []found
}

// found is a filling, and the most that is expected of the next: value is zero
// where there is none.
type found struct {
	pat         []int32
	value, hope float64
}

func newShelf(in *instance, k *packer) *shelf {
	return &shelf{in: in, k: k, found: make([]found, len(in.offers))}
}

// reset empties the shelf, for other prices.
func (s *shelf) reset(v []float64) {
	s.v = v
	for t := range s.found {
		f := &s.found[t]
		f.value, f.hope = 0, 1e300
	}
}

// best returns the offer whose filling is worth most for its price, -1 where none
// of the given offers holds a pod of the demand. Its filling is on the shelf.
func (s *shelf) best(dem []int, offers []int) int {
	const more = 1 + 1e-9
	choice, ratio := -1, 0.0
	for _, t := range offers {
		f := &s.found[t]
		if f.value > 0 && !within(f.pat, dem) {
			f.value = 0
		}
		if r := f.value / s.in.offers[t].price; r > ratio {
			choice, ratio = t, r
		}
	}
	for {
		// The most promising of those that have no filling.
		next, hope := -1, ratio*more
		for _, t := range offers {
			f := &s.found[t]
			if r := f.hope / s.in.offers[t].price; f.value == 0 && r > hope {
				next, hope = t, r
			}
		}
		if next < 0 {
			return choice
		}
		f, price := &s.found[next], s.in.offers[next].price
		aim := ratio * price * more
		s.k.fill(next, s.v, dem, aim, aim, greedyNodes)
		if f.value = s.k.value; f.value > 0 {
			f.pat, f.hope = append(f.pat[:0], s.k.best...), f.value
		} else {
			f.hope = min(s.k.bound, ratio*price)
		}
		if r := f.value / price; r > ratio {
			choice, ratio = next, r
		}
	}
}

// within reports whether the demand has the pods of a pattern.
func within(pat []int32, dem []int) bool {
	for i, c := range pat {
		if int(c) > dem[i] {
			return false
		}
	}
	return true
}

// greedy fills nodes one after another at the shelf's prices: each time the
// filling that is worth most for its price, as often as the demand allows. It
// tries the given offers, and all where they do not hold what is left. dem is
// used up.
func (in *instance) greedy(ctx context.Context, s *shelf, dem, offers, all []int) ([]bin, error) {
	var bins []bin
	for slices.ContainsFunc(dem, func(d int) bool { return d > 0 }) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		t := s.best(dem, offers)
		if t < 0 {
			t = s.best(dem, all)
		}
		if one := in.cheapestForAll(dem); one >= 0 && in.offers[one].cost <= in.offers[t].cost {
			return append(bins, bin{offer: one, pat: pattern(dem), copies: 1}), nil
		}
		b := bin{offer: t, pat: slices.Clone(s.found[t].pat)}
		b.copies = in.commit(b.pat, dem, in.pods)
		bins = append(bins, b)
	}
	return bins, nil
}

// commit takes a pattern from the demand as often as it goes in whole, but no
// more often than limit.
func (in *instance) commit(pat []int32, dem []int, limit int) int {
	copies := limit
	for i, c := range pat {
		if c > 0 {
			copies = min(copies, dem[i]/int(c))
		}
	}
	for i, c := range pat {
		dem[i] -= int(c) * copies
	}
	return copies
}

// cheapestForAll returns the cheapest offer of which one node holds all of dem,
// -1 where there is none.
func (in *instance) cheapestForAll(dem []int) int {
	var sum Vector
	for i, c := range dem {
		if c == 0 {
			continue
		}
		for d := range in.nd {
			if w := in.w[i][d]; w > 0 && int64(c) > (1<<62-sum[d])/w {
				return -1
			}
			sum[d] += in.w[i][d] * int64(c)
		}
	}
	for t := range in.offers {
		if in.roomFor(&in.offers[t], &sum) && in.holds(t, pattern(dem)) {
			return t
		}
	}
	return -1
}

func (in *instance) roomFor(o *offer, sum *Vector) bool {
	for d := range in.nd {
		if sum[d] > o.free[d] {
			return false
		}
	}
	return true
}

func pattern(dem []int) []int32 {
	pat := make([]int32, len(dem))
	for i, c := range dem {
		pat[i] = int32(c)
	}
	return pat
}
