package demand

import (
	"fmt"
	"math"
	"sort"

	"github.com/scantling-dev/scantling/planner/units"
)

// Model answers for one Load. It holds what the answers share and does not
// change: it may be used from several goroutines.
type Model struct {
	load  Load
	law   Law     // the station's, quick to evaluate
	pod   *pod    // its speed
	least float64 // leastResidual of a pod
	// estimate: of policies that no formula is trusted for, give the best guess.
	estimate bool
}

// NewModel returns the model of a load. It panics on a load that is not one: no
// law, neither workers nor CPU, a negative throughput, a limit that is not
// positive, a station that Check refuses.
func NewModel(load Load) *Model {
	if !load.Station.valid() || load.Throughput < 0 || load.MaxUtilization < 0 {
		panic(fmt.Sprintf("demand: not a load: %+v", load))
	}
	for _, t := range load.Targets {
		if t.Limit <= 0 {
			panic(fmt.Sprintf("demand: target %s of %s", t.Statistic, t.Limit))
		}
	}
	m := &Model{load: load, law: tabulate(load.Station.Law), pod: newPod(load.Station)}
	if m.pod.workers > 0 {
		m.least = leastResidual(m.law, m.pod.workers)
	}
	return m
}

// with returns the model of the same load under another policy.
func (m *Model) with(p Policy, estimate bool) *Model {
	other := *m
	other.load.Station.Policy, other.estimate = p, estimate
	return &other
}

// Latency is what the model predicts for a target.
type Latency struct {
	Target
	// Seconds is the predicted statistic of the response time; infinite where the
	// pods cannot carry the load.
	Seconds float64
	// HalfWidth is half the width of the 95% interval of Seconds where that is from a
	// simulation, and zero where it is from a formula.
	HalfWidth float64
	// Met says that Seconds keeps to the limit, but for rounding (1e-9 of it); of a
	// simulation, that it surely does.
	Met bool
}

// Prediction is what a number of ready pods does.
type Prediction struct {
	// Ready is the number of pods that share the load.
	Ready int
	// Utilization is the share of the workers' time that is spent on requests, CPU
	// is that of the pods' CPU; with lasting connections, of the hottest pod's. Above
	// 1 the pods cannot carry the load; with no pod it is infinite. Zero where there
	// is no limit of workers, or no CPU stated.
	Utilization, CPU float64
	// UtilizationMet says that both keep to the maximum, and that the pods can carry
	// the load.
	UtilizationMet bool
	// Latency has one entry for each target, in their order.
	Latency []Latency
}

// Met reports whether utilisation and all targets are met.
func (p Prediction) Met() bool {
	for _, l := range p.Latency {
		if !l.Met {
			return false
		}
	}
	return p.UtilizationMet
}

// Constraint names what makes a replica count the least.
type Constraint int

// The constraints.
const (
	// Single: one pod carries it, and there is no less.
	Single Constraint = iota
	// Utilization: with a pod less the workers or the CPU would be too busy.
	Utilization
	// LatencyTarget: with a pod less a target would be missed.
	LatencyTarget
)

// String returns the word for reports: "minimum", "utilization", "latency".
func (c Constraint) String() string {
	switch c {
	case Single:
		return "minimum"
	case Utilization:
		return "utilization"
	case LatencyTarget:
		return "latency"
	}
	panic(fmt.Sprintf("demand: constraint %d", int(c)))
}

// Sizing is the least number of pods that carries a load.
type Sizing struct {
	// Replicas is that number, at least 1.
	Replicas int
	// UtilizationReplicas is what the maximum utilisation asks for by itself.
	UtilizationReplicas int
	// Binding says why it is not one less. Target is the one most exceeded with a
	// pod less, where Binding is LatencyTarget.
	Binding Constraint
	Target  Target
	// At is the prediction for Replicas, Below that for one less.
	At, Below Prediction
}

// Size returns the least number of pods that keeps to the maximum utilisation
// and, by the model, to every target. It fails with an *InfeasibleError where
// the service time alone misses a target, and with a *LimitError where more than
// MaxReplicas would be needed.
//
// Where NeedsSimulation says that the formula cannot decide, the answer is on the
// safe side of what is known without (docs/models/demand.md), and SizeVerified
// gives a better one.
func (m *Model) Size() (Sizing, error) {
	n, floor, err := m.count()
	if err != nil {
		return Sizing{}, err
	}
	return m.sized(n, floor), nil
}

// sized gives the reasons for a count.
func (m *Model) sized(n, floor int) Sizing {
	s := Sizing{Replicas: n, UtilizationReplicas: floor, At: m.Predict(n), Below: m.Predict(n - 1)}
	switch n {
	case 1:
		s.Binding = Single
	case floor:
		s.Binding = Utilization
	default:
		s.Binding, s.Target = LatencyTarget, s.Below.worst()
	}
	return s
}

// Replicas returns what Size does of the count alone, in less time.
func (m *Model) Replicas() (int, error) {
	n, _, err := m.count()
	return n, err
}

// count returns the least count and what the maximum utilisation asks for by
// itself.
func (m *Model) count() (n, floor int, err error) {
	if err := m.feasible(); err != nil {
		return 0, 0, err
	}
	floor, err = m.utilizationReplicas()
	if err != nil {
		return 0, 0, err
	}
	n, failing := m.search(floor)
	if n > MaxReplicas {
		return 0, 0, &LimitError{Reason: fmt.Sprintf("%s %s", failing.Statistic, failing.Limit), Target: failing}
	}
	return n, floor, nil
}

// worst returns the target that uses up most of its limit; the first of equals.
func (p Prediction) worst() Target {
	var worst Target
	most := -1.0
	for _, l := range p.Latency {
		if share := l.Seconds / l.Limit.Seconds(); share > most {
			worst, most = l.Target, share
		}
	}
	return worst
}

// feasible is the gate: however many pods there are, a request is served once.
func (m *Model) feasible() error {
	for _, t := range m.load.Targets {
		if floor := m.pod.floor(t.Statistic, m.load.Station.Law); !within(floor, t.Limit.Seconds()) {
			return &InfeasibleError{Target: t, Floor: floor}
		}
	}
	return nil
}

// hottest returns the rate that comes to the pod which has most to do.
func (m *Model) hottest(n int, rate float64) float64 {
	if s := &m.load.Station; s.sticky() {
		return rate * float64(Hottest(s.Connections, n, placements)) / float64(s.Connections)
	}
	return rate / float64(n)
}

// utilization returns what n pods' workers and CPU are used, and whether they
// carry the load within the maximum.
func (m *Model) utilization(n int, rate float64) (workers, cpu float64, ok bool) {
	if n == 0 {
		return math.Inf(1), math.Inf(1), false
	}
	each := m.hottest(n, rate)
	workers = m.pod.busy(each)
	if c := &m.load.Station.CPU; c.PerRequest > 0 {
		cpu = each * c.PerRequest.Seconds() * float64(units.Core) / float64(c.Cores)
	}
	limit := 1.0
	if m.load.MaxUtilization > 0 {
		limit = m.load.MaxUtilization.Float()
	}
	return workers, cpu, within(workers, limit) && within(cpu, limit) && within(each, m.pod.saturated)
}

// utilizationReplicas returns the least number of pods, at least 1, that keeps
// to the maximum utilisation.
func (m *Model) utilizationReplicas() (int, error) {
	carries := func(n int) bool {
		_, _, ok := m.utilization(n, m.load.Throughput.Float())
		return ok
	}
	if !carries(MaxReplicas) {
		return 0, &LimitError{Reason: "the throughput"}
	}
	return 1 + sort.Search(MaxReplicas-1, func(i int) bool { return carries(i + 1) }), nil
}

// search returns the least n >= from that meets every target, or a number above
// MaxReplicas and a target that is then still missed. The response time falls
// with n, so it gallops and bisects.
func (m *Model) search(from int) (n int, failing Target) {
	if _, ok := m.missed(from); ok {
		return from, Target{}
	}
	lo, hi := from, from
	for step := 1; ; step *= 2 {
		lo, hi = hi, min(from+step, MaxReplicas)
		if t, ok := m.missed(hi); ok {
			break
		} else if hi == MaxReplicas {
			return MaxReplicas + 1, t
		}
	}
	return lo + 1 + sort.Search(hi-lo-1, func(i int) bool { _, ok := m.missed(lo + 1 + i); return ok }), Target{}
}

// missed returns the first target that n pods miss; ok says that there is none.
func (m *Model) missed(n int) (missed Target, ok bool) {
	a := m.answer(n, m.load.Throughput.Float())
	for _, t := range m.load.Targets {
		if !keeps(a, t) {
			return t, false
		}
	}
	return Target{}, true
}

// keeps decides as Predict does, without finding the quantile.
func keeps(a answer, t Target) bool {
	limit := t.Limit.Seconds() * (1 + tolerance)
	if t.Statistic == Mean {
		return a.mean() <= limit
	}
	return a.meets(limit, 1-t.Statistic.probability())
}

// Predict returns what the load does to n ready pods: more than were sized, with
// spare pods, or fewer, after a loss. n is not negative.
func (m *Model) Predict(n int) Prediction {
	rate := m.load.Throughput.Float()
	p := Prediction{Ready: n, Latency: make([]Latency, len(m.load.Targets))}
	p.Utilization, p.CPU, p.UtilizationMet = m.utilization(n, rate)
	var a answer
	if n > 0 && m.hottest(n, rate) < m.pod.saturated {
		a = m.answer(n, rate)
	}
	for i, t := range m.load.Targets {
		seconds := math.Inf(1)
		if a != nil {
			seconds = m.statistic(a, t)
		}
		p.Latency[i] = Latency{Target: t, Seconds: seconds, Met: within(seconds, t.Limit.Seconds())}
	}
	return p
}

// statistic returns what the target limits.
func (m *Model) statistic(a answer, t Target) float64 {
	if t.Statistic == Mean {
		return a.mean()
	}
	p := t.Statistic.probability()
	return quantile(a, 1-p, m.law.Quantile(p), t.Limit.Seconds()*(1+tolerance))
}
