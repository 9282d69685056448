package pipeline

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// predictions returns what the model says of the targets with every replica
// ready, during a rollout and, where survivors must hold them, after the losses.
func (w *work) predictions(replicas, afterNodes, afterZones int) []planner.LatencyPrediction {
	if w.queue == nil {
		return nil
	}
	q := w.queue
	var out []planner.LatencyPrediction
	for _, at := range w.moments(replicas, afterNodes, afterZones, q.survivors.pods) {
		of := &q.normal
		if at.failed {
			of = &q.survivors
		}
		for _, l := range of.predict(at.ready).Latency {
			out = append(out, planner.LatencyPrediction{
				Statistic: planner.Statistic(l.Statistic.String()), Target: l.Limit,
				Predicted: finite(l), During: at.during, Model: w.modelName(of, &l),
			})
		}
	}
	return out
}

// moment is a situation and how many pods are ready in it.
type moment struct {
	during string
	ready  int
	// failed: something is lost.
	failed bool
}

// moments are the situations in which the pods must hold targets: every replica ready,
// a rollout and, where so many survivors must hold them, after the losses.
func (w *work) moments(replicas, afterNodes, afterZones, survivors int) []moment {
	out := []moment{{during: "normal", ready: replicas}}
	if away := w.rollout().Unavailable(replicas); away > 0 {
		out = append(out, moment{during: "rollout", ready: replicas - away})
	}
	if w.spec.Recovery == planner.Static {
		// Survivors of min_ready may be too few for the targets: that was the wish.
		if afterNodes < replicas && afterNodes >= survivors {
			out = append(out, moment{"node_loss", afterNodes, true})
		}
		if afterZones < replicas && afterZones >= survivors {
			out = append(out, moment{"zone_loss", afterZones, true})
		}
	}
	return out
}

// modelName names the queue of a pod, how requests find one, and the law of the
// service: "M/G/8 on 0.5 cores per pod, round_robin of 3, lognormal". What comes from
// a simulation says so.
func (w *work) modelName(h *held, l *demand.Latency) string {
	d, s := &w.spec.Demand, &w.queue.station
	name := "M/G/inf"
	if d.Concurrency > 0 {
		name = fmt.Sprintf("M/G/%d", d.Concurrency)
	}
	if s.CPU.PerRequest > 0 {
		unit := "cores"
		if s.CPU.Cores == units.Core {
			unit = "core"
		}
		name += fmt.Sprintf(" on %s %s", coresExactly(s.CPU.Cores), unit)
	}
	policy := d.Balancing
	switch {
	case d.Connections > 0:
		policy = fmt.Sprintf("%d connections", d.Connections)
	case l.HalfWidth == 0 && !trusted(h.sizing.Reason):
		policy = "at worst random"
	case d.Balancers > 1:
		policy += fmt.Sprintf(" of %d", d.Balancers)
	}
	parts := []string{name + " per pod", policy, d.Service.Distribution}
	if l.HalfWidth > 0 {
		parts = append(parts, "simulated")
	}
	return strings.Join(parts, ", ")
}

// coresExactly writes CPU with as many digits as it has.
func coresExactly(c units.MilliCPU) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%03d", c/units.Core, c%units.Core), "0"), ".")
}

// ceilMicrosecond rounds finite seconds up to whole microseconds, which is what
// people read.
func ceilMicrosecond(seconds float64) time.Duration {
	d := time.Duration(seconds * float64(time.Second))
	return (d + time.Microsecond - 1).Truncate(time.Microsecond)
}

// shareOf rounds a share of a model up to a millionth; what it is above one by is a
// float's last digits.
func shareOf(f float64) units.Ratio { return ceilRatio(f * (1 - 1e-12)) }

// sizingOf says how the load's pods came about.
func (w *work) sizingOf() *planner.Sizing {
	if w.queue == nil {
		return nil
	}
	q, d := w.queue, &w.spec.Demand
	law := q.station.Law
	erlangs := w.carried.rate.Float() * law.Mean()
	s := &planner.Sizing{
		Mean: ceilMicrosecond(law.Mean()), CV: shareOf(math.Sqrt(law.SCV())),
		Erlangs: shareOf(erlangs), CPU: units.MilliCPU(math.Ceil(w.carried.rate.Float() * d.CPUPerRequest.Seconds() * float64(units.Core) * (1 - 1e-12))),
		Method: planner.ByFormula, Reason: w.decided(&q.normal.sizing),
		ForUtilization: q.normal.sizing.UtilizationReplicas,
	}
	if q.normal.sizing.Arrivals > 0 {
		s.Method, s.Arrivals, s.Marginal = planner.BySimulation, q.normal.sizing.AllArrivals, q.normal.sizing.Marginal
	}
	if w.spec.Recovery == planner.Static && w.spec.MinReady == nil {
		s.Survivors = q.survivors.pods
	}
	if b, err := q.normal.model.Bracket(); err == nil {
		s.Pooled, s.Random = b.Pooled, b.Random
	}
	for n := max(w.load-1, 1); n <= w.load+1; n++ {
		s.Steps = append(s.Steps, stepOf(q.normal.predict(n), n < w.load))
	}
	return s
}

// trusted reports whether the formula is of the policy itself.
func trusted(r demand.Reason) bool { return r != demand.TwoChoices && r != demand.ManyBalancers }

// decided says why a size was found by its method.
func (w *work) decided(c *demand.Confirmed) string {
	switch {
	case c.Reason == demand.Decided || c.Arrivals > 0:
		return c.Reason.String()
	case w.queue.normal.ask != nil && w.queue.normal.ask.verify == demand.VerifyNever:
		return c.Reason.String() + "; simulation is never"
	case c.Replicas == c.UtilizationReplicas && !trusted(c.Reason):
		return "max_utilization asks for as many, and they hold even at random"
	}
	return c.Reason.String() + "; too many workers to simulate"
}

// stepOf translates what a number of pods does; fewer than are needed break something.
func stepOf(p demand.Prediction, fewer bool) planner.SizingStep {
	step := planner.SizingStep{Pods: p.Ready, Utilization: shareOf(p.Utilization), CPUUtilization: shareOf(p.CPU)}
	for _, l := range p.Latency {
		step.Latency = append(step.Latency, planner.StepLatency{Statistic: planner.Statistic(l.Statistic.String()), Predicted: finite(l)})
		if fewer && !l.Met && step.Breaks == "" {
			step.Breaks = l.Statistic.String()
		}
	}
	if !p.UtilizationMet {
		step.Breaks = "max_utilization"
	}
	return step
}
