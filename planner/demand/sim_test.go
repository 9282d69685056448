package demand_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// simulate returns the mean and the p99 of the response time of requests that
// come in a Poisson stream and go to a pod drawn evenly, where they are served
// first come, first served by the worker that is free first.
func simulate(rng *rand.Rand, rate float64, pods, workers, arrivals int, service func() float64) (mean, p99 float64) {
	free := make([][]float64, pods)
	for i := range free {
		free[i] = make([]float64, workers)
	}
	now, sum := 0.0, 0.0
	warm := arrivals / 20
	times := make([]float64, 0, arrivals-warm)
	for i := range arrivals {
		now += rng.ExpFloat64() / rate
		pod := free[rng.IntN(pods)]
		first := 0
		for w, at := range pod {
			if at < pod[first] {
				first = w
			}
		}
		pod[first] = max(now, pod[first]) + service()
		if i >= warm {
			sum += pod[first] - now
			times = append(times, pod[first]-now)
		}
	}
	slices.Sort(times)
	return sum / float64(len(times)), times[len(times)*99/100]
}

// The predicted p99 must be within -3% and +13% of the simulated one, the range
// that the formula is known for (docs/models/demand.md), and the mean within 7%.
func TestPredictionsAgainstSimulation(t *testing.T) {
	sampler := func(rng *rand.Rand, d demand.Distribution, cv float64) func() float64 {
		switch d {
		case demand.Lognormal:
			sigma := math.Sqrt(math.Log1p(cv * cv))
			return func() float64 { return math.Exp(sigma*rng.NormFloat64() - sigma*sigma/2) }
		case demand.Gamma: // cv .5: the sum of four exponential times
			return func() float64 {
				return (rng.ExpFloat64() + rng.ExpFloat64() + rng.ExpFloat64() + rng.ExpFloat64()) / 4
			}
		case demand.Exponential:
			return rng.ExpFloat64
		case demand.Constant:
			return func() float64 { return 1 }
		}
		panic("no sampler")
	}
	for i, c := range []struct {
		law           demand.Distribution
		cv            float64
		pods, workers int
		rho           float64
	}{
		{demand.Exponential, 1, 1, 1, .7},
		{demand.Exponential, 1, 3, 4, .8},
		{demand.Constant, 0, 2, 4, .8},
		{demand.Gamma, .5, 2, 4, .7},
		{demand.Gamma, .5, 1, 16, .9},
		{demand.Lognormal, 1, 2, 4, .7},
		{demand.Lognormal, 1, 1, 16, .8},
		{demand.Lognormal, 2, 1, 4, .5},
		{demand.Lognormal, 2, 1, 16, .8},
	} {
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		rate := c.rho * float64(c.pods*c.workers)
		simMean, simP99 := simulate(rng, rate, c.pods, c.workers, 500_000, sampler(rng, c.law, c.cv))
		got := demand.NewModel(demand.Load{
			Throughput: units.Rate(math.Round(rate * 1e6)),
			Station:    demand.Station{Law: lawOf(t, c.law, c.cv), Workers: c.workers},
			Targets:    []demand.Target{{Statistic: demand.Mean, Limit: time.Second}, {Statistic: demand.P99, Limit: time.Second}},
		}).Predict(c.pods)
		t.Logf("%s cv %g, %d pods of %d at %g: mean %+.1f%%, p99 %+.1f%%", c.law, c.cv, c.pods, c.workers, c.rho,
			100*(got.Latency[0].Seconds/simMean-1), 100*(got.Latency[1].Seconds/simP99-1))
		if e := got.Latency[0].Seconds/simMean - 1; math.Abs(e) > .07 {
			t.Errorf("%s cv %g, %d pods of %d at %g: mean %.4f, simulated %.4f (%+.1f%%)",
				c.law, c.cv, c.pods, c.workers, c.rho, got.Latency[0].Seconds, simMean, 100*e)
		}
		if e := got.Latency[1].Seconds/simP99 - 1; e < -.03 || e > .13 {
			t.Errorf("%s cv %g, %d pods of %d at %g: p99 %.4f, simulated %.4f (%+.1f%%)",
				c.law, c.cv, c.pods, c.workers, c.rho, got.Latency[1].Seconds, simP99, 100*e)
		}
	}
}
