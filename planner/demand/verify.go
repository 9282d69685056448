package demand

import "fmt"

// Reason says why the formula cannot decide about a number of pods.
type Reason int

// The reasons. The figures are those from which the errors of the formulas grow
// beyond what a decision bears (docs/models/demand.md).
const (
	// Decided: the formula decides.
	Decided Reason = iota
	// TwoChoices: no formula is known for the choice between two pods with fewer
	// than 16 workers.
	TwoChoices
	// ManyBalancers: load-aware balancers do not know of each other's requests.
	ManyBalancers
	// OneWorker: the formula of least requests is up to 57% high for pods of one
	// worker.
	OneWorker
	// RoundRobinFew: round robin over pods of fewer than 4 workers, where service
	// varies a lot or the target is close to the service's own percentile.
	RoundRobinFew
	// Variable: a coefficient of variation above 2.
	Variable
	// SharedCPU: a CPU that is busy above 80% and services that vary a lot.
	SharedCPU
	// FewWorkers: fewer than 4 workers in all.
	FewWorkers
	// Close: the prediction is within 15% of the target.
	Close
)

// String returns the words for reports: "p99 is close to its target" in general
// terms.
func (r Reason) String() string {
	switch r {
	case Decided:
		return "the formula decides"
	case TwoChoices:
		return "no formula for the choice between two pods"
	case ManyBalancers:
		return "no formula for several balancers that look at the load"
	case OneWorker:
		return "the formula for least requests is rough for pods of one worker"
	case RoundRobinFew:
		return "the formula for round robin is rough for pods of few workers"
	case Variable:
		return "service times vary too much for the formula"
	case SharedCPU:
		return "the formula for shared CPU is rough at this utilization"
	case FewWorkers:
		return "too few workers for the formula"
	case Close:
		return "the prediction is too close to the target for the formula"
	}
	panic(fmt.Sprintf("demand: reason %d", int(r)))
}

// The borders of the formulas.
const (
	borderSCV       = 4.0  // Variable
	borderChoices   = 1.3  // RoundRobinFew: target over the service's own percentile
	borderWorkers   = 4    // RoundRobinFew, FewWorkers
	borderSaturated = 0.8  // SharedCPU
	borderClose     = 0.15 // Close
)

// NeedsSimulation returns why the formula cannot decide whether n pods keep the
// targets, the first of the reasons in their order, or Decided. Random balancing
// is left to the formula where that is better than a simulation of some hundred
// thousand requests: with one worker a pod, where it is exact, and with
// coefficients of variation up to 1. n is positive.
func (m *Model) NeedsSimulation(n int) Reason {
	s, scv := &m.load.Station, m.law.SCV()
	rough := scv > 1+tolerance
	rho := m.hottest(n, m.load.Throughput.Float()) / m.pod.saturated
	if len(m.load.Targets) == 0 || rho >= 1 {
		return Decided
	}
	if m.pod.shared() && rough && rho > borderSaturated {
		return SharedCPU
	}
	if s.Policy == Random || s.sticky() {
		if s.Workers <= 1 || !rough {
			return Decided
		}
	} else if r := m.policyReason(rough); r != Decided {
		return r
	}
	switch {
	case scv > borderSCV*(1+tolerance):
		return Variable
	case s.Workers > 0 && n*s.Workers < borderWorkers:
		return FewWorkers
	}
	for _, l := range m.Predict(n).Latency {
		if ratio := l.Seconds / l.Limit.Seconds(); ratio > 1-borderClose && ratio < 1+borderClose {
			return Close
		}
	}
	return Decided
}

// policyReason returns what is wrong with the formula of the policy.
func (m *Model) policyReason(rough bool) Reason {
	s := &m.load.Station
	aware := s.Policy == LeastRequests || s.Policy == PowerOfTwo
	switch {
	case aware && s.balancers() > 1:
		return ManyBalancers
	case s.Policy == PowerOfTwo && s.Workers < trustedChoices:
		return TwoChoices
	case s.Policy == LeastRequests && s.Workers <= 1:
		return OneWorker
	case s.Policy == RoundRobin && s.Workers < borderWorkers && (rough || m.tight()):
		return RoundRobinFew
	}
	return Decided
}

// tight reports a target close to the same statistic of the service itself.
func (m *Model) tight() bool {
	for _, t := range m.load.Targets {
		if t.Limit.Seconds() < borderChoices*t.Statistic.of(m.load.Station.Law) {
			return true
		}
	}
	return false
}

// Verdict is what a simulation says of a number of pods.
type Verdict struct {
	// Met: every target is kept.
	Met bool
	// Marginal: so many requests were simulated as there may be, and it is still
	// open; Met is then false.
	Marginal bool
	// Excess says how far the count is from what the targets ask for: the logarithm
	// of what is exceeded over what may be, positive if too much. Zero is not known.
	Excess float64
}

// Verified is a size that a simulation has confirmed.
type Verified struct {
	// Sizing has the predictions of the formula, which may differ.
	Sizing
	// Marginal: a pod less may do; the simulation could not tell.
	Marginal bool
	// Simulated are the numbers of pods that were tried, in order.
	Simulated []int
}

// SizeVerified returns the least number of pods that keeps to the maximum
// utilisation and, by the verdicts of a simulation, to every target. It starts
// where the formula's best guess is, for load-aware policies not the safe side, and
// goes on as walk does. No count is asked for twice. It fails as Size does.
func (m *Model) SizeVerified(holds func(n int) Verdict) (Verified, error) {
	guess := m.with(m.load.Station.Policy, true)
	from, floor, err := guess.count()
	if err != nil {
		return Verified{}, err
	}
	v := Verified{}
	marginal := map[int]bool{}
	try := func(n int) Verdict {
		verdict := holds(n)
		v.Simulated = append(v.Simulated, n)
		marginal[n] = verdict.Marginal
		return verdict
	}
	n, ok := walk(from, floor, try)
	if !ok {
		worst := guess.Predict(MaxReplicas).worst()
		return Verified{}, &LimitError{Reason: fmt.Sprintf("%s %s", worst.Statistic, worst.Limit), Target: worst}
	}
	v.Sizing, v.Marginal = m.sized(n, floor), marginal[n-1]
	return v, nil
}
