package forecast_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/forecast/worlds"
	"github.com/scantling-dev/scantling/planner/units"
)

// ln 1.5/ln(1 + g).
func TestMonthsUntil(t *testing.T) {
	inf := math.Inf(1)
	for _, tc := range []struct{ load, capacity, perMonth, want float64 }{
		{100, 150, .02, 20.475319},
		{100, 150, .05, 8.310386},
		{100, 150, .10, 4.254164},
		{100, 100, .05, 0},
		{100, 90, -.05, 0},
		{100, 150, 0, inf},
		{100, 150, -.05, inf},
		{0, 150, .05, inf},
		{100, inf, .05, inf},
	} {
		got := forecast.MonthsUntil(tc.load, tc.capacity, tc.perMonth)
		if got != tc.want && !(math.Abs(got-tc.want) < 1e-6) {
			t.Errorf("from %g to %g at %g: %.7g months, want %.7g", tc.load, tc.capacity, tc.perMonth, got, tc.want)
		}
	}
}

// Twelve months of 2% are 1.2682418, of 5% 1.7958563, of 10% 3.1384284; all rounded up.
func TestFactorOfAYear(t *testing.T) {
	for perMonth, want := range map[units.Ratio]units.Ratio{2 * units.Percent: 1_268_242, 5 * units.Percent: 1_795_857, 10 * units.Percent: 3_138_429} {
		if got := forecast.Factor(perMonth, 12); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
}

// Drift ln 1.05 towards 1.5 times the load, and the ends.
func TestReachedBy(t *testing.T) {
	drift := math.Log(1.05)
	for _, tc := range []struct{ months, capacity, drift, volatility, want float64 }{
		{6, 1.5, drift, .05, .223205},
		{12, 1.5, drift, .05, .890163},
		{6, 1.5, drift, .10, .436813},
		{8.310386, 1.5, drift, .10, .628282},
		{12, 1.5, drift, .10, .808867},
		{0, 1.5, drift, .10, 0},
		{6, 1, drift, .10, 1},
		{8.31, 1.5, drift, 0, 0},
		{8.32, 1.5, drift, 0, 1},
		{8.31, 1.5, drift, 1e-7, 0}, // the factor alone is e^(4e12)
		{8.32, 1.5, drift, 1e-7, 1},
		// Where μt = b it is 1/2 + erfcx(2b/(σ√2t))/2, by erfcx's continued fraction.
		{math.Log(1.5) / drift, 1.5, drift, .004, .5056716},
		{1e6, 1.5, -.3, .01, 0},
		// Without drift it is twice the chance to stand above: 2Φ(−b/(σ√t)) = 2Φ(−2.0273).
		{4, 1.5, 0, .1, .0426291},
		// Falling, it is e^(2μb/σ²) in the long run: 1.5^(−2·.01/.01) = 1/2.25.
		{1e6, 1.5, -.01, .1, 1 / 2.25},
	} {
		got := forecast.ReachedBy(tc.months, 1, tc.capacity, tc.drift, tc.volatility)
		if !(math.Abs(got-tc.want) <= 6e-7) { // nor not a number
			t.Errorf("%+v: %.7f", tc, got)
		}
	}
	if forecast.ReachedBy(6, 0, 1, drift, .1) != 0 {
		t.Error("no load reaches a capacity")
	}
}

// The twin integrates the density of the inverse Gaussian law,
// b/(σ√(2πt³))·exp(−(b − μt)²/(2σ²t)), by Simpson's rule.
func TestReachedByAgreesWithItsDensity(t *testing.T) {
	for _, drift := range []float64{-.03, 0, .01, .05, .3} {
		for _, volatility := range []float64{.02, .1, .4} {
			for _, ratio := range []float64{1.1, 1.5, 4} {
				b := math.Log(ratio)
				density := func(t float64) float64 {
					if t == 0 {
						return 0
					}
					return b / (volatility * math.Sqrt(2*math.Pi*t*t*t)) * math.Exp(-(b-drift*t)*(b-drift*t)/(2*volatility*volatility*t))
				}
				const months, cells = 9.0, 20_000
				sum := 0.0
				for i := range cells {
					from, h := months*float64(i)/cells, months/cells
					sum += h / 6 * (density(from) + 4*density(from+h/2) + density(from+h))
				}
				if got := forecast.ReachedBy(months, 1, ratio, drift, volatility); !(math.Abs(got-sum) <= 1e-8) {
					t.Errorf("drift %g, volatility %g, to %g: %.10f, want %.10f", drift, volatility, ratio, got, sum)
				}
			}
		}
	}
}

// Growth of 1, 3 and 6% at 80%: what runs out first does so in the worlds that grow
// most, so that P10 of the months is that of growth at its 90th percentile, 6%.
func TestMonthsUntilOverWorlds(t *testing.T) {
	growth, err := worlds.Estimate{Low: .01, Mid: .03, High: .06, Confidence: .8}.GrowthLaw()
	if err != nil {
		t.Fatal(err)
	}
	months := worlds.Draw(4096, 1, 1).Values(0, growth)
	for w, g := range months {
		months[w] = forecast.MonthsUntil(100, 150, g)
	}
	d := worlds.Of(months, nil)
	got := d.Spread()
	for _, x := range [][2]float64{{got.P10, math.Log(1.5) / math.Log(1.06)}, {got.P50, math.Log(1.5) / math.Log(1.03)}, {got.P90, math.Log(1.5) / math.Log(1.01)}} {
		if !(math.Abs(x[0]/x[1]-1) <= .005) {
			t.Errorf("%.4f months, want %.4f", x[0], x[1])
		}
	}
	// Before the time that 3% takes it happens in half of the worlds.
	if p := d.AtMost(math.Log(1.5) / math.Log(1.03)); !(math.Abs(p-.5) <= .001) {
		t.Errorf("%.4f of the worlds, want half", p)
	}
}

func ExampleMonthsUntil() {
	fmt.Printf("%.1f months\n", forecast.MonthsUntil(1000, 1500, .05))
	// Output: 8.3 months
}
