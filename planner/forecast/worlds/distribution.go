package worlds

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Distribution is what a quantity comes to over all worlds: replicas, nodes,
// dollars, months. +Inf is allowed: nothing serves that world, or it lasts forever.
// It is made by Of and does not change.
type Distribution struct {
	values []float64 // ascending
	upTo   []int     // worlds up to and with each value
	sums   []float64 // values times worlds, likewise
}

// Of returns the distribution of values, each standing for as many worlds as its
// weight says; without weights each stands for one. It sorts a copy: O(n log n),
// after which each question takes O(log n).
//
// It panics when there are no values, when one is not a number, and when weights
// are not one for each value, or not positive.
func Of(values []float64, weights []int) Distribution {
	if len(values) == 0 || (weights != nil && len(weights) != len(values)) {
		panic(fmt.Sprintf("worlds: %d values with %d weights", len(values), len(weights)))
	}
	n := len(values)
	d := Distribution{values: slices.Clone(values), upTo: make([]int, n), sums: make([]float64, n)}
	order := []int(nil)
	if weights == nil {
		slices.Sort(d.values)
	} else {
		order = byValue(values)
		for i, w := range order {
			d.values[i] = values[w]
		}
	}
	count, sum := 0, 0.0
	for i, v := range d.values {
		weight := 1
		if weights != nil {
			weight = weights[order[i]]
		}
		if math.IsNaN(v) || weight < 1 {
			panic(fmt.Sprintf("worlds: a value of %g with weight %d", v, weight))
		}
		count += weight
		sum += float64(v * float64(weight))
		d.upTo[i], d.sums[i] = count, sum
	}
	return d
}

// Quantile returns the smallest value v with
//
//	F(v) = share of worlds with at most v >= p
//
// so that a p of 0 is the smallest value of all, and a p of 1 or more the largest.
func (d Distribution) Quantile(p float64) float64 { return d.values[d.at(p)] }

// at returns the index of the p-quantile.
func (d Distribution) at(p float64) int {
	last := len(d.values) - 1
	worlds := float64(d.upTo[last])
	// Shares are divided, not p multiplied: 0.07 · 100 is more than 7.
	return sort.Search(last, func(i int) bool { return float64(d.upTo[i])/worlds >= p })
}

// AtMost returns the share of worlds whose value is x or less.
func (d Distribution) AtMost(x float64) float64 {
	n, _ := d.below(x)
	return float64(n) / float64(d.worlds())
}

// Mean returns the mean over all worlds.
func (d Distribution) Mean() float64 { return d.sums[len(d.sums)-1] / float64(d.worlds()) }

// CVaR returns the mean of the worst 1 − alpha of the worlds, the conditional
// value at risk (Rockafellar and Uryasev 2000); a world that lies across the border
// counts with the part beyond it. An alpha of 0 gives the mean, one of 1 or more the
// largest value.
func (d Distribution) CVaR(alpha float64) float64 {
	i, tail := d.at(alpha), (1-alpha)*float64(d.worlds())
	v, last := d.values[i], len(d.values)-1
	if i == last || tail <= 0 {
		return d.values[last]
	}
	beyond := d.worlds() - d.upTo[i]
	return v + (d.sums[last]-d.sums[i]-float64(v*float64(beyond)))/tail
}

// Regret returns the mean over all worlds of
//
//	overspend · max(x − v, 0) + shortfall · max(v − x, 0)
//
// where x is planned and v needed. It is +Inf where x or a needed v is infinite.
func (d Distribution) Regret(x, overspend, shortfall float64) float64 {
	last := len(d.values) - 1
	if math.IsInf(x, 1) || math.IsInf(d.values[last], 1) {
		return math.Inf(1)
	}
	n, sum := d.below(x)
	over := float64(x*float64(n)) - sum
	short := d.sums[last] - sum - float64(x*float64(d.worlds()-n))
	return (float64(overspend*over) + float64(shortfall*short)) / float64(d.worlds())
}

// LeastRegret returns the value with the least Regret, of equal ones the smallest:
// the quantile at
//
//	shortfall / (overspend + shortfall)
//
// as the newsvendor's (Arrow, Harris and Marschak 1951). Only the ratio of the two
// matters; neither is negative, and not both are zero.
func (d Distribution) LeastRegret(overspend, shortfall float64) float64 {
	return d.Quantile(shortfall / (overspend + shortfall))
}

// Spread is a distribution in three numbers.
type Spread struct{ P10, P50, P90 float64 }

// Spread returns the 10th, 50th and 90th percentile.
func (d Distribution) Spread() Spread {
	return Spread{P10: d.Quantile(.1), P50: d.Quantile(.5), P90: d.Quantile(.9)}
}

func (d Distribution) worlds() int { return d.upTo[len(d.upTo)-1] }

// below returns the number of worlds whose value is x or less, and their sum.
func (d Distribution) below(x float64) (int, float64) {
	i := sort.Search(len(d.values), func(i int) bool { return d.values[i] > x })
	if i == 0 {
		return 0, 0
	}
	return d.upTo[i-1], d.sums[i-1]
}

// byValue returns the indices of values in ascending order, of equal ones the
// first one first.
func byValue(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(values[a], values[b]), cmp.Compare(a, b)) })
	return order
}
