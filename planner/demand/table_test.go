package demand_test

import (
	"math"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// plain hides all but the methods of Law, so that the model evaluates it as it is.
type plain struct{ demand.Law }

// The model reads some laws from a table; its answers must be those of the law.
func TestTablesChangeNothing(t *testing.T) {
	for _, c := range []struct {
		law demand.Distribution
		cvs []float64
	}{
		{demand.Lognormal, []float64{.01, .03, .1, .3, .5, 1, 2, 5, 14.9}},
		{demand.Gamma, []float64{.01, .03, .1, .3, .5, 1, 2, 5}},
	} {
		for _, cv := range c.cvs {
			for _, workers := range []int{1, 6} {
				for _, rho := range []float64{.2, .6, .9} {
					law := lawOf(t, c.law, cv)
					all := []demand.Statistic{demand.Mean, demand.P50, demand.P90, demand.P99, demand.P999}
					got, want := predict(law, workers, rho, all...), predict(plain{law}, workers, rho, all...)
					for i := range all {
						if math.Abs(got[i]-want[i]) > 2e-5*want[i] {
							t.Errorf("%s cv %g, %d workers at %g, %s: %.9g from the table, %.9g", c.law, cv, workers, rho, all[i], got[i], want[i])
						}
					}
				}
			}
		}
	}
}

// Far outside of what was measured the model must still answer, on the safe side
// of the service alone.
func TestExtremes(t *testing.T) {
	for name, m := range map[string]demand.Measured{
		"lognormal cv 100":  {Mean: time.Second, CV: 100 * units.Whole},
		"lognormal cv 1e-6": {Mean: time.Second, CV: 1},
		"p50 and p50+1ns":   {P50: time.Hour, P90: time.Hour + 1},
		"gamma cv 100":      {Distribution: demand.Gamma, Mean: time.Second, CV: 100 * units.Whole},
		"gamma cv .001":     {Distribution: demand.Gamma, Mean: time.Second, CV: 1000},
		"a nanosecond":      {Distribution: demand.Exponential, Mean: 1},
		"a year":            {Distribution: demand.Constant, Mean: 365 * 24 * time.Hour},
	} {
		law := mustLaw(t, m)
		for _, workers := range []int{1, 1000, 1_000_000} {
			for _, rate := range []units.Rate{1, units.PerSecond, 1e9 * units.PerSecond} {
				model := demand.NewModel(demand.Load{
					Throughput: rate, Station: demand.Station{Law: law, Workers: workers},
					Targets: []demand.Target{
						{Statistic: demand.Mean, Limit: time.Duration(law.Mean()*1.5e9) + 1},
						{Statistic: demand.P999, Limit: time.Duration(law.Quantile(.999)*1.5e9) + 1},
					},
					MaxUtilization: 95 * units.Percent,
				})
				s, err := model.Size()
				if err != nil {
					continue
				}
				for i, floor := range []float64{law.Mean(), law.Quantile(.999)} {
					if got := s.At.Latency[i].Seconds; math.IsNaN(got) || got < floor*(1-1e-6) {
						t.Errorf("%s, %d workers, rate %d: %s %g s, the service alone has %g s", name, workers, rate, s.At.Latency[i].Statistic, got, floor)
					}
				}
				if !s.At.Met() || s.Below.Met() {
					t.Errorf("%s, %d workers, rate %d: at %+v, below %+v", name, workers, rate, s.At, s.Below)
				}
			}
		}
	}
}
