package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/demand/simulate"
)

// Seeds of the study; the tests use others.
const (
	problemSeed  = 20_261_129
	sizingSeed   = 71
	judgeSeed    = 1_000_003
	predictSeed  = 5_000_011
	observerSeed = 9_000_049
)

// sizeResult is a problem, its answer, and the truth.
type sizeResult struct {
	problem
	confirmed demand.Confirmed
	formula   int // by the formula alone
	// truth is the least count that long simulations find to meet the target.
	truth int
}

// checkSizes answers random problems and judges the answers.
func checkSizes(ctx context.Context, s scale) ([]sizeResult, error) {
	return parallel(s, s.problems, func(i int) (sizeResult, error) {
		p := randomProblem(rand.New(rand.NewPCG(problemSeed, uint64(i))))
		model := demand.NewModel(p.load)
		r := sizeResult{problem: p}
		var err error
		if r.formula, err = model.Replicas(); err != nil {
			return r, fmt.Errorf("%s: %w", p.name, err)
		}
		if r.confirmed, err = model.Confirm(ctx, demand.Simulation{Seed: sizingSeed, Workload: p.name}); err != nil {
			return r, fmt.Errorf("%s: %w", p.name, err)
		}
		if err = r.judge(ctx, s.arrivals); err != nil {
			return r, err
		}
		s.note("%3d: %d pods, by %s (%v), formula %d, least %d: %s\n",
			i, r.confirmed.Replicas, r.confirmed.Method(), r.confirmed.Simulated, r.formula, r.truth, p.name)
		return r, nil
	})
}

// judge finds the truth from the answer on, down while less does, or up until
// enough does. From 200 pods it takes steps of 1%.
func (r *sizeResult) judge(ctx context.Context, arrivals int) error {
	n, floor := r.confirmed.Replicas, r.confirmed.UtilizationReplicas
	step := max(n/100, 1)
	does, err := r.holds(ctx, n, arrivals)
	if err != nil {
		return err
	}
	if !does {
		for !does {
			n += step
			if does, err = r.holds(ctx, n, arrivals); err != nil {
				return err
			}
		}
		r.truth = n
		return nil
	}
	for n > floor {
		next := max(n-step, floor)
		if does, err = r.holds(ctx, next, arrivals); err != nil {
			return err
		}
		if !does {
			break
		}
		n = next
	}
	r.truth = n
	return nil
}

// holds reports whether a long simulation keeps the target with n pods: by what it
// is sure of, or else by its estimate after all arrivals. The system is put
// together here, by what it is, and not by what the planner makes of it.
func (r *sizeResult) holds(ctx context.Context, n, arrivals int) (bool, error) {
	station, target := r.load.Station, r.load.Targets[0]
	limit := simulate.Target{Limit: target.Limit.Seconds(), Tail: r.tail}
	system := simulate.System{
		Pods: n, Workers: station.Workers, Policy: r.policy.simulated, Balancers: station.Balancers,
		Rate: r.load.Throughput.Float(), Service: r.service.draw,
	}
	seed, limits := simulate.NewSeed(judgeSeed, r.name, "", n), []simulate.Target{limit}
	report, err := simulate.Decide(ctx, system, seed, limits, simulate.Options{Arrivals: arrivals})
	if err != nil || !report.Open() {
		return report.Met(), err
	}
	if report, err = simulate.Measure(ctx, system, seed, limits, arrivals); err != nil {
		return false, err
	}
	f := report.Figures[0]
	if limit.Tail > 0 {
		return f.Exceeds.Value <= limit.Tail, nil
	}
	return f.Statistic.Value <= limit.Limit, nil
}

// parallel calls do for 0 to n − 1, some at a time, and returns what it returns in
// order, or the first error.
func parallel[T any](s scale, n int, do func(int) (T, error)) ([]T, error) {
	results, errs := make([]T, n), make([]error, n)
	var group sync.WaitGroup
	next := make(chan int)
	for range max(s.workers, 1) {
		group.Go(func() {
			for i := range next {
				results[i], errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}
