package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// fronted is a gateway in front of two proxies, of which one stands in front of both
// services and the other of one.
//
//	gateway (edge) → inner, outer (edge);  inner → api, search (web);  outer → api (web)
//
// api carries 1,000/s and grows by 10% a month, search 500/s and stays.
func fronted() *problem {
	api := tested("api", 1000*units.PerSecond, 200*units.PerSecond, 500, units.GiB)
	api.GrowthPerMonth = 10 * units.Percent
	web := group("web", planner.App, abc(), planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
		api, tested("search", 500*units.PerSecond, 200*units.PerSecond, 500, units.GiB))
	proxy := func(name string, behind ...string) planner.Workload {
		w := tested(name, 0, 400*units.PerSecond, 500, units.GiB)
		w.Demand.Fronts = behind
		return w
	}
	edge := group("edge", planner.App, abc(), planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
		proxy("gateway", "node_group.edge.workload.inner", "node_group.edge.workload.outer"),
		proxy("inner", "node_group.web.workload.api", "node_group.web.workload.search"),
		proxy("outer", "node_group.web.workload.api"))
	p := &problem{cluster: cluster(abc(), edge, web), provider: fakeProvider{daemons: agents(), system: systemWorkloads()}}
	p.catalog = catalog(machine("m7i.xlarge", 4, 16, 200), machine("m7i.2xlarge", 8, 32, 400))
	p.cluster.Growth = planner.Growth{HorizonMonths: 2}
	return p
}

// TestFronts: a proxy carries the sum of what stands behind it, each after its growth.
func TestFronts(t *testing.T) {
	for name, tc := range map[string]struct {
		horizon bool
		// rates of gateway, inner and outer; loads at 400/s a pod.
		rates [3]units.Rate
		loads [3]int
	}{
		// inner 1,000 + 500, outer 1,000, gateway 2,500; 2,500/400 = 6.25.
		"today": {false, [3]units.Rate{2500, 1500, 1000}, [3]int{7, 4, 3}},
		// 1,000 x 1.1 x 1.1 = 1,210: inner 1,710, outer 1,210, gateway 2,920.
		"after two months": {true, [3]units.Rate{2920, 1710, 1210}, [3]int{8, 5, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			p := fronted()
			p.cluster.Growth.SizeForHorizon = tc.horizon
			plan := p.mustMake(t)
			if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
				t.Fatalf("verify refuses it:\n%v", err)
			}
			proxies := slices.DeleteFunc(slices.Clone(plan.NodeGroups[0].Workloads), func(w planner.WorkloadPlan) bool { return w.System })
			for i, w := range proxies {
				if w.Throughput != tc.rates[i]*units.PerSecond || w.Reasons.Load != tc.loads[i] {
					t.Errorf("%s carries %v with %d pods, want %d with %d", w.Name, w.Throughput, w.Reasons.Load, tc.rates[i], tc.loads[i])
				}
			}
			parts := proxies[0].Fronts
			if len(parts) != 2 || parts[0].Workload != "node_group.edge.workload.inner" || parts[0].Throughput != tc.rates[1]*units.PerSecond || parts[1].Throughput != tc.rates[2]*units.PerSecond {
				t.Errorf("gateway is the sum of %+v", parts)
			}
		})
	}
}

// TestFrontsWithoutThroughput: what a spec refuses before is no plan here either.
func TestFrontsWithoutThroughput(t *testing.T) {
	for name, change := range map[string]func(c *planner.Cluster){
		"in a circle": func(c *planner.Cluster) {
			c.NodeGroups[0].Workloads[2].Demand.Fronts = []string{"node_group.edge.workload.gateway"}
		},
		"of a given count": func(c *planner.Cluster) { c.NodeGroups[1].Workloads[1] = given("search", 2, 500, units.GiB) },
	} {
		t.Run(name, func(t *testing.T) {
			p := fronted()
			change(&p.cluster)
			_, err := p.make(t)
			if err == nil || !strings.Contains(err.Error(), "its throughput is not known") {
				t.Errorf("got %v", err)
			}
		})
	}
}
