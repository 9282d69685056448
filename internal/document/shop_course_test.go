package document_test

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// cluster is the input of shop.
func cluster() planner.Cluster {
	allZones := []string{"us-east-1a", "us-east-1b", "us-east-1c"}
	return planner.Cluster{
		Name: "shop", Provider: "aws", Region: "us-east-1", Zones: allZones,
		KubernetesVersion: "1.35", Environment: planner.Production, AsOf: day,
		MaxUSDPerMonth: new(2500 * units.Dollar),
		Network:        planner.Network{CNI: planner.VPC},
		ControlPlane:   planner.ControlPlaneSpec{Mode: planner.Managed, Tier: "standard"},
		NodeGroups: []planner.NodeGroup{
			group("batch", planner.Batch, allZones[:2], planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, given("thumbnails", 3)),
			group("ingress", planner.Ingress, allZones, planner.Redundancy{Nodes: 2, Zones: 1, Recovery: planner.Static}, nginx()),
			group("web", planner.App, allZones, planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule}, catalogService(), checkout()),
		},
		Growth:  planner.Growth{PerMonth: 3 * units.Percent, HorizonMonths: 12},
		Upgrade: &planner.Upgrade{To: "1.36", Strategy: "compare"},
		Emits:   []planner.Emit{{Tool: "terraform", Directory: "../infra/shop", Variable: "shop_node_groups"}},
		Rules:   []planner.RuleSetting{{Rule: "WN-14", Severity: planner.Off, Reason: "images are amd64 only"}},
		Assumptions: []planner.Assumption{
			{Path: "node_group.ingress.redundancy.nodes", Value: "2", Source: "role ingress"},
			{Path: "node_group.ingress.redundancy.zones", Value: "1", Source: "role ingress"},
			{Path: "node_group.web.redundancy.nodes", Value: "1", Source: "role app"},
			{Path: "node_group.web.redundancy.zones", Value: "1", Source: "role app"},
			{Path: "node_group.web.workload.catalog.spare_replicas", Value: "1", Source: "computed counts"},
			{Path: "node_group.web.workload.checkout.max_utilization", Value: `"70%"`, Source: "role app"},
			{Path: "node_group.web.workload.checkout.spare_replicas", Value: "1", Source: "computed counts"},
		},
	}
}

func group(name string, role planner.Role, zones []string, r planner.Redundancy, workloads ...planner.Workload) planner.NodeGroup {
	g := planner.NodeGroup{
		Name: name, Role: role, Zones: zones, Image: planner.AL2023,
		Instances: planner.Instances{
			Families: []string{"c6*", "c7*", "m6*", "m7*"}, Architectures: []string{"amd64"}, CapacityType: planner.OnDemand, MaxTypes: 1,
		},
		Disk: planner.Disk{Type: "gp3", Size: 50 * units.GiB}, Redundancy: r, Guarantee: planner.Scheduled,
		UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxUnavailable: units.Share(33 * units.Percent)},
		Workloads:    workloads,
	}
	if role == planner.App {
		g.Labels = map[string]string{"team": "shop"}
	} else {
		g.Taints = []planner.Taint{{Key: "group", Value: name, Effect: planner.NoSchedule}}
	}
	if role == planner.Batch {
		g.Instances.CapacityType = planner.Spot
	}
	return g
}

func workload(name string, d planner.Demand, spare, least int, p planner.Pod) planner.Workload {
	return planner.Workload{
		Name: name, Kind: planner.Deployment, Demand: d, SpareReplicas: spare, MinReplicas: least,
		Recovery: planner.Reschedule, Pod: p,
		TerminationGracePeriod: 30 * time.Second, StartupTime: 20 * time.Second,
		RollingUpdate:  planner.RollingUpdate{MaxSurge: units.Share(25 * units.Percent)},
		GrowthPerMonth: 3 * units.Percent,
	}
}

func given(name string, n int) planner.Workload {
	return workload(name, planner.Demand{Way: planner.GivenReplicas, Replicas: n}, 0, 0, planner.Pod{CPU: 1000, Memory: 2 * units.GiB})
}

func nginx() planner.Workload {
	w := workload("ingress-nginx", planner.Demand{
		Way: planner.FromLoadTest, Throughput: 2500 * units.PerSecond, ThroughputPerPod: 2500 * units.PerSecond,
	}, 1, 2, planner.Pod{CPU: 1000, Memory: units.GiB})
	w.Recovery = planner.Static
	w.MinReady = new(units.Count(2))
	w.TopologySpread = []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1, Hard: true}, {Key: planner.HostnameKey, MaxSkew: 1, Hard: true}}
	w.PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(1))}
	w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
	return w
}

func catalogService() planner.Workload {
	return workload("catalog", planner.Demand{
		Way: planner.FromLoadTest, Throughput: 4000 * units.PerSecond, ThroughputPerPod: 350 * units.PerSecond,
	}, 1, 2, planner.Pod{CPU: 1000, Memory: units.GiB, MemoryLimit: units.GiB})
}

func checkout() planner.Workload {
	w := workload("checkout", planner.Demand{
		Way: planner.FromLatency, Throughput: 1200 * units.PerSecond,
		Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: 250 * time.Millisecond}},
		Service: planner.ServiceTime{
			Distribution: "lognormal",
			Measured: []planner.LatencyTarget{
				{Statistic: planner.Mean, Target: 18 * time.Millisecond}, {Statistic: planner.P99, Target: 70 * time.Millisecond},
			},
			MeasuredAtUtilization: 40 * units.Percent,
		},
		Concurrency: 4, Balancing: "random", MaxUtilization: 70 * units.Percent,
	}, 1, 2, planner.Pod{CPU: 500, Memory: 768 * units.MiB})
	w.TopologySpread = []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1}}
	w.PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: new(units.Share(25 * units.Percent))}
	return w
}

// upgrade has a strategy that is recommended, one that is only possible and two
// that are blocked, one of them without figures.
func upgrade() *planner.UpgradePlan {
	return &planner.UpgradePlan{
		From: "1.35", To: "1.36", Hops: []string{"1.36"}, Recommended: "surge",
		Reason: "the cheapest that keeps every node's worth of capacity",
		Strategies: []planner.UpgradeStrategy{
			{Name: "in_place", BlockedBy: []string{"EKS replaces nodes and does not upgrade them in place"}},
			{
				Name: "minimal", Duration: 80 * time.Minute, ExtraCostKnown: true, MinReady: 666_667,
				Rollback: "control plane 7 d, re-roll",
				Groups:   []planner.UpgradeGroup{{Name: "web", Start: 20 * time.Minute, Duration: time.Hour, Parallel: 2, MinReady: 666_667, Drain: 50 * time.Second, DrainWorkload: "checkout"}},
			},
			{
				Name: "node_group_blue_green", Duration: 2*time.Hour + 18*time.Minute, ExtraCost: 6_130_000_000, ExtraCostKnown: true,
				PeakExtraNodes: 11, MinReady: units.Whole, Rollback: "uncordon blue, within 1 h", BlockedBy: []string{"addresses in us-east-1c"},
			},
			{
				Name: "surge", Duration: 2*time.Hour + 13*time.Minute + 20*time.Second, ExtraCost: 1_170_000_000, ExtraCostKnown: true,
				PeakExtraNodes: 6, MinReady: units.Whole, Rollback: "control plane 7 d, re-roll", Notes: []string{"new nodes for up to 2 h"},
				Groups: []planner.UpgradeGroup{
					{Name: "ingress", Start: 20 * time.Minute, Duration: 43 * time.Minute, Parallel: 1, PeakExtraNodes: 3, MinReady: units.Whole, ExtraNodeHours: 1.25, ExtraCost: 170_000_000, Drain: 130 * time.Second, DrainWorkload: "ingress-nginx"},
					{Name: "web", Start: 63 * time.Minute, Duration: 70 * time.Minute, Parallel: 2, PeakExtraNodes: 6, MinReady: units.Whole, ExtraNodeHours: 2.5, ExtraCost: 1_000_000_000, Drain: 50 * time.Second, DrainWorkload: "checkout"},
				},
			},
		},
	}
}

func growth() []planner.GrowthMonth {
	nodes := func(batch, ingress, web int) []planner.GroupNodes {
		return []planner.GroupNodes{{Group: "batch", Nodes: batch}, {Group: "ingress", Nodes: ingress}, {Group: "web", Nodes: web}}
	}
	return []planner.GrowthMonth{
		{Month: 1, Date: "2026-12-20", Factor: 1_030_000, Nodes: nodes(2, 3, 6), Cost: known(total), ControlPlane: known(cents(10))},
		{Month: 2, Date: "2027-01-20", Factor: 1_060_900, Nodes: nodes(2, 3, 7), Cost: known(total + cents(40) + diskRate), ControlPlane: known(cents(10))},
		{Month: 3, Date: "2027-02-20", Factor: 1_092_727, Infeasible: "max_usd_per_month is 2,500.00"},
	}
}

// total is the whole bill: 2.40 + 0.30 + 0.10 + 0.10 + 11 disks.
const total = 2_900_000_000 + 11*diskRate

func cost() planner.Cost {
	line := func(path, detail string, basis catalogs.Basis, rate units.USDPerHour) planner.CostLine {
		return planner.CostLine{Path: path, Detail: detail, Basis: basis, Date: day, Amount: known(rate)}
	}
	return planner.Cost{
		Lines: []planner.CostLine{
			line("control_plane.standard", "EKS, standard support", catalogs.Listed, cents(10)),
			line("node_group.batch.nodes", "2 x c6i.xlarge spot", catalogs.Secondary, cents(10)),
			line("node_group.batch.root_disks", "2 x 50 GiB gp3", catalogs.Listed, 2*diskRate),
			line("node_group.ingress.nodes", "3 x c7i.large on demand", catalogs.Family, cents(30)),
			line("node_group.ingress.root_disks", "3 x 50 GiB gp3", catalogs.Listed, 3*diskRate),
			line("node_group.web.nodes", "6 x m7i.2xlarge on demand", catalogs.Listed, cents(240)),
			line("node_group.web.root_disks", "6 x 50 GiB gp3", catalogs.Listed, 6*diskRate),
		},
		Known: total, Total: known(total),
	}
}

func findings() []planner.Finding {
	return []planner.Finding{
		{
			Rule: "PR-01", Severity: planner.Warning, Path: "node_group.ingress",
			Source:  &planner.Place{File: "main.hcl", Line: 31, Column: 3},
			Message: "the price of c7i.large is worked out from another size of its family", Remedy: "check it before you rely on the total",
		},
		{
			Rule: "WN-05", Severity: planner.Warning, Path: "node_group.batch.workload.thumbnails",
			Message: "no PodDisruptionBudget", Remedy: "add pod_disruption_budget",
		},
		{
			Rule: "WN-14", Severity: planner.Info, Path: "node_group.web.instances",
			Source:  &planner.Place{File: "main.hcl", Line: 9, Column: 5},
			Message: "arm64 types of the same families were not looked at, because the group admits amd64 alone; images that run on both would let the plan choose among more types",
			Remedy:  `architectures = ["amd64", "arm64"]`,
		},
	}
}
