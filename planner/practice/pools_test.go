package practice_test

import (
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/practice"
	"github.com/scantling-dev/scantling/planner/units"
)

// mixed has the web group on a large machine on demand, the same one as spot, and a
// small burstable one as spot, which holds 400m for good: one node of each.
func mixed(change func(w *world)) func(w *world) {
	return func(w *world) {
		g := w.planned()
		base, spot, small := g.Pools[0], g.Pools[0], g.Pools[0]
		base.Nodes, spot.Nodes, small.Nodes = 1, 1, 1
		spot.CapacityType, small.CapacityType = planner.Spot, planner.Spot
		small.InstanceType = "t3.medium"
		small.Allocatable = planner.Allocatable{CPU: 1900, Memory: 3 * units.GiB, Pods: 17}
		g.Pools = []planner.Pool{base, spot, small}
		g.Workloads[0].Pod = planner.Pod{CPU: 1000, Memory: 2 * units.GiB}
		for i, name := range planner.PoolNames(g.Pools) {
			g.Placement[i].Pool = name
		}
		w.cat.Types[0].SpotStatistic = "mean of 30 days"
		w.cat.Types = append(w.cat.Types, catalogs.InstanceType{
			Name: "t3.medium", VCPUs: 2, ENIs: 3, IPv4PerENI: 6, Burstable: true, BaselineCPU: 400, SpotStatistic: "mean of 30 days",
			OnDemand: listed(units.DollarPerHour / 25), Spot: listed(units.DollarPerHour / 50),
		})
		w.plan.Cost.Lines = nil
		for i, path := range g.NodesPaths() {
			w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{
				Path: path, Basis: g.Pools[i].Price.Basis, Date: "2026-05-01", Amount: planner.Amount{Rate: units.DollarPerHour, Known: true},
			})
		}
		w.planned().Headroom.CPU = 0
		change(w)
	}
}

// TestPoolsAreToldApart: each rule reads the pool that it speaks of.
func TestPoolsAreToldApart(t *testing.T) {
	nothing := func(*world) {}
	check(t, map[string]want{
		// A pod of a core and an agent of 100m.
		"burstable, one of several": {mixed(nothing), "error WN-09 node_group.web.instances", "requests of 1.1 vCPU on 1 x t3.medium that hold 0.4 vCPU", "families"},
		"limits on the small one": {
			mixed(func(w *world) { w.api().Pod.MemoryLimit, w.api().Pod.Memory = 4*units.GiB, 2*units.GiB }),
			"warning WN-21 node_group.web", "5.0 GiB on a t3.medium with 3.0 GiB: 167%", "limits",
		},
		"a limit beyond the small one": {
			mixed(func(w *world) { w.api().Pod.MemoryLimit = 4 * units.GiB }),
			"warning PD-09 node_group.web.workload.api.pod.limits", "on nodes with 3.0 GiB (t3.medium)", "",
		},
		// A pod of 2 GiB and an agent of 1 GiB are all that the small node has.
		"a limit beyond a small one that the pod never lands on": {
			mixed(func(w *world) { w.api().Pod.MemoryLimit, w.api().Pod.Memory = 15*units.GiB, 4*units.GiB }),
			"warning PD-09 node_group.web.workload.api.pod.limits", "on nodes with 14.0 GiB (m7i.xlarge)", "",
		},
		"no spot machine": {
			mixed(func(w *world) {
				w.group().Instances.CapacityType, w.group().Instances.OnDemandBase = planner.Spot, units.Count(500)
			}),
			"warning WN-25 node_group.web.instances.on_demand_base", "on_demand_base of 500 keeps all of 3 nodes on demand", "on_demand",
		},
		"spot, each type": {mixed(nothing), "info PR-03 node_group.web.instances.capacity_type", "(1 x t3.medium) are priced by mean of 30 days", ""},
		"a line on demand by ratio": {
			mixed(func(w *world) { w.plan.Cost.Lines[0].Basis = catalogs.Family }),
			"info PR-01 node_group.web.nodes.m7i.xlarge/on_demand", "another size of the family", "",
		},
		"volumes without a price": {
			mixed(func(w *world) {
				w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: "node_group.web.volumes", Detail: "3 x 10 GiB io9, data of api"})
				w.cat.Disks = []catalogs.Disk{{Type: "gp3", PerGiB: catalogs.MonthlyPrice{Amount: 1, Basis: catalogs.Listed}}}
			}),
			"warning PR-02 node_group.web.volumes", "3 x 10 GiB io9, data of api: the price is not known", `volume { type = "gp3" }`,
		},
		// 58 pods and 4 cores: 255 + 11 x 58 MiB, 60 + 10 + 5 + 5 m.
		"reserves of the largest": {
			onSelf(mixed(func(w *world) { w.group().Kubelet.KubeReserved = nil })), "warning WN-22 node_group.web.kubelet.kube_reserved", "the kubelet of 3 nodes of 2 types: on the type that needs most, m7i.xlarge, for 58 pods managed nodes keep 80m and 893 MiB", "80m",
		},
		"pods of the small one": {
			onSelf(mixed(func(w *world) { w.planned().Placement[2].Pods[0].Pods = 20 })),
			"warning WN-23 node_group.web.kubelet.max_pods", "21 pods on a t3.medium with 2 cores: Kubernetes is tested with 20", "max_pods = 20",
		},
	})
	w := sound()
	mixed(func(w *world) {
		w.group().Instances.CapacityType, w.group().Instances.OnDemandBase = planner.Spot, units.Count(2)
	})(w)
	for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{}) {
		if f.Rule == "WN-25" {
			t.Errorf("one of three nodes is spot: %+v", f)
		}
	}
	w = sound()
	mixed(func(w *world) { w.api().Pod.MemoryLimit, w.api().Pod.Memory = 4*units.GiB, 3*units.GiB })(w)
	for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{}) {
		if f.Rule == "PD-09" {
			t.Errorf("3 GiB and the agent's do not fit on the small node, which the limit is compared with: %+v", f)
		}
	}
	w = sound()
	mixed(func(w *world) { w.plan.Cost.Lines[1].Basis = catalogs.Family })(w)
	for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{}) {
		if f.Rule == "PR-01" {
			t.Errorf("a line of spot machines is one of list prices: %+v", f)
		}
	}
}
