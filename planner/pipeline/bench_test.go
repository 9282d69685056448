package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
)

// sizable is a cluster of so many groups on a market of so many types, a third of
// the groups an ingress, a third with a latency target.
func sizable(groups, types int) *problem {
	d := dice{rand.New(rand.NewPCG(1, 0))}
	var list []planner.NodeGroup
	for i := range groups {
		name := fmt.Sprintf("g%02d", i)
		r := planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule}
		switch i % 3 {
		case 0:
			list = append(list, group(name, planner.App, abc(), r,
				tested("api", 9000*units.PerSecond, 450*units.PerSecond, 500, units.GiB), given("cart", 12, 1000, 2*units.GiB), given("web", 9, 250, 512*units.MiB)))
		case 1:
			list = append(list, group(name, planner.App, abc(), r, latencyBound("search"), given("cart", 8, 1000, 4*units.GiB)))
		case 2:
			r = planner.Redundancy{Nodes: 2, Zones: 1, Recovery: planner.Static}
			list = append(list, group(name, planner.Ingress, abc(), r, spreadHard(tested("proxy", 20_000*units.PerSecond, 2500*units.PerSecond, 1000, units.GiB))))
		}
	}
	return &problem{cluster: cluster(abc(), list...), catalog: d.market(types), provider: fakeProvider{daemons: agents(), system: systemWorkloads()}}
}

func BenchmarkMake(b *testing.B) {
	for _, groups := range []int{1, 3, 12} {
		for _, types := range []int{20, 200, 1000} {
			b.Run(fmt.Sprintf("groups=%d/types=%d", groups, types), func(b *testing.B) {
				p := sizable(groups, types)
				var plan planner.Plan
				var err error
				for b.Loop() {
					if plan, err = pipeline.Make(b.Context(), p.cluster, p.catalog, p.provider, pipeline.Options{}); err != nil {
						b.Fatal(err)
					}
				}
				count := 0
				for i := range plan.NodeGroups {
					count += plan.NodeGroups[i].Nodes
				}
				b.ReportMetric(float64(count), "nodes")
				b.ReportMetric(float64(plan.Cost.Known)/float64(units.DollarPerHour), "usd/h")
			})
		}
	}
}

// BenchmarkGuarantees plans a group of many pods of ten sizes with each guarantee;
// the prices of the other two are part of each plan.
func BenchmarkGuarantees(b *testing.B) {
	for _, pods := range []int{1_000, 10_000} {
		for _, guarantee := range []planner.Guarantee{planner.Packed, planner.Scheduled, planner.AnyOrder} {
			b.Run(fmt.Sprintf("pods=%d/%s", pods, guarantee), func(b *testing.B) {
				d := dice{rand.New(rand.NewPCG(1, 0))}
				var works []planner.Workload
				for i := range 10 {
					cpu := units.MilliCPU(50 * (1 + d.IntN(30)))
					works = append(works, given(fmt.Sprintf("w%d", i), pods/10, cpu, units.Bytes(cpu)*units.Bytes(1+d.IntN(4))*units.MiB))
				}
				g := group("g", planner.App, abc(), planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule}, works...)
				g.Guarantee = guarantee
				p := &problem{cluster: cluster(abc(), g), catalog: d.market(200), provider: fakeProvider{}}
				var plan planner.Plan
				var err error
				for b.Loop() {
					if plan, err = pipeline.Make(b.Context(), p.cluster, p.catalog, p.provider, pipeline.Options{}); err != nil {
						b.Fatal(err)
					}
				}
				for _, row := range plan.NodeGroups[0].Guarantees {
					b.ReportMetric(float64(row.Nodes), string(row.Guarantee)+"-nodes")
				}
				b.ReportMetric(float64(plan.NodeGroups[0].Nodes), "nodes")
			})
		}
	}
}

// BenchmarkLatency plans 8 groups of 5 workloads whose latency targets are found by
// formula alone, over a year of growth; the goal is a second.
func BenchmarkLatency(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 0))
	var list []planner.NodeGroup
	for i := range 8 {
		var works []planner.Workload
		for j := range 5 {
			w := given(fmt.Sprintf("w%d", j), 0, 500, units.GiB)
			w.Demand, w.SpareReplicas, w.MinReplicas = demandOf(rng, false), 1, 2
			w.Demand.Connections = 0
			for k := range w.Demand.Latency { // far enough from the service time of half a core
				w.Demand.Latency[k].Target *= 3
			}
			works = append(works, w)
		}
		r := planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule}
		list = append(list, group(fmt.Sprintf("g%d", i), planner.App, abc(), r, works...))
	}
	p := &problem{cluster: cluster(abc(), list...), catalog: dice{rng}.market(20), provider: fakeProvider{daemons: agents(), system: systemWorkloads()}}
	for _, growth := range []units.Ratio{0, 3 * units.Percent} {
		for _, how := range []planner.Simulation{planner.SimulateNever, planner.SimulateAuto} {
			b.Run(fmt.Sprintf("groups=8/workloads=40/growth=%d%%/simulation=%s", growth/units.Percent, how), func(b *testing.B) {
				q := *p
				q.cluster.Simulation, q.cluster.Growth = how, planner.Growth{PerMonth: growth, HorizonMonths: 12}
				for i := range q.cluster.NodeGroups {
					for j := range q.cluster.NodeGroups[i].Workloads {
						q.cluster.NodeGroups[i].Workloads[j].GrowthPerMonth = growth
					}
				}
				for b.Loop() {
					if _, err := q.make(b); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
