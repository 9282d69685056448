package worlds_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/forecast/worlds"
)

// A curve goes through what was estimated, to the last digits.
func TestLawIsExactWhereEstimated(t *testing.T) {
	for _, tc := range []struct {
		worlds.Estimate
		growth bool
		family worlds.Family
	}{
		{worlds.Estimate{50, 100, 200, .98}, false, worlds.LogMetalog},
		{worlds.Estimate{500, 1000, 2000, .9}, false, worlds.LogMetalog},
		{worlds.Estimate{.2, 1, 2, .98}, false, worlds.LogMetalog},
		{worlds.Estimate{40, 50, 80, .9}, false, worlds.LogMetalog},
		{worlds.Estimate{-.02, .02, .06, .8}, true, worlds.LogMetalog},
		{worlds.Estimate{-.5, 0, .1, .8}, true, worlds.SplitLognormal},
		{worlds.Estimate{0, .03, .06, .8}, true, worlds.LogMetalog},
		{worlds.Estimate{1, 1, 10, .8}, false, worlds.SplitLognormal},
		{worlds.Estimate{1, 10, 10, .8}, false, worlds.SplitLognormal},
		{worlds.Estimate{1, 1.1, 10, .8}, false, worlds.SplitLognormal},
	} {
		l := law(t, tc.Estimate, tc.growth)
		if l.Family() != tc.family {
			t.Errorf("%v: %s, want %s", tc.Estimate, l.Family(), tc.family)
		}
		alpha := (1 - tc.Confidence) / 2
		for u, want := range map[float64]float64{alpha: tc.Low, .5: tc.Mid, 1 - alpha: tc.High} {
			if got := l.Quantile(u); !(math.Abs(got-want) <= 1e-13*(1+math.Abs(want))) {
				t.Errorf("%v: quantile %g is %.16g, want %.16g", tc.Estimate, u, got, want)
			}
		}
	}
}

// Between and beyond, worked out by hand: 100·9^a and 100·9999^a with
// a = ln 4/(2 ln 99) for the first, whose third term is none; the last four from the
// formula in double precision apart from this code.
func TestQuantile(t *testing.T) {
	for _, tc := range []struct {
		worlds.Estimate
		growth  bool
		u, want float64
	}{
		{worlds.Estimate{50, 100, 200, .98}, false, .9, 139.29705943},
		{worlds.Estimate{50, 100, 200, .98}, false, .9999, 401.20861610},
		{worlds.Estimate{50, 100, 200, .98}, false, 1, 401.20861610}, // clipped
		{worlds.Estimate{50, 100, 200, .98}, false, 0, 100 * 100 / 401.20861610},
		{worlds.Estimate{1, 1, 10, .8}, false, .75, 3.35975144}, // 10^(.67449/1.28155)
		{worlds.Estimate{1, 1, 10, .8}, false, .25, 1},
		{worlds.Estimate{.2, 1, 2, .98}, false, .25, .7181055373},
		{worlds.Estimate{.2, 1, 2, .98}, false, .9, 1.4501626842},
		{worlds.Estimate{-.02, .02, .06, .8}, true, .75, .0399577153428},
		{worlds.Estimate{-.02, .02, .06, .8}, true, .99, .1050451371867},
	} {
		if got := law(t, tc.Estimate, tc.growth).Quantile(tc.u); !(math.Abs(got-tc.want) <= 1e-7*tc.want) {
			t.Errorf("%v: quantile %g is %.10g, want %.10g", tc.Estimate, tc.u, got, tc.want)
		}
	}
}

func TestKnownQuantities(t *testing.T) {
	for _, x := range []float64{0, 18, -.02} {
		l := law(t, worlds.Exactly(x), x < 0)
		for _, u := range []float64{0, .1, .5, 1} {
			if l.Family() != worlds.Constant || l.Quantile(u) != x {
				t.Errorf("%g: %s with quantile %g at %g", x, l.Family(), l.Quantile(u), u)
			}
		}
	}
	if zero := (worlds.Law{}); zero.Family() != worlds.Constant || zero.Quantile(.7) != 0 {
		t.Error("the zero law is not the constant 0")
	}
}

func TestEstimatesThatAreRefused(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tc := range []struct {
		worlds.Estimate
		growth bool
		want   string
	}{
		{worlds.Estimate{2, 1, 3, .8}, false, "low must not be above mid, and mid not above high"},
		{worlds.Estimate{1, 4, 3, .8}, false, "low must not be above mid, and mid not above high"},
		{worlds.Estimate{0, 1, 3, .8}, false, "low must be above zero"},
		{worlds.Estimate{-1, 1, 3, .8}, true, "low must be above -100%"},
		{worlds.Estimate{1, 2, 3, 0}, false, "confidence must be from 50% to 99.9%"},
		{worlds.Estimate{1, 2, 3, .4999}, false, "confidence must be from 50% to 99.9%"},
		{worlds.Estimate{1, 2, 3, 1}, false, "confidence must be from 50% to 99.9%"},
		{worlds.Estimate{1, 2, 3, nan}, false, "confidence must be from 50% to 99.9%"},
		{worlds.Estimate{1, nan, 3, .8}, false, "low, mid and high must be finite"},
		{worlds.Estimate{1, 2, inf, .8}, false, "low, mid and high must be finite"},
		{worlds.Estimate{1e-150, 1, 1e150, .5}, false, "low and high are too far apart"},
	} {
		fit := tc.Law
		if tc.growth {
			fit = tc.GrowthLaw
		}
		if _, err := fit(); err == nil || err.Error() != tc.want {
			t.Errorf("%v: %v, want %s", tc.Estimate, err, tc.want)
		}
	}
}

// Whatever is estimated, the curve rises; three terms are used up to the bound of
// Keelin, which follows from the largest slope of their third.
func TestLawsRise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	seen := map[worlds.Family]int{}
	for range 500 {
		low := .1 + rng.Float64()
		mid := low * (1 + 2*rng.Float64()*rng.Float64())
		e := worlds.Estimate{low, mid, mid * (1 + 2*rng.Float64()*rng.Float64()), .5 + .499*rng.Float64()}
		l := law(t, e, false)
		seen[l.Family()]++
		last := 0.0
		for i := 1; i < 2000; i++ {
			x := l.Quantile(float64(i) / 2000)
			if x < last {
				t.Fatalf("%v: quantile %g is %g, below %g", e, float64(i)/2000, x, last)
			}
			last = x
		}
	}
	if seen[worlds.LogMetalog] < 100 || seen[worlds.SplitLognormal] < 50 {
		t.Errorf("hardly tried: %v", seen)
	}

	slope := 0.0
	for i := 1; i < 100_000; i++ {
		u := float64(i) / 100_000
		slope = max(slope, u-.5+u*(1-u)*math.Log(u/(1-u)))
	}
	// |a3|/a2 is 2(1 − 2r)/confidence with r the place of mid between low and high.
	for _, side := range []struct {
		bound  float64
		family worlds.Family
	}{{1/slope - 1e-4, worlds.LogMetalog}, {1/slope + 1e-4, worlds.SplitLognormal}} {
		r := (1 - side.bound*.8/2) / 2
		for _, place := range []float64{r, 1 - r} {
			e := worlds.Estimate{1, math.Exp(place), math.E, .8}
			if f := law(t, e, false).Family(); f != side.family {
				t.Errorf("mid at %.5f of the way: %s, want %s", place, f, side.family)
			}
		}
	}
}

func law(t testing.TB, e worlds.Estimate, growth bool) worlds.Law {
	t.Helper()
	l, err := e.Law()
	if growth {
		l, err = e.GrowthLaw()
	}
	if err != nil {
		t.Fatalf("%v: %v", e, err)
	}
	return l
}

// Growth of 2% a month, between -2% and 6% in four cases of five.
func ExampleEstimate_GrowthLaw() {
	l, err := worlds.Estimate{Low: -.02, Mid: .02, High: .06, Confidence: .8}.GrowthLaw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %.1f%% %.1f%% %.1f%%\n", l.Family(), 100*l.Quantile(.1), 100*l.Quantile(.5), 100*l.Quantile(.9))
	// Output: log_metalog: -2.0% 2.0% 6.0%
}
