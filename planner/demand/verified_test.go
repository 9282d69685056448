package demand_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

func confirm(t *testing.T, load demand.Load, how demand.Simulation) demand.Confirmed {
	t.Helper()
	c, err := demand.NewModel(load).Confirm(t.Context(), how)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exponentialLoad is one of 20 erlangs over pods of one worker, with mean service
// 1 s.
func exponentialLoad(t *testing.T, policy demand.Policy, limit time.Duration) demand.Load {
	return demand.Load{
		Throughput: 20 * units.PerSecond,
		Station:    demand.Station{Law: lawOf(t, demand.Exponential, 1), Workers: 1, Policy: policy},
		Targets:    []demand.Target{{Statistic: demand.P99, Limit: limit}},
	}
}

// Round robin over n pods makes of each E_n/M/1, whose response time is exponential
// with mean 1/(1 − σ): the exact least n is found by trying. The simulation may
// differ by the one pod that is as good as even.
func TestConfirmFindsTheExactSizeOfRoundRobin(t *testing.T) {
	for _, limit := range []time.Duration{5300 * time.Millisecond, 7 * time.Second, 12 * time.Second} {
		exact := 21
		for ; ; exact++ {
			n, sigma := float64(exact), .5
			for range 10_000 {
				sigma = math.Pow(20/(20+1-sigma), n) // n·ρ is 20
			}
			if math.Log(100)/(1-sigma) <= limit.Seconds() {
				break
			}
		}
		c := confirm(t, exponentialLoad(t, demand.RoundRobin, limit), demand.Simulation{Verify: demand.VerifyAlways, Workload: "api"})
		if c.Replicas < exact || c.Replicas > exact+1 {
			t.Errorf("%s: %d pods after %v, want %d", limit, c.Replicas, c.Simulated, exact)
		}
		if c.Arrivals < 400_000 || c.AllArrivals < c.Arrivals || c.Method() == "formula" || len(c.Simulated) > 8 {
			t.Errorf("%s: %s after %v", limit, c.Method(), c.Simulated)
		}
	}
}

// The formula of random balancing over pods of one worker is exact: it decides, and
// a simulation that is asked for all the same agrees.
func TestConfirmAgreesWithAnExactFormula(t *testing.T) {
	load := exponentialLoad(t, demand.Random, 10*time.Second)
	const exact = 38 // 20/n = 1 − ln 100/10 s
	auto := confirm(t, load, demand.Simulation{})
	if auto.Replicas != exact || auto.Method() != "formula" || auto.Reason != demand.Decided || auto.At.Latency[0].HalfWidth != 0 {
		t.Errorf("auto: %d pods by %s, %s", auto.Replicas, auto.Method(), auto.Reason)
	}
	always := confirm(t, load, demand.Simulation{Verify: demand.VerifyAlways})
	if always.Replicas < exact || always.Replicas > exact+1 || always.Arrivals == 0 {
		t.Errorf("always: %d pods by %s", always.Replicas, always.Method())
	}
}

// Power of two has no formula: what comes is from the simulation, within the bracket
// of any policy, and again the same.
func TestConfirmOfPowerOfTwo(t *testing.T) {
	load := exponentialLoad(t, demand.PowerOfTwo, 8*time.Second)
	bracket, err := demand.NewModel(load).Bracket()
	if err != nil {
		t.Fatal(err)
	}
	how := demand.Simulation{Seed: 3, Workload: "api", Scenario: "peak"}
	c := confirm(t, load, how)
	if c.Reason != demand.TwoChoices || c.Replicas < bracket.Pooled || c.Replicas >= bracket.Random {
		t.Errorf("%d pods because %s, bracket %+v", c.Replicas, c.Reason, bracket)
	}
	// Ten pods at a load of 0.8 have a p99 of 7.96 by an earlier simulator; with
	// more pods it is little different.
	if c.Replicas < 24 || c.Replicas > 26 {
		t.Errorf("%d pods, want about 20/.8", c.Replicas)
	}
	at, below := c.At.Latency[0], c.Below.Latency[0]
	if !at.Met || at.HalfWidth <= 0 || at.Seconds > 8 || below.Met || below.HalfWidth <= 0 || below.Seconds <= at.Seconds {
		t.Errorf("at %+v, below %+v", at, below)
	}
	if c.Binding != demand.LatencyTarget || c.Target != load.Targets[0] {
		t.Errorf("%s binds by %+v", c.Binding, c.Target)
	}
	if again := confirm(t, load, how); !reflect.DeepEqual(c, again) {
		t.Errorf("the same question has another answer:\n%+v\n%+v", c, again)
	}
	if never := confirm(t, load, demand.Simulation{Verify: demand.VerifyNever}); never.Method() != "formula" || never.Replicas != bracket.Random {
		t.Errorf("never: %d pods by %s, want the safe %d", never.Replicas, never.Method(), bracket.Random)
	}
}

// Where utilisation alone asks for a count that would do even at random, no
// simulation is needed.
func TestConfirmLeavesWhatIsClear(t *testing.T) {
	load := exponentialLoad(t, demand.PowerOfTwo, 30*time.Second)
	load.MaxUtilization = 50 * units.Percent
	if c := confirm(t, load, demand.Simulation{}); c.Replicas != 40 || c.Method() != "formula" || c.Binding != demand.Utilization {
		t.Errorf("%d pods by %s, bound by %s", c.Replicas, c.Method(), c.Binding)
	}
	load.Targets = nil
	if c := confirm(t, load, demand.Simulation{Verify: demand.VerifyAlways}); c.Replicas != 40 || c.Method() != "formula" {
		t.Errorf("without targets: %d pods by %s", c.Replicas, c.Method())
	}
	load = exponentialLoad(t, demand.PowerOfTwo, 30*time.Second)
	load.Throughput = 0
	if c := confirm(t, load, demand.Simulation{Verify: demand.VerifyAlways}); c.Replicas != 1 || c.Method() != "formula" {
		t.Errorf("without load: %d pods by %s", c.Replicas, c.Method())
	}
}

// After a loss fewer pods hold a wider target: the same question with that target.
func TestPredictConfirmed(t *testing.T) {
	load := exponentialLoad(t, demand.RoundRobin, 8*time.Second)
	p, err := demand.NewModel(load).PredictConfirmed(t.Context(), demand.Simulation{Verify: demand.VerifyAlways}, 40)
	if err != nil {
		t.Fatal(err)
	}
	sigma := .5
	for range 1000 {
		sigma = math.Pow(20/(20+1-sigma), 40)
	}
	want := math.Log(100) / (1 - sigma)
	if l := p.Latency[0]; math.Abs(l.Seconds-want) > 3*l.HalfWidth+.002*want || l.HalfWidth == 0 || l.HalfWidth > .05*want || !l.Met {
		t.Errorf("p99 %.4f ± %.4f, want %.4f", l.Seconds, l.HalfWidth, want)
	}
	if p, err = demand.NewModel(load).PredictConfirmed(t.Context(), demand.Simulation{Verify: demand.VerifyAlways}, 20); err != nil || p.Met() || !math.IsInf(p.Latency[0].Seconds, 1) {
		t.Errorf("at a load of 1: %+v, %v", p, err)
	}
	if p, err = demand.NewModel(load).PredictConfirmed(t.Context(), demand.Simulation{}, 0); err != nil || p.Met() {
		t.Errorf("without pods: %+v, %v", p, err)
	}
}

// A station must mean to the simulation what it means to the formula: shared cores
// without a limit of workers (mean S/(1 − ρ), for any law), and laws of all kinds,
// with next to no load.
func TestSimulatedStations(t *testing.T) {
	mean := func(load demand.Load, n int) demand.Latency {
		t.Helper()
		p, err := demand.NewModel(load).PredictConfirmed(t.Context(), demand.Simulation{Verify: demand.VerifyAlways}, n)
		if err != nil {
			t.Fatal(err)
		}
		return p.Latency[0]
	}
	near := func(name string, l demand.Latency, want float64) {
		t.Helper()
		if math.Abs(l.Seconds-want) > 3*l.HalfWidth+.003*want || l.HalfWidth == 0 {
			t.Errorf("%s: %.4f ± %.4f, want %.4f", name, l.Seconds, l.HalfWidth, want)
		}
	}
	slow := []demand.Target{{Statistic: demand.Mean, Limit: time.Minute}}
	for _, d := range []demand.Distribution{demand.Exponential, demand.Gamma, demand.Lognormal} {
		station := demand.Station{Law: lawOf(t, d, 1), CPU: demand.CPU{PerRequest: 400 * ms, Cores: 1000}}
		load := demand.Load{Throughput: 3 * units.PerSecond, Station: station, Targets: slow}
		near("shared, "+d.String(), mean(load, 2), .4/(1-.6)+.6)
	}
	// Connections: four over two pods, 3 and 1 four times as often as 4 and 0, the
	// formula's own mixture, exact for one worker.
	sticky := exponentialLoad(t, demand.LeastRequests, time.Minute)
	sticky.Throughput, sticky.Station.Connections, sticky.Targets = 600_000, 4, slow
	near("four connections", mean(sticky, 2), demand.NewModel(sticky).Predict(2).Latency[0].Seconds)
	measured := demand.Measured{P50: 20 * ms, P90: 50 * ms, P99: 300 * ms}
	pieces, err := measured.Law()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		law  demand.Law
		want float64
	}{
		"constant": {lawOf(t, demand.Constant, 0), 1}, "gamma": {lawOf(t, demand.Gamma, .5), lawOf(t, demand.Gamma, .5).Quantile(.99)},
		"percentiles": {pieces, .3},
	} {
		idle := demand.Load{
			Throughput: 1000, Station: demand.Station{Law: c.law, Workers: 8},
			Targets: []demand.Target{{Statistic: demand.P99, Limit: time.Minute}},
		}
		if l := mean(idle, 8); math.Abs(l.Seconds-c.want) > 3*l.HalfWidth+.008*c.want { // a bin of the histogram
			t.Errorf("%s: p99 %.4f ± %.4f, want %.4f", name, l.Seconds, l.HalfWidth, c.want)
		}
	}
}

func TestConfirmEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	model := demand.NewModel(exponentialLoad(t, demand.PowerOfTwo, 8*time.Second))
	if _, err := model.Confirm(ctx, demand.Simulation{}); !errors.Is(err, why) {
		t.Errorf("Confirm: %v", err)
	}
	if _, err := model.PredictConfirmed(ctx, demand.Simulation{}, 30); !errors.Is(err, why) {
		t.Errorf("PredictConfirmed: %v", err)
	}
	infeasible := demand.NewModel(exponentialLoad(t, demand.PowerOfTwo, 4*time.Second))
	if _, err := infeasible.Confirm(t.Context(), demand.Simulation{}); err == nil {
		t.Error("a target below the service's own p99 is met")
	}
}
