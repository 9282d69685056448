package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// spreadOf returns what a workload needs over the worlds; nil where that is no question.
func spreadOf(plan *planner.Plan, path string) *planner.WorkloadSpread {
	if plan.Uncertainty == nil {
		return nil
	}
	list := plan.Uncertainty.Workloads
	if i := slices.IndexFunc(list, func(w planner.WorkloadSpread) bool { return w.Path == path }); i >= 0 {
		return &list[i]
	}
	return nil
}

// asSized returns a workload with the figures that it was sized for in place of its
// estimates.
func asSized(spread *planner.WorkloadSpread, stated *planner.Workload) *planner.Workload {
	if spread == nil || stated == nil {
		return stated
	}
	sized := spread.SizedFor.Apply(*stated)
	return &sized
}

// explainEstimates adds each figure that is an estimate, and what of it was sized for.
func explainEstimates(t *table, plan *planner.Plan, spread *planner.WorkloadSpread, stated *planner.Workload) {
	if spread == nil || stated == nil {
		return
	}
	f, d := &spread.SizedFor, &stated.Demand
	rule := "; sized for " + riskWords(&plan.Cluster.Risk)
	add := func(figure, value, low, mid, high string, confidence units.Ratio) {
		t.add("estimate", value, fmt.Sprintf("%s: %s to %s with %s, %s in the middle%s", figure, low, high, percent(confidence), mid, rule))
	}
	if r := d.ThroughputRange; r != nil && f.Throughput > 0 {
		add("throughput", perSecondUp(f.Throughput), perSecond(r.Low), perSecond(d.Throughput), perSecond(r.High), r.Confidence)
	}
	if r := d.ThroughputPerPodRange; r != nil && f.ThroughputPerPod > 0 {
		add("throughput_per_pod", perSecond(f.ThroughputPerPod), perSecond(r.Low), perSecond(d.ThroughputPerPod), perSecond(r.High), r.Confidence)
	}
	if r := d.Service.Range; r != nil && f.ServiceFactor > 0 {
		add("service_time", "x"+hundredths(f.ServiceFactor), "x"+hundredths(r.Low), "x1", "x"+hundredths(r.High), r.Confidence)
	}
	if r := d.CPUPerRequestRange; r != nil && f.CPUPerRequest > 0 {
		add("cpu_per_request", milliseconds(f.CPUPerRequest), milliseconds(r.Low), milliseconds(d.CPUPerRequest), milliseconds(r.High), r.Confidence)
	}
	if d.Job != nil && d.Job.DurationRange != nil && f.JobDuration > 0 {
		r := d.Job.DurationRange
		add("duration", spanUp(f.JobDuration), span(r.Low), span(d.Job.Duration), span(r.High), r.Confidence)
	}
	if r, mid := growthRange(plan, stated); r != nil && f.HasGrowth {
		add("growth_per_month", signedTenths(f.GrowthPerMonth), signedTenths(r.Low), signedTenths(mid), signedTenths(r.High), r.Confidence)
	}
}

// growthRange returns the estimate of a workload's growth, its own or the cluster's, and
// its median; nil where it is sure.
func growthRange(plan *planner.Plan, w *planner.Workload) (*planner.RatioRange, units.Ratio) {
	if w.GrowthRange != nil {
		return w.GrowthRange, w.GrowthPerMonth
	}
	return plan.Cluster.Growth.Range, plan.Cluster.Growth.PerMonth
}

// spanUp writes a time that is drawn, not stated: above a minute in whole seconds,
// rounded up.
func spanUp(d time.Duration) string {
	if d < time.Minute {
		return milliseconds(d)
	}
	return ((d + time.Second - 1) / time.Second * time.Second).String()
}
