package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/demand/simulate"
	"github.com/scantling-dev/scantling/planner/units"
)

// problem is a load to find a size for.
type problem struct {
	name    string
	load    demand.Load
	service service
	policy  policy
	// tail is the share of requests that may exceed the target; 0 for a mean.
	tail float64
}

// service is a law as it is measured, with a mean of 100 ms, and as it is drawn
// from.
type service struct {
	name     string
	cv       float64
	measured demand.Measured
	draw     simulate.Service
}

const mean = 100 * time.Millisecond

func services() []service {
	m := mean.Seconds()
	lognormal := func(cv float64) service {
		s2 := math.Log1p(cv * cv)
		return service{
			fmt.Sprintf("lognormal cv %g", cv), cv,
			demand.Measured{Mean: mean, CV: units.Ratio(cv * 1e6)},
			simulate.Lognormal(math.Log(m)-s2/2, math.Sqrt(s2)),
		}
	}
	return []service{
		{"constant", 0, demand.Measured{Distribution: demand.Constant, Mean: mean}, simulate.Constant(m)},
		{"gamma cv 0.5", .5, demand.Measured{Distribution: demand.Gamma, Mean: mean, CV: 500_000}, simulate.Gamma(4, m/4)},
		{"exponential", 1, demand.Measured{Distribution: demand.Exponential, Mean: mean}, simulate.Exponential(m)},
		lognormal(1), lognormal(2),
	}
}

// law returns the law of a service that is one of ours.
func (s service) law() demand.Law {
	law, err := s.measured.Law()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", s.name, err))
	}
	return law
}

// policy is a way to balance, as both packages call it.
type policy struct {
	sized     demand.Policy
	simulated simulate.Policy
}

func policies() []policy {
	return []policy{
		{demand.Random, simulate.Random},
		{demand.RoundRobin, simulate.RoundRobin},
		{demand.LeastRequests, simulate.LeastRequests},
		{demand.PowerOfTwo, simulate.PowerOfTwo},
		{demand.Pooled, simulate.Pooled},
	}
}

// randomProblem draws a load of 2 to 200 erlangs whose target is 1.1 to 2.2 times
// what the service alone takes: close enough for waits to matter.
func randomProblem(rng *rand.Rand) problem {
	s, p := services()[rng.IntN(5)], policies()[rng.IntN(5)]
	station := demand.Station{
		Law: s.law(), Workers: []int{1, 2, 4, 8}[rng.IntN(4)], Policy: p.sized, Balancers: []int{1, 1, 2, 5}[rng.IntN(4)],
	}
	erlangs := 2 * math.Pow(100, rng.Float64())
	statistic, tail, alone := demand.Mean, 0.0, mean.Seconds()
	switch rng.IntN(4) {
	case 0:
	case 1:
		statistic, tail, alone = demand.P95, .05, station.Law.Quantile(.95)
	default:
		statistic, tail, alone = demand.P99, .01, station.Law.Quantile(.99)
	}
	factor := 1.1 * math.Pow(2, rng.Float64())
	return problem{
		name: fmt.Sprintf("%s, %d workers, %s of %d, %.1f erlangs, %s of %.2f times the service's",
			s.name, station.Workers, p.sized, station.Balancers, erlangs, statistic, factor),
		load: demand.Load{
			Throughput: units.Rate(erlangs / mean.Seconds() * 1e6), Station: station,
			Targets: []demand.Target{{Statistic: statistic, Limit: time.Duration(alone * factor * 1e9)}},
		},
		service: s, policy: p, tail: tail,
	}
}
