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

func BenchmarkErlangC(b *testing.B) {
	for _, servers := range []int{10, 1000, 1_000_000} {
		b.Run(fmt.Sprintf("servers=%d/rho=0.999", servers), func(b *testing.B) {
			for b.Loop() {
				demand.ErlangC(float64(servers), .999*float64(servers))
			}
		})
	}
}
