package document

import "github.com/scantling-dev/scantling/planner"

func syncSizing(to direction, d *sizing, p *planner.Sizing) {
	syncInt(to, &d.Mean, &p.Mean)
	syncInt(to, &d.CV, &p.CV)
	syncInt(to, &d.Erlangs, &p.Erlangs)
	syncSet(to, &d.CPU, &p.CPU)
	syncText(to, &d.Method, &p.Method)
	syncText(to, &d.Reason, &p.Reason)
	syncInt(to, &d.Arrivals, &p.Arrivals)
	sync(to, &d.Marginal, &p.Marginal)
	syncInt(to, &d.ForUtilization, &p.ForUtilization)
	syncSet(to, &d.Pooled, &p.Pooled)
	syncSet(to, &d.Random, &p.Random)
	syncSet(to, &d.Survivors, &p.Survivors)
	syncList(to, &d.Steps, &p.Steps, func(to direction, d *sizingStep, p *planner.SizingStep) {
		syncInt(to, &d.Pods, &p.Pods)
		syncSet(to, &d.Utilization, &p.Utilization)
		syncSet(to, &d.CPU, &p.CPUUtilization)
		syncText(to, &d.Breaks, &p.Breaks)
		syncList(to, &d.Latency, &p.Latency, func(to direction, d *stepLatency, p *planner.StepLatency) {
			syncText(to, &d.Statistic, &p.Statistic)
			syncSet(to, &d.Predicted, &p.Predicted)
		})
	})
}
