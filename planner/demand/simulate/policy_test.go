package simulate_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/scantling-dev/scantling/planner/demand/simulate"
)

// What policies do to ten pods, as an earlier simulator, with other random
// numbers, found it in runs of 1 M to 8 M arrivals: mean and p99 of the response.
// They agree within 2%, or 6% with one worker, beside what chance allows them: that
// run's interval is taken to be as wide as this one's. Every third row under -short.
func TestPoliciesAgainstAnEarlierSimulator(t *testing.T) {
	type pair struct{ mean, p99 float64 }
	columns := []struct {
		policy    simulate.Policy
		balancers int
	}{
		{simulate.Pooled, 1},
		{simulate.LeastRequests, 1},
		{simulate.PowerOfTwo, 1},
		{simulate.LeastRequests, 5},
		{simulate.PowerOfTwo, 5},
		{simulate.RoundRobin, 1},
		{simulate.RoundRobin, 5},
		{simulate.Random, 1},
	}
	gamma, exponential := simulate.Gamma(4, .25), simulate.Exponential(1)
	for n, row := range []struct {
		law     simulate.Service
		rho     float64
		workers int
		within  float64
		want    [8]pair
	}{
		{gamma, .8, 4, .02, [8]pair{{1.01, 2.53}, {1.02, 2.54}, {1.07, 2.64}, {1.07, 2.65}, {1.17, 2.85}, {1.09, 2.68}, {1.12, 2.74}, {1.48, 4.32}}},
		{gamma, .9, 1, .06, [8]pair{{1.43, 3.92}, {1.58, 4.57}, {2.20, 5.93}, {2.44, 6.30}, {2.92, 8.09}, {2.38, 8.77}, {2.83, 9.50}, {6.68, 29.2}}},
		{exponential, .7, 4, .02, [8]pair{{1.00, 4.60}, {1.00, 4.61}, {1.03, 4.65}, {1.04, 4.66}, {1.12, 4.78}, {1.13, 4.83}, {1.15, 4.86}, {1.36, 5.49}}},
		{exponential, .8, 1, .06, [8]pair{{1.21, 4.95}, {1.36, 5.94}, {2.08, 7.96}, {2.30, 8.48}, {2.71, 10.1}, {2.94, 13.6}, {3.23, 14.0}, {5.03, 23.3}}},
		{exponential, .9, 4, .02, [8]pair{{1.11, 4.73}, {1.13, 4.79}, {1.29, 5.04}, {1.25, 4.96}, {1.50, 5.41}, {1.98, 7.64}, {2.01, 7.68}, {2.99, 12.3}}},
		{exponential, .9, 16, .02, [8]pair{{1.01, 4.61}, {1.01, 4.61}, {1.02, 4.63}, {1.02, 4.62}, {1.06, 4.67}, {1.16, 4.83}, {1.17, 4.83}, {1.38, 5.28}}},
		{lognormal(2), .8, 4, .02, [8]pair{{1.02, 8.61}, {1.03, 8.60}, {1.13, 8.73}, {1.11, 8.71}, {1.32, 9.07}, {2.19, 15.3}, {2.20, 15.1}, {2.59, 16.3}}},
		{lognormal(2), .9, 1, .06, [8]pair{{2.44, 14.1}, {2.87, 20.3}, {4.76, 27.5}, {4.18, 24.8}, {6.02, 33.2}, {18.9, 118}, {19.2, 119}, {23.2, 131}}},
		{lognormal(2), .9, 4, .02, [8]pair{{1.19, 8.78}, {1.21, 8.86}, {1.45, 9.25}, {1.37, 9.20}, {1.76, 9.88}, {4.55, 27.8}, {4.61, 28.1}, {5.59, 31.2}}},
		{lognormal(2), .9, 16, .02, [8]pair{{1.01, 8.57}, {1.01, 8.57}, {1.03, 8.57}, {1.02, 8.58}, {1.07, 8.64}, {1.53, 9.77}, {1.54, 9.62}, {1.76, 10.3}}},
	} {
		if testing.Short() && n%3 > 0 {
			continue
		}
		for i, c := range columns {
			s := simulate.System{
				Pods: 10, Workers: row.workers, Policy: c.policy, Balancers: c.balancers,
				Rate: row.rho * float64(10*row.workers), Service: row.law,
			}
			r := measure(t, s, 1_000_000)
			name := fmt.Sprintf("%s, %d balancers, %d workers at %g, %+v:", c.policy, c.balancers, row.workers, row.rho, row.law)
			compare := func(figure string, got simulate.Estimate, want float64) {
				if e := math.Abs(got.Value - want); e > row.within*want+1.5*math.Sqrt2*got.HalfWidth {
					t.Errorf("%s %s %.3f ± %.3f, there %.3f (%+.1f%%)", name, figure, got.Value, got.HalfWidth, want, 100*(got.Value/want-1))
				}
			}
			compare("mean", r.Mean, row.want[i].mean)
			compare("p99", r.Figures[2].Statistic, row.want[i].p99)
		}
	}
}
