package verify

import (
	"math/big"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// targetSlack is by how much a prediction may be above its target: a float's
// worth, so that a target equal to the service time can be met.
const targetSlack = 1e-9

// modelSlack is by how much a prediction may be below what was measured, for
// the rounding of a fitted law to nanoseconds.
const modelSlack = 1e-6

// cap checks that the load's pods stay below the utilization that was allowed:
// throughput x mean service time / (pods x concurrency) of the workers, and
// throughput x CPU time / (pods x request) of the CPU.
func (k *checker) cap(l *load) {
	d := &l.spec.Demand
	carried, _ := k.throughput(l.path)
	if carried > 0 {
		k.need(l.plan.Reasons.Load > 0, l.path, "replicas.load", "no pod carries the load")
	}
	if mean, ok := measured(d, planner.Mean); ok && d.Concurrency > 0 {
		k.busy(l, carried, "replicas.utilization", "workers", int64(mean), int64(d.Concurrency)*int64(time.Second))
		k.need(l.plan.Utilization <= d.MaxUtilization+1, l.path, "replicas.utilization", "a utilization of %s, at most %s is allowed", percent(l.plan.Utilization), percent(d.MaxUtilization))
	}
	if d.CPUPerRequest > 0 {
		k.busy(l, carried, "replicas.cpu", "CPU requests", int64(d.CPUPerRequest), int64(l.spec.Pod.CPU)*int64(time.Millisecond))
		k.need(l.plan.CPUUtilization <= d.MaxUtilization+1, l.path, "replicas.cpu", "%s of the CPU requests are used, at most %s is allowed", percent(l.plan.CPUUtilization), percent(d.MaxUtilization))
	}
}

// busy checks that the rate x each <= pods for the load x one x max_utilization,
// times in billionths of a second.
func (k *checker) busy(l *load, rate units.Rate, rule, what string, each, one int64) {
	d := &l.spec.Demand
	busy := new(big.Int).Mul(big.NewInt(int64(rate)), big.NewInt(each))
	most := new(big.Int).Mul(big.NewInt(int64(l.plan.Reasons.Load)), big.NewInt(one))
	most.Mul(most, big.NewInt(int64(d.MaxUtilization))) // both sides are in millionths once
	k.need(busy.Cmp(most) <= 0, l.path, rule, "the %s of %d pods for the load are busy beyond %s", what, l.plan.Reasons.Load, percent(d.MaxUtilization))
}

// measured returns what the spec says of a statistic of the service time.
func measured(d *planner.Demand, s planner.Statistic) (time.Duration, bool) {
	for _, m := range d.Service.Measured {
		if m.Statistic == s {
			return m.Target, true
		}
	}
	return 0, false
}

// sizing checks what the plan says of how the load's pods came about. Documents
// before 1.3 do not say it.
func (k *checker) sizing(l *load) {
	d, s := &l.spec.Demand, l.plan.Sizing
	if s == nil {
		k.need(len(d.FailureLatency) == 0, l.path, "sizing.survivors", "no number of pods holds the targets of a failure")
		return
	}
	n := l.plan.Reasons.Load
	simulated := s.Method == planner.BySimulation
	k.need((simulated || s.Method == planner.ByFormula) && simulated == (s.Arrivals > 0) && (simulated || !s.Marginal) && s.Reason != "",
		l.path, "sizing.method", "method %q for %q with %d arrivals, marginal: %t", s.Method, s.Reason, s.Arrivals, s.Marginal)
	k.need(s.ForUtilization >= 1 && s.ForUtilization <= n, l.path, "sizing.utilization", "max_utilization asks for %d of %d pods for the load", s.ForUtilization, n)
	if s.Random > 0 {
		k.need(s.Pooled >= 1 && s.Pooled <= s.Random, l.path, "sizing.bracket", "%d pods of one queue, %d at random", s.Pooled, s.Random)
		k.need(simulated || s.Pooled <= n && n <= s.Random, l.path, "sizing.bracket", "%d pods are not between %d of one queue and %d at random", n, s.Pooled, s.Random)
	}
	k.survivors(l, s)
	k.steps(l, s)
}

// survivors checks how many pods hold the targets of a failure.
func (k *checker) survivors(l *load, s *planner.Sizing) {
	d := &l.spec.Demand
	switch {
	case l.spec.Recovery != planner.Static || l.spec.MinReady != nil:
		k.need(s.Survivors == 0, l.path, "sizing.survivors", "%d survivors, though nothing rests on them", s.Survivors)
		return
	case len(d.FailureLatency) == 0:
		k.need(s.Survivors == l.plan.Reasons.Load, l.path, "sizing.survivors", "%d survivors hold the targets, and %d pods carry the load", s.Survivors, l.plan.Reasons.Load)
		return
	}
	carried := s.Survivors >= 1 && (d.CPUPerRequest == 0 || l.plan.Throughput.Float()*d.CPUPerRequest.Seconds() <= float64(s.Survivors)*float64(l.spec.Pod.CPU)/float64(units.Core)*(1+targetSlack))
	if mean, ok := measured(d, planner.Mean); ok && d.Concurrency > 0 {
		carried = carried && l.plan.Throughput.Float()*mean.Seconds() < float64(s.Survivors)*float64(d.Concurrency)
	}
	k.need(carried, l.path, "sizing.survivors", "%d survivors cannot carry the load", s.Survivors)
	for _, t := range d.FailureLatency {
		k.need(l.may(s.Survivors, t.Statistic, t.Target), l.path, "sizing.survivors", "%d survivors would miss %s %v even of one queue", s.Survivors, t.Statistic, t.Target)
	}
}

// steps checks that the pods for the load hold the targets and that one fewer does
// not.
func (k *checker) steps(l *load, s *planner.Sizing) {
	d, n := &l.spec.Demand, l.plan.Reasons.Load
	first := max(n-1, 1)
	if !k.need(len(s.Steps) == n+2-first, l.path, "sizing.steps", "%d steps about %d pods", len(s.Steps), n) {
		return
	}
	for i := range s.Steps {
		step := &s.Steps[i]
		ok := step.Pods == first+i && len(step.Latency) == len(d.Latency) && (step.Breaks == "") == (step.Pods >= n)
		if !k.need(ok, l.path, "sizing.steps", "step %d is of %d pods, for %d, and breaks %q", i, step.Pods, n, step.Breaks) {
			continue
		}
		for j, seen := range step.Latency {
			t := d.Latency[j]
			k.need(seen.Statistic == t.Statistic && (seen.Predicted > 0 || step.Breaks != ""), l.path, "sizing.steps", "%d pods have %s %v", step.Pods, seen.Statistic, seen.Predicted)
			k.need(step.Breaks != "" || float64(seen.Predicted) <= float64(t.Target)*(1+targetSlack), l.path, "sizing.steps", "%d pods have %s %v, the target is %v", step.Pods, t.Statistic, seen.Predicted, t.Target)
			k.need(seen.Predicted == 0 || l.may(step.Pods, t.Statistic, seen.Predicted), l.path, "sizing.steps", "%d pods have %s %v, less than those of one queue", step.Pods, t.Statistic, seen.Predicted)
		}
	}
}

// latency checks predictions against targets and against the service time, which
// no response can undercut.
func (k *checker) latency(l *load) {
	d := &l.spec.Demand
	failure := d.FailureLatency
	if len(failure) == 0 {
		failure = d.Latency
	}
	if d.Way == planner.FromLatency || d.Way == planner.FromCurve {
		for _, t := range d.Latency {
			seen := false
			for _, p := range l.plan.Latency {
				seen = seen || (p.During == "normal" && p.Statistic == t.Statistic && p.Target == t.Target)
			}
			k.need(seen, l.path+".latency."+string(t.Statistic), "latency.missing", "no prediction for the target of %v", t.Target)
		}
	}
	for _, p := range l.plan.Latency {
		path := l.path + ".latency." + string(p.Statistic)
		normal := p.During == "normal" || p.During == "rollout"
		if !normal {
			k.need(slices.Contains(failure, planner.LatencyTarget{Statistic: p.Statistic, Target: p.Target}), path, "latency.failure", "%v is no target of a failure", p.Target)
		}
		if (normal || l.spec.Recovery == planner.Static) && p.Target > 0 {
			k.need(float64(p.Predicted) <= float64(p.Target)*(1+targetSlack), path, "latency.target", "%v predicted (%s), the target is %v", p.Predicted, p.During, p.Target)
		}
		least, ok := measured(d, p.Statistic)
		if d.Service.Distribution == "constant" && len(d.Service.Measured) > 0 {
			least, ok = d.Service.Measured[0].Target, true
		}
		if ok {
			k.need(float64(p.Predicted) >= float64(least)*(1-modelSlack), path, "latency.service", "%v predicted, the service alone takes %v", p.Predicted, least)
		}
		if p.During == "normal" {
			k.need(l.may(l.plan.Replicas, p.Statistic, p.Predicted), path, "latency.pooled", "%v predicted: less than of one queue that all pods take from", p.Predicted)
		}
	}
}
