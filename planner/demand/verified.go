package demand

import (
	"context"
	"fmt"
	"math"

	"github.com/scantling-dev/scantling/planner/demand/simulate"
)

// Verification says when sizes are confirmed by simulation. The zero value is
// VerifyAuto.
type Verification int

// The choices.
const (
	// VerifyAuto simulates where the formula cannot decide (NeedsSimulation).
	VerifyAuto Verification = iota
	// VerifyAlways simulates every size that a latency target has a say in.
	VerifyAlways
	// VerifyNever leaves all to the formulas. Load-aware policies without one are then on
	// the safe side; that of round robin, and that of least requests over pods of one
	// worker, can be some percent low (docs/models/demand.md).
	VerifyNever
)

// String returns the name that specs use.
func (v Verification) String() string {
	switch v {
	case VerifyAuto:
		return "auto"
	case VerifyAlways:
		return "always"
	case VerifyNever:
		return "never"
	}
	panic(fmt.Sprintf("demand: verification %d", int(v)))
}

// Simulation says how sizes are confirmed. The zero value is what we recommend.
type Simulation struct {
	Verify Verification
	// Seed, Workload and Scenario are where the random numbers come from: equal
	// ones, and equal loads, give equal answers, whatever else is planned.
	Seed               uint64
	Workload, Scenario string
	// Options bound a run.
	Options simulate.Options
	// Known are runs of the same load by their numbers of pods, as in Confirmed: they
	// are not repeated. The seed makes them what they would be.
	Known map[int]simulate.Report
}

// Confirmed is a size and how it was found.
type Confirmed struct {
	// Verified has, where it was simulated, the latencies of the simulation in At
	// and Below, with their half widths.
	Verified
	// Reason says why the formula could not decide; Decided where it could.
	Reason Reason
	// Arrivals is the number of requests in the simulation of Replicas, and
	// AllArrivals that of all counts that were tried; zero where none was.
	Arrivals, AllArrivals int
	// Runs are the simulations of the counts that were tried; nil where none was.
	Runs map[int]simulate.Report
}

// Method returns how the size was found: "formula", or "simulated, 400000 arrivals".
func (c Confirmed) Method() string {
	if c.Arrivals == 0 {
		return "formula"
	}
	return fmt.Sprintf("simulated, %d arrivals", c.Arrivals)
}

// Confirm returns the least number of pods that keeps to the maximum utilisation
// and to every target: by the formula where that can decide, and otherwise by
// simulation, in which a count whose target is too close to tell counts as missed.
// Fewer ready pods after a loss are a load with its own targets, and asked for in
// the same way. It fails as Size does, and with context.Cause(ctx) when that is
// done.
func (m *Model) Confirm(ctx context.Context, how Simulation) (Confirmed, error) {
	n, floor, err := m.count()
	if err != nil {
		return Confirmed{}, err
	}
	reason := m.NeedsSimulation(n)
	if !m.simulates(how, n, floor, reason) {
		return Confirmed{Verified: Verified{Sizing: m.sized(n, floor)}, Reason: reason}, nil
	}
	c := Confirmed{Reason: reason, Runs: map[int]simulate.Report{}}
	var failed error
	c.Verified, err = m.SizeVerified(func(n int) Verdict {
		if failed != nil {
			return Verdict{Met: true} // to end the search
		}
		var report simulate.Report
		report, failed = simulate.Decide(ctx, m.system(n), how.seed(n), m.limits(), how.Options)
		c.Runs[n] = report
		c.AllArrivals += report.Arrivals
		return Verdict{Met: report.Met(), Marginal: report.Open(), Excess: excess(report)}
	})
	switch {
	case failed != nil:
		return Confirmed{}, failed
	case err != nil:
		return Confirmed{}, err
	}
	c.Arrivals = c.Runs[c.Replicas].Arrivals
	c.At.measured(c.Runs[c.Replicas])
	if below, ok := c.Runs[c.Replicas-1]; ok {
		c.Below.measured(below)
		if c.Binding == LatencyTarget {
			c.Target = c.Below.worst()
		}
	}
	return c, nil
}

// excess is that of the target which is exceeded most; 0 where nothing was seen to
// exceed it, or the system was not run.
func excess(r simulate.Report) float64 {
	most := math.Inf(-1)
	for _, f := range r.Figures {
		if f.Tail > 0 {
			most = max(most, math.Log(f.Exceeds.Value/f.Tail))
		} else {
			most = max(most, math.Log(f.Statistic.Value/f.Limit))
		}
	}
	if r.Arrivals == 0 || math.IsInf(most, 0) {
		return 0
	}
	return most
}

// PredictConfirmed returns what the load does to n ready pods as Predict does, but
// with the latencies of a simulation where the size rests on one and the formula
// cannot decide about n. A size that the formula has decided is not called in
// question by a simulation of its neighbours.
func (m *Model) PredictConfirmed(ctx context.Context, how Simulation, n int) (Prediction, error) {
	p := m.Predict(n)
	report, ok := how.Known[n]
	if !ok {
		if n < 1 || !m.observes(how, n) {
			return p, nil
		}
		var err error
		if report, err = simulate.Decide(ctx, m.system(n), how.seed(n), m.limits(), how.Options); err != nil {
			return Prediction{}, err
		}
	}
	p.measured(report)
	return p, nil
}

// observes reports whether n pods, of whatever size, are looked at by simulation.
func (m *Model) observes(how Simulation, n int) bool {
	reason := m.NeedsSimulation(n)
	if how.Verify == VerifyAuto {
		size, floor, err := m.count()
		if err != nil || !m.simulates(how, size, floor, m.NeedsSimulation(size)) {
			return false
		}
		if n < size && reason == Decided {
			reason = Close // the simulation may have found fewer than the formula to do
		}
	}
	return m.simulates(how, n, 0, reason)
}

// largestSimulated is the number of workers of all pods beyond which the formula
// answers: before so many have forgotten how they started, a simulation takes
// seconds, and with so many, policies that look make hardly anybody wait.
const largestSimulated = 100_000

// simulates reports whether n pods, of which utilisation alone asks for floor, are
// simulated.
func (m *Model) simulates(how Simulation, n, floor int, reason Reason) bool {
	possible := len(m.load.Targets) > 0 && m.load.Throughput > 0 && n*max(m.load.Station.Workers, 1) <= largestSimulated
	switch how.Verify {
	case VerifyNever:
		return false
	case VerifyAlways:
		return possible
	case VerifyAuto:
	}
	if n == floor && (reason == TwoChoices || reason == ManyBalancers) && m.formula() == Random {
		// It is not less anyway, and it holds even at random.
		reason = m.with(Random, false).NeedsSimulation(n)
	}
	return possible && reason != Decided
}

// measured replaces the latencies by those of a simulation. One that had no run, of
// an overload or close to one, leaves the formula's figures and no target met.
func (p *Prediction) measured(r simulate.Report) {
	for i, f := range r.Figures {
		l := &p.Latency[i]
		if r.Arrivals == 0 {
			l.Met = false
			continue
		}
		l.Seconds, l.HalfWidth, l.Met = f.Statistic.Value, f.Statistic.HalfWidth, f.Verdict == simulate.Met
	}
}

// seed returns where the random numbers of a count come from.
func (s Simulation) seed(n int) simulate.Seed {
	return simulate.NewSeed(s.Seed, s.Workload, s.Scenario, n)
}

// limits are the targets as a simulation takes them.
func (m *Model) limits() []simulate.Target {
	limits := make([]simulate.Target, len(m.load.Targets))
	for i, t := range m.load.Targets {
		limits[i].Limit = t.Limit.Seconds() * (1 + tolerance)
		if t.Statistic != Mean {
			limits[i].Tail = 1 - t.Statistic.probability()
		}
	}
	return limits
}

// independentPods is how many of the pods are simulated where they do not know of
// each other: each sees a Poisson stream of its own, so that any number of them
// shows the same, and few forget how they started sooner.
const independentPods = 16

// system is what is simulated for n pods.
func (m *Model) system(n int) simulate.System {
	s := &m.load.Station
	rate := m.load.Throughput.Float()
	pods := n
	if s.Policy == Random && !s.sticky() {
		pods = min(n, independentPods)
		rate *= float64(pods) / float64(n)
	}
	system := simulate.System{
		Pods: pods, Workers: m.pod.workers, Policy: s.Policy, Balancers: s.Balancers,
		Connections: s.Connections, Rate: rate, Service: sampled(s.Law),
	}
	if s.sticky() {
		system.Hottest = Hottest(s.Connections, n, placements)
	}
	if m.pod.shared() {
		system.Cores = m.pod.cores
		system.CPU = phase(s.Law, m.pod.cpu, m.pod.parts)
		system.Service = phase(s.Law, m.pod.io, m.pod.parts)
	}
	return system
}

// sampled returns the law that a simulation draws from.
func sampled(law Law) simulate.Service {
	switch l := law.(type) {
	case lognormal:
		return simulate.Lognormal(l.mu, l.sigma)
	case gamma:
		return simulate.Gamma(l.shape, l.scale)
	case exponential:
		return simulate.Exponential(l.mean)
	case constant:
		return simulate.Constant(l.time)
	}
	return simulate.Quantiles(func(survival float64) float64 { return law.Quantile(1 - survival) })
}

// phase returns the law of one part of a service, with the mean and squared
// coefficient of variation given: gamma if the whole is, and lognormal otherwise.
func phase(whole Law, mean, scv float64) simulate.Service {
	switch _, ok := whole.(gamma); {
	case mean == 0 || scv == 0:
		return simulate.Constant(mean)
	case ok:
		return simulate.Gamma(1/scv, mean*scv)
	}
	sigma2 := math.Log1p(scv)
	return simulate.Lognormal(math.Log(mean)-sigma2/2, math.Sqrt(sigma2))
}
