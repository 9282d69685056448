package report_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestExplainSidecars: of 500m and 768 MiB a proxy is 100m and 128 MiB; ingress has
// none.
func TestExplainSidecars(t *testing.T) {
	p := shop(t)
	p.Cluster.Sidecars = []planner.Sidecar{{Name: "proxy", CPU: 100, Memory: 128 * units.MiB, NodeGroups: []string{"web"}}}
	p.NodeGroups[2].Workloads[0].Pod = planner.Pod{CPU: 500, Memory: 768 * units.MiB}
	name := "node_group.web.workload." + p.NodeGroups[2].Workloads[0].Name
	wants(t, explained(t, p, name, report.Options{Width: 160}),
		"CPU 0.5 vCPU 0.4 of its own + 0.1 of sidecar proxy",
		"memory 768 MiB 640 MiB of its own + 128 MiB of sidecar proxy",
	)
	other := p.NodeGroups[1].Path() + ".workload." + p.NodeGroups[1].Workloads[0].Name
	wants(t, explained(t, p, other, report.Options{Width: 160}), "vCPU what each pod requests")
}

// TestFrontsAreItemised: 1,200/s and 4,000/s are 5,200/s, over 3 pods 1,734/s each.
func TestFrontsAreItemised(t *testing.T) {
	p := shop(t)
	w := &p.NodeGroups[1].Workloads[0]
	w.Throughput, w.Replicas, w.PerPod = 5200*units.PerSecond, 3, 1734*units.PerSecond
	w.Fronts = []planner.FrontedWorkload{
		{Workload: "node_group.web.workload.catalog", Throughput: 4000 * units.PerSecond},
		{Workload: "node_group.web.workload.checkout", Throughput: 1200 * units.PerSecond},
	}
	name := p.NodeGroups[1].Name + "/" + w.Name
	wants(t, text(t, p, report.Options{Width: 160}), "FRONTS "+name+" 5,200/s = web/catalog 4,000/s + web/checkout 1,200/s")
	wants(t, explained(t, p, p.NodeGroups[1].Path()+".workload."+w.Name, report.Options{Width: 160}),
		"throughput 5,200/s in front of web/catalog 4,000/s + web/checkout 1,200/s",
		"each pod has 1,734/s 5,200/s / 3 pods",
	)
}

// TestExplainGrowth: 1,000/s that grow by 10% a month are 1,210/s after two.
func TestExplainGrowth(t *testing.T) {
	p := shop(t)
	w := &p.NodeGroups[2].Workloads[0]
	for i := range p.Cluster.NodeGroups {
		for j := range p.Cluster.NodeGroups[i].Workloads {
			if in := &p.Cluster.NodeGroups[i].Workloads[j]; in.Name == w.Name {
				in.Demand.Throughput, in.GrowthPerMonth = 1000*units.PerSecond, 10*units.Percent
			}
		}
	}
	p.Cluster.Growth.HorizonMonths, w.Throughput = 2, 1210*units.PerSecond
	wants(t, explained(t, p, "node_group.web.workload."+w.Name, report.Options{Width: 160}), "throughput 1,210/s 1,000/s today, +10.0% a month for 2 months")
}

// TestExplainEstimates: of 800 to 1,500/s 1,400/s were sized for, which grow by 5% to
// 1,470/s in a month; a pod carries 80/s of the 100/s in the middle. Runs of 5 min take
// 7 min 41.3 s in the world that is sized for: 31 of them in 4 h.
func TestExplainEstimates(t *testing.T) {
	p := shop(t)
	g := &p.NodeGroups[2]
	w := &g.Workloads[0]
	path := g.Path() + ".workload." + w.Name
	var in *planner.Workload
	for i := range p.Cluster.NodeGroups {
		for j := range p.Cluster.NodeGroups[i].Workloads {
			if o := &p.Cluster.NodeGroups[i].Workloads[j]; o.Name == w.Name {
				in = o
			}
		}
	}
	in.Demand = planner.Demand{
		Way:             planner.FromLoadTest,
		Throughput:      1000 * units.PerSecond,
		ThroughputRange: &planner.RateRange{Low: 800 * units.PerSecond, High: 1500 * units.PerSecond, Confidence: 80 * units.Percent},

		ThroughputPerPod:      100 * units.PerSecond,
		ThroughputPerPodRange: &planner.RateRange{Low: 70 * units.PerSecond, High: 110 * units.PerSecond, Confidence: 90 * units.Percent},
	}
	p.Cluster.Growth = planner.Growth{PerMonth: 3 * units.Percent, HorizonMonths: 1, SizeForHorizon: true, Range: &planner.RatioRange{Low: units.Percent, High: 6 * units.Percent, Confidence: 80 * units.Percent}}
	p.Cluster.Risk = planner.Risk{Rule: planner.RiskPercentile, Share: 90 * units.Percent}
	spread := planner.WorkloadSpread{Path: path, SizedFor: planner.SizedFor{
		Throughput: 1400 * units.PerSecond, ThroughputPerPod: 80 * units.PerSecond, GrowthPerMonth: 5 * units.Percent, HasGrowth: true,
	}}
	p.Uncertainty = &planner.Uncertainty{Workloads: []planner.WorkloadSpread{spread}}
	w.Throughput, w.PerPod, w.Latency, w.Sizing, w.Binding = 1470*units.PerSecond, 73_500_000, nil, nil, "load test"
	wants(t, explained(t, p, path, report.Options{Width: 160}),
		"estimate 1,400/s throughput: 800/s to 1,500/s with 80%, 1,000/s in the middle; sized for 90% of the worlds",
		"estimate 80/s throughput_per_pod: 70/s to 110/s with 90%, 100/s in the middle",
		"estimate +5.0% growth_per_month: +1.0% to +6.0% with 80%, +3.0% in the middle",
		"throughput 1,470/s 1,400/s today, +5.0% a month for 1 month",
		"one pod carries 80/s throughput_per_pod, of the estimate",
	)
	wants(t, text(t, p, report.Options{Width: 160}), "80/s a pod", "at the growth that each workload was sized for")
	in.Demand = planner.Demand{Way: planner.FromJob, Job: &planner.Job{
		Runs: 600, Duration: 5 * time.Minute, FinishWithin: 4 * time.Hour,
		DurationRange: &planner.TimeRange{Low: 3 * time.Minute, High: 12 * time.Minute, Confidence: 80 * units.Percent},
	}}
	p.Cluster.Growth = planner.Growth{}
	p.Uncertainty.Workloads[0].SizedFor = planner.SizedFor{JobDuration: 461335 * time.Millisecond}
	w.Throughput, w.PerPod, w.Binding, w.Job = 0, 0, "finish_within", &planner.JobPlan{Runs: 600, Attempts: 600, InTurn: 31}
	wants(t, explained(t, p, path, report.Options{Width: 160}),
		"estimate 7m42s duration: 3 min to 12 min with 80%, 5 min in the middle",
		"runs a day 600 stated, each of 7m42s", "runs in turn 31 floor(4 h / 7m42s)", "runs / runs in turn, rounded up",
	)
}

// TestExplainLoadCurve: of three points the last is over the target, and where the
// last holds it too, nothing is said of a line.
func TestExplainLoadCurve(t *testing.T) {
	p := shop(t)
	w := &p.NodeGroups[2].Workloads[0]
	var in *planner.Workload
	for i := range p.Cluster.NodeGroups {
		for j := range p.Cluster.NodeGroups[i].Workloads {
			if o := &p.Cluster.NodeGroups[i].Workloads[j]; o.Name == w.Name {
				in = o
			}
		}
	}
	in.Demand = planner.Demand{
		Way: planner.FromCurve, Throughput: 100 * units.PerSecond,
		Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: 200 * time.Millisecond}},
		LoadCurve: []planner.CurvePoint{
			{Throughput: 10 * units.PerSecond, P99: 80 * time.Millisecond},
			{Throughput: 20 * units.PerSecond, P99: 100 * time.Millisecond},
			{Throughput: 40 * units.PerSecond, P99: 300 * time.Millisecond},
		},
	}
	w.Throughput, w.Binding = 100*units.PerSecond, "p99"
	topic := "node_group.web.workload." + w.Name
	wants(t, explained(t, p, topic, report.Options{Width: 160}),
		"measured at 20/s p99 100 ms holds the target of 200 ms",
		"measured at 40/s p99 300 ms misses it; a pod carries what the straight line",
		"one pod fewer would miss the target for p99",
	)
	in.Demand.LoadCurve, w.Binding = in.Demand.LoadCurve[:2], "last point measured"
	wants(t, explained(t, p, topic, report.Options{Width: 160}), "throughput / the last point of the load curve, rounded up: beyond it nothing is known")
}

// TestJobsInWords: 3,000 runs of 90 s within 2 h, and 3,630 after two months.
func TestJobsInWords(t *testing.T) {
	p := shop(t)
	w := &p.NodeGroups[0].Workloads[0]
	var in *planner.Workload
	for i := range p.Cluster.NodeGroups {
		for j := range p.Cluster.NodeGroups[i].Workloads {
			if o := &p.Cluster.NodeGroups[i].Workloads[j]; o.Name == w.Name {
				in = o
			}
		}
	}
	in.Demand = planner.Demand{Way: planner.FromJob, Job: &planner.Job{Runs: 3000, Duration: 90 * time.Second, FinishWithin: 2 * time.Hour}}
	w.Binding, w.Latency = "finish_within", nil
	w.Job = &planner.JobPlan{
		Runs: 3000, Attempts: 3001, Interruption: 20 * units.Percent, InTurn: 80, Takes: 79 * 90 * time.Second,
		NodeTime: 25 * time.Hour, CostPerRun: units.Dollar / 1000, CostPerRunKnown: true,
	}
	name := p.NodeGroups[0].Name + "/" + w.Name
	wants(t, text(t, p, report.Options{Width: 160}), name, "3,000 runs in 2 h 1:59 h - runs in turn") // 7,110 s are 1:58:30
	topic := p.NodeGroups[0].Path() + ".workload." + w.Name
	wants(t, explained(t, p, topic, report.Options{Width: 200}),
		"runs a day 3,000 stated, each of 90 s", "attempts 3,001 20% of spot machines", "runs in turn 80 floor(2 h / 90 s)",
		"all done after 1:59 h", "node time a day 25:00 h", "a run costs 0.001000 USD", "attempts / runs in turn, rounded up",
	)
	in.GrowthPerMonth, p.Cluster.Growth.HorizonMonths = 10*units.Percent, 2
	in.Demand.Job.FinishWithin, w.Binding = 0, "runs"
	w.Job = &planner.JobPlan{Runs: 3630, Attempts: 3630}
	wants(t, text(t, p, report.Options{Width: 160}), "3,630 runs a day")
	wants(t, explained(t, p, topic, report.Options{Width: 200}),
		"runs a day 3,630 3,000 today, +10.0% a month for 2 months, each of 90 s", "Little's law", "a run costs not known",
	)
}
