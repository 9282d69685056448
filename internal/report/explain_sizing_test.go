package report_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestExplainSizing: a note on 20 pods that share CPU, and on what a simulation left
// open. 1,000/s x 20 ms are 20 in service, 1,000/s x 6 ms are 6 vCPU.
func TestExplainSizing(t *testing.T) {
	p := shop(t)
	g := &p.NodeGroups[2]
	w, input := &g.Workloads[0], &p.Cluster.NodeGroups[2].Workloads[0]
	input.Name, w.Name, input.Recovery = "api", "api", planner.Static
	input.Demand = planner.Demand{
		Way: planner.FromLatency, Throughput: 1000 * units.PerSecond, CPUPerRequest: 6 * time.Millisecond, Balancing: "least_requests", Balancers: 3,
		MaxUtilization: 60 * units.Percent,
		Latency:        []planner.LatencyTarget{{Statistic: planner.P99, Target: 100 * time.Millisecond}},
		FailureLatency: []planner.LatencyTarget{{Statistic: planner.P99, Target: 200 * time.Millisecond}},
		Service:        planner.ServiceTime{Distribution: "lognormal", Measured: []planner.LatencyTarget{{Statistic: planner.Mean, Target: 20 * time.Millisecond}}, CV: units.Whole / 2, HasCV: true},
	}
	w.Throughput, w.Replicas, w.Reasons, w.Binding = 1000*units.PerSecond, 24, planner.ReplicaReasons{Load: 20, Spare: 1, Zone: 3}, "p99"
	w.Pod = planner.Pod{CPU: 500, Memory: units.GiB}
	step := func(pods int, cpu units.Ratio, p99 time.Duration, breaks string) planner.SizingStep {
		return planner.SizingStep{Pods: pods, CPUUtilization: cpu, Breaks: breaks, Latency: []planner.StepLatency{{Statistic: planner.P99, Predicted: p99}}}
	}
	w.Latency = []planner.LatencyPrediction{{Statistic: planner.P99, Target: 200 * time.Millisecond, Predicted: 150 * time.Millisecond, During: "zone_loss", Model: "M/G/inf"}}
	w.Sizing = &planner.Sizing{
		Mean: 20 * time.Millisecond, CV: units.Whole / 2, Erlangs: 20 * units.Whole, CPU: 6000,
		Method: planner.BySimulation, Reason: "no formula for several balancers that look at the load", Arrivals: 1_200_000, Marginal: true,
		ForUtilization: 18, Pooled: 18, Random: 25, Survivors: 16,
		Steps: []planner.SizingStep{step(19, 631_579, 101*time.Millisecond, "p99"), step(20, 600_000, 97*time.Millisecond, ""), step(21, 571_429, 94*time.Millisecond, "")},
	}
	topic := g.Path() + ".workload.api"
	wants(t, explained(t, p, topic, report.Options{Width: 200}),
		"service time 20 ms mean lognormal through mean 20 ms, cv 0.5: coefficient of variation 0.5",
		"requests 20 1,000/s x 20 ms are in service at a time, in the mean (erlangs); a pod takes as many as come",
		"their CPU 6 vCPU 1,000/s x 6 ms of CPU; the requests in a pod share the 0.5 vCPU that it requests",
		"balancing least requests a request goes to the pod with the fewest in flight; 3 balancers know nothing of each other",
		"found simulated no formula for several balancers that look at the load; 1,200,000 requests were simulated",
		"max_utilization 18 pods at 60% of the CPU that pods request, whatever the latency",
		"any balancing 18 to 25 pods",
		"19 - 63.2% 101 ms too close to p99 to tell",
		"20 - 60.0% 97 ms carry the load",
		"zones lost p99 200 ms 150 ms 75% M/G/inf",
		"20 pods carry the load: of 19 the p99 would be 101 ms, above 100 ms. One more would have p99 94 ms.",
		"While a declared loss lasts, 16 pods hold the targets that are for it; max_utilization does not bind them.",
	)
	w.Sizing.Marginal, w.Sizing.Random = false, 0
	w.Sizing.Steps[0] = step(19, 1_052_632, 0, "max_utilization")
	wants(t, explained(t, p, topic, report.Options{Width: 200}),
		"19 - 105.3% no end too busy: above max_utilization",
		"of 19 105.3% of the CPU would be busy, above max_utilization of 60%",
		"at random no number of pods that a cluster can have would do",
	)
}
