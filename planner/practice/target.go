package practice

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// What the Linux scheduler does to a container at its CPU limit: it stands still for the
// rest of a period of 100 ms (Linux kernel documentation, "CFS Bandwidth Control"). Below
// a core a single request can use up what a period has; the model does not know of it.
const (
	throttledBelow = 1 * units.Core
	throttledUnder = 200 * time.Millisecond
)

// targetRules are the rules of latency targets.
func targetRules() []rule {
	return []rule{
		{Rule{
			ID: "PD-22", Title: "Survivors hold the targets", DefaultSeverity: planner.Warning,
			What: "A workload with static recovery keeps min_ready pods through a declared loss, and they are fewer than the peak needs to hold its targets.",
			Why:  "min_ready stands in for the load: until the lost pods are back, response times are above the targets at peak.",
			Fix:  "Raise min_ready to the load, or leave it out: the plan then keeps the targets through the loss.",
		}, thinSurvivors},
		{Rule{
			ID: "PD-23", Title: "CPU limits leave latency targets alone", DefaultSeverity: planner.Warning,
			What: "A workload with a latency target below 200 ms has a CPU limit below one core, less what sidecars have of it. Targets of a load test and of a load curve are left out: what was measured had the limit.",
			Why:  "A container that has used its limit stands still for the rest of a period of 100 ms. Below one core a single request can do that, and the predicted response times do not know of it.",
			Fix:  "Leave the CPU limit out, which keeps the request and lets the pod use what is idle, or raise it to one core at least.",
		}, throttled},
	}
}

func thinSurvivors(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for _, l := range g.loads {
			need := l.plan.Reasons.Load
			if l.Recovery != planner.Static || l.MinReady == nil || l.Demand.Way == planner.GivenReplicas || l.plan.ReadyAtWorst >= need {
				continue
			}
			found = append(found, planner.Finding{
				Path:    l.path + ".min_ready",
				Message: fmt.Sprintf("a declared loss leaves %s ready, and the peak needs %d: the targets do not hold until the others are back", count(l.plan.ReadyAtWorst, "pod"), need),
				Remedy:  fmt.Sprintf("min_ready = %d", need),
			})
		}
	}
	return found
}

func throttled(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for _, l := range g.loads {
			limit := v.own(&g, &l.Pod).CPULimit
			if l.Pod.CPULimit == 0 || limit >= throttledBelow || l.Demand.Way != planner.FromLatency || l.plan.Replicas == 0 {
				continue
			}
			targets := slices.Concat(l.Demand.Latency, l.Demand.FailureLatency)
			if len(targets) == 0 {
				continue
			}
			tightest := slices.MinFunc(targets, func(a, b planner.LatencyTarget) int { return cmp.Compare(a.Target, b.Target) })
			if tightest.Target >= throttledUnder {
				continue
			}
			found = append(found, planner.Finding{
				Path:    l.path + ".pod.limits",
				Message: fmt.Sprintf("at a CPU limit of %s a pod stands still for up to 100 ms at a time, which the prediction for %s of %s leaves out", cores(int64(limit)), tightest.Statistic, tightest.Target),
				Remedy:  "leave cpu out of limits, or " + cpuLimit(throttledBelow),
			})
		}
	}
	return found
}

// own returns a pod of the spec without the sidecars of its group, as people wrote it.
func (v *view) own(g *group, pod *planner.Pod) planner.Pod {
	out := *pod
	for i := range v.c.Sidecars {
		s := &v.c.Sidecars[i]
		if len(s.NodeGroups) > 0 && !slices.Contains(s.NodeGroups, g.Name) {
			continue
		}
		out.CPU, out.Memory = out.CPU-s.CPU, out.Memory-s.Memory
		if out.CPULimit > 0 {
			out.CPULimit -= s.CPU
		}
		if out.MemoryLimit > 0 {
			out.MemoryLimit -= s.Memory
		}
	}
	return out
}
