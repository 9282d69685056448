package spec_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestLoadCurve: points come in any order and are sorted; throughput of a point is what
// a pod is known to carry, and rounded down.
func TestLoadCurve(t *testing.T) {
	s := load(t, in("workload", curve(`{ throughput = 20.0000009, p99 = "90ms" }, { throughput = 10, p99 = "80ms" }`)))
	d := s.Cluster.NodeGroups[0].Workloads[0].Demand
	same(t, "demand", d, planner.Demand{
		Way: planner.FromCurve, Throughput: 100 * units.PerSecond,
		Latency:   []planner.LatencyTarget{{Statistic: planner.P99, Target: time.Second}},
		LoadCurve: []planner.CurvePoint{{Throughput: 10 * units.PerSecond, P99: 80 * time.Millisecond}, {Throughput: 20 * units.PerSecond, P99: 90 * time.Millisecond}},
	})
	same(t, "spare", s.Cluster.NodeGroups[0].Workloads[0].SpareReplicas, 1)
}
