package worlds_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/forecast/worlds"
)

// The smallest value with F(v) >= p.
func TestQuantileIsTheSmallestThatServes(t *testing.T) {
	hundred := make([]float64, 100) // 100, 99, … 1
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for _, tc := range []struct {
		values  []float64
		weights []int
		p, want float64
	}{
		{hundred, nil, 0, 1},
		{hundred, nil, .01, 1},
		{hundred, nil, .07, 7}, // .07·100 in floating point is more than 7
		{hundred, nil, .29, 29},
		{hundred, nil, .2901, 30},
		{hundred, nil, .9, 90},
		{hundred, nil, 1, 100},
		{hundred, nil, 1.1, 100},
		{[]float64{3, 1, 2}, []int{7, 1, 2}, .1, 1},
		{[]float64{3, 1, 2}, []int{7, 1, 2}, .3, 2},
		{[]float64{3, 1, 2}, []int{7, 1, 2}, .30001, 3},
		{[]float64{5, 5, 5}, nil, .5, 5},
		{[]float64{4, math.Inf(1)}, nil, .5, 4},
		{[]float64{4, math.Inf(1)}, nil, .9, math.Inf(1)},
	} {
		if got := worlds.Of(tc.values, tc.weights).Quantile(tc.p); got != tc.want {
			t.Errorf("quantile %g of %v with weights %v: %g, want %g", tc.p, tc.values, tc.weights, got, tc.want)
		}
	}
	d := worlds.Of(hundred, nil)
	if got := d.Spread(); got != (worlds.Spread{P10: 10, P50: 50, P90: 90}) {
		t.Errorf("spread %v", got)
	}
	for x, want := range map[float64]float64{0: 0, .5: 0, 1: .01, 40.9: .4, 100: 1, 1e9: 1} {
		if got := d.AtMost(x); got != want {
			t.Errorf("share up to %g: %g, want %g", x, got, want)
		}
	}
	if d.Mean() != 50.5 {
		t.Errorf("mean %g", d.Mean())
	}
}

// 10:1 is decided at 10/11 = .909, 4:1 at .800, 1.25:1 at .556: the 910th, 800th and
// 556th of a thousand.
func TestLeastRegretIsTheNewsvendors(t *testing.T) {
	thousand := make([]float64, 1000)
	for i := range thousand {
		thousand[i] = float64(i + 1)
	}
	d := worlds.Of(thousand, nil)
	for shortfall, want := range map[float64]float64{10: 910, 4: 800, 1.25: 556, 0: 1, 1e9: 1000} {
		if got := d.LeastRegret(1, shortfall); got != want {
			t.Errorf("%g:1 decides for %g, want %g", shortfall, got, want)
		}
	}
	if got := d.LeastRegret(0, 1); got != 1000 {
		t.Errorf("when too much costs nothing: %g, want 1000", got)
	}
	// The ratio alone matters, and where two choices are as good it is the smaller.
	if got := worlds.Of([]float64{1, 2, 3, 4}, nil).LeastRegret(3, 3); got != 2 {
		t.Errorf("1:1 decides for %g, want 2", got)
	}
}

// The twin sums over all worlds for each choice. Values and prices are whole, so that
// it is exact, ties included.
func TestRegretAgreesWithPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 0))
	for range 300 {
		values, weights := make([]float64, 1+rng.IntN(30)), []int(nil)
		for i := range values {
			values[i] = float64(rng.IntN(20))
		}
		if rng.IntN(2) == 0 {
			for range values {
				weights = append(weights, 1+rng.IntN(4))
			}
		}
		over, short := float64(rng.IntN(4)), float64(1+rng.IntN(10))
		d := worlds.Of(values, weights)
		best, least := 0.0, math.Inf(1)
		for choice := range 20 {
			x, sum, count := float64(choice), 0.0, 0.0
			for i, v := range values {
				weight := 1.0
				if weights != nil {
					weight = float64(weights[i])
				}
				count += weight
				sum += weight * (over*max(x-v, 0) + short*max(v-x, 0))
			}
			if got := d.Regret(x, over, short); got != sum/count {
				t.Fatalf("regret of %g for %v with weights %v at %g:%g: %g, want %g", x, values, weights, over, short, got, sum/count)
			}
			if sum < least {
				best, least = x, sum
			}
		}
		if got := d.LeastRegret(over, short); got != best {
			t.Fatalf("%v with weights %v at %g:%g: %g, want %g", values, weights, over, short, got, best)
		}
	}
	open := worlds.Of([]float64{1, math.Inf(1)}, nil)
	if !math.IsInf(open.Regret(1, 1, 1), 1) || !math.IsInf(open.Regret(math.Inf(1), 1, 1), 1) {
		t.Error("a world that nothing serves is not regretted")
	}
}

// The worst 20% of 1..10 are 9 and 10; the worst 15% are 10 and half of 9; of 1, 1, 1,
// 9 the worst half is 9 and 1.
func TestCVaR(t *testing.T) {
	ten := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, tc := range []struct {
		values      []float64
		weights     []int
		alpha, want float64
	}{
		{ten, nil, 0, 5.5},
		{ten, nil, .8, 9.5},
		{ten, nil, .85, 14.5 / 1.5},
		{ten, nil, .95, 10},
		{ten, nil, 1, 10},
		{[]float64{9, 1}, []int{1, 3}, .5, 5},
		{[]float64{9, 1}, []int{1, 3}, 0, 3},
		{[]float64{7, 7, 7}, nil, .9, 7},
		{[]float64{7, math.Inf(1)}, nil, .1, math.Inf(1)},
	} {
		if got := worlds.Of(tc.values, tc.weights).CVaR(tc.alpha); got != tc.want && !(math.Abs(got-tc.want) < 1e-12) {
			t.Errorf("CVaR %g of %v with weights %v: %g, want %g", tc.alpha, tc.values, tc.weights, got, tc.want)
		}
	}
}

func TestDecide(t *testing.T) {
	d := worlds.Of([]float64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, nil)
	for _, tc := range []struct {
		rule worlds.Rule
		want float64
	}{
		{worlds.Rule{Kind: worlds.Percentile, Ratio: .9}, 90},
		{worlds.Rule{Kind: worlds.LeastRegret, Overspend: 1, Shortfall: 4}, 80},
		{worlds.Rule{Kind: worlds.CVaR, Ratio: .8}, 95},
		{worlds.Rule{Kind: worlds.Mid}, 47},
	} {
		if got := d.Decide(tc.rule, 47); !(math.Abs(got-tc.want) <= 1e-12*tc.want) {
			t.Errorf("%+v: %g, want %g", tc.rule, got, tc.want)
		}
	}
	for x, want := range map[float64]float64{7: 7, 7.0000000001: 7, 7.0001: 8, 6.9999999999: 7, 0: 0, -1.5: -1, math.Inf(1): math.Inf(1)} {
		if got := worlds.Ceil(x); got != want {
			t.Errorf("%.10f rounds up to %g, want %g", x, got, want)
		}
	}
}

func TestOfPanics(t *testing.T) {
	for name, call := range map[string]func(){
		"no values":    func() { worlds.Of(nil, nil) },
		"few weights":  func() { worlds.Of([]float64{1, 2}, []int{1}) },
		"no weight":    func() { worlds.Of([]float64{1}, []int{0}) },
		"no number":    func() { worlds.Of([]float64{math.NaN()}, nil) },
		"unknown rule": func() { worlds.Of([]float64{1}, nil).Decide(worlds.Rule{Kind: "hope"}, 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

// Seven worlds in three parts: three, two and two; the middle of each stands for it.
func TestStratify(t *testing.T) {
	values := []float64{50, 10, 40, 10, 70, 20, 60} // in order: worlds 1 3 5 | 2 0 | 6 4
	got := fmt.Sprint(worlds.Stratify(values, 3))
	if want := "[{3 3} {2 2} {6 2}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := fmt.Sprint(worlds.Stratify(values[:2], 32)), "[{1 1} {0 1}]"; got != want {
		t.Errorf("more strata than worlds: %s, want %s", got, want)
	}
}

// What rises with the value has its percentiles among 32 of 1,024 worlds within
// one part of 32.
func TestStrataStandForAll(t *testing.T) {
	set := worlds.Draw(1024, 1, 5)
	replicas := set.Values(0, law(t, worlds.Estimate{40, 50, 80, .9}, false))
	dollars := func(w int) float64 { return 3 + .1*math.Ceil(replicas[w]/4) }
	all := make([]float64, set.Len())
	for w := range all {
		all[w] = dollars(w)
	}
	var few []float64
	var weights []int
	for _, s := range worlds.Stratify(replicas, 32) {
		few, weights = append(few, dollars(s.World)), append(weights, s.Weight)
	}
	exact, estimated := worlds.Of(all, nil), worlds.Of(few, weights)
	for _, p := range []float64{.1, .5, .8, .9, .95} {
		if x := estimated.Quantile(p); x < exact.Quantile(p-1./32) || x > exact.Quantile(p+1./32) {
			t.Errorf("quantile %g: %g, of all worlds %g", p, x, exact.Quantile(p))
		}
	}
}

// Sorting what 4,096 worlds need, and deciding.
func BenchmarkLeastRegret(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 0))
	needs := make([]float64, 4096)
	for i := range needs {
		needs[i] = math.Ceil(50 * math.Exp(.5*rng.NormFloat64()))
	}
	b.Run("worlds=4096", func(b *testing.B) {
		for b.Loop() {
			d := worlds.Of(needs, nil)
			d.Regret(d.LeastRegret(1, 10), 1, 10)
		}
	})
}

// Four in five worlds need 12 replicas or fewer; where one too few costs ten times
// what one too many does, 20 are planned.
func ExampleDistribution_Decide() {
	d := worlds.Of([]float64{8, 9, 9, 10, 11, 11, 12, 12, 15, 20}, nil)
	fmt.Println(d.Decide(worlds.Rule{Kind: worlds.Percentile, Ratio: .8}, 10))
	fmt.Println(d.Decide(worlds.Rule{Kind: worlds.LeastRegret, Overspend: 1, Shortfall: 10}, 10))
	// Output:
	// 12
	// 20
}
