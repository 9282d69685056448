package spec

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// curvePoint is a point of a load curve with the place of each figure.
type curvePoint struct {
	planner.CurvePoint
	throughput, p99 hcl.Range
}

// curve returns the points of a load curve, by rising throughput.
func (r *reader) curve(val cty.Value, expr hclsyntax.Expression) ([]curvePoint, bool) {
	rng := expr.Range()
	t := val.Type()
	if !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		r.add(WrongType, &rng, "A list of points such as [{ throughput = 10, p99 = \"80ms\" }, …] is expected, not %s.", describe(val))
		return nil, false
	}
	var out []curvePoint
	good, n := true, val.LengthInt()
	for i, element := range val.AsValueSlice() {
		point, ok := r.curvePoint(element, elementExpr(expr, i, n))
		good = good && ok
		out = append(out, point)
	}
	slices.SortStableFunc(out, func(a, b curvePoint) int { return cmp.Compare(a.Throughput, b.Throughput) })
	return out, good
}

// elementExpr returns the expression of element i of n, or that of the whole list
// where the elements are computed.
func elementExpr(expr hclsyntax.Expression, i, n int) hclsyntax.Expression {
	if tuple, ok := expr.(*hclsyntax.TupleConsExpr); ok && len(tuple.Exprs) == n {
		return tuple.Exprs[i]
	}
	return expr
}

// curvePoint returns one point.
func (r *reader) curvePoint(val cty.Value, expr hclsyntax.Expression) (curvePoint, bool) {
	rng := expr.Range()
	if t := val.Type(); val.IsNull() || !t.IsObjectType() && !t.IsMapType() {
		r.add(WrongType, &rng, "A point such as { throughput = 10, p99 = \"80ms\" } is expected, not %s.", describe(val))
		return curvePoint{}, false
	}
	var p curvePoint
	fields, good := val.AsValueMap(), true
	for _, name := range sortedKeys(fields) {
		at := entryRange(expr, name)
		var ok bool
		switch name {
		case "throughput":
			p.throughput = at
			p.Throughput, ok = r.rate(&attribute{name: name, down: true}, fields[name], at)
		case "p99":
			p.p99 = at
			p.P99, ok = r.duration(&attribute{name: name}, fields[name], at)
		default:
			known := []string{"p99", "throughput"}
			r.add(UnknownAttribute, &at, "A point of a load curve has no %q.%s", short(name), orElse(didYouMean(name, known), known))
		}
		good = good && ok
	}
	for _, name := range []string{"throughput", "p99"} {
		if _, found := fields[name]; !found && good {
			r.add(MissingAttribute, &rng, "The point has no %s: write { throughput = 10, p99 = \"80ms\" }.", name)
			good = false
		}
	}
	return p, good
}

// curveDemand reads demand stated by a load curve.
func (b *builder) curveDemand(x *groupContext, n *node, path string) planner.Demand {
	d := planner.Demand{Way: planner.FromCurve}
	d.Throughput, _ = get[units.Rate](n, "throughput")
	d.ThroughputRange = b.rateRange(n, path, "throughput")
	b.needsThroughput(n)
	b.excludes(n, "load_curve says what a pod does under load", "service_time", "concurrency", "cpu_per_request", "balancing", "balancers", "connections")
	if n.has("max_utilization") {
		b.add(UtilizationBeside, &n.attrs["max_utilization"].name, "A load curve is used as it is, up to the latency target. Leave max_utilization out, or lower the target.")
	}
	var failure []planner.LatencyTarget
	d.Latency, failure = b.targets(x, n, path)
	if len(failure) > 0 {
		b.add(InvalidLatency, &n.children("latency")[0].def, "A load curve holds one target, during a failure too. Leave the target that is during failure out.")
	}
	for _, l := range n.children("latency") {
		for _, s := range statistics() {
			if s != planner.P99 && l.has(string(s)) {
				b.add(InvalidLatency, &l.attrs[string(s)].name, "A load curve says nothing of %s: it is of p99. Leave the target out.", s)
			}
		}
	}
	d.Latency = slices.DeleteFunc(d.Latency, func(t planner.LatencyTarget) bool { return t.Statistic != planner.P99 })
	points, ok := get[[]curvePoint](n, "load_curve")
	if !ok {
		return d
	}
	for _, p := range points {
		d.LoadCurve = append(d.LoadCurve, p.CurvePoint)
	}
	if len(points) < 2 {
		b.add(CurveUnfit, n.rng("load_curve"), "A curve has two points or more. With one give throughput_per_pod: the load at which the target still holds.")
	}
	for i := 1; i < len(points); i++ {
		last, next := &points[i-1], &points[i]
		switch {
		case next.Throughput == last.Throughput:
			b.add(CurveUnfit, &next.throughput, "Two points are of the same throughput. Keep the one with the longer p99.")
		case next.P99 < last.P99:
			b.add(CurveUnfit, &next.p99, "p99 is %s, and %s at a lower throughput: no pod is faster under more load. Measure again, or leave the lower figure out.", durationText(next.P99), durationText(last.P99))
		}
	}
	return d
}

// noTargets says what a demand by latency lacks without any target.
func noTargets(n *node) string {
	if n.has("load_curve") {
		return "A load curve is of use with a target: add latency { p99 = \"…\" }."
	}
	return "service_time is of use with a target: add latency { p99 = \"…\" }."
}
