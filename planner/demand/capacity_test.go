package demand_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// randomStation adds a policy, and now and then connections or CPU.
func randomStation(rng *rand.Rand, load demand.Load) demand.Load {
	s := &load.Station
	s.Policy = policies()[rng.IntN(len(policies()))]
	s.Balancers = rng.IntN(4)
	switch rng.IntN(3) {
	case 0:
		s.Connections = 200 + rng.IntN(3000)
	case 1:
		share := .1 + .8*rng.Float64()
		s.CPU = demand.CPU{PerRequest: time.Duration(s.Law.Mean() * share * 1e9), Cores: units.MilliCPU(1000 * (1 + rng.IntN(4)))}
		if rng.IntN(3) == 0 {
			s.Workers = 0
		}
	}
	return load
}

// n pods carry their capacity, and a thousandth more they do not.
func TestCapacity(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 6))
		load := randomStation(rng, randomLoad(t, rng))
		last := units.Rate(0)
		for _, n := range []int{1, 2, 5, 11, 40} {
			capacity := demand.NewModel(load).Capacity(n)
			if capacity < last {
				t.Errorf("seed %d: %d pods carry %d, fewer carry %d", seed, n, capacity, last)
			}
			last = capacity
			if capacity == 0 {
				continue
			}
			at := load
			at.Throughput = capacity
			if p := demand.NewModel(at).Predict(n); !p.Met() {
				t.Errorf("seed %d, %s: %d pods do not carry their capacity %d: %+v", seed, load.Station.Policy, n, capacity, p)
			}
			at.Throughput += capacity/1000 + 2
			if p := demand.NewModel(at).Predict(n); p.Met() {
				t.Errorf("seed %d, %s: %d pods carry more than their capacity %d: %+v", seed, load.Station.Policy, n, capacity, p)
			}
		}
	}
}

// What a load needs carries it.
func TestCapacityOfASize(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 8))
		load := randomStation(rng, randomLoad(t, rng))
		model := demand.NewModel(load)
		n, err := model.Replicas()
		if err != nil {
			continue
		}
		// A capacity is rounded down by up to a millionth.
		if carries := model.Capacity(n); float64(carries) < float64(load.Throughput)*(1-2e-6) {
			t.Errorf("seed %d, %s: %d pods are to carry %d, and carry %d", seed, load.Station.Policy, n, load.Throughput, carries)
		}
		if carries := model.Capacity(n - 1); carries > load.Throughput {
			t.Errorf("seed %d, %s: %d pods carry %d, and %d are needed for %d", seed, load.Station.Policy, n-1, carries, n, load.Throughput)
		}
	}
}

func TestCapacityOfNothing(t *testing.T) {
	load := demand.Load{Station: demand.Station{Law: lawOf(t, demand.Exponential, 1), Workers: 1}}
	if got := demand.NewModel(load).Capacity(0); got != 0 {
		t.Errorf("no pods carry %d", got)
	}
	// Utilisation alone: one request a second and worker.
	load.MaxUtilization = 80 * units.Percent
	if got := demand.NewModel(load).Capacity(5); got > 4*units.PerSecond || got < 3_999_990 {
		t.Errorf("5 pods carry %d, want 4 a second", got)
	}
	load.Targets = []demand.Target{{Statistic: demand.P99, Limit: 4 * time.Second}} // the service alone has 4.6 s
	if got := demand.NewModel(load).Capacity(5); got != 0 {
		t.Errorf("5 pods carry %d within a target that cannot be met", got)
	}
	// M/M/1: p99 = ln(100)/(1 − λ) <= 10 s up to λ = 1 − ln(100)/10 = .539483.
	load.Targets[0].Limit = 10 * time.Second
	if got := demand.NewModel(load).Capacity(1); got < 538_900 || got > 539_484 {
		t.Errorf("one pod carries %d within 10 s, want .539483 a second", got)
	}
}

func ExampleModel_Capacity() {
	law, _ := demand.Measured{Mean: 18 * time.Millisecond, P99: 70 * time.Millisecond}.Law()
	model := demand.NewModel(demand.Load{
		Throughput:     1200 * units.PerSecond,
		Station:        demand.Station{Law: law, Workers: 4, Policy: demand.LeastRequests},
		Targets:        []demand.Target{{Statistic: demand.P99, Limit: 250 * time.Millisecond}},
		MaxUtilization: 70 * units.Percent,
	})
	for _, n := range []int{8, 9} {
		fmt.Printf("%d pods: %.0f/s\n", n, model.Capacity(n).Float())
	}
	// Output:
	// 8 pods: 1244/s
	// 9 pods: 1400/s
}
