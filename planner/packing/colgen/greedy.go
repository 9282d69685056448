package colgen

import (
	"context"
	"slices"
)

// greedyNodes limits the search tree of one knapsack of the greedy.
const greedyNodes = 150

// greedy fills nodes one after another at the prices v: each time the filling
// that is worth most for its price, as often as the demand allows. It tries the
// given offers, and all where they do not hold what is left. dem is used up.
func (in *instance) greedy(ctx context.Context, k *packer, v []float64, dem []int, offers []int) ([]bin, error) {
	var bins []bin
	first := 0
	for slices.ContainsFunc(dem, func(d int) bool { return d > 0 }) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		choice, ratio := bin{offer: -1}, 0.0
		try := func(t int) {
			price := in.offers[t].price
			aim := ratio * price * (1 + 1e-9)
			k.fill(t, v, dem, aim, aim, greedyNodes)
			if k.value > aim {
				ratio = k.value / price
				choice = bin{offer: t, pat: append(choice.pat[:0], k.best...)}
			}
		}
		if len(offers) > 0 {
			first = min(first, len(offers)-1)
			try(offers[first])
			for n, t := range offers {
				if n != first {
					try(t)
				}
			}
		}
		if choice.offer < 0 {
			for t := range in.offers {
				try(t)
			}
		}
		if at := slices.Index(offers, choice.offer); at >= 0 {
			first = at
		}
		if t := in.cheapestForAll(dem); t >= 0 && in.offers[t].cost <= in.offers[choice.offer].cost {
			return append(bins, bin{offer: t, pat: pattern(dem), copies: 1}), nil
		}
		choice.copies = in.commit(choice.pat, dem)
		bins = append(bins, choice)
	}
	return bins, nil
}

// commit takes a pattern from the demand as often as it goes in whole.
func (in *instance) commit(pat []int32, dem []int) int {
	copies := -1
	for i, c := range pat {
		if c > 0 && (copies < 0 || dem[i]/int(c) < copies) {
			copies = dem[i] / int(c)
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
