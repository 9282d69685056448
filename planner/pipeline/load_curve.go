package pipeline

import (
	"errors"
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// measuredCurve is a load curve with the target that pods are to hold.
type measuredCurve struct {
	points demand.LoadCurve
	target time.Duration
}

// lastPoint is the binding of a load whose pods carry as much as was measured.
const lastPoint = "last point measured"

// fromCurve sizes a workload of which a pod was measured under rising load.
func (w *work) fromCurve(months int) error {
	w.computed = true
	if w.carried.err != nil {
		return w.carried.err
	}
	d := &w.spec.Demand
	if len(d.Latency) != 1 || !rising(d.LoadCurve) {
		return &planner.Infeasible{Path: w.path + ".load_curve", Constraint: "it needs a p99 target and points of rising throughput"}
	}
	c := &measuredCurve{target: d.Latency[0].Target}
	for _, p := range d.LoadCurve {
		c.points = append(c.points, demand.CurvePoint(p))
	}
	test, err := c.points.Test(w.carried.rate, c.target)
	if gate, ok := errors.AsType[*demand.InfeasibleError](err); ok {
		return w.unmeasured(c, gate)
	}
	n, err := test.Replicas()
	if err != nil {
		return w.tooMany(w.stated(), months)
	}
	w.load, w.binding, w.curve = n, string(planner.P99), c
	if test.PerPod == c.points[len(c.points)-1].Throughput {
		w.binding = lastPoint
	}
	return nil
}

// rising reports whether points are of a curve: specs have no others, documents may.
func rising(points []planner.CurvePoint) bool {
	last := units.Rate(0)
	for _, p := range points {
		if p.Throughput <= last || p.P99 <= 0 {
			return false
		}
		last = p.Throughput
	}
	return len(points) > 0
}

// unmeasured says that even the lightest load that was measured misses the target.
func (w *work) unmeasured(c *measuredCurve, gate *demand.InfeasibleError) error {
	first := c.points[0]
	return &planner.Infeasible{
		Path:       w.path + ".latency.p99",
		Constraint: fmt.Sprintf("no load that was measured meets p99 %s: at %s requests a second, the fewest, a pod has %s", milliseconds(c.target), perSecond(first.Throughput), milliseconds(first.P99)),
		Margin:     fmt.Sprintf("%s too long", milliseconds(gate.Margin())),
		Remedy:     fmt.Sprintf("raise the target to %s, make the service faster, or measure lighter loads", milliseconds(first.P99)),
	}
}

// perSecond writes a rate without its unit.
func perSecond(r units.Rate) string { return fmt.Sprintf("%g", r.Float()) }

// measurements returns what the curve says of the target with every replica ready,
// during a rollout and, where survivors must hold it, after the losses.
func (w *work) measurements(replicas, afterNodes, afterZones int) []planner.LatencyPrediction {
	var out []planner.LatencyPrediction
	for _, at := range w.moments(replicas, afterNodes, afterZones, w.load) {
		each := demand.LoadTest{Throughput: w.carried.rate}.Each(at.ready)
		if p99, ok := w.curve.points.P99(each); ok {
			out = append(out, planner.LatencyPrediction{
				Statistic: planner.P99, Target: w.curve.target, During: at.during, Model: "load curve",
				// Rounding up to a microsecond does not break what holds.
				Predicted: min(p99, w.curve.target),
			})
		}
	}
	return out
}
