package demand_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestNeedsSimulation(t *testing.T) {
	for name, c := range map[string]struct {
		policy             demand.Policy
		workers, balancers int
		cv                 float64
		pods               int
		limit              float64 // of p99, in the mean service time
		want               demand.Reason
	}{
		// The p99 of the service is 4.9 with cv 1 and 8.6 with cv 2.
		"random, one worker":               {demand.Random, 1, 1, 3, 40, 60, demand.Decided},
		"random, steady":                   {demand.Random, 4, 1, 1, 40, 4.9, demand.Decided},
		"random, cv 2":                     {demand.Random, 4, 1, 2, 10, 40, demand.Decided},
		"random, cv 2, close":              {demand.Random, 4, 1, 2, 10, 14, demand.Close},
		"random, cv 2.1":                   {demand.Random, 4, 1, 2.1, 10, 40, demand.Variable},
		"random, two workers in all":       {demand.Random, 2, 1, 2, 1, 400, demand.FewWorkers},
		"pooled":                           {demand.Pooled, 4, 1, 1, 10, 9, demand.Decided},
		"pooled, close":                    {demand.Pooled, 4, 1, 1, 10, 4.8, demand.Close},
		"power of two":                     {demand.PowerOfTwo, 15, 1, 1, 10, 9, demand.TwoChoices},
		"power of two, 16 workers":         {demand.PowerOfTwo, 16, 1, 1, 10, 9, demand.Decided},
		"power of two, 2 balancers":        {demand.PowerOfTwo, 16, 2, 1, 10, 9, demand.ManyBalancers},
		"least requests":                   {demand.LeastRequests, 4, 1, 1, 10, 9, demand.Decided},
		"least requests, one worker":       {demand.LeastRequests, 1, 1, 1, 40, 9, demand.OneWorker},
		"least requests, 2 balancers":      {demand.LeastRequests, 4, 2, 1, 10, 9, demand.ManyBalancers},
		"round robin":                      {demand.RoundRobin, 4, 1, 2, 10, 40, demand.Decided},
		"round robin, 2 balancers":         {demand.RoundRobin, 4, 2, 1, 10, 9, demand.Decided},
		"round robin, 3 workers":           {demand.RoundRobin, 3, 1, 1, 13, 9, demand.Decided},
		"round robin, 3 workers, variable": {demand.RoundRobin, 3, 1, 1.1, 13, 20, demand.RoundRobinFew},
		"round robin, 3 workers, tight":    {demand.RoundRobin, 3, 1, 1, 13, 5.9, demand.RoundRobinFew},
	} {
		model := demand.NewModel(demand.Load{
			Throughput: units.Rate(float64(c.pods*c.workers) * .7 * 1e6),
			Station:    demand.Station{Law: lawOf(t, demand.Lognormal, c.cv), Workers: c.workers, Policy: c.policy, Balancers: c.balancers},
			Targets:    []demand.Target{{Statistic: demand.P99, Limit: time.Duration(c.limit * 1e9)}},
		})
		if got := model.NeedsSimulation(c.pods); got != c.want {
			t.Errorf("%s: %s, want: %s (%+v)", name, got, c.want, model.Predict(c.pods))
		}
	}
}

// Whatever a simulation says, the search ends at the least count that holds, asks
// for none twice, and finds the way back when the guess is far off.
func TestSizeVerifiedFindsTheLeast(t *testing.T) {
	model := demand.NewModel(demand.Load{
		Throughput:     100 * units.PerSecond,
		Station:        demand.Station{Law: lawOf(t, demand.Exponential, 1), Workers: 2, Policy: demand.PowerOfTwo},
		Targets:        []demand.Target{{Statistic: demand.P99, Limit: 5 * time.Second}},
		MaxUtilization: 80 * units.Percent, // 63 pods
	})
	for least := 1; least < 400; least++ {
		v, err := model.SizeVerified(func(n int) demand.Verdict {
			return demand.Verdict{Met: n >= least, Marginal: n == least-1}
		})
		want := max(least, 63)
		if err != nil || v.Replicas != want || v.UtilizationReplicas != 63 {
			t.Fatalf("%d pods hold, found %d: %v", least, v.Replicas, err)
		}
		if tried := slices.Sorted(slices.Values(v.Simulated)); len(slices.Compact(tried)) != len(v.Simulated) || !slices.Contains(v.Simulated, want) {
			t.Errorf("%d pods hold, tried %v", least, v.Simulated)
		}
		if v.Marginal != (want == least && want > 63) {
			t.Errorf("%d pods hold: marginal %t", least, v.Marginal)
		}
		if (v.Binding == demand.Utilization) != (want == 63) {
			t.Errorf("%d pods hold: %s", least, v.Binding)
		}
		if len(v.Simulated) > 24 {
			t.Errorf("%d pods hold: %d simulations", least, len(v.Simulated))
		}
	}
	_, err := model.SizeVerified(func(int) demand.Verdict { return demand.Verdict{} })
	if limit, ok := errors.AsType[*demand.LimitError](err); !ok || limit.Target.Limit != 5*time.Second {
		t.Errorf("nothing holds: %v", err)
	}
}

// Where a simulation says how far a count is from the targets, the search needs few
// questions however far off the guess is: here the logarithm of what exceeds them
// falls as in a queue, first steeply.
func TestSizeVerifiedFollowsTheExcess(t *testing.T) {
	model := demand.NewModel(demand.Load{
		Throughput: 100 * units.PerSecond,
		Station:    demand.Station{Law: lawOf(t, demand.Exponential, 1), Workers: 1, Policy: demand.PowerOfTwo},
		Targets:    []demand.Target{{Statistic: demand.P99, Limit: 8 * time.Second}},
	})
	for least := 101; least < 1000; least += 7 {
		edge := float64(least) - .5
		v, err := model.SizeVerified(func(n int) demand.Verdict {
			slack := 1 - 100/max(float64(n), 100.5)
			return demand.Verdict{Met: n >= least, Excess: 8 * (1 - 100/edge - slack)}
		})
		if err != nil || v.Replicas != least {
			t.Fatalf("%d pods hold, found %d: %v", least, v.Replicas, err)
		}
		if len(v.Simulated) > 14 {
			t.Errorf("%d pods hold: %d simulations, %v", least, len(v.Simulated), v.Simulated)
		}
	}
}

// The search starts at the best guess, so that a simulation which agrees is asked
// twice at most.
func TestSizeVerifiedStartsAtTheGuess(t *testing.T) {
	load := demand.Load{
		Throughput: 100 * units.PerSecond,
		Station:    demand.Station{Law: lawOf(t, demand.Exponential, 1), Workers: 4, Policy: demand.LeastRequests},
		Targets:    []demand.Target{{Statistic: demand.P99, Limit: 5 * time.Second}},
	}
	least := mustSize(t, load)
	for _, load.Station.Policy = range []demand.Policy{demand.LeastRequests, demand.PowerOfTwo} {
		v, err := demand.NewModel(load).SizeVerified(func(n int) demand.Verdict { return demand.Verdict{Met: n >= least} })
		if err != nil || v.Replicas != least || len(v.Simulated) > 2 {
			t.Errorf("%s: %d pods after %v, want %d (%v)", load.Station.Policy, v.Replicas, v.Simulated, least, err)
		}
	}
}
