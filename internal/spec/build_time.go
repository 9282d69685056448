package spec

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// profile returns a daily profile: 24 shares of the peak, or { trough = … }.
func (r *reader) profile(a *attribute, val cty.Value, expr hclsyntax.Expression) (planner.DailyProfile, bool) {
	rng, t := expr.Range(), val.Type()
	switch {
	case t.IsTupleType() || t.IsListType():
		return r.hours(a, val, expr)
	case t.IsObjectType():
		return r.trough(a, val, expr)
	}
	r.add(WrongType, &rng, "A daily profile is expected, not %s. Write 24 shares of the peak, from midnight UTC on, or { trough = \"25%%\" }.", describe(val))
	return planner.DailyProfile{}, false
}

// trough returns a profile of one ratio: { trough = … }.
func (r *reader) trough(a *attribute, val cty.Value, expr hclsyntax.Expression) (planner.DailyProfile, bool) {
	names, good := slices.Sorted(maps.Keys(val.Type().AttributeTypes())), true
	for _, name := range names {
		if at := entryRange(expr, name); name != "trough" {
			r.add(WrongType, &at, "A daily profile has no %q. Write { trough = \"25%%\" }, the least share of the peak, or 24 shares, from midnight UTC on.", name)
			good = false
		}
	}
	if rng := expr.Range(); len(names) == 0 {
		r.add(WrongType, &rng, "A daily profile has a trough. Write { trough = \"25%%\" }, the least share of the peak, or 24 shares, from midnight UTC on.")
		good = false
	}
	if !good {
		return planner.DailyProfile{}, false
	}
	at := entryRange(expr, "trough")
	trough, ok := r.ratio(a, val.GetAttr("trough"), at)
	if ok && trough <= 0 {
		r.add(ProfileUnfit, &at, "A trough of nothing is no ratio to go down to. Write the least share of the peak, such as \"25%%\", or 24 shares.")
		ok = false
	}
	return planner.DailyProfile{Trough: trough}, ok
}

// hours returns 24 shares of the peak, of which the largest is all of it.
func (r *reader) hours(a *attribute, val cty.Value, expr hclsyntax.Expression) (planner.DailyProfile, bool) {
	rng, n := expr.Range(), val.LengthInt()
	if n != planner.HoursOfDay {
		r.add(ProfileUnfit, &rng, "A day has 24 hours, and here are %s. Write one for each, from midnight UTC on, or { trough = \"25%%\" }.", count(n, "share"))
		return planner.DailyProfile{}, false
	}
	var out planner.DailyProfile
	good := true
	for i, element := range val.AsValueSlice() {
		share, ok := r.ratio(a, element, elementRange(expr, i, n))
		good = good && ok
		out.Hours = append(out.Hours, share)
	}
	if most := slices.Max(out.Hours); good && most < units.Whole {
		r.add(ProfileUnfit, &rng, "The largest share is %s: throughput is the peak, so that in one hour at least it is 100%%. Divide each by the largest.", ratioText(most))
		good = false
	}
	return out, good
}

// overTheDay reads how the load goes over the day and what follows it.
func (b *builder) overTheDay(n *node, path string, w *planner.Workload) {
	if ends(w.Kind) {
		return // jobRules refuses both
	}
	counted := w.Demand.Way == planner.GivenReplicas
	if p, ok := get[planner.DailyProfile](n, "daily_profile"); ok {
		switch {
		case counted:
			b.add(ProfileUnfit, &n.attrs["daily_profile"].name, "daily_profile is of throughput, and replicas is the whole count. State the demand as throughput, or leave one of the two out.")
		case len(w.Demand.Fronts) > 0 || n.has("fronts"):
			b.add(ProfileUnfit, &n.attrs["daily_profile"].name, "What fronts others carries the sum of theirs hour by hour. Write daily_profile in them, and leave it out here.")
		default:
			w.DailyProfile = &p
		}
	}
	h := n.child("horizontal_pod_autoscaler")
	if h == nil {
		return
	}
	if counted {
		b.add(ProfileUnfit, &h.def, "replicas is the whole count and never changes. State the demand as throughput, or leave horizontal_pod_autoscaler out.")
		return
	}
	a := planner.HorizontalPodAutoscaler{}
	a.MinReplicas, _ = get[int](h, "min_replicas")
	a.MaxReplicas, _ = get[int](h, "max_replicas")
	a.TargetCPUUtilization, _ = get[units.Ratio](h, "target_cpu_utilization")
	if a.MaxReplicas > 0 && a.MinReplicas > a.MaxReplicas {
		b.add(BoundsCrossed, h.rng("min_replicas"), "min_replicas is %d, above max_replicas of %d. Lower it, or raise max_replicas.", a.MinReplicas, a.MaxReplicas)
	}
	if h.has("target_cpu_utilization") && !h.attrs["target_cpu_utilization"].bad && (a.TargetCPUUtilization <= 0 || a.TargetCPUUtilization%units.Percent != 0) {
		b.add(ProfileUnfit, h.rng("target_cpu_utilization"), "averageUtilization of Kubernetes is a whole number of percent, 1 or more. Write \"%d%%\".", max(1, a.TargetCPUUtilization/units.Percent))
	}
	if w.Demand.Way != "" {
		w.Autoscaler = &a
		if !n.has("daily_profile") && len(w.Demand.Fronts) == 0 {
			b.assume(path+".daily_profile", "the peak at all hours", "language")
		}
	}
}
