package demand

import (
	"fmt"
	"math"
	"sort"
)

// Model answers for one Load. It holds what the answers share and does not
// change: it may be used from several goroutines.
type Model struct {
	load  Load
	law   Law     // the station's, quick to evaluate
	least float64 // leastResidual of a pod
}

// NewModel returns the model of a load. It panics on a load that is not one:
// no law, no workers, a negative throughput, a limit that is not positive.
func NewModel(load Load) *Model {
	if load.Station.Law == nil || load.Station.Workers < 1 || load.Throughput < 0 ||
		load.MaxUtilization < 0 || load.Station.Policy != Random {
		panic(fmt.Sprintf("demand: not a load: %+v", load))
	}
	for _, t := range load.Targets {
		if t.Limit <= 0 {
			panic(fmt.Sprintf("demand: target %s of %s", t.Statistic, t.Limit))
		}
	}
	law := tabulate(load.Station.Law)
	return &Model{load: load, law: law, least: leastResidual(law, load.Station.Workers)}
}

// Latency is what the model predicts for a target.
type Latency struct {
	Target
	// Seconds is the predicted statistic of the response time; infinite where the
	// pods cannot carry the load.
	Seconds float64
	// Met says that Seconds keeps to the limit, but for rounding (1e-9 of it).
	Met bool
}

// Prediction is what a number of ready pods does.
type Prediction struct {
	// Ready is the number of pods that share the load evenly.
	Ready int
	// Utilization is the share of the workers' time that is spent serving; above 1
	// the pods cannot carry the load. With no pod it is infinite.
	Utilization float64
	// UtilizationMet says that it keeps to the maximum.
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
	// Utilization: with a pod less the workers would be too busy.
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
func (m *Model) Size() (Sizing, error) {
	n, floor, err := m.count()
	if err != nil {
		return Sizing{}, err
	}
	s := Sizing{Replicas: n, UtilizationReplicas: floor, At: m.Predict(n), Below: m.Predict(n - 1)}
	switch n {
	case 1:
		s.Binding = Single
	case floor:
		s.Binding = Utilization
	default:
		s.Binding, s.Target = LatencyTarget, s.Below.worst()
	}
	return s, nil
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

// worst returns the target that is exceeded most, as a share of its limit; the
// first of equals.
func (p Prediction) worst() Target {
	var worst Target
	most := -1.0
	for _, l := range p.Latency {
		if share := l.Seconds / l.Limit.Seconds(); !l.Met && share > most {
			worst, most = l.Target, share
		}
	}
	return worst
}

// feasible is the gate: however many pods there are, a request is served once.
func (m *Model) feasible() error {
	for _, t := range m.load.Targets {
		if floor := t.Statistic.of(m.load.Station.Law); !within(floor, t.Limit.Seconds()) {
			return &InfeasibleError{Target: t, Floor: floor}
		}
	}
	return nil
}

// utilization returns the busy share of the workers of n pods.
func (m *Model) utilization(n int) float64 {
	if n == 0 {
		return math.Inf(1)
	}
	erlangs := m.load.Throughput.Float() * m.load.Station.Law.Mean()
	return erlangs / (float64(n) * float64(m.load.Station.Workers))
}

func (m *Model) maxUtilization() float64 {
	if m.load.MaxUtilization == 0 {
		return 1
	}
	return m.load.MaxUtilization.Float()
}

// utilizationReplicas returns the least number of pods, at least 1, that keeps
// to the maximum utilisation.
func (m *Model) utilizationReplicas() (int, error) {
	limit := m.maxUtilization()
	if !within(m.utilization(MaxReplicas), limit) {
		return 0, &LimitError{Reason: "the throughput"}
	}
	return 1 + sort.Search(MaxReplicas-1, func(i int) bool { return within(m.utilization(i+1), limit) }), nil
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
// It decides as Predict does, without finding the quantiles.
func (m *Model) missed(n int) (missed Target, ok bool) {
	q := m.pod(n)
	for _, t := range m.load.Targets {
		limit := t.Limit.Seconds() * (1 + tolerance)
		if t.Statistic == Mean {
			ok = q.mean() <= limit
		} else {
			tail := 1 - t.Statistic.probability()
			ok = q.surelyMeets(limit, tail) || q.exceeds(limit, tail) <= tail
		}
		if !ok {
			return t, false
		}
	}
	return Target{}, true
}

// pod returns the queue that each of n pods is: random splitting of a Poisson
// stream gives Poisson streams.
func (m *Model) pod(n int) *queue {
	return newQueue(m.law, m.load.Station.Workers, m.load.Throughput.Float()/float64(n), m.least)
}

// Predict returns what the load does to n ready pods: more than were sized, with
// spare pods, or fewer, after a loss. n is not negative.
func (m *Model) Predict(n int) Prediction {
	p := Prediction{Ready: n, Utilization: m.utilization(n), Latency: make([]Latency, len(m.load.Targets))}
	p.UtilizationMet = within(p.Utilization, m.maxUtilization())
	var q *queue
	if n > 0 {
		q = m.pod(n)
	}
	for i, t := range m.load.Targets {
		seconds := math.Inf(1)
		if q != nil && q.rho < 1 {
			seconds = q.statistic(t)
		}
		p.Latency[i] = Latency{Target: t, Seconds: seconds, Met: within(seconds, t.Limit.Seconds())}
	}
	return p
}

// statistic returns what the target limits.
func (q *queue) statistic(t Target) float64 {
	if t.Statistic == Mean {
		return q.mean()
	}
	return q.quantile(1-t.Statistic.probability(), t.Limit.Seconds()*(1+tolerance))
}

// Pooled returns the least number of pods, at most atMost, that would do if they
// shared one queue: no balancing does better. It is the lower end of the bracket
// whose upper end is the answer for Random.
func (m *Model) Pooled(atMost int) int {
	floor, err := m.utilizationReplicas()
	if err != nil || floor >= atMost {
		return atMost
	}
	pooled := func(n int) bool {
		c := n * m.load.Station.Workers
		q := newQueue(m.law, c, m.load.Throughput.Float(), leastResidual(m.law, c))
		for _, t := range m.load.Targets {
			if !within(q.statistic(t), t.Limit.Seconds()) {
				return false
			}
		}
		return true
	}
	return floor + sort.Search(atMost-floor, func(i int) bool { return pooled(floor + i) })
}
