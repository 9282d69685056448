package verify_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// sidecar adds a proxy to the pods of web, of so much CPU and memory.
func sidecar(cpu units.MilliCPU, memory, storage units.Bytes, groups ...string) func(p *problem) {
	return func(p *problem) {
		p.respec(func(c *planner.Cluster) {
			c.Sidecars = []planner.Sidecar{{Name: "proxy", CPU: cpu, Memory: memory, EphemeralStorage: storage, NodeGroups: groups}}
		})
	}
}

// TestSidecars: the smallest pod of web, search, asks for 500m and 1 GiB and that of
// edge for 1,000m and 1 GiB, of which a sidecar may be all, and not more.
func TestSidecars(t *testing.T) {
	for name, change := range map[string]func(p *problem){
		"all of the smallest pod": sidecar(500, units.GiB, 0),
		"more, of another group":  sidecar(501, units.GiB, 0, "edge"),
	} {
		t.Run(name, func(t *testing.T) {
			p := good()
			change(p)
			if err := p.verify(); err != nil {
				t.Errorf("it is refused:\n%v", err)
			}
		})
	}
	mutate(t, good, map[string]mutation{
		"more CPU than a pod has":     {"sidecar.requests", sidecar(501, units.GiB, 0)},
		"more memory than a pod has":  {"sidecar.requests", sidecar(500, units.GiB+1, 0)},
		"more storage than a pod has": {"sidecar.requests", sidecar(500, units.GiB, 1)},
	})
}

// fronting has proxy of edge stand in front of search of web, which carries 100/s: at
// 40/s a pod these are the 3 pods that the plan has.
func fronting() *problem {
	p := good()
	p.respec(func(c *planner.Cluster) {
		d := &c.NodeGroups[0].Workloads[0].Demand
		d.Throughput, d.Fronts, d.ThroughputPerPod = 0, []string{"node_group.web.workload.search"}, 40*units.PerSecond
	})
	w := &p.edge().Workloads[0]
	w.Throughput, w.Fronts = 100*units.PerSecond, []planner.FrontedWorkload{{Workload: "node_group.web.workload.search", Throughput: 100 * units.PerSecond}}
	return p
}

// TestFronts breaks what a proxy carries.
func TestFronts(t *testing.T) {
	if err := fronting().verify(); err != nil {
		t.Fatalf("the plan by hand is refused:\n%v", err)
	}
	front := func(path string) func(p *problem) {
		return func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[0].Workloads[0].Demand.Fronts = []string{path} })
			p.edge().Workloads[0].Fronts[0].Workload = path
		}
	}
	mutate(t, fronting, map[string]mutation{
		"the sum forgotten":       {"workload.throughput", func(p *problem) { p.edge().Workloads[0].Throughput = 0 }},
		"the sum short":           {"workload.throughput", func(p *problem) { p.edge().Workloads[0].Throughput-- }},
		"a sum of what is given":  {"workload.throughput", func(p *problem) { p.web().Workloads[0].Throughput = 1 }},
		"another stated":          {"workload.throughput", func(p *problem) { p.web().Workloads[2].Throughput = 99 * units.PerSecond }},
		"a part forgotten":        {"workload.fronts", func(p *problem) { p.edge().Workloads[0].Fronts = nil }},
		"a part short":            {"workload.fronts", func(p *problem) { p.edge().Workloads[0].Fronts[0].Throughput-- }},
		"a part of another":       {"workload.fronts", func(p *problem) { p.edge().Workloads[0].Fronts[0].Workload = "node_group.web.workload.api" }},
		"parts of what is stated": {"workload.fronts", func(p *problem) { p.web().Workloads[2].Fronts = []planner.FrontedWorkload{{}} }},
		"pods for less": {"replicas.load", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[1].Demand.Throughput = 121 * units.PerSecond })
		}},
		"nobody behind": {"workload.throughput", front("node_group.web.workload.zoo")},
		"itself behind": {"workload.throughput", front("node_group.edge.workload.proxy")},
		"pods for today alone": {"replicas.load", func(p *problem) {
			p.respec(func(c *planner.Cluster) { // 100 x 1.1 x 1.1 = 121 of 120
				c.Growth.SizeForHorizon, c.Growth.HorizonMonths = true, 2
				c.NodeGroups[1].Workloads[1].GrowthPerMonth = 10 * units.Percent
			})
		}},
	})
}

// curved has search of web measured: at 60 ms, half way from 40 to 80 between 20/s and
// 100/s, a pod carries 60/s, which makes 2 pods of 100/s. With 3 each has 33.3/s, of
// which the curve says 46.666... ms.
func curved() *problem {
	p := good()
	searching(func(w *planner.Workload) {
		w.Demand = planner.Demand{
			Way: planner.FromCurve, Throughput: 100 * units.PerSecond,
			Latency:   []planner.LatencyTarget{{Statistic: planner.P99, Target: 60 * time.Millisecond}},
			LoadCurve: []planner.CurvePoint{{Throughput: 20 * units.PerSecond, P99: 40 * time.Millisecond}, {Throughput: 100 * units.PerSecond, P99: 80 * time.Millisecond}},
		}
	})(p)
	w := &p.web().Workloads[2]
	w.Binding, w.Utilization = "p99", 0
	w.Latency = []planner.LatencyPrediction{{Statistic: planner.P99, Target: 60 * time.Millisecond, Predicted: 46_667 * time.Microsecond, During: "normal", Model: "load curve"}}
	return p
}

// TestLoadCurve breaks what rests on a curve.
func TestLoadCurve(t *testing.T) {
	if err := curved().verify(); err != nil {
		t.Fatalf("the plan by hand is refused:\n%v", err)
	}
	demand := func(change func(d *planner.Demand)) func(p *problem) {
		return searching(func(w *planner.Workload) { change(&w.Demand) })
	}
	predicted := func(d time.Duration) func(p *problem) {
		return func(p *problem) { p.web().Workloads[2].Latency[0].Predicted = d }
	}
	mutate(t, curved, map[string]mutation{
		"more than two pods carry":   {"replicas.load", demand(func(d *planner.Demand) { d.Throughput = 121 * units.PerSecond })},
		"more than the curve has":    {"replicas.load", demand(func(d *planner.Demand) { d.LoadCurve[1].Throughput = 50 * units.PerSecond })},
		"a target below the curve":   {"replicas.load", demand(func(d *planner.Demand) { d.LoadCurve[0].P99 = 61 * time.Millisecond })},
		"no curve":                   {"replicas.load", demand(func(d *planner.Demand) { d.LoadCurve = nil })},
		"a prediction below":         {"latency.curve", predicted(46_666 * time.Microsecond)},
		"a prediction above":         {"latency.curve", predicted(46_669 * time.Microsecond)},
		"a prediction above the aim": {"latency.target", predicted(61 * time.Millisecond)},
		"no prediction":              {"latency.missing", func(p *problem) { p.web().Workloads[2].Latency = nil }},
	})
}
