package verify_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const ms = time.Millisecond

// step is what so many pods of proxy do: a queue of one worker each, by hand.
func step(pods int, utilization units.Ratio, p99 time.Duration, breaks string) planner.SizingStep {
	return planner.SizingStep{Pods: pods, Utilization: utilization, Breaks: breaks, Latency: []planner.StepLatency{{Statistic: planner.P99, Predicted: p99}}}
}

// queued is good, with the load of proxy stated by latency: 100/s of exponential
// services of 20 ms are 2 erlangs, in pods of one worker that requests come to at
// random. Of n pods each is M/M/1, whose p99 is ln 100 / (50/s - 100/s / n): 276.4 ms
// of 3, 184.3 of 4, 153.6 of 5. Two are as busy as can be. Three are below 70%, and
// hold the 400 ms that a failure may have.
func queued() *problem {
	p := good()
	p.respec(func(c *planner.Cluster) {
		w := &c.NodeGroups[0].Workloads[0]
		w.Demand = planner.Demand{
			Way: planner.FromLatency, Throughput: 100 * units.PerSecond, Concurrency: 1, Balancing: "random", MaxUtilization: 70 * units.Percent,
			Latency:        []planner.LatencyTarget{{Statistic: planner.P99, Target: 300 * ms}},
			FailureLatency: []planner.LatencyTarget{{Statistic: planner.P99, Target: 400 * ms}},
			Service:        planner.ServiceTime{Distribution: "exponential", Measured: []planner.LatencyTarget{{Statistic: planner.Mean, Target: 20 * ms}}},
		}
	})
	predicted := func(during string, target, p99 time.Duration) planner.LatencyPrediction {
		return planner.LatencyPrediction{Statistic: planner.P99, Target: target, Predicted: p99, During: during, Model: "M/G/1 per pod, random, exponential"}
	}
	w := &p.edge().Workloads[0]
	w.Binding, w.Utilization, w.Throughput = "utilization", 400_000, 100*units.PerSecond
	w.Latency = []planner.LatencyPrediction{
		predicted("normal", 300*ms, 153_506*time.Microsecond), predicted("rollout", 300*ms, 184_207*time.Microsecond), predicted("zone_loss", 400*ms, 276_311*time.Microsecond),
	}
	w.Sizing = &planner.Sizing{
		Mean: 20 * ms, CV: units.Whole, Erlangs: 2 * units.Whole,
		Method: planner.ByFormula, Reason: "the formula decides", ForUtilization: 3, Pooled: 3, Random: 3, Survivors: 3,
		Steps: []planner.SizingStep{step(2, units.Whole, 0, "max_utilization"), step(3, 666_667, 276_311*time.Microsecond, ""), step(4, 500_000, 184_207*time.Microsecond, "")},
	}
	return p
}

// TestLatency: of a queue that is known in closed form no figure can be bettered
// unnoticed.
func TestLatency(t *testing.T) {
	if err := queued().verify(); err != nil {
		t.Fatalf("it is refused:\n%v", err)
	}
	plan := func(change func(w *planner.WorkloadPlan)) func(p *problem) {
		return func(p *problem) { change(&p.edge().Workloads[0]) }
	}
	sizing := func(change func(s *planner.Sizing)) func(p *problem) {
		return func(p *problem) { change(p.edge().Workloads[0].Sizing) }
	}
	demand := func(change func(d *planner.Demand)) func(p *problem) {
		return func(p *problem) { p.respec(func(c *planner.Cluster) { change(&c.NodeGroups[0].Workloads[0].Demand) }) }
	}
	mutate(t, queued, map[string]mutation{
		"no sizing":                      {"sizing.survivors", plan(func(w *planner.WorkloadPlan) { w.Sizing = nil })},
		"simulated without a simulation": {"sizing.method", sizing(func(s *planner.Sizing) { s.Method = planner.BySimulation })},
		"a formula with a simulation":    {"sizing.method", sizing(func(s *planner.Sizing) { s.Arrivals = 400_000 })},
		"a marginal formula":             {"sizing.method", sizing(func(s *planner.Sizing) { s.Marginal = true })},
		"no reason":                      {"sizing.method", sizing(func(s *planner.Sizing) { s.Reason = "" })},
		"more for utilization than all":  {"sizing.utilization", sizing(func(s *planner.Sizing) { s.ForUtilization = 4 })},
		"worse than at random":           {"sizing.bracket", sizing(func(s *planner.Sizing) { s.Random = 2 })},
		"better than one queue":          {"sizing.bracket", sizing(func(s *planner.Sizing) { s.Pooled, s.Random = 4, 4 })},
		"survivors as busy as can be":    {"sizing.survivors", sizing(func(s *planner.Sizing) { s.Survivors = 2 })},
		"survivors that are not left":    {"loss.static", sizing(func(s *planner.Sizing) { s.Survivors = 4 })},
		"fewer survivors than the load": {"sizing.survivors", func(p *problem) {
			demand(func(d *planner.Demand) { d.FailureLatency = nil })(p)
			sizing(func(s *planner.Sizing) { s.Survivors = 2 })(p)
		}},
		"a step missing":               {"sizing.steps", sizing(func(s *planner.Sizing) { s.Steps = s.Steps[1:] })},
		"one pod fewer holds too":      {"sizing.steps", sizing(func(s *planner.Sizing) { s.Steps[0] = step(2, 600_000, 250*ms, "") })},
		"the step for the load breaks": {"sizing.steps", sizing(func(s *planner.Sizing) { s.Steps[1].Breaks = "p99" })},
		"a step above its target":      {"sizing.steps", sizing(func(s *planner.Sizing) { s.Steps[1].Latency[0].Predicted = 301 * ms })},
		"a step of another statistic":  {"sizing.steps", sizing(func(s *planner.Sizing) { s.Steps[1].Latency[0].Statistic = planner.P95 })},
		// One queue of 4 workers at 2 erlangs: P(T > 85 ms) = .017 (C = .174).
		"a step that no balancing reaches": {"sizing.steps", sizing(func(s *planner.Sizing) { s.Steps[2].Latency[0].Predicted = 85 * ms })},
		"a p99 that no balancing reaches":  {"latency.pooled", plan(func(w *planner.WorkloadPlan) { w.Latency[0].Predicted = 85 * ms })},
		"a target of no failure":           {"latency.failure", plan(func(w *planner.WorkloadPlan) { w.Latency[2].Target = 300 * ms })},
		"a failure beyond its target":      {"latency.target", plan(func(w *planner.WorkloadPlan) { w.Latency[2].Predicted = 401 * ms })},
		"a rollout beyond its target":      {"latency.target", plan(func(w *planner.WorkloadPlan) { w.Latency[1].Predicted = 301 * ms })},
		// 100/s of 21.1 ms are 2.11 of 3 workers, above 70%.
		"busier than allowed": {"replicas.utilization", demand(func(d *planner.Demand) {
			d.Service.Measured = []planner.LatencyTarget{{Statistic: planner.Mean, Target: 21_100 * time.Microsecond}}
		})},
		// 100/s of 21.1 ms of CPU are 2.11 of the 3 cores that three pods request.
		"more CPU than allowed": {"replicas.cpu", demand(func(d *planner.Demand) { d.CPUPerRequest = 21_100 * time.Microsecond })},
		"more CPU in use than it may": {"replicas.cpu", func(p *problem) {
			demand(func(d *planner.Demand) { d.CPUPerRequest = 10 * ms })(p)
			p.edge().Workloads[0].CPUUtilization = 700_002
		}},
		"survivors without CPU": {"sizing.survivors", demand(func(d *planner.Demand) { d.CPUPerRequest = 31 * ms })},
	})
}

// TestLatencyOfRescheduled: where displaced pods are scheduled anew nothing rests on
// survivors, and where they are not those that carry the load hold the targets.
func TestLatencyOfRescheduled(t *testing.T) {
	p := queued()
	p.respec(func(c *planner.Cluster) { c.NodeGroups[0].Workloads[0].Demand.FailureLatency = nil })
	p.edge().Workloads[0].Latency[2].Target = 300 * ms
	if err := p.verify(); err != nil {
		t.Errorf("three survivors that carry the load are refused:\n%v", err)
	}
	mutate(t, queued, map[string]mutation{
		"survivors beside min_ready": {"sizing.survivors", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[0].Workloads[0].MinReady = new(units.Count(2)) })
		}},
	})
}
