package demand_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// The whole way from measurements to a size that a simulation has confirmed, 25
// erlangs, where the formula cannot decide.
func BenchmarkConfirm(b *testing.B) {
	for _, c := range []struct {
		policy             demand.Policy
		workers, balancers int
	}{
		{demand.RoundRobin, 1, 1},
		{demand.LeastRequests, 1, 1},
		{demand.LeastRequests, 4, 5},
		{demand.PowerOfTwo, 1, 1},
		{demand.PowerOfTwo, 4, 1},
		{demand.PowerOfTwo, 4, 5},
	} {
		for _, cv := range []units.Ratio{1_000_000, 2_000_000} {
			for _, factor := range []float64{1.15, 1.5, 2.5} {
				b.Run(fmt.Sprintf("policy=%s/balancers=%d/workers=%d/cv=%g/target=%g", c.policy, c.balancers, c.workers, cv.Float(), factor), func(b *testing.B) {
					law := mustLaw(b, demand.Measured{Mean: 500 * ms, CV: cv})
					var got demand.Confirmed
					for b.Loop() {
						var err error
						got, err = demand.NewModel(demand.Load{
							Throughput: 50 * units.PerSecond,
							Station:    demand.Station{Law: law, Workers: c.workers, Policy: c.policy, Balancers: c.balancers},
							Targets:    []demand.Target{{Statistic: demand.P99, Limit: time.Duration(law.Quantile(.99) * factor * 1e9)}},
						}).Confirm(b.Context(), demand.Simulation{Workload: "api"})
						if err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(got.Replicas), "replicas")
					b.ReportMetric(float64(len(got.Simulated)), "runs")
					b.ReportMetric(float64(got.AllArrivals)/1e6, "Marrivals")
				})
			}
		}
	}
}
