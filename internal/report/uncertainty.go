package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// uncertainty writes what the estimates of the spec leave open: for each workload the
// replicas over the worlds, then nodes and cost.
func (p *page) uncertainty(plan *planner.Plan) {
	u := plan.Uncertainty
	if u == nil {
		return
	}
	t := table{columns: []column{
		{title: "ESTIMATES"},
		{title: "P10", right: true},
		{title: "P50", right: true},
		{title: "P90", right: true},
		{title: "PLANNED", right: true},
		{title: "ENOUGH IN", right: true},
		{title: "SIZED FOR", wraps: true},
	}}
	for i := range u.Workloads {
		w := &u.Workloads[i]
		t.add(afterGroup(w.Path)+" pods", openEnded(w.P10), openEnded(w.P50), openEnded(w.P90), number(w.Planned),
			percent(downToPercent(w.Holds)), sizedFor(w))
	}
	for _, g := range u.Groups {
		at := slices.IndexFunc(plan.NodeGroups, func(p planner.GroupPlan) bool { return p.Name == g.Group })
		if g.P10 == g.P90 && at >= 0 && plan.NodeGroups[at].Nodes == g.P10 {
			continue
		}
		planned := none
		if at >= 0 {
			planned = number(plan.NodeGroups[at].Nodes)
		}
		t.add(g.Group+" nodes", openEnded(g.P10), openEnded(g.P50), openEnded(g.P90), planned)
	}
	t.add("USD/month", monthly(u.Cost.P10), monthly(u.Cost.P50), monthly(u.Cost.P90), monthly(plan.Cost.Total))
	p.table(&t)
	items := []string{
		"sized for " + riskWords(&plan.Cluster.Risk) + "; pods are those of LOAD",
		fmt.Sprintf("%s worlds, estimates independent of each other; nodes and cost in %s that stand for all", number(u.Worlds), number(u.Strata)),
		"every workload has enough in " + percent(downToPercent(u.Holds)),
	}
	for i := range u.RunsOut {
		items = append(items, runsOutIn(&u.RunsOut[i], plan))
	}
	if slices.ContainsFunc(u.Workloads, func(w planner.WorkloadSpread) bool { return w.P90 == 0 }) {
		items = append(items, "never: no number of pods serves that world")
	}
	p.labelled("", dim, items...)
}

// runsOutIn says in what share of the worlds a group runs out, and when.
func runsOutIn(r *planner.RunOutSpread, plan *planner.Plan) string {
	words := []string{fmt.Sprintf("%s runs out in %s of the worlds %s", r.Group, percent(units.CeilDiv(r.Within, units.Percent)*units.Percent), within(plan))}
	for _, at := range []struct {
		name  string
		month *planner.RunOutMonth
	}{{"P10", r.P10}, {"P50", r.P50}, {"P90", r.P90}} {
		if at.month != nil {
			words = append(words, at.name+" "+string(at.month.Date))
		}
	}
	return strings.Join(words, ", ")
}

// afterGroup shortens the address of a workload to "group/workload".
func afterGroup(path string) string {
	return strings.Replace(strings.TrimPrefix(path, "node_group."), ".workload.", "/", 1)
}

// openEnded writes a percentile; 0 is what no number reaches.
func openEnded(n int) string {
	if n == 0 {
		return "never"
	}
	return number(n)
}

// riskWords says which world is sized for.
func riskWords(r *planner.Risk) string {
	switch r.Rule {
	case planner.RiskPercentile:
		return percent(r.Share) + " of the worlds"
	case planner.RiskLeastRegret:
		return fmt.Sprintf("least regret, %s too many against %s too few", plainRatio(r.Overspend), plainRatio(r.Shortfall))
	case planner.RiskCVaR:
		return "the mean of the worlds beyond " + percent(r.Share)
	case planner.RiskMid:
		return "the middle of every estimate"
	}
	return "one world"
}

// plainRatio writes a weight: "10", "1.25".
func plainRatio(r units.Ratio) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%06d", int64(r)/int64(units.Whole), int64(r)%int64(units.Whole)), "0"), ".")
}

// sizedFor writes the figures of the world that a workload was sized for.
func sizedFor(w *planner.WorkloadSpread) string {
	f := &w.SizedFor
	var items []string
	if f.Throughput > 0 {
		items = append(items, perSecondUp(f.Throughput))
	}
	if f.ThroughputPerPod > 0 {
		items = append(items, perSecond(f.ThroughputPerPod)+" a pod")
	}
	if f.ServiceFactor > 0 {
		items = append(items, "service time x"+hundredths(f.ServiceFactor))
	}
	if f.CPUPerRequest > 0 {
		items = append(items, milliseconds(f.CPUPerRequest)+" of CPU a request")
	}
	if f.JobDuration > 0 {
		items = append(items, "runs of "+spanUp(f.JobDuration))
	}
	if f.HasGrowth {
		items = append(items, "growth of "+tenths(f.GrowthPerMonth)+" a month")
	}
	return strings.Join(items, ", ")
}
