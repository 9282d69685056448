package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// curved is a server that was measured at 10, 20 and 40 requests a second.
func curved(throughput units.Rate, target time.Duration) *problem {
	w := tested("llm", throughput, 0, 500, units.GiB)
	w.Demand = planner.Demand{
		Way: planner.FromCurve, Throughput: throughput,
		Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: target}},
		LoadCurve: []planner.CurvePoint{
			{Throughput: 10 * units.PerSecond, P99: 80 * time.Millisecond},
			{Throughput: 20 * units.PerSecond, P99: 100 * time.Millisecond},
			{Throughput: 40 * units.PerSecond, P99: 300 * time.Millisecond},
		},
	}
	web := group("web", planner.App, abc(), planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule}, w)
	p := &problem{cluster: cluster(abc(), web), provider: fakeProvider{daemons: agents(), system: systemWorkloads()}}
	p.catalog = catalog(machine("m7i.xlarge", 4, 16, 200), machine("m7i.2xlarge", 8, 32, 400))
	return p
}

// TestLoadCurve: at a target of 200 ms, half way from 100 to 300, a pod carries 30/s;
// beyond the last point it carries 40/s whatever the target.
func TestLoadCurve(t *testing.T) {
	for name, tc := range map[string]struct {
		throughput units.Rate
		target     time.Duration
		load       int
		binding    string
		// predicted of the pods for the load and one spare.
		predicted time.Duration
	}{
		// 900 / 30 = 30; over 31 pods 29.03226/s: 100 + 200 x 9.03226 / 20 = 190.3226 ms.
		"between two points": {900, 200 * time.Millisecond, 30, "p99", 190_323 * time.Microsecond},
		// 901 / 30 = 30.03; over 32 pods 28.15625/s: 181.5625 ms.
		"one more": {901, 200 * time.Millisecond, 31, "p99", 181_563 * time.Microsecond},
		// 400 / 40 = 10; over 11 pods 36.363637/s: 263.63637 ms.
		"beyond the last": {400, time.Hour, 10, "last point measured", 263_637 * time.Microsecond},
		// 100 / 10 = 10; over 11 pods 9.09/s, less than was measured: the first point's.
		"at the first": {100, 80 * time.Millisecond, 10, "p99", 80 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			p := curved(tc.throughput*units.PerSecond, tc.target)
			plan := p.mustMake(t)
			if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
				t.Fatalf("verify refuses it:\n%v", err)
			}
			w := workloadOf(&plan, "llm")
			if w.Reasons.Load != tc.load || w.Binding != tc.binding || w.Reasons.Spare != 1 {
				t.Errorf("%+v by %s, want %d and 1 by %s", w.Reasons, w.Binding, tc.load, tc.binding)
			}
			if len(w.Latency) == 0 || w.Latency[0].Predicted != tc.predicted || w.Latency[0].During != "normal" {
				t.Errorf("predicted %+v, want %v", w.Latency, tc.predicted)
			}
		})
	}
}

// TestLoadCurveThatMisses: no load that was measured has 79 ms.
func TestLoadCurveThatMisses(t *testing.T) {
	p := curved(100*units.PerSecond, 79*time.Millisecond)
	bad := p.infeasible(t)
	if bad.Path != "node_group.web.workload.llm.latency.p99" || bad.Margin != "1ms too long" || !strings.Contains(bad.Constraint, "at 10 requests a second") {
		t.Errorf("%+v", bad)
	}
	p = curved(100*units.PerSecond, time.Second)
	p.cluster.NodeGroups[0].Workloads[0].Demand.LoadCurve[1].Throughput = 10 * units.PerSecond
	if bad := p.infeasible(t); bad.Path != "node_group.web.workload.llm.load_curve" {
		t.Errorf("a curve that is none: %+v", bad)
	}
}

func workloadOf(plan *planner.Plan, name string) *planner.WorkloadPlan {
	for i := range plan.NodeGroups {
		for j := range plan.NodeGroups[i].Workloads {
			if w := &plan.NodeGroups[i].Workloads[j]; w.Name == name {
				return w
			}
		}
	}
	return nil
}
