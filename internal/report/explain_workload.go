package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// workloadInfix stands between the address of a group and the name of its workload.
const workloadInfix = ".workload."

// explainWorkload writes how many pods a workload has and why, and what each asks for.
func (p *page) explainWorkload(plan *planner.Plan, g *planner.GroupPlan, w *planner.WorkloadPlan) {
	stated := inputOf(plan, g, w)
	spread := spreadOf(plan, g.Path()+workloadInfix+w.Name)
	input := asSized(spread, stated)
	p.heading(g.Path()+workloadInfix+w.Name, count(w.Replicas, "pod"))
	p.blank()
	t := figureTable()
	explainEstimates(&t, plan, spread, stated)
	explainThroughput(&t, plan, w, input)
	queued := w.Sizing != nil && input != nil
	if queued {
		explainQueue(&t, w, input)
	}
	if w.Job != nil && input != nil && input.Demand.Job != nil {
		explainJob(&t, plan, w.Job, input)
	}
	p.explainReplicas(&t, w)
	explainOutages(&t, plan, w.Outages, w.Replicas, "pod")
	if w.Autoscaler != nil {
		explainAutoscaler(&t, w)
	}
	explainPod(&t, plan, g, w, input)
	p.table(&t)
	if queued {
		p.blank()
		p.sizingSteps(w, &input.Demand)
		p.blank()
		p.scenarios(w)
		p.blank()
		p.sizingWords(w, input)
	}
}

// inputOf returns what the spec says of a workload; nil of the provider's own.
func inputOf(plan *planner.Plan, g *planner.GroupPlan, w *planner.WorkloadPlan) *planner.Workload {
	for i := range plan.Cluster.NodeGroups {
		d := &plan.Cluster.NodeGroups[i]
		if d.Name != g.Name {
			continue
		}
		for j := range d.Workloads {
			if d.Workloads[j].Name == w.Name {
				return &d.Workloads[j]
			}
		}
	}
	return nil
}

// explainThroughput adds what the pods carry at the peak.
func explainThroughput(t *table, plan *planner.Plan, w *planner.WorkloadPlan, input *planner.Workload) {
	if w.Throughput == 0 || input == nil {
		return
	}
	how := "stated: the peak of the whole cluster"
	growth := plan.Cluster.Growth
	switch {
	case len(w.Fronts) > 0:
		how = "in front of " + sumOfFronts(w)
	case w.Throughput == input.Demand.Throughput && input.Demand.ThroughputRange != nil:
		how = "of the estimate: the peak of the whole cluster"
	case w.Throughput != input.Demand.Throughput:
		how = fmt.Sprintf("%s today, %s a month for %s", perSecond(input.Demand.Throughput), signedTenths(input.GrowthPerMonth), count(growth.HorizonMonths, "month"))
	}
	t.add("throughput", perSecondUp(w.Throughput), how)
	switch d := &input.Demand; d.Way {
	case planner.FromLoadTest:
		how := "throughput_per_pod, from a load test"
		if d.ThroughputPerPodRange != nil {
			how = "throughput_per_pod, of the estimate"
		}
		t.add("one pod carries", perSecond(d.ThroughputPerPod), how)
	case planner.FromCurve:
		explainCurve(t, d)
	case planner.GivenReplicas, planner.FromLatency, planner.FromJob:
	}
	if w.PerPod > 0 {
		t.add("each pod has", perSecondUp(w.PerPod), fmt.Sprintf("%s / %s", perSecondUp(w.Throughput), count(w.Replicas, "pod")))
	}
}

// explainJob adds how runs become pods, and what they cost.
func explainJob(t *table, plan *planner.Plan, j *planner.JobPlan, input *planner.Workload) {
	spec := input.Demand.Job
	each := span(spec.Duration)
	if spec.DurationRange != nil {
		each = spanUp(spec.Duration)
	}
	how := "stated, each of " + each
	if j.Runs != spec.Runs {
		how = fmt.Sprintf("%s today, %s a month for %s, each of %s", number(spec.Runs), signedTenths(input.GrowthPerMonth), count(plan.Cluster.Growth.HorizonMonths, "month"), each)
	}
	t.add("runs a day", number(j.Runs), how)
	if j.Interruption > 0 {
		t.add("attempts", number(j.Attempts), percent(j.Interruption)+" of spot machines are taken away in a month, and a run starts anew: runs x (e^(rate x duration) - 1) / (rate x duration), rounded up")
	}
	if j.InTurn > 0 {
		t.add("runs in turn", number(j.InTurn), fmt.Sprintf("floor(%s / %s)", span(spec.FinishWithin), each))
	}
	if j.Takes > 0 {
		t.add("all done after", hoursMinutes(j.Takes)+" h", "if no run takes longer than is stated, and interruptions are no more than expected")
	}
	t.add("node time a day", hoursMinutes(j.NodeTime)+" h", attempted(j)+" x duration x the largest share of a node that a pod requests")
	cost := notKnown
	if j.CostPerRunKnown {
		cost = fmt.Sprintf("%.6f USD", float64(j.CostPerRun)/float64(units.Dollar))
	}
	t.add("a run costs", cost, "its node time, of machines that are there only then; what stands all day is in the bill")
}

// explainCurve adds the points of a load curve, each with what it says of the target.
func explainCurve(t *table, d *planner.Demand) {
	if len(d.Latency) == 0 {
		return
	}
	target, over := d.Latency[0].Target, false
	for _, p := range d.LoadCurve {
		how := "holds the target of " + milliseconds(target)
		if p.P99 > target {
			how = "misses it"
			if !over {
				how += "; a pod carries what the straight line from the point before has at the target"
			}
			over = true
		}
		t.add("measured at "+perSecond(p.Throughput), "p99 "+milliseconds(p.P99), how)
	}
}

// explainReplicas adds the reasons for the count, each with what it adds.
func (p *page) explainReplicas(t *table, w *planner.WorkloadPlan) {
	hows := map[string]string{
		"LOAD":    loadHow(w),
		"SPARE":   "beside those that carry the load",
		"MIN":     "so that there are as many as are asked for at least",
		"ROLLOUT": "so that a rollout leaves enough to carry the load",
		"NODE":    "so that enough stay ready when nodes are lost",
		"ZONE":    "so that enough stay ready when zones are lost",
	}
	var parts []string
	for i, r := range reasons() {
		n := r.of(w.Reasons)
		if n == 0 && i > 0 {
			continue
		}
		parts = append(parts, number(n))
		t.add("pods for "+strings.ToLower(strings.Replace(r.title, "MIN", "the minimum", 1)), number(n), hows[r.title])
	}
	if len(parts) > 1 {
		t.add("pods in all", number(w.Replicas), strings.Join(parts, " + "))
	}
}

// loadHow says what set the part of the count that carries the load.
func loadHow(w *planner.WorkloadPlan) string {
	switch w.Binding {
	case "given":
		return "given: the count never changes"
	case "utilization":
		return "one pod fewer would be busier than max_utilization"
	case "one pod":
		return "there is no less than one"
	case "finish_within":
		return jobWork(w) + " / runs in turn, rounded up"
	case "runs":
		return jobWork(w) + " x duration / 24h, rounded up: runs that come evenly are never more at a time (Little's law)"
	case "last point measured":
		return "throughput / the last point of the load curve, rounded up: beyond it nothing is known"
	case "load test":
		return "throughput / throughput_per_pod, rounded up"
	}
	return "one pod fewer would miss the target for " + w.Binding
}

// jobWork names the runs that the pods of a job are counted for.
func jobWork(w *planner.WorkloadPlan) string {
	if w.Job == nil {
		return "runs"
	}
	return attempted(w.Job)
}

// attempted names the runs of a day: with those that are begun anew, where machines are
// taken away.
func attempted(j *planner.JobPlan) string {
	if j.Interruption > 0 {
		return "attempts"
	}
	return "runs"
}

// explainPod adds what a pod requests, container by container where sidecars are
// among them.
func explainPod(t *table, plan *planner.Plan, g *planner.GroupPlan, w *planner.WorkloadPlan, input *planner.Workload) {
	own := w.Pod
	var cpu, memory, storage []string
	for i := range plan.Cluster.Sidecars {
		s := &plan.Cluster.Sidecars[i]
		if input == nil || len(s.NodeGroups) > 0 && !slices.Contains(s.NodeGroups, g.Name) {
			continue
		}
		own.CPU, own.Memory, own.EphemeralStorage = own.CPU-s.CPU, own.Memory-s.Memory, own.EphemeralStorage-s.EphemeralStorage
		cpu = append(cpu, fmt.Sprintf("%s of sidecar %s", cores(s.CPU), s.Name))
		memory = append(memory, fmt.Sprintf("%s of sidecar %s", size(s.Memory), s.Name))
		if s.EphemeralStorage > 0 {
			storage = append(storage, fmt.Sprintf("%s of sidecar %s", size(s.EphemeralStorage), s.Name))
		}
	}
	split := func(own string, rest []string) string {
		if len(rest) == 0 {
			return "what each pod requests"
		}
		return strings.Join(append([]string{own + " of its own"}, rest...), " + ")
	}
	t.add("CPU", cores(w.Pod.CPU)+" vCPU", split(cores(own.CPU), cpu))
	t.add("memory", size(w.Pod.Memory), split(size(own.Memory), memory))
	if w.Pod.EphemeralStorage > 0 {
		t.add("local storage", size(w.Pod.EphemeralStorage), split(size(own.EphemeralStorage), storage))
	}
	for _, r := range w.Pod.Extended {
		t.add(r.Name, thousands(r.Count), "what each pod requests")
	}
}
