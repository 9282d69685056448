package main

import (
	"context"
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/demand/simulate"
	"github.com/scantling-dev/scantling/planner/units"
)

// cell is a configuration whose p99 is predicted.
type cell struct {
	policy        policy
	service       service
	rho           float64
	workers, pods int
}

// prediction is a cell with errors of the predicted p99, shares of the simulated.
type prediction struct {
	cell
	formula, verified float64
	noise             float64 // half of the simulation's 95% interval
}

// cells lists the configurations.
func cells() (all []cell) {
	for _, p := range policies() {
		for _, s := range services() {
			for _, rho := range []float64{.5, .7, .8, .9} {
				for _, k := range []int{1, 4, 16} {
					for _, n := range []int{3, 10, 30} {
						all = append(all, cell{p, s, rho, k, n})
					}
				}
			}
		}
	}
	return all
}

// checkPredictions compares predictions with simulations.
func checkPredictions(ctx context.Context, s scale) ([]prediction, error) {
	all := cells()
	return parallel(s, len(all)/s.cells, func(i int) (prediction, error) {
		c := all[i*s.cells]
		p, err := c.check(ctx, s.predictions)
		s.note("%s, %s at %g, %d pods of %d: p99 %+.1f%% by formula, %+.1f%% verified, ±%.1f%%\n",
			c.policy.sized, c.service.name, c.rho, c.pods, c.workers, 100*p.formula, 100*p.verified, 100*p.noise)
		return p, err
	})
}

func (c cell) check(ctx context.Context, arrivals int) (prediction, error) {
	rate := c.rho * float64(c.pods*c.workers) / mean.Seconds()
	station := demand.Station{Law: c.service.law(), Workers: c.workers, Policy: c.policy.sized}
	load := demand.Load{
		Throughput: units.Rate(rate * 1e6), Station: station,
		Targets: []demand.Target{{Statistic: demand.P99, Limit: time.Hour}},
	}
	p := prediction{cell: c}
	formula := demand.NewModel(load).Predict(c.pods).Latency[0].Seconds
	load.Targets[0].Limit = time.Duration(1.2 * formula * 1e9)
	verified, err := demand.NewModel(load).PredictConfirmed(ctx, demand.Simulation{Verify: demand.VerifyAlways, Seed: predictSeed}, c.pods)
	if err != nil {
		return p, err
	}
	if c.rho > .8 { // where it varies most
		arrivals *= 4
	}
	name := fmt.Sprintf("%s %s %g %d", c.policy.sized, c.service.name, c.rho, c.workers)
	report, err := simulate.Measure(ctx, simulate.System{
		Pods: c.pods, Workers: c.workers, Policy: c.policy.simulated, Rate: rate, Service: c.service.draw,
	}, simulate.NewSeed(observerSeed, name, "", c.pods), []simulate.Target{{Tail: .01, Limit: 1}}, arrivals)
	if err != nil {
		return p, err
	}
	truth := report.Figures[0].Statistic
	p.formula, p.verified = formula/truth.Value-1, verified.Latency[0].Seconds/truth.Value-1
	p.noise = truth.HalfWidth / truth.Value
	return p, nil
}
