package simulate_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/scantling-dev/scantling/planner/demand/simulate"
)

// Draws of every law must have its moments and its quantiles: with a million draws
// the quantile of p lies within four deviations, √(p(1−p)/n) of the share, of it.
func TestDrawsFollowTheLaws(t *testing.T) {
	const n = 1_000_000
	hyper := func(p float64) float64 { // p .7 of mean .5, else of mean 3, by halving
		lo, hi := 0.0, 100.0
		for range 60 {
			mid := (lo + hi) / 2
			if 1-.7*math.Exp(-mid/.5)-.3*math.Exp(-mid/3) < p {
				lo = mid
			} else {
				hi = mid
			}
		}
		return lo
	}
	normal := distuv.Normal{Mu: .3, Sigma: 1.2}
	weibull := distuv.Weibull{K: .7, Lambda: 2}
	for name, c := range map[string]struct {
		law      simulate.Service
		quantile func(float64) float64
	}{
		"exponential":      {simulate.Exponential(3), distuv.Exponential{Rate: 1. / 3}.Quantile},
		"lognormal":        {simulate.Lognormal(.3, 1.2), func(p float64) float64 { return math.Exp(normal.Quantile(p)) }},
		"gamma":            {simulate.Gamma(2.5, .4), distuv.Gamma{Alpha: 2.5, Beta: 2.5}.Quantile},
		"gamma, small":     {simulate.Gamma(.4, 1), distuv.Gamma{Alpha: .4, Beta: 1}.Quantile},
		"hyperexponential": {simulate.Hyperexponential(.7, .5, 3), hyper},
		"quantiles":        {simulate.Quantiles(func(v float64) float64 { return weibull.Quantile(1 - v) }), weibull.Quantile},
		"quantiles, heavy": {simulate.Quantiles(func(v float64) float64 { return math.Exp(normal.Quantile(1 - v)) }), func(p float64) float64 { return math.Exp(normal.Quantile(p)) }},
	} {
		draws := simulate.Draw(c.law, simulate.NewSeed(1, name, "", 0), n)
		slices.Sort(draws)
		for _, p := range []float64{.01, .1, .5, .9, .99, .999, .9999} {
			below, _ := slices.BinarySearch(draws, c.quantile(p))
			if got := float64(below) / n; math.Abs(got-p) > 4*math.Sqrt(p*(1-p)/n) {
				t.Errorf("%s: a share of %.6f is below the quantile of %g", name, got, p)
			}
		}
	}
	for _, x := range simulate.Draw(simulate.Constant(7), 1, 10) {
		if x != 7 {
			t.Errorf("constant 7 draws %g", x)
		}
	}
}

func TestExpIsRight(t *testing.T) {
	for i := range 20_000 {
		x := -30 + float64(i)*.003001
		if got, want := simulate.Exp(x), math.Exp(x); math.Abs(got-want) > 2e-15*want {
			t.Fatalf("exp(%g) is %g, want %g", x, got, want)
		}
	}
	for _, x := range []float64{0, -800, 800} {
		if got, want := simulate.Exp(x), math.Exp(x); got != want {
			t.Errorf("exp(%g) is %g, want %g", x, got, want)
		}
	}
}

func TestQuantilesOfStudent(t *testing.T) {
	for groups, q := range simulate.Students() {
		s := distuv.StudentsT{Sigma: 1, Nu: float64(groups - 1)}
		if got, want := q.Interval, s.Quantile(.975); math.Abs(got-want) > 1e-3 {
			t.Errorf("%d groups: %g, want %g", groups, got, want)
		}
		if got, want := q.Verdict, s.Quantile(.9975); math.Abs(got-want) > 1e-3 {
			t.Errorf("%d groups: %g, want %g", groups, got, want)
		}
	}
}
