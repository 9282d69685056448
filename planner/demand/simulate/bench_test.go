package simulate_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/planner/demand/simulate"
)

// Arrivals a second of one core, with everything that a run does: drawing, serving
// and counting.
func BenchmarkMeasure(b *testing.B) {
	laws := []struct {
		name string
		law  simulate.Service
	}{
		{"exponential", simulate.Exponential(1)},
		{"gamma", simulate.Gamma(4, .25)},
		{"lognormal", lognormal(2)},
	}
	policies := []simulate.Policy{simulate.Random, simulate.RoundRobin, simulate.Pooled, simulate.PowerOfTwo, simulate.LeastRequests}
	for _, size := range []struct{ pods, workers int }{{10, 4}, {100, 16}, {1000, 16}} {
		for _, policy := range policies {
			for _, l := range laws {
				for _, balancers := range []int{1, 5} {
					if balancers > 1 && (l.name != "exponential" || size.pods != 10) {
						continue
					}
					name := fmt.Sprintf("policy=%s/law=%s/pods=%d/workers=%d/balancers=%d", policy, l.name, size.pods, size.workers, balancers)
					b.Run(name, func(b *testing.B) {
						s := simulate.System{
							Pods: size.pods, Workers: size.workers, Policy: policy, Balancers: balancers,
							Rate: .8 * float64(size.pods*size.workers), Service: l.law,
						}
						arrivals := 0
						for b.Loop() {
							r, err := simulate.Measure(b.Context(), s, 1, []simulate.Target{{Tail: .01, Limit: 5}}, 1_000_000)
							if err != nil {
								b.Fatal(err)
							}
							arrivals += r.Arrivals
						}
						b.ReportMetric(float64(arrivals)/b.Elapsed().Seconds()/1e6, "Marrivals/s")
					})
				}
			}
		}
	}
}
