package practice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/practice"
	"github.com/scantling-dev/scantling/planner/units"
)

// world is a plan and its catalog.
type world struct {
	plan *planner.Plan
	cat  *catalogs.Catalog
}

func (w *world) c() *planner.Cluster         { return &w.plan.Cluster }
func (w *world) group() *planner.NodeGroup   { return &w.plan.Cluster.NodeGroups[1] }
func (w *world) planned() *planner.GroupPlan { return &w.plan.NodeGroups[1] }
func (w *world) api() *planner.Workload      { return &w.group().Workloads[0] }

func listed(r units.USDPerHour) catalogs.Price {
	return catalogs.Price{Rate: r, Basis: catalogs.Listed, Date: "2026-05-01"}
}

// sound is a plan that breaks no rule: an app group of three nodes in three zones
// with three pods, and a system group.
func sound() *world {
	zones := []string{"us-east-1a", "us-east-1b", "us-east-1c"}
	one := units.Count(1)
	budget := &planner.PodDisruptionBudget{MaxUnavailable: &one}
	pod := planner.Pod{CPU: 1000, CPULimit: 2000, Memory: 2 * units.GiB, MemoryLimit: 3 * units.GiB}
	web := planner.NodeGroup{
		Name: "web", Role: planner.App, Zones: zones, Redundancy: planner.Redundancy{Nodes: 1, Zones: 1},
		Workloads: []planner.Workload{{
			Name: "api", Kind: planner.Deployment, Demand: planner.Demand{Way: planner.GivenReplicas, Replicas: 3},
			Pod: pod, PodDisruptionBudget: budget, TerminationGracePeriod: 30 * time.Second,
		}},
	}
	system := planner.NodeGroup{Name: "core", Role: planner.System, Zones: zones, Redundancy: planner.Redundancy{Nodes: 1, Zones: 1}}
	pool := planner.Pool{
		InstanceType: "m7i.xlarge", CapacityType: planner.OnDemand, Nodes: 3, Price: listed(units.DollarPerHour / 5),
		Allocatable: planner.Allocatable{CPU: 3900, Memory: 14 * units.GiB, Pods: 58},
		DaemonSets:  []planner.DaemonSet{{Name: "agent", CPU: 100, Memory: units.GiB}},
	}
	place := func(zone string) planner.Placement {
		return planner.Placement{Pool: "m7i.xlarge", Zone: zone, Nodes: 1, Pods: []planner.PodCount{{Workload: "api", Pods: 1}}}
	}
	return &world{
		plan: &planner.Plan{
			Cluster: planner.Cluster{
				Name: "shop", Provider: "aws", Region: "us-east-1", Zones: zones, KubernetesVersion: "1.35", Environment: planner.Production,
				AsOf: "2026-11-20", Network: planner.Network{CNI: planner.VPC}, NodeGroups: []planner.NodeGroup{system, web},
				Upgrade: &planner.Upgrade{To: "1.36"},
			},
			NodeGroups: []planner.GroupPlan{
				{Name: "core", Role: planner.System, Nodes: 3, Pools: []planner.Pool{pool}, Workloads: []planner.WorkloadPlan{{Name: "dns", System: true, Replicas: 2}}},
				{
					Name: "web", Role: planner.App, Nodes: 3, Pools: []planner.Pool{pool},
					Workloads: []planner.WorkloadPlan{{Name: "api", Replicas: 3}},
					Placement: []planner.Placement{place(zones[0]), place(zones[1]), place(zones[2])},
					// Three nodes of 3,800m less three pods of 1,000m.
					Headroom: planner.Headroom{CPU: 8400},
				},
			},
			ControlPlane: planner.ControlPlane{Mode: "managed", Tier: "standard", Support: "standard", SupportEnds: "2027-03-27"},
			Upgrade: &planner.UpgradePlan{
				From: "1.35", To: "1.36", Hops: []string{"1.36"}, Recommended: "surge",
				Strategies: []planner.UpgradeStrategy{
					{Name: "in_place", BlockedBy: []string{"not on EKS"}},
					{Name: "minimal", MinReady: 666_666, Groups: []planner.UpgradeGroup{{Name: "web", MinReady: 666_666}}},
					{Name: "surge", MinReady: units.Whole},
				},
			},
			Cost: planner.Cost{
				Lines: []planner.CostLine{{Path: "node_group.web.nodes", Detail: "3 x m7i.xlarge on demand", Basis: catalogs.Listed, Date: "2026-05-01", Amount: planner.Amount{Rate: units.DollarPerHour * 6 / 10, Known: true}}},
				Known: units.DollarPerHour * 6 / 10,
			},
		},
		cat: &catalogs.Catalog{
			Provider: "aws", Region: "us-east-1",
			Zones: []catalogs.Zone{{Name: "us-east-1a"}, {Name: "us-east-1b"}, {Name: "us-east-1c"}, {Name: "us-east-1d"}},
			Types: []catalogs.InstanceType{{Name: "m7i.xlarge", ENIs: 4, IPv4PerENI: 15, VCPUs: 4}},
			Fees:  []catalogs.Fee{{Tier: "extended", Price: listed(units.DollarPerHour * 6 / 10)}, {Tier: "standard", Price: listed(units.DollarPerHour / 10)}},
			Versions: []catalogs.Version{
				{Minor: "1.33", Release: "2025-05-28", StandardEnd: "2026-07-29", ExtendedEnd: "2027-07-29"},
				{Minor: "1.34", Release: "2025-10-06", StandardEnd: "2026-12-02", ExtendedEnd: "2027-12-02"},
				{Minor: "1.35", Release: "2026-01-28", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27"},
				{Minor: "1.36", Release: "2026-06-02", StandardEnd: "2027-08-02", ExtendedEnd: "2028-08-02"},
			},
		},
	}
}

func TestASoundPlanHasNoFindings(t *testing.T) {
	w := sound()
	if got := practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}); got == nil || len(got) != 0 {
		t.Errorf("got %+v, want an empty list", got)
	}
}

type want struct {
	change func(w *world)
	// finding is "severity rule path", says is part of its message, fix of its
	// remedy.
	finding, says, fix string
}

func check(t *testing.T, cases map[string]want) {
	t.Helper()
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := sound()
			tc.change(w)
			var found []string
			for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}) {
				key := fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Path)
				found = append(found, key)
				if key == tc.finding && strings.Contains(f.Message, tc.says) && strings.Contains(f.Remedy, tc.fix) {
					return
				}
				found = append(found, "\t"+f.Message+" | "+f.Remedy)
			}
			t.Errorf("want %s with %q and %q; found:\n%s", tc.finding, tc.says, tc.fix, strings.Join(found, "\n"))
		})
	}
}

func TestWorkerRules(t *testing.T) {
	burst := func(base units.MilliCPU) func(w *world) {
		return func(w *world) {
			w.cat.Types[0].Burstable, w.cat.Types[0].BaselineCPU = true, base
		}
	}
	check(t, map[string]want{
		"DNS on the app's nodes": {func(w *world) {
			w.planned().Workloads = append(w.planned().Workloads, planner.WorkloadPlan{Name: "dns", System: true, Replicas: 2})
		}, "info WN-01 node_group.web", "2 pods", `role = "system"`},
		"a database among Deployments": {func(w *world) {
			w.group().Workloads = append(w.group().Workloads, planner.Workload{Name: "db", Kind: planner.StatefulSet})
			w.planned().Workloads = append(w.planned().Workloads, planner.WorkloadPlan{Name: "db"})
		}, "warning WN-02 node_group.web", "1 StatefulSet and 1 Deployment", `node_group "db"`},
		"a web server among databases": {func(w *world) {
			// The group is named as its StatefulSet is, and has the role already.
			w.group().Name, w.planned().Name, w.group().Role = "db", "db", planner.Stateful
			w.group().Workloads = append(w.group().Workloads, planner.Workload{Name: "db", Kind: planner.StatefulSet})
			w.planned().Workloads = append(w.planned().Workloads, planner.WorkloadPlan{Name: "db"})
		}, "warning WN-02 node_group.db", "1 StatefulSet and 1 Deployment", `node_group "api" { role = "app" }, and workload "api" in it`},
		"no spare node":    {func(w *world) { w.group().Redundancy.Nodes = 0 }, "error WN-03 node_group.web.redundancy.nodes", "3 nodes", "nodes = 1"},
		"an only node":     {func(w *world) { w.group().Redundancy.Nodes, w.planned().Nodes = 0, 1 }, "error WN-03 node_group.web.redundancy.nodes", "losing the only node may", "nodes = 1"},
		"1,200 nodes":      {func(w *world) { w.group().Redundancy.Nodes, w.planned().Nodes = 0, 1200 }, "error WN-03 node_group.web.redundancy.nodes", "losing one of 1,200 nodes may", "nodes = 1"},
		"no spare for gpu": {func(w *world) { w.group().Redundancy.Nodes, w.group().Role = 0, planner.GPU }, "warning WN-03 node_group.web.redundancy.nodes", "3 nodes", "nodes = 1"},
		"one zone":         {func(w *world) { w.c().Zones = []string{"us-east-1b"} }, "error WN-06 zones", "us-east-1b", `["us-east-1a", "us-east-1b", "us-east-1c"]`},
		"one zone in development": {func(w *world) {
			w.c().Zones, w.c().Environment = []string{"us-east-1b"}, planner.Development
		}, "info WN-06 zones", "us-east-1b", "zones ="},
		"an autoscaler below": {func(w *world) { w.group().MinNodes = 2 }, "warning WN-13 node_group.web.autoscaling.min_nodes", "may shrink to 2 nodes, and what it survives was tried with 3", "min_nodes = 3"},
		"two zones":           {func(w *world) { w.c().Zones = w.c().Zones[:2] }, "info WN-06 zones", "half", "us-east-1c"},
		"a group in one zone": {func(w *world) { w.group().Zones = w.group().Zones[:1] }, "warning WN-06 node_group.web.zones", "one of 3 zones", "zones ="},
		"zones not survived":  {func(w *world) { w.group().Redundancy.Zones = 0 }, "warning WN-06 node_group.web.redundancy.zones", "over 3 zones", "zones = 1"},
		// 3 x 100m + 3 x 1,000m against 3 x 800m.
		"above the baseline":      {burst(800), "error WN-09 node_group.web.instances", "3.3 vCPU on 3 x m7i.xlarge that hold 2.4 vCPU for good: up to 0.9 vCPU", "families"},
		"a baseline not known":    {burst(0), "info WN-09 node_group.web.instances", "not known", "families"},
		"a steady role on bursts": {burst(1600), "warning WN-09 node_group.web.instances", "above 4.8 vCPU", "families"},
		"above it in development": {func(w *world) {
			burst(800)(w)
			w.c().Environment = planner.Development
		}, "warning WN-09 node_group.web.instances", "not known", "families"},
		"no taint": {func(w *world) { w.group().Role = planner.Ingress }, "warning WN-18 node_group.web.taint", "role ingress", "NoSchedule"},
		// 1 GiB of DaemonSet and 21 GiB on 14 GiB are 157.1%.
		"limits beyond the node": {func(w *world) { w.api().Pod.MemoryLimit = 21 * units.GiB }, "warning WN-21 node_group.web", "22.0 GiB on a m7i.xlarge with 14.0 GiB: 157%", `limits { memory = "2Gi" } in the pod of workload.api`},
	})
}

func TestPodRules(t *testing.T) {
	place := func(nodes ...int) func(w *world) {
		return func(w *world) {
			for i, n := range nodes {
				w.planned().Placement[i].Pods[0].Pods = n
			}
		}
	}
	check(t, map[string]want{
		"one replica": {func(w *world) { w.planned().Workloads[0].Replicas = 1 }, "error PD-01 node_group.web.workload.api", "1 replica", "replicas = 2"},
		"one computed replica": {func(w *world) {
			w.planned().Workloads[0].Replicas = 1
			w.api().Demand.Way = planner.FromLoadTest
		}, "error PD-01 node_group.web.workload.api", "1 replica", "min_replicas = 2"},
		"one replica in development": {func(w *world) {
			w.planned().Workloads[0].Replicas, w.c().Environment = 1, planner.Development
		}, "info PD-01 node_group.web.workload.api", "1 replica", "replicas = 2"},
		"one monitoring replica": {func(w *world) {
			w.planned().Workloads[0].Replicas, w.group().Role = 1, planner.Monitoring
		}, "info PD-01 node_group.web.workload.api", "1 replica", ""},
		"all on one node": {place(3, 0, 0), "warning PD-02 node_group.web.workload.api", "one of 3 nodes, in us-east-1a", "hostname"},
		"all in one zone": {func(w *world) {
			place(2, 1, 0)(w)
			w.planned().Placement[1].Zone = "us-east-1a"
		}, "warning PD-02 node_group.web.workload.api", "all 3 replicas stand in us-east-1a, one of 2 zones", "zone"},
		"all in the zone that is asked for": {func(w *world) {
			place(2, 1, 0)(w)
			w.planned().Placement[1].Zone = "us-east-1a"
			w.api().NodeSelector = map[string]string{"topology.kubernetes.io/zone": "us-east-1a"}
		}, "warning PD-02 node_group.web.workload.api", "us-east-1a, which node_selector names", "leave topology.kubernetes.io/zone out of node_selector"},
		"no budget": {func(w *world) { w.api().PodDisruptionBudget = nil }, "warning PD-03 node_group.web.workload.api.pod_disruption_budget", "all 3 replicas", "max_unavailable = 1"},
		"no budget in development": {func(w *world) {
			w.api().PodDisruptionBudget, w.c().Environment = nil, planner.Development
		}, "info PD-03 node_group.web.workload.api.pod_disruption_budget", "all 3 replicas", ""},
		"a budget of none": {func(w *world) {
			all := units.Share(units.Whole)
			w.api().PodDisruptionBudget = &planner.PodDisruptionBudget{MinAvailable: &all}
		}, "error PD-03 node_group.web.workload.api.pod_disruption_budget", "none of 3 replicas", "max_unavailable = 1"},
		"a long grace":     {func(w *world) { w.api().TerminationGracePeriod = 121 * time.Second }, "warning PD-04 node_group.web.workload.api.termination_grace_period", "121 s", "120s"},
		"too long a grace": {func(w *world) { w.api().TerminationGracePeriod = 901 * time.Second }, "error PD-04 node_group.web.workload.api.termination_grace_period", "901 s", "120s"},
		"no memory limit":  {func(w *world) { w.api().Pod.MemoryLimit = 0 }, "info PD-08 node_group.web.workload.api.pod.limits", "3 pods without a limit of memory", `limits { memory = "2Gi" }`},
		"survivors too few": {func(w *world) {
			ready := units.Count(2)
			w.api().Recovery, w.api().MinReady = planner.Static, &ready
			w.api().Demand.Way = planner.FromLoadTest
			w.planned().Workloads[0].Reasons = planner.ReplicaReasons{Load: 3}
			w.planned().Workloads[0].ReadyAtWorst = 2
		}, "warning PD-22 node_group.web.workload.api.min_ready", "leaves 2 pods ready, and the peak needs 3", "min_ready = 3"},
		"a limit that stops requests": {func(w *world) {
			w.api().Demand = planner.Demand{Way: planner.FromLatency, Latency: []planner.LatencyTarget{
				{Statistic: planner.Mean, Target: 200 * time.Millisecond}, {Statistic: planner.P99, Target: 199 * time.Millisecond},
			}}
			w.api().Pod.CPU, w.api().Pod.CPULimit = 500, 999
		}, "warning PD-23 node_group.web.workload.api.pod.limits", "for p99 of 199ms", `leave cpu out of limits, or limits { cpu = "1000m" }`},
		"a limit that stops requests of survivors": {func(w *world) {
			w.api().Demand = planner.Demand{
				Way: planner.FromLatency, Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: time.Second}},
				FailureLatency: []planner.LatencyTarget{{Statistic: planner.P50, Target: 100 * time.Millisecond}},
			}
			// 1.2 cores, of which the sidecar has 0.3.
			w.c().Sidecars = []planner.Sidecar{{Name: "proxy", CPU: 300, NodeGroups: []string{"web"}}, {Name: "other", CPU: 900, NodeGroups: []string{"core"}}}
			w.api().Pod.CPULimit = 1200
		}, "warning PD-23 node_group.web.workload.api.pod.limits", "at a CPU limit of 0.9 vCPU", "leave cpu out of limits"},
		"a daemonset on no node": {func(w *world) {
			w.c().DaemonSets = []planner.DaemonSet{{Name: "agent"}, {Name: "x", NodeSelector: map[string]string{"kubernetes.io/arch": "arm64"}}}
		}, "warning WN-24 daemonset.x.node_selector", "x runs on no node of the plan: none has the labels", "leave node_selector out"},
		"a daemonset that taints keep away": {func(w *world) {
			w.c().DaemonSets = []planner.DaemonSet{{Name: "x", OwnTolerations: true}}
		}, "warning WN-24 daemonset.x.tolerations", "does not tolerate the taints of its groups", "leave tolerations out"},
		"no limits":      {func(w *world) { w.api().Pod.CPULimit, w.api().Pod.MemoryLimit = 0, 0 }, "info PD-08 node_group.web.workload.api.pod.limits", "memory or CPU", `memory = "2Gi"`},
		"a hollow limit": {func(w *world) { w.api().Pod.CPULimit = 4000 }, "warning PD-09 node_group.web.workload.api.pod.limits", "4 vCPU on nodes with 3.9 vCPU", `limits { cpu = "1000m" }`},
		"hollow memory":  {func(w *world) { w.api().Pod.MemoryLimit = 15 * units.GiB }, "warning PD-09 node_group.web.workload.api.pod.limits", "15.0 GiB on nodes with 14.0 GiB", `limits { memory = "2Gi" }`},
	})
}

// TestWhatNoLimitStops: a target of two periods, a limit of a core, and what was measured
// under its limit.
func TestWhatNoLimitStops(t *testing.T) {
	for name, change := range map[string]func(w *planner.Workload){
		"a target of 200 ms": func(w *planner.Workload) { w.Demand.Latency[0].Target = 200 * time.Millisecond },
		"a limit of a core":  func(w *planner.Workload) { w.Pod.CPULimit = 1000 },
		"no limit":           func(w *planner.Workload) { w.Pod.CPULimit = 0 },
		"a load curve":       func(w *planner.Workload) { w.Demand.Way = planner.FromCurve },
	} {
		w := sound()
		w.api().Demand = planner.Demand{Way: planner.FromLatency, Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: 199 * time.Millisecond}}}
		w.api().Pod.CPU, w.api().Pod.CPULimit = 500, 999
		change(w.api())
		for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}) {
			if f.Rule == "PD-23" {
				t.Errorf("%s: %s", name, f.Message)
			}
		}
	}
}

// TestLimitsBesideSidecars: of a pod of 2.25 GiB the container that has no limit requests
// 2 GiB; the sidecar's is not the author's.
func TestLimitsBesideSidecars(t *testing.T) {
	w := sound()
	w.c().Sidecars = []planner.Sidecar{{Name: "proxy", CPU: 100, Memory: 256 * units.MiB}}
	w.api().Pod.Memory, w.api().Pod.MemoryLimit = 2304*units.MiB, 0
	for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}) {
		if f.Rule == "PD-08" && f.Remedy != `limits { memory = "2Gi" }` {
			t.Error(f.Remedy)
		}
	}
}

func TestUpgradeAndVersionRules(t *testing.T) {
	runs := func(minor, to string) func(w *world) {
		return func(w *world) {
			w.c().KubernetesVersion, w.plan.Upgrade.From, w.plan.Upgrade.To = minor, minor, to
		}
	}
	check(t, map[string]want{
		"every way blocked": {func(w *world) {
			for i := range w.plan.Upgrade.Strategies {
				w.plan.Upgrade.Strategies[i].BlockedBy = []string{"the budget of api"}
			}
		}, "error UP-01 upgrade", "all 3 ways to 1.36 are blocked: in_place (the budget of api)", "strategy"},
		"limits leave none that keeps the default": {func(w *world) {
			w.plan.Upgrade.Compromise = "n_plus_one is kept by default, and minimal breaks it"
		}, "warning UP-01 upgrade.keep", "n_plus_one is kept by default, and minimal breaks it", "keep = ... to say what must hold, or a wider limit"},
		"a change that opens a way": {func(w *world) {
			w.plan.Upgrade.Compromise = "n_plus_one is kept by default, and minimal breaks it"
			w.plan.Upgrade.Levers = []planner.UpgradeLever{{Path: "upgrade.finish_within", Value: "2h"}, {Path: "upgrade.kubelet_skew", Value: "2"}}
		}, "warning UP-01 upgrade.keep", "minimal breaks it", `finish_within = "2h" in upgrade, or kubelet_skew = 2 in upgrade`},
		"thin": {func(w *world) { w.plan.Upgrade.Recommended = "minimal" }, "warning UP-02 upgrade.strategy", "minimal leaves 66% of the nodes ready at its thinnest, in group web", "surge"},
		"two minors": {func(w *world) {
			runs("1.34", "1.36")(w)
			w.plan.Upgrade.Hops = []string{"1.35", "1.36"}
		}, "warning UP-06 upgrade.to", "from 1.34 to 1.36 are 2 minors", "1.35, then 1.36"},
		"the wanted way blocked": {func(w *world) {
			w.c().Upgrade = &planner.Upgrade{To: "1.36", Strategy: "minimal"}
			w.plan.Upgrade.Recommended = ""
			for i := range w.plan.Upgrade.Strategies {
				if s := &w.plan.Upgrade.Strategies[i]; s.Name == "minimal" {
					s.BlockedBy = []string{"the budget of api"}
				}
			}
		}, "error UP-01 upgrade.strategy", "minimal, which the spec asks for, is blocked: the budget of api", "compare"},
		// 2025-10-06 to 2026-11-20 are 410 days.
		"an old minor": {func(w *world) {
			w.c().KubernetesVersion, w.plan.Upgrade = "1.34", nil
		}, "warning UP-07 kubernetes_version", "1.34 has been out for 410 days, and 2 newer minors are out", `to = "1.36"`},
		// 2026-11-20 to 2026-12-02; 0.50 USD an hour more are 365.00 a month.
		"support ends soon": {func(w *world) {
			w.c().KubernetesVersion, w.plan.Upgrade = "1.34", nil
		}, "warning VE-01 kubernetes_version", "12 days, on 2026-12-02; extended support adds 365.00 USD/month, or the provider upgrades", `to = "1.36"`},
		"support ends, planned for":  {runs("1.34", "1.35"), "info VE-01 kubernetes_version", "12 days, on 2026-12-02", "planned upgrade to 1.35 before"},
		"support of the target ends": {runs("1.33", "1.34"), "warning VE-01 upgrade.to", "1.34 leaves standard support in 12 days", `to = "1.36"`},
		"extended support": {func(w *world) {
			runs("1.33", "1.36")(w)
			w.plan.ControlPlane.Support, w.plan.ControlPlane.SupportEnds = "extended", "2027-07-29"
		}, "warning VE-02 kubernetes_version", "2026-07-29: 365.00 USD/month more than in standard support; the provider upgrades it in 251 days", "planned upgrade to 1.36"},
		"an unknown fee": {func(w *world) {
			runs("1.33", "1.36")(w)
			w.plan.ControlPlane.Support, w.cat.Fees = "extended", nil
		}, "warning VE-02 kubernetes_version", "what that costs is not known", ""},
	})
}

func TestMoneyAndClusterRules(t *testing.T) {
	line := func(change func(l *planner.CostLine)) func(w *world) {
		return func(w *world) { change(&w.plan.Cost.Lines[0]) }
	}
	check(t, map[string]want{
		// 0.60 USD an hour are 438.00 a month.
		"a price by ratio": {line(func(l *planner.CostLine) { l.Basis = catalogs.Family }), "info PR-01 node_group.web.nodes", "438.00 USD/month rest on a price from another size of the family", "2026-05-01"},
		"an estimate":      {line(func(l *planner.CostLine) { l.Basis = catalogs.Estimated }), "warning PR-01 node_group.web.nodes", "another region (estimated): 3 x m7i.xlarge", ""},
		"hearsay":          {line(func(l *planner.CostLine) { l.Basis = catalogs.Secondary }), "info PR-01 node_group.web.nodes", "third parties", ""},
		"memory":           {line(func(l *planner.CostLine) { l.Basis, l.Date = catalogs.Recalled, "" }), "warning PR-01 node_group.web.nodes", "general knowledge", "an unknown day"},
		"an unknown price": {line(func(l *planner.CostLine) { l.Amount, l.Basis = planner.Amount{}, "" }), "warning PR-02 node_group.web.nodes", "3 x m7i.xlarge on demand: the price is not known", "catalog list"},
		"disks without a price": {func(w *world) {
			w.plan.Cost.Lines = append(w.plan.Cost.Lines,
				planner.CostLine{Path: "node_group.system.root_disks"}, planner.CostLine{Path: "node_group.web.root_disks"})
			w.cat.Disks = []catalogs.Disk{{Type: "gp2", PerGiB: catalogs.MonthlyPrice{Basis: catalogs.Secondary}}, {Type: "gp3"}}
		}, "warning PR-02 node_group.system.disk.type", "root disks is not known in us-east-1 (system, web)", `disk { type = "gp2" } (its price is from third parties)`},
		"growth beyond the budget": {func(w *world) {
			w.c().MaxUSDPerMonth = new(1000 * units.Dollar)
			w.plan.Growth = []planner.GrowthMonth{
				{Month: 1, Date: "2026-12-20", Cost: planner.Amount{Rate: units.DollarPerHour, Known: true}},
				{Month: 2, Date: "2027-01-20", Cost: planner.Amount{Rate: 2 * units.DollarPerHour, Known: true}},
			}
		}, "warning GR-01 max_usd_per_month", "in month 2 (2027-01-20) growth costs 1,460.00 USD/month, the budget is 1,000.00", "before that month"},
		"growth beyond a limit": {func(w *world) {
			w.plan.Growth = []planner.GrowthMonth{{Month: 3, Date: "2027-02-20", Infeasible: "max_nodes"}}
		}, "warning GR-01 growth", "in month 3 (2027-02-20) the load can no longer be planned: max_nodes", "raise"},
		"an old price": {line(func(l *planner.CostLine) { l.Date = "2022-05-01" }), "info PR-04 cost", "1 line of the bill (438.00 USD/month) on prices older than a year, the oldest of 2022-05-01 (node_group.web.nodes)", "provider"},
		"one old and one undated": {func(w *world) {
			line(func(l *planner.CostLine) { l.Date = "2022-05-01" })(w)
			w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: "control_plane.cluster", Basis: catalogs.Listed, Amount: planner.Amount{Rate: units.DollarPerHour, Known: true}})
		}, "info PR-04 cost", "2 lines of the bill (1,168.00 USD/month) on prices: 1 older than a year, the oldest of 2022-05-01 (node_group.web.nodes), 1 without a date", "provider"},
		"a price undated": {line(func(l *planner.CostLine) { l.Date = "" }), "info PR-04 cost", "1 line of the bill (438.00 USD/month) on prices without a date", "look them up with the provider"},
		"a statistic of spot": {func(w *world) {
			w.planned().Pools[0].CapacityType = planner.Spot
			w.cat.Types[0].SpotStatistic, w.cat.Types[0].Interruption = "mean of 90 days", "5-10"
		}, "info PR-03 node_group.web.instances.capacity_type", "438.00 USD/month of spot machines (3 x m7i.xlarge) are priced by mean of 90 days (listed), of 2026-05-01; 5-10% are taken away", "on_demand"},
		"an unknown zone": {func(w *world) { w.c().Zones = append(w.c().Zones, "us-east-1z") }, "warning CA-01 zones", "us-east-1z is not one of the 4 zones", "us-east-1a"},
		"one subnet":      {func(w *world) { w.c().Zones = []string{"us-east-1d"} }, "info CP-05 zones", "subnets in 2 zones", `["us-east-1a", "us-east-1d"]`},
		// 4 interfaces of 15 addresses: 4 x 14 + 2 = 58, with prefixes 4 x 14 x 16 + 2 = 898.
		"too many pods":     {func(w *world) { w.c().Network.MaxPods = 59 }, "warning NW-01 network.max_pods", "gets 58", "max_pods = 58, or cni"},
		"too many prefixes": {func(w *world) { w.c().Network = planner.Network{CNI: planner.VPCPrefix, MaxPods: 899} }, "warning NW-01 network.max_pods", "gets 898", "max_pods = 898"},
	})
}

// TestSilence: what is right at the edge is not reported.
func TestSilence(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"monitoring mixes kinds": func(w *world) {
			w.group().Role = planner.Monitoring
			w.group().Taints = []planner.Taint{{Key: "group", Effect: planner.NoSchedule}}
			w.group().Workloads = append(w.group().Workloads, planner.Workload{Name: "db", Kind: planner.StatefulSet})
			w.planned().Workloads = append(w.planned().Workloads, planner.WorkloadPlan{Name: "db"})
		},
		"batch without zones": func(w *world) {
			w.group().Role, w.group().Redundancy.Zones = planner.Batch, 0
			w.group().Taints = []planner.Taint{{Key: "group", Effect: planner.NoExecute}}
		},
		"max_pods at the formula": func(w *world) { w.c().Network.MaxPods = 58 },
		"a grace of two minutes":  func(w *world) { w.api().TerminationGracePeriod = 2 * time.Minute },
		// Two pods with limits of 2,925m on 3,900m.
		"limits of 150%": func(w *world) {
			w.api().Pod.CPULimit, w.planned().Pools[0].DaemonSets = 2925, nil
			w.planned().Placement[0].Pods[0].Pods = 2
		},
		"support for 61 days": func(w *world) { w.c().AsOf = "2027-01-25" },
		"a system pod's habits": func(w *world) {
			w.group().Workloads = append(w.group().Workloads, planner.Workload{Name: "dns", System: true})
			w.planned().Workloads = append(w.planned().Workloads, planner.WorkloadPlan{Name: "dns", Replicas: 1})
		},
		"no CPU limit": func(w *world) { w.api().Pod.CPULimit = 0 },
		"no upgrade":   func(w *world) { w.c().Upgrade, w.plan.Upgrade = nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := sound()
			change(w)
			if got := practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}); len(got) != 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestSettingsAndOrder(t *testing.T) {
	w := sound()
	w.group().Redundancy = planner.Redundancy{}
	w.api().Pod.MemoryLimit = 0
	w.api().PodDisruptionBudget = nil
	w.c().Rules = []planner.RuleSetting{
		{Rule: "PD-03", Severity: planner.Off, Reason: "rehearsal"},
		{Rule: "PD-08", Severity: planner.Error},
		{Rule: "WN-03", Severity: planner.Info},
	}
	var got []string
	for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}) {
		got = append(got, fmt.Sprintf("%s %s %s", f.Severity, f.Path, f.Rule))
	}
	want := []string{
		"error node_group.web.workload.api.pod.limits PD-08",
		"warning node_group.web.redundancy.zones WN-06",
		"info node_group.web.redundancy.nodes WN-03",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRulesAreComplete(t *testing.T) {
	rules := practice.Rules()
	last := ""
	for _, r := range rules {
		if r.ID <= last {
			t.Errorf("%s stands after %s", r.ID, last)
		}
		last = r.ID
		if len(r.ID) != 5 || r.ID[2] != '-' || r.Title == "" || r.DefaultSeverity.Rank() == 0 {
			t.Errorf("%s: id, title or severity is missing: %+v", r.ID, r)
		}
		for _, s := range []string{r.What, r.Why, r.Fix} {
			if !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q is no sentence", r.ID, s)
			}
		}
	}
	if len(rules) < 20 {
		t.Errorf("%d rules", len(rules))
	}
}
