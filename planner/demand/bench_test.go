package demand_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// The whole way from measurements to a size, 25 erlangs, for targets near to and
// far from the service's own p99.
func BenchmarkSize(b *testing.B) {
	for _, m := range []demand.Measured{
		{Distribution: demand.Exponential, Mean: 500 * ms},
		{Mean: 500 * ms, CV: 500_000},
		{Mean: 500 * ms, CV: 2_000_000},
		{Distribution: demand.Gamma, Mean: 500 * ms, CV: 500_000},
		{Distribution: demand.Constant, Mean: 500 * ms},
	} {
		for _, workers := range []int{1, 4, 16} {
			for _, factor := range []float64{1.15, 1.5, 2.5} {
				name := fmt.Sprintf("law=%s/cv=%g/workers=%d/target=%g", m.Distribution, m.CV.Float(), workers, factor)
				b.Run(name, func(b *testing.B) {
					limit := time.Duration(mustLaw(b, m).Quantile(.99) * factor * 1e9)
					replicas := 0
					for b.Loop() {
						s, err := demand.NewModel(demand.Load{
							Throughput: 50 * units.PerSecond, Station: demand.Station{Law: mustLaw(b, m), Workers: workers},
							Targets:        []demand.Target{{Statistic: demand.P99, Limit: limit}},
							MaxUtilization: 70 * units.Percent,
						}).Size()
						if err != nil {
							b.Fatal(err)
						}
						replicas = s.Replicas
					}
					b.ReportMetric(float64(replicas), "replicas")
				})
			}
		}
	}
}

// Every policy, and what stations have beside one, over loads of 5 to 2000 erlangs.
func BenchmarkSizePolicy(b *testing.B) {
	law := demand.Measured{Mean: 50 * ms, P99: 460 * ms} // cv 2.05
	for _, c := range []struct {
		name    string
		station demand.Station
	}{
		{"random", demand.Station{Workers: 4}},
		{"round_robin", demand.Station{Workers: 4, Policy: demand.RoundRobin}},
		{"least_requests", demand.Station{Workers: 4, Policy: demand.LeastRequests}},
		{"power_of_two", demand.Station{Workers: 4, Policy: demand.PowerOfTwo}},
		{"pooled", demand.Station{Workers: 4, Policy: demand.Pooled}},
		{"one_worker", demand.Station{Workers: 1, Policy: demand.LeastRequests}},
		{"connections", demand.Station{Workers: 4, Connections: 2000}},
		{"cpu", demand.Station{Workers: 16, CPU: demand.CPU{PerRequest: 20 * ms, Cores: 2000}}},
		{"cpu_only", demand.Station{CPU: demand.CPU{PerRequest: 20 * ms, Cores: 2000}}},
		{"percentiles", demand.Station{Workers: 4, Policy: demand.RoundRobin}},
	} {
		m := law
		if c.name == "percentiles" {
			m = demand.Measured{Mean: 50 * ms, P50: 20 * ms, P90: 110 * ms, P95: 180 * ms, P99: 460 * ms}
		}
		for _, throughput := range []units.Rate{100, 2000, 40_000} {
			b.Run(fmt.Sprintf("station=%s/throughput=%d", c.name, throughput), func(b *testing.B) {
				replicas := 0
				for b.Loop() {
					load := demand.Load{
						Throughput: throughput * units.PerSecond, Station: c.station,
						Targets:        []demand.Target{{Statistic: demand.P99, Limit: 700 * ms}},
						MaxUtilization: 80 * units.Percent,
					}
					load.Station.Law = mustLaw(b, m)
					s, err := demand.NewModel(load).Size()
					if err != nil {
						b.Fatal(err)
					}
					replicas = s.Replicas
				}
				b.ReportMetric(float64(replicas), "replicas")
			})
		}
	}
}

func BenchmarkErlangC(b *testing.B) {
	for _, servers := range []int{10, 1000, 1_000_000} {
		b.Run(fmt.Sprintf("servers=%d/rho=0.999", servers), func(b *testing.B) {
			for b.Loop() {
				demand.ErlangC(float64(servers), .999*float64(servers))
			}
		})
	}
}
