package colgen

import (
	"cmp"
	"context"
	"math"
	"slices"
)

const (
	// exactStates is the largest number of demands, the product of counts + 1, that
	// the exact search tabulates; exactPatterns of fillings; exactWork of both.
	exactStates   = 100_000
	exactPatterns = 20_000
	exactWork     = 20_000_000
)

// filling is a maximal filling of a node, and the cheapest offer for it.
type filling struct {
	offer int
	pat   []int32
}

// exact finds a cheapest plan by tabulating the least cost of every part of the
// demand:
//
//	cost(rest) = min over maximal fillings a with a pod of rest's first class
//	             of price_a + cost(max(rest - a, 0))
//
// Some cheapest plan consists of maximal fillings, of which pods beyond the
// demand are left out. It is false where the tables would be too large.
func (s *solver) exact() ([]bin, bool, error) {
	in := s.in
	states := 1
	for _, d := range in.dem {
		if d+1 > exactStates/states {
			return nil, false, nil
		}
		states *= d + 1
	}
	fillings, ok := in.fillings()
	if !ok || states*len(fillings) > exactWork {
		return nil, false, nil
	}
	stride := make([]int, len(in.dem))
	for i, n := len(in.dem)-1, 1; i >= 0; i-- {
		stride[i] = n
		n *= in.dem[i] + 1
	}
	cost, choice := make([]int64, states), make([]int, states)
	rest := make([]int, len(in.dem))
	for state := 1; state < states; state++ {
		if state%1024 == 0 && s.ctx.Err() != nil {
			return nil, false, context.Cause(s.ctx)
		}
		first := -1
		for i := range rest {
			if rest[i] = state / stride[i] % (in.dem[i] + 1); rest[i] > 0 && first < 0 {
				first = i
			}
		}
		cost[state] = math.MaxInt64
		for f := range fillings {
			if fillings[f].pat[first] == 0 {
				continue
			}
			to := state
			for i, c := range fillings[f].pat {
				to -= min(int(c), rest[i]) * stride[i]
			}
			if c := in.offers[fillings[f].offer].cost + cost[to]; c < cost[state] {
				cost[state], choice[state] = c, f
			}
		}
	}
	return in.unfold(fillings, choice, stride), true, nil
}

// unfold follows the choices from the whole demand down.
func (in *instance) unfold(fillings []filling, choice, stride []int) []bin {
	var bins []bin
	rest := slices.Clone(in.dem)
	for state := len(choice) - 1; state > 0; {
		f := &fillings[choice[state]]
		b := bin{offer: f.offer, pat: make([]int32, len(rest)), copies: 1}
		for i, c := range f.pat {
			n := min(int(c), rest[i])
			b.pat[i] = int32(n)
			rest[i] -= n
			state -= n * stride[i]
		}
		bins = append(bins, b)
	}
	return bins
}

// fillings returns the maximal fillings of all offers, each with the cheapest
// offer that holds it; false where there are too many.
func (in *instance) fillings() ([]filling, bool) {
	var all []filling
	for t := range in.offers {
		pat := make([]int32, len(in.dem))
		steps := 0
		var walk func(i int, free Vector) bool
		walk = func(i int, free Vector) bool {
			if steps++; steps > 20*exactPatterns || len(all) > exactPatterns {
				return false
			}
			if i == len(pat) {
				for j := range pat {
					if int(pat[j]) < in.offers[t].fit[j] && in.copies(&free, j, 1) > 0 {
						return true // not maximal
					}
				}
				all = append(all, filling{t, slices.Clone(pat)})
				return true
			}
			most := 0
			if u := in.offers[t].fit[i]; u > 0 {
				most = in.copies(&free, i, u)
			}
			for n := most; n >= 0; n-- {
				left := free
				for d := range in.nd {
					left[d] -= in.w[i][d] * int64(n)
				}
				pat[i] = int32(n)
				if !walk(i+1, left) {
					return false
				}
			}
			pat[i] = 0
			return true
		}
		if !walk(0, in.offers[t].free) {
			return nil, false
		}
	}
	// Offers are in the order of their cost: the first of equal fillings is the cheapest.
	slices.SortStableFunc(all, func(a, b filling) int {
		return cmp.Or(slices.Compare(b.pat, a.pat), cmp.Compare(a.offer, b.offer))
	})
	return slices.CompactFunc(all, func(a, b filling) bool { return slices.Equal(a.pat, b.pat) }), true
}
