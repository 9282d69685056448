package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// decimals writes a number of millionths with two decimals at most.
func decimals(r units.Ratio) string {
	const hundredth = units.Whole / 100
	n := roundDiv(int64(r), int64(hundredth))
	s := thousands(n / 100)
	if part := n % 100; part != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%02d", part), "0")
	}
	return s
}

// explainQueue adds what the requests ask for, and how the model answers.
func explainQueue(t *table, w *planner.WorkloadPlan, input *planner.Workload) {
	s, d := w.Sizing, &input.Demand
	t.add("service time", milliseconds(s.Mean)+" mean", serviceHow(s, d))
	busy := perSecondUp(w.Throughput) + " x " + milliseconds(s.Mean)
	if d.Concurrency > 0 {
		busy += fmt.Sprintf(" are in service at a time, in the mean (erlangs); a pod has %s for them", count(d.Concurrency, "worker"))
	} else {
		busy += " are in service at a time, in the mean (erlangs); a pod takes as many as come"
	}
	t.add("requests", decimals(s.Erlangs), busy)
	if s.CPU > 0 {
		t.add("their CPU", cores(s.CPU)+" vCPU", perSecondUp(w.Throughput)+" x "+milliseconds(d.CPUPerRequest)+" of CPU; the requests in a pod share the "+cores(w.Pod.CPU)+" vCPU that it requests")
	}
	t.add("balancing", balancingWords(d), balancingHow(d))
	method := "by formula"
	if s.Method == planner.BySimulation {
		method = "simulated"
	}
	how := s.Reason
	if s.Arrivals > 0 {
		how += "; " + thousands(int64(s.Arrivals)) + " requests were simulated"
	}
	t.add("found", method, how)
	t.add("max_utilization", count(s.ForUtilization, "pod"), "at "+percent(d.MaxUtilization)+" of "+busyParts(d)+", whatever the latency")
	switch {
	case s.Random == 0:
		t.add("any balancing", "", "at random no number of pods that a cluster can have would do")
	case s.Pooled == s.Random:
		t.add("any balancing", count(s.Random, "pod"), "the way of balancing makes no difference here")
	default:
		t.add("any balancing", fmt.Sprintf("%s to %s", number(s.Pooled), count(s.Random, "pod")), "from one queue that all pods take from, which nothing beats, to chance")
	}
}

// serviceHow says what law the service times are taken to have.
func serviceHow(s *planner.Sizing, d *planner.Demand) string {
	var figures []string
	for _, m := range d.Service.Measured {
		figures = append(figures, string(m.Statistic)+" "+milliseconds(m.Target))
	}
	if d.Service.HasCV {
		figures = append(figures, "cv "+decimals(d.Service.CV))
	}
	return fmt.Sprintf("%s through %s: coefficient of variation %s", d.Service.Distribution, strings.Join(figures, ", "), decimals(s.CV))
}

// busyParts names what max_utilization is of.
func busyParts(d *planner.Demand) string {
	switch {
	case d.CPUPerRequest == 0:
		return "the workers"
	case d.Concurrency == 0:
		return "the CPU that pods request"
	}
	return "the workers, and of the CPU that pods request"
}

func balancingWords(d *planner.Demand) string {
	if d.Connections > 0 {
		return count(d.Connections, "connection")
	}
	return strings.ReplaceAll(d.Balancing, "_", " ")
}

func balancingHow(d *planner.Demand) string {
	hows := map[string]string{
		"random":         "each request goes to a pod by chance, as with kube-proxy: every pod is a queue of its own",
		"round_robin":    "pods get requests in turn",
		"least_requests": "a request goes to the pod with the fewest in flight",
		"power_of_two":   "of two pods drawn a request goes to the one with fewer in flight",
		"pooled":         "one queue that all pods take from",
	}
	how := hows[d.Balancing]
	switch {
	case d.Connections > 0:
		how = "each stays with a pod that it came to by chance: the busiest pod has more of them than others, and counts"
	case d.Balancers > 1:
		how += "; " + number(d.Balancers) + " balancers know nothing of each other"
	}
	return how
}

// sizingSteps writes what the pods for the load do, and one fewer and one more.
func (p *page) sizingSteps(w *planner.WorkloadPlan, d *planner.Demand) {
	t := table{columns: []column{{title: "PODS", right: true}, {title: "WORKERS BUSY", right: true}, {title: "CPU BUSY", right: true}}}
	for _, l := range d.Latency {
		t.columns = append(t.columns, column{title: string(l.Statistic) + " <= " + milliseconds(l.Target), right: true})
	}
	t.columns = append(t.columns, column{title: "", wraps: true})
	share := func(r units.Ratio) string {
		if r == 0 {
			return none
		}
		return tenths(r)
	}
	for i := range w.Sizing.Steps {
		s := &w.Sizing.Steps[i]
		cells := []string{number(s.Pods), share(s.Utilization), share(s.CPUUtilization)}
		for _, l := range s.Latency {
			cells = append(cells, orEndless(l.Predicted))
		}
		t.add(append(cells, stepWords(w, s))...)
	}
	p.table(&t)
}

// orEndless writes a prediction; 0 is a wait without end.
func orEndless(d time.Duration) string {
	if d == 0 {
		return "no end"
	}
	return milliseconds(d)
}

// stepWords says what a number of pods is.
func stepWords(w *planner.WorkloadPlan, s *planner.SizingStep) string {
	switch {
	case s.Pods > w.Reasons.Load:
		return "one more"
	case s.Pods == w.Reasons.Load:
		return "carry the load"
	case w.Sizing.Marginal && s.Breaks != "max_utilization":
		return "too close to " + s.Breaks + " to tell"
	case s.Breaks == "max_utilization":
		return "too busy: above max_utilization"
	}
	return "miss " + s.Breaks
}

// scenarios writes what is predicted with all pods up, during a rollout and after
// losses.
func (p *page) scenarios(w *planner.WorkloadPlan) {
	t := table{columns: []column{{title: "WHEN"}, {title: "TARGET"}, {title: "PREDICTED", right: true}, {title: "OF IT", right: true}, {title: "MODEL", wraps: true}}}
	titles := map[string]string{
		"normal": "all " + number(w.Replicas) + " up", "rollout": "rollout", "node_loss": "nodes lost", "zone_loss": "zones lost",
	}
	for _, l := range w.Latency {
		t.add(titles[l.During], string(l.Statistic)+" "+milliseconds(l.Target), milliseconds(l.Predicted), strconv.FormatInt(roundDiv(int64(l.Predicted)*100, int64(l.Target)), 10)+"%", l.Model)
	}
	p.table(&t)
}

// sizingWords says in a few sentences why there are so many pods.
func (p *page) sizingWords(w *planner.WorkloadPlan, input *planner.Workload) {
	s := w.Sizing
	words := count(w.Reasons.Load, "pod") + " carry the load"
	if w.Reasons.Load == 1 {
		words = "1 pod carries the load"
	}
	at := func(pods int) *planner.SizingStep {
		i := slices.IndexFunc(s.Steps, func(o planner.SizingStep) bool { return o.Pods == pods })
		if i < 0 {
			return nil
		}
		return &s.Steps[i]
	}
	if fewer := at(w.Reasons.Load - 1); fewer != nil {
		words += ": of " + number(fewer.Pods) + " " + breakWords(fewer, &input.Demand)
	}
	words += "."
	if more := at(w.Reasons.Load + 1); more != nil && len(more.Latency) > 0 {
		words += fmt.Sprintf(" One more would have %s %s.", more.Latency[0].Statistic, orEndless(more.Latency[0].Predicted))
	}
	switch {
	case s.Survivors > 0 && len(input.Demand.FailureLatency) > 0:
		words += fmt.Sprintf(" While a declared loss lasts, %s hold the targets that are for it; max_utilization does not bind them.", count(s.Survivors, "pod"))
	case s.Survivors > 0:
		words += " As many must be left by any declared loss."
	}
	words += " Spare pods, min_replicas, rollouts and losses are a maximum, not a sum: what each adds stands above."
	p.prose(words)
}

// breakWords says what fewer pods break, and by how much.
func breakWords(s *planner.SizingStep, d *planner.Demand) string {
	if s.Breaks == "max_utilization" {
		if d.CPUPerRequest > 0 && s.CPUUtilization > d.MaxUtilization && s.CPUUtilization >= s.Utilization {
			return tenths(s.CPUUtilization) + " of the CPU would be busy, above max_utilization of " + percent(d.MaxUtilization)
		}
		return "the workers would be busy " + tenths(s.Utilization) + " of the time, above max_utilization of " + percent(d.MaxUtilization)
	}
	for i, l := range s.Latency {
		if string(l.Statistic) == s.Breaks && i < len(d.Latency) {
			return fmt.Sprintf("the %s would be %s, above %s", l.Statistic, orEndless(l.Predicted), milliseconds(d.Latency[i].Target))
		}
	}
	return s.Breaks + " would be missed"
}
