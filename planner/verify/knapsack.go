package verify

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// item is a kind of pod that a node may be filled with.
type item struct {
	size room
	// value of one, above zero, and how many there are.
	value, most int64
}

// fillings holds every way to fill a node of that room with items against a target:
// placed where none is worth more, impossible where one is, unproved where that was not
// found out in the steps that are left, which it takes off.
//
// It is an exact search in depth with bounds from weak duality: for any prices y >= 0
// of a unit of each resource, what fits into a rest r is worth no more than
//
//	y.r + sum over items of most x max(0, value - y.size)
//
// The prices are found with floats, and every y is right; floats only cut branches, with
// a margin for their rounding, and the first bound, which mostly settles it, is worked
// out again in whole numbers.
func fillings(capacity *room, items []item, target int64, steps *int) verdict {
	var fit []item
	for _, it := range items {
		if it.most = min(it.most, slotsOf(capacity, &it.size)); it.most > 0 {
			fit = append(fit, it)
		}
	}
	fit = telling(capacity, fit)
	total := new(big.Int)
	for _, it := range fit {
		total.Add(total, new(big.Int).Mul(big.NewInt(it.value), big.NewInt(it.most)))
	}
	if total.Cmp(big.NewInt(target)) <= 0 {
		return placed
	}
	if !total.IsInt64() {
		return unproved
	}
	y := multipliers(capacity, fit)
	if weak(capacity, fit, &y, target) {
		return placed
	}
	f := newFiller(capacity, fit, &y, target, steps)
	switch {
	case f.dive(0, *capacity, 0):
		return impossible
	case *steps <= 0:
		return unproved
	}
	return placed
}

// telling leaves out what no best filling needs: pods of one size and value are one
// kind, and a kind gives way to another that is no larger in anything, worth no less, and
// of which there are as many as a node can hold.
func telling(capacity *room, items []item) []item {
	var merged []item
	for _, it := range items {
		same := slices.IndexFunc(merged, func(o item) bool { return o.size == it.size && o.value == it.value })
		if same < 0 {
			merged = append(merged, it)
			continue
		}
		merged[same].most = min(merged[same].most+it.most, slotsOf(capacity, &it.size))
	}
	var out []item
	for i := range merged {
		given := slices.ContainsFunc(merged, func(o item) bool {
			// Of two of one size the other is worth more: equal ones are merged.
			return o != merged[i] && o.value >= merged[i].value && within(&o.size, &merged[i].size) && o.most >= slotsOf(capacity, &o.size)
		})
		if !given {
			out = append(out, merged[i])
		}
	}
	return out
}

// within reports whether a is no larger than b in anything.
func within(a, b *room) bool {
	for d := range a {
		if a[d] > b[d] {
			return false
		}
	}
	return true
}

// fraction is how fine prices of a unit are cut for sums in whole numbers: 2^-fraction.
const fraction = 60

// weak reports whether the bound at prices y, in whole numbers, is no more than the
// target.
func weak(capacity *room, items []item, y *prices, target int64) bool {
	var price [slots]*big.Int
	sum := new(big.Int)
	for d := range price {
		price[d], _ = new(big.Float).SetMantExp(big.NewFloat(max(0, y[d])), fraction).Int(nil)
		sum.Add(sum, new(big.Int).Mul(price[d], big.NewInt(max(0, capacity[d]))))
	}
	part := new(big.Int)
	for i := range items {
		it := &items[i]
		over := new(big.Int).Lsh(big.NewInt(it.value), fraction)
		for d, amount := range it.size {
			if amount > 0 {
				over.Sub(over, part.Mul(price[d], big.NewInt(amount)))
			}
		}
		if over.Sign() > 0 {
			sum.Add(sum, over.Mul(over, big.NewInt(it.most)))
		}
	}
	return sum.Cmp(new(big.Int).Lsh(big.NewInt(target), fraction)) <= 0
}

// filler searches for a filling that is worth more than a target.
type filler struct {
	items  []item
	target int64
	steps  *int
	// bounds hold for the items from each on: the second half of weak duality's sum, by
	// the prices that it is for.
	bounds [][]suffixBound
	// margin for the rounding of floats.
	margin float64
}

// suffixBound bounds what the items from one on are worth: y.r + more.
type suffixBound struct {
	y    prices
	more float64
}

func newFiller(capacity *room, items []item, y *prices, target int64, steps *int) *filler {
	f := &filler{items: slices.Clone(items), target: target, steps: steps, margin: float64(target)*1e-11 + 1}
	efficiency := func(it *item) float64 {
		cost := y.of(&it.size)
		if cost <= 0 {
			return math.Inf(1)
		}
		return float64(it.value) / cost
	}
	// The most worth their room first, of equals the largest: what is left for the end
	// is small, and worth the least.
	slices.SortStableFunc(f.items, func(a, b item) int {
		return cmp.Or(cmp.Compare(efficiency(&b), efficiency(&a)), cmp.Compare(b.value, a.value))
	})
	f.bounds = make([][]suffixBound, len(f.items)+1)
	for i := range f.items {
		rest := f.items[i:]
		for _, p := range []prices{multipliers(capacity, rest), *y} {
			b := suffixBound{y: p}
			for j := range rest {
				b.more += float64(rest[j].most) * max(0, float64(rest[j].value)-p.of(&rest[j].size))
			}
			f.bounds[i] = append(f.bounds[i], b)
		}
		f.bounds[i] = append(f.bounds[i], f.single(rest)...)
	}
	return f
}

// single bounds the worth of items by each resource alone.
func (f *filler) single(rest []item) []suffixBound {
	var out []suffixBound
	for d := range slots {
		best := 0.0
		for j := range rest {
			if rest[j].size[d] == 0 {
				best = math.Inf(1)
				break
			}
			best = max(best, float64(rest[j].value)/float64(rest[j].size[d]))
		}
		if !math.IsInf(best, 1) {
			b := suffixBound{}
			b.y[d] = best
			out = append(out, b)
		}
	}
	return out
}

// dive reports whether the items from i on, in a rest of the room, bring what is there
// above the target. Where the steps end it returns false.
func (f *filler) dive(i int, rest room, value int64) bool {
	if value > f.target {
		return true
	}
	if i == len(f.items) {
		return false
	}
	if *f.steps--; *f.steps <= 0 {
		return false
	}
	for j := range f.bounds[i] {
		b := &f.bounds[i][j]
		if float64(value)+b.y.of(&rest)+b.more < float64(f.target)-f.margin {
			return false
		}
	}
	it := &f.items[i]
	n := min(it.most, slotsOf(&rest, &it.size))
	if i == len(f.items)-1 {
		return value+n*it.value > f.target
	}
	for ; n >= 0; n-- {
		if f.dive(i+1, rest.minus(it.size.times(int(n))), value+n*it.value) {
			return true
		}
		if *f.steps <= 0 {
			return false
		}
	}
	return false
}
