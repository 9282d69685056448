package document

import "github.com/scantling-dev/scantling/planner"

func syncLimit(to direction, d *limit, p *planner.Limit) {
	syncText(to, &d.Resource, &p.Resource)
	syncInt(to, &d.Limit, &p.Limit)
	syncInt(to, &d.Used, &p.Used)
}

func syncRunOut(to direction, d *runOut, p *planner.RunOut) {
	syncText(to, &d.Group, &p.Group)
	syncInt(to, &d.Month, &p.Month)
	syncText(to, &d.Date, &p.Date)
	syncText(to, &d.Resource, &p.Resource)
	syncSet(to, &d.Limit, &p.Limit)
	syncSet(to, &d.Need, &p.Need)
	syncText(to, &d.Reason, &p.Reason)
}

func syncAutoscalerPlan(to direction, d *autoscalerPlan, p *planner.AutoscalerPlan) {
	syncInt(to, &d.MinReplicas, &p.MinReplicas)
	syncInt(to, &d.MaxReplicas, &p.MaxReplicas)
	syncSet(to, &d.Target, &p.TargetCPUUtilization)
	syncText(to, &d.NoTarget, &p.NoTarget)
	syncSet(to, &d.Limit, &p.Limit)
	syncInt(to, &d.Ramp, &p.Ramp)
	syncInt(to, &d.Lag, &p.Lag)
	syncInt(to, &d.MetricWindow, &p.MetricWindow)
	syncInt(to, &d.SyncPeriod, &p.SyncPeriod)
	syncInt(to, &d.PodStart, &p.PodStart)
	syncInt(to, &d.NodeStart, &p.NodeStart)
	syncList(to, &d.Throughput, &p.Throughput, syncInt)
	syncList(to, &d.Replicas, &p.Replicas, syncInt)
}

func syncDayPlan(to direction, d *dayPlan, p *planner.DayPlan) {
	syncList(to, &d.Hours, &p.Hours, func(to direction, d *hourNodes, p *planner.HourNodes) {
		syncInt(to, &d.Nodes, &p.Nodes)
		syncInt(to, &d.Running, &p.Running)
	})
	syncAmount(to, &d.Autoscaled, &p.Autoscaled)
	syncAmount(to, &d.Fixed, &p.Fixed)
}
