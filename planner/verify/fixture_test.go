package verify_test

import (
	"maps"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// fakeProvider sizes a node as its vCPUs less 100m, its memory less 1 GiB, and 20
// pods. It runs one DaemonSet a node and two DNS pods a cluster.
type fakeProvider struct {
	terms   planner.Terms
	control planner.ControlPlane
	// offer changes what a node offers; nil leaves it.
	offer func(a *planner.Allocatable)
}

func fake() *fakeProvider {
	return &fakeProvider{
		terms:   planner.Terms{Provider: "aws", Mode: planner.Managed, Title: "a fake", DefaultMode: true, FamilyEnd: "."},
		control: controlPlane(),
	}
}

func (p *fakeProvider) Name() string { return p.terms.Provider }

func (p *fakeProvider) Terms() planner.Terms { return p.terms }

func (*fakeProvider) Versions(cat *catalogs.Catalog) []catalogs.Version { return cat.Versions }

func (p *fakeProvider) Allocatable(_ *planner.Cluster, _ *planner.NodeGroup, t *catalogs.InstanceType) (planner.Allocatable, error) {
	a := planner.Allocatable{
		CPU: units.MilliCPU(t.VCPUs)*units.Core - 100, Memory: t.Memory - units.GiB, Pods: 20, EphemeralStorage: 40 * units.GiB,
	}
	if p.offer != nil {
		p.offer(&a)
	}
	return a, nil
}

func (*fakeProvider) DaemonSets(*planner.Cluster, *planner.NodeGroup) []planner.DaemonSet {
	return []planner.DaemonSet{{Name: "proxy-agent", CPU: 100}}
}

func (*fakeProvider) SystemWorkloads(*planner.Cluster, planner.Size) []planner.Workload {
	return []planner.Workload{{
		Name: "dns", Kind: planner.Deployment, System: true, Recovery: planner.Reschedule,
		Demand:        planner.Demand{Way: planner.GivenReplicas, Replicas: 2},
		Pod:           planner.Pod{CPU: 100, Memory: 64 * units.MiB},
		RollingUpdate: planner.RollingUpdate{MaxUnavailable: units.Count(1)},
	}}
}

func (p *fakeProvider) RootDisks(g *planner.NodeGroup) []planner.Disk {
	if p.terms.OwnMachines {
		return nil
	}
	return []planner.Disk{g.Disk}
}

func (p *fakeProvider) ControlPlane(*planner.Cluster, *catalogs.Catalog) (planner.ControlPlane, error) {
	return p.control, nil
}

func (*fakeProvider) Mechanics(*planner.Cluster) planner.Mechanics { return planner.Mechanics{} }

func controlPlane() planner.ControlPlane {
	return planner.ControlPlane{
		Mode: "managed", Tier: "standard", Support: "standard", SupportEnds: "2027-03-27",
		Fees: []planner.FeeLine{{Name: "cluster", Price: listed(units.DollarPerHour / 10)}},
	}
}

func listed(r units.USDPerHour) catalogs.Price {
	return catalogs.Price{Rate: r, Basis: catalogs.Listed, Date: "2026-01-02", Source: "test"}
}

func dollars(thousandths int64) units.USDPerHour {
	return units.DollarPerHour / 1000 * units.USDPerHour(thousandths)
}

func machine(name string, vcpus int, gib units.Bytes, thousandths int64) catalogs.InstanceType {
	t := catalogs.InstanceType{Name: name, Architecture: catalogs.AMD64, VCPUs: vcpus, Memory: gib * units.GiB}
	if thousandths > 0 {
		t.OnDemand = listed(dollars(thousandths))
	}
	return t
}

func catalog() *catalogs.Catalog {
	unpriced := machine("m7.mystery", 4, 16, 0)
	burst := machine("t3.large", 4, 16, 100)
	burst.Burstable, burst.BaselineCPU = true, 800
	arm := machine("m7g.large", 4, 16, 150)
	arm.Architecture = catalogs.ARM64
	return &catalogs.Catalog{
		Provider: "aws", Region: "us-east-1", Source: "test", Date: "2026-11-20", SHA256: "abc",
		Types: []catalogs.InstanceType{machine("m7.large", 4, 16, 200), unpriced, machine("m7.xlarge", 8, 32, 420), arm, burst},
		Disks: []catalogs.Disk{{
			Type: "gp3", FreeIOPS: 3000, FreeMiBps: 125,
			PerGiB: catalogs.MonthlyPrice{Amount: 73 * units.Dollar / 1000, Basis: catalogs.Listed, Date: "2026-01-02"},
		}},
		Fees: []catalogs.Fee{
			{Tier: "extended", Price: listed(dollars(600))},
			{Tier: "standard", Price: listed(dollars(100))},
		},
		Versions: []catalogs.Version{{Minor: "1.35", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27"}},
	}
}

func zoneNames() []string { return []string{"a", "b", "c"} }

// cluster asks for two groups: web, whose pods are rescheduled, and edge, whose
// survivors must carry the load at once.
func cluster() planner.Cluster {
	budget := 1600 * units.Dollar
	quarter := units.Share(25 * units.Percent)
	hard := func(key planner.TopologyKey) planner.TopologySpread {
		return planner.TopologySpread{Key: key, MaxSkew: 1, Hard: true}
	}
	edge := planner.NodeGroup{
		Name: "edge", Role: planner.Ingress, Zones: zoneNames(), Image: planner.AL2023,
		Instances:  planner.Instances{Families: []string{"m?"}, Architectures: []string{catalogs.AMD64}, CapacityType: planner.OnDemand, MaxTypes: 1},
		Disk:       planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Taints:     []planner.Taint{{Key: "group", Value: "edge", Effect: planner.NoSchedule}},
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static},
		Workloads: []planner.Workload{{
			Name: "proxy", Kind: planner.Deployment, Recovery: planner.Static, SpareReplicas: 1, MinReplicas: 2,
			Demand:         planner.Demand{Way: planner.FromLoadTest, Throughput: 2500 * units.PerSecond, ThroughputPerPod: 1000 * units.PerSecond},
			Pod:            planner.Pod{CPU: 1000, Memory: units.GiB},
			TopologySpread: []planner.TopologySpread{hard(planner.ZoneKey), hard(planner.HostnameKey)},
			RollingUpdate:  planner.RollingUpdate{MaxUnavailable: units.Count(1)},
		}},
	}
	web := planner.NodeGroup{
		Name: "web", Role: planner.App, Zones: zoneNames(), Image: planner.AL2023,
		Instances:  planner.Instances{Families: []string{"m7"}, Types: []string{"*"}, Exclude: []string{"*.nano"}, Architectures: []string{catalogs.AMD64}, CapacityType: planner.OnDemand, MaxTypes: 1},
		Disk:       planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
		Workloads: []planner.Workload{{
			Name: "api", Kind: planner.Deployment, Recovery: planner.Reschedule, MinReady: new(units.Count(3)),
			Demand:        planner.Demand{Way: planner.GivenReplicas, Replicas: 6},
			Pod:           planner.Pod{CPU: 1000, Memory: 2 * units.GiB},
			RollingUpdate: planner.RollingUpdate{MaxSurge: quarter},
		}, {
			Name: "search", Kind: planner.Deployment, Recovery: planner.Reschedule, SpareReplicas: 1, MinReplicas: 2,
			Demand: planner.Demand{
				Way: planner.FromLatency, Throughput: 100 * units.PerSecond, Concurrency: 4, Balancing: "random", MaxUtilization: 70 * units.Percent,
				Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: 100 * time.Millisecond}},
				Service: planner.ServiceTime{Distribution: "constant", Measured: []planner.LatencyTarget{{Statistic: planner.Mean, Target: 40 * time.Millisecond}}},
			},
			Pod:           planner.Pod{CPU: 500, Memory: units.GiB},
			RollingUpdate: planner.RollingUpdate{MaxSurge: quarter},
		}},
	}
	return planner.Cluster{
		Name: "shop", Provider: "aws", Region: "us-east-1", Zones: zoneNames(), KubernetesVersion: "1.35",
		Environment: planner.Production, AsOf: "2026-11-20", MaxUSDPerMonth: &budget,
		DaemonSets:  []planner.DaemonSet{{Name: "logs", CPU: 200, Memory: 512 * units.MiB, NodeGroups: []string{"web"}}},
		NodeGroups:  []planner.NodeGroup{edge, web},
		Upgrade:     &planner.Upgrade{To: "1.36", Strategy: "compare"},
		Assumptions: []planner.Assumption{{Path: "node_group.web.redundancy.nodes", Value: "1", Source: "role app"}},
	}
}

func pool(ds []planner.DaemonSet) planner.Pool {
	return planner.Pool{
		InstanceType: "m7.large", CapacityType: planner.OnDemand, Nodes: 5,
		NodesByZone: []planner.ZoneCount{{Zone: "a", Nodes: 2}, {Zone: "b", Nodes: 2}, {Zone: "c", Nodes: 1}},
		Allocatable: planner.Allocatable{CPU: 3900, Memory: 15 * units.GiB, Pods: 20, EphemeralStorage: 40 * units.GiB},
		DaemonSets:  ds, Price: listed(dollars(200)), RootDisks: []planner.Disk{{Type: "gp3", Size: 50 * units.GiB}},
	}
}

func pods(counts ...any) []planner.PodCount {
	var p []planner.PodCount
	for i := 0; i < len(counts); i += 2 {
		p = append(p, planner.PodCount{Workload: counts[i].(string), Pods: counts[i+1].(int)})
	}
	return p
}

func known(r units.USDPerHour) planner.Amount { return planner.Amount{Rate: r, Known: true} }

func drills() []planner.Drill {
	return []planner.Drill{{Event: "any 1 node", Tried: 5, Held: 5}, {Event: "any 1 zone", Tried: 3, Held: 3}}
}

// edgePlan: 2,500/s at 1,000/s a pod are 3 pods, 4 with the spare, and 5 because
// the fullest of three zones then holds 2 of them. Each node offers 3,800m (3,900m
// less the agent), 15 GiB and 19 pods. A node with its disk is 0.20 + 50 x 0.073 /
// 730 = 0.205 USD an hour. 5,000m at 0.205 / 3.8 a core are 0.269736842 an hour.
func edgePlan() planner.GroupPlan {
	one := func(zone string, nodes int) planner.Placement {
		return planner.Placement{Pool: "m7.large", Zone: zone, Nodes: nodes, Pods: pods("proxy", 1)}
	}
	return planner.GroupPlan{
		Name: "edge", Role: planner.Ingress, Nodes: 5, MinNodes: 5, MaxNodes: 5,
		Pools: []planner.Pool{pool([]planner.DaemonSet{{Name: "proxy-agent", CPU: 100}})},
		Workloads: []planner.WorkloadPlan{{
			Name: "proxy", Replicas: 5, Pod: planner.Pod{CPU: 1000, Memory: units.GiB}, Reasons: planner.ReplicaReasons{Load: 3, Spare: 1, Zone: 1}, Binding: "load test", ReadyAtWorst: 3,
		}},
		Placement:  []planner.Placement{one("a", 2), one("b", 2), one("c", 1)},
		Requests:   planner.Requests{CPU: 5000, Memory: 5 * units.GiB, Pods: 5},
		Usage:      planner.Usage{CPU: 263_157, Memory: 66_666, Pods: 52_631},
		Cost:       known(dollars(1000)),
		LowerBound: 263_157_894, Gap: 2_800_000,
		Duals:          planner.Duals{Core: 52_631_578},
		Survives:       drills(),
		RedundancyCost: []planner.RedundancyStep{{Step: "bare", Nodes: 3, Added: known(dollars(600))}, {Step: "zone", Nodes: 5, Added: known(dollars(400))}},
		Headroom:       planner.Headroom{CPU: 14_000, Memory: 70 * units.GiB, Pods: 90},
	}
}

// webPlan: 6 x 1,000m + 3 x 500m + 2 x 100m = 7,700m and 12 + 3 + 0.125 GiB. Each
// node offers 3,600m, 14.5 GiB and 18 pods. Three nodes carry that, two do not, so
// that the loss of the fuller zone needs 5. 100/s at 40 ms are 4 busy workers: 2
// pods of 4 workers at 70%. The bound is 7,700m at 0.42 / 7.6 a core (m7.xlarge).
func webPlan() planner.GroupPlan {
	on := func(zone string, p ...any) planner.Placement {
		return planner.Placement{Pool: "m7.large", Zone: zone, Nodes: 1, Pods: pods(p...)}
	}
	return planner.GroupPlan{
		Name: "web", Role: planner.App, Nodes: 5, MinNodes: 5, MaxNodes: 5,
		Pools: []planner.Pool{pool([]planner.DaemonSet{{Name: "logs", CPU: 200, Memory: 512 * units.MiB}, {Name: "proxy-agent", CPU: 100}})},
		Workloads: []planner.WorkloadPlan{
			{Name: "api", Replicas: 6, Pod: planner.Pod{CPU: 1000, Memory: 2 * units.GiB}, Reasons: planner.ReplicaReasons{Load: 6}, Binding: "given", ReadyAtWorst: 3},
			{Name: "dns", System: true, Replicas: 2, Pod: planner.Pod{CPU: 100, Memory: 64 * units.MiB}, Reasons: planner.ReplicaReasons{Load: 2}, Binding: "given", ReadyAtWorst: 1},
			{
				Name: "search", Replicas: 3, Pod: planner.Pod{CPU: 500, Memory: units.GiB}, Reasons: planner.ReplicaReasons{Load: 2, Spare: 1}, Binding: "utilization", ReadyAtWorst: 2, Utilization: 333_334,
				Latency: []planner.LatencyPrediction{{Statistic: planner.P99, Target: 100 * time.Millisecond, Predicted: 60 * time.Millisecond, During: "normal", Model: "M/D/4 per pod, random"}},
			},
		},
		Placement: []planner.Placement{
			on("a", "api", 1, "search", 1), on("a", "api", 2, "dns", 1),
			on("b", "api", 1, "dns", 1), on("b", "api", 1, "search", 1),
			on("c", "api", 1, "search", 1),
		},
		Requests:   planner.Requests{CPU: 7700, Memory: 15*units.GiB + 128*units.MiB, Pods: 11},
		Usage:      planner.Usage{CPU: 427_778, Memory: 208_621, Pods: 122_222},
		Cost:       known(dollars(1000)),
		LowerBound: 425_526_315, Gap: 1_350_031,
		Duals:    planner.Duals{Core: 55_263_157},
		Survives: drills(),
		RedundancyCost: []planner.RedundancyStep{
			{Step: "bare", Nodes: 3, Added: known(dollars(600))},
			{Step: "node", Nodes: 4, Added: known(dollars(200))},
			{Step: "zone", Nodes: 5, Added: known(dollars(200))},
		},
		Alternatives: []planner.Alternative{{InstanceType: "m7.xlarge", Nodes: 3, Cost: known(dollars(1275)), Difference: 243_902, LargestNodeShare: 333_333}},
		Headroom:     planner.Headroom{CPU: 10_300, Memory: 58_752 * units.MiB, Pods: 79},
	}
}

// plan answers cluster: 1.00 + 0.025 USD an hour a group and 0.10 for the control
// plane.
func plan() *planner.Plan {
	line := func(path string, thousandths int64) planner.CostLine {
		return planner.CostLine{Path: path, Basis: catalogs.Listed, Date: "2026-01-02", Amount: known(dollars(thousandths))}
	}
	cat := catalog()
	return &planner.Plan{
		Cluster:      cluster(),
		Catalog:      planner.CatalogInfo{Source: "test", Date: "2026-11-20", SHA256: "abc"},
		Offers:       []catalogs.InstanceType{cat.Types[0]},
		NodeGroups:   []planner.GroupPlan{edgePlan(), webPlan()},
		ControlPlane: controlPlane(),
		Upgrade: &planner.UpgradePlan{
			From: "1.35", To: "1.36", Hops: []string{"1.36"}, Recommended: "surge",
			Strategies: []planner.UpgradeStrategy{
				{Name: "in_place", BlockedBy: []string{"not on EKS"}, MinReady: units.Whole},
				{Name: "minimal", Duration: time.Hour, MinReady: 800_000},
				{
					Name: "surge", Duration: 2 * time.Hour, ExtraCost: units.Dollar, ExtraCostKnown: true, PeakExtraNodes: 6, MinReady: units.Whole,
					Groups: []planner.UpgradeGroup{{Name: "edge", Start: 20 * time.Minute, Duration: time.Hour, PeakExtraNodes: 6, MinReady: units.Whole}},
				},
			},
		},
		Growth: []planner.GrowthMonth{{Month: 12, Date: "2027-11-20", Factor: units.Whole, Nodes: []planner.GroupNodes{{Group: "edge", Nodes: 5}, {Group: "web", Nodes: 5}}}},
		Cost: planner.Cost{
			Lines: []planner.CostLine{
				line("control_plane", 100), line("node_group.edge.nodes", 1000), line("node_group.edge.root_disks", 25),
				line("node_group.web.nodes", 1000), line("node_group.web.root_disks", 25),
			},
			Known: dollars(2150), Total: known(dollars(2150)),
		},
		Assumptions: cluster().Assumptions,
		Findings: []planner.Finding{
			{Rule: "PD-08", Severity: planner.Warning, Path: "node_group.edge.workload.proxy"},
			{Rule: "PD-08", Severity: planner.Info, Path: "node_group.edge.workload.proxy"},
		},
	}
}

func (*fakeProvider) NodeLabels(g *planner.NodeGroup, t *catalogs.InstanceType, _ planner.CapacityType) map[string]string {
	labels := map[string]string{"node.kubernetes.io/instance-type": t.Name, "kubernetes.io/arch": t.Architecture}
	maps.Copy(labels, g.Labels)
	return labels
}
