package demand_test

import (
	"math"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// Far outside of what was measured the model must still answer under every policy,
// on the safe side of the service alone, and agree with itself.
func TestExtremesOfStations(t *testing.T) {
	for name, m := range map[string]demand.Measured{
		"lognormal cv 30":   {Mean: time.Second, CV: 30 * units.Whole},
		"lognormal cv 1e-6": {Mean: time.Second, CV: 1},
		"percentiles":       {Mean: time.Second, P50: 10 * ms, P90: 20 * ms, P95: time.Second, P99: 20 * time.Second},
		"a nanosecond":      {Distribution: demand.Exponential, Mean: 1},
		"a constant year":   {Distribution: demand.Constant, Mean: 365 * 24 * time.Hour},
	} {
		law := mustLaw(t, m)
		half := time.Duration(law.Mean() * .5e9)
		for _, s := range []demand.Station{
			{Workers: 1},
			{Workers: 1000, Balancers: 100},
			{Workers: 3, Connections: 1},
			{Workers: 3, Connections: 1_000_000},
			{Workers: 1, CPU: demand.CPU{PerRequest: half, Cores: 1}},
			{Workers: 300, CPU: demand.CPU{PerRequest: half, Cores: 64_000}},
			{CPU: demand.CPU{PerRequest: half, Cores: 100}},
			{CPU: demand.CPU{PerRequest: half, Cores: 96_000}, Connections: 50},
		} {
			if s.CPU.Cores > 0 && half == 0 {
				continue
			}
			s.Law = law
			for _, s.Policy = range policies() {
				for _, rate := range []units.Rate{0, 1, units.PerSecond, 1e6 * units.PerSecond} {
					checkExtreme(t, name, demand.Load{
						Throughput: rate, Station: s,
						Targets: []demand.Target{
							{Statistic: demand.Mean, Limit: time.Duration(law.Mean()*20e9) + 1},
							{Statistic: demand.P99, Limit: time.Duration(law.Quantile(.99)*20e9) + 1},
						},
						MaxUtilization: 95 * units.Percent,
					})
				}
			}
		}
	}
}

func checkExtreme(t *testing.T, name string, load demand.Load) {
	t.Helper()
	law := load.Station.Law
	model := demand.NewModel(load)
	s, err := model.Size()
	if err != nil {
		return
	}
	for i, floor := range []float64{law.Mean(), law.Quantile(.99)} {
		if got := s.At.Latency[i].Seconds; math.IsNaN(got) || got < floor*(1-1e-6) {
			t.Errorf("%s, %+v, rate %d: %s %g s, the service alone has %g s", name, load.Station, load.Throughput, s.At.Latency[i].Statistic, got, floor)
		}
	}
	if !s.At.Met() || s.Below.Met() {
		t.Errorf("%s, %+v, rate %d: at %+v, below %+v", name, load.Station, load.Throughput, s.At, s.Below)
	}
	model.NeedsSimulation(s.Replicas)
}
