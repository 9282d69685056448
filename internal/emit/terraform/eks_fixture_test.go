package terraform_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func eksTypes() []catalogs.InstanceType {
	return []catalogs.InstanceType{
		{Name: "c6g.large", Architecture: catalogs.ARM64, VCPUs: 2, ENIs: 3, IPv4PerENI: 10},
		{Name: "m5.12xlarge", Architecture: catalogs.AMD64, VCPUs: 48, ENIs: 8, IPv4PerENI: 30},
		{Name: "m5.4xlarge", Architecture: catalogs.AMD64, VCPUs: 16, ENIs: 8, IPv4PerENI: 30},
		{Name: "m5.large", Architecture: catalogs.AMD64, VCPUs: 2, ENIs: 3, IPv4PerENI: 10},
	}
}

// systemWorkloads are the pods of the add-ons, as plans list them.
func systemWorkloads() []planner.WorkloadPlan {
	return []planner.WorkloadPlan{
		{Name: "coredns", System: true, Replicas: 2, Pod: planner.Pod{CPU: 100, Memory: 70 * units.MiB}},
		{Name: "ebs-csi-controller", System: true, Replicas: 2, Pod: planner.Pod{CPU: 60, Memory: 240 * units.MiB}},
		{Name: "metrics-server", System: true, Replicas: 1, Pod: planner.Pod{CPU: 100, Memory: 200 * units.MiB}},
	}
}

// eksPlan is a plan of three groups that differ in everything that is written:
// a plain one; one on Bottlerocket, arm64 and spot with taints, that may grow; one
// with few pods a node that declares to be updated the minimal way.
func eksPlan() *planner.Plan {
	zones := []string{"us-east-1a", "us-east-1b", "us-east-1c"}
	return &planner.Plan{
		Offers:       eksTypes(),
		ControlPlane: planner.ControlPlane{Mode: "managed", Tier: "standard", Support: "standard"},
		Cluster: planner.Cluster{
			Name: "shop", Provider: "aws", Region: "us-east-1", Zones: zones, KubernetesVersion: "1.35",
			Network: planner.Network{CNI: planner.VPC},
			Emits:   []planner.Emit{{Tool: "terraform", Directory: "infra", Variable: "shop_node_groups"}},

			Assumptions: assumedStrategies("batch", "web"),
			NodeGroups: []planner.NodeGroup{
				{
					Name: "batch", Role: planner.Batch, Zones: zones, Image: planner.Bottlerocket, Labels: map[string]string{"team": "media"},
					Taints: []planner.Taint{
						{Key: "example.com/slow", Effect: planner.PreferNoSchedule},
						{Key: "group", Value: "batch", Effect: planner.NoSchedule},
					},
					UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxUnavailable: units.Share(33 * units.Percent)},
				},
				{
					Name: "gpu", Role: planner.GPU, Zones: zones[:1], Image: planner.AL2023,
					UpdateConfig: planner.UpdateConfig{Strategy: "minimal", MaxUnavailable: units.Count(1)},
				},
				{
					Name: "web", Role: planner.App, Zones: zones, Image: planner.AL2023,
					UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxUnavailable: units.Share(125_000)},
				},
			},
		},
		NodeGroups: []planner.GroupPlan{
			{Name: "batch", Role: planner.Batch, Nodes: 7, MinNodes: 7, MaxNodes: 12, Pools: []planner.Pool{{
				InstanceType: "c6g.large", CapacityType: planner.Spot, Nodes: 7, NodesByZone: zoneCounts(7, zones...),
				Allocatable: planner.Allocatable{Pods: 29},
				RootDisks:   []planner.Disk{{Type: "gp3", Size: 2 * gib}, {Type: "gp3", Size: 50*gib + 1, IOPS: 4000, ThroughputMiBps: 250}},
			}}},
			{Name: "gpu", Role: planner.GPU, Nodes: 2, MinNodes: 2, MaxNodes: 2, Pools: []planner.Pool{{
				InstanceType: "m5.large", CapacityType: planner.OnDemand, Nodes: 2, NodesByZone: zoneCounts(2, zones[:1]...),
				Allocatable: planner.Allocatable{Pods: 20}, RootDisks: []planner.Disk{{Type: "io2", Size: 200 * gib, IOPS: 5000}},
			}}},
			{Name: "web", Role: planner.App, Nodes: 16, MinNodes: 16, MaxNodes: 16, Workloads: systemWorkloads(), Pools: []planner.Pool{{
				InstanceType: "m5.4xlarge", CapacityType: planner.OnDemand, Nodes: 16, NodesByZone: zoneCounts(16, zones...),
				Allocatable: planner.Allocatable{Pods: 110}, RootDisks: []planner.Disk{{Type: "gp3", Size: 50 * gib}},
			}}},
		},
		Upgrade: &planner.UpgradePlan{
			From: "1.35", To: "1.36", Recommended: "surge",
			Strategies: []planner.UpgradeStrategy{
				course("minimal", 1, 100*time.Minute, 20*time.Minute, 59*time.Minute),
				course("node_group_blue_green", 0, 500*time.Minute, 500*time.Minute, 500*time.Minute),
				course("surge", 0, 70*time.Minute+time.Second, 10*time.Minute, 60*time.Minute),
			},
		},
	}
}

// randomEKSPlan returns a plan of one to five groups.
func randomEKSPlan(r *rand.Rand) *planner.Plan {
	p := eksPlan()
	p.Cluster.NodeGroups, p.NodeGroups, p.Cluster.Assumptions = nil, nil, nil
	p.Cluster.Network.CNI = pick(r, planner.VPC, planner.VPCPrefix)
	p.Cluster.Emits[0].Variable = pick(r, "", "node_groups", "blue_node_groups", "blue")
	p.ControlPlane.Support = pick(r, "standard", "extended")
	if r.IntN(3) == 0 {
		p.Upgrade = nil
	} else {
		p.Upgrade = &planner.UpgradePlan{Recommended: pick(r, "surge", "minimal", "node_group_blue_green", "")}
		for _, name := range []string{"minimal", "node_group_blue_green", "surge"} {
			p.Upgrade.Strategies = append(p.Upgrade.Strategies, planner.UpgradeStrategy{Name: name, BlockedBy: make([]string, r.IntN(2))})
		}
	}
	home := 1 + r.IntN(5)
	for i := range home {
		addRandomEKSGroup(r, p, fmt.Sprintf("g%d.%c", i, 'a'+rune(r.IntN(26))))
	}
	p.NodeGroups[r.IntN(home)].Workloads = systemWorkloads()
	return p
}

func addRandomEKSGroup(r *rand.Rand, p *planner.Plan, name string) {
	zones := p.Cluster.Zones[:1+r.IntN(3)]
	n := 1 + r.IntN(150)
	spec := planner.NodeGroup{
		Name: name, Zones: zones, Image: pick(r, planner.AL2023, planner.Bottlerocket),
		UpdateConfig: planner.UpdateConfig{Strategy: pick(r, "surge", "minimal"), MaxUnavailable: pick(r,
			units.Count(r.IntN(150)), units.Share(units.Ratio(r.IntN(101))*units.Percent), units.Share(units.Ratio(r.IntN(1_000_001))))},
	}
	if r.IntN(2) == 0 {
		p.Cluster.Assumptions = append(p.Cluster.Assumptions, assumedStrategies(name)...)
	}
	for _, e := range []planner.TaintEffect{planner.NoExecute, planner.NoSchedule, planner.PreferNoSchedule} {
		if r.IntN(3) == 0 {
			spec.Taints = append(spec.Taints, planner.Taint{Key: "dedicated", Value: pick(r, "", name), Effect: e})
		}
	}
	pool := planner.Pool{
		InstanceType: pick(r, eksTypes()...).Name, CapacityType: pick(r, planner.OnDemand, planner.Spot), Nodes: n,
		NodesByZone: zoneCounts(n, zones...), Allocatable: planner.Allocatable{Pods: pick(r, 29, 50, 110, 234, 250)},
	}
	for range map[planner.Image]int{planner.AL2023: 1, planner.Bottlerocket: 2}[spec.Image] {
		pool.RootDisks = append(pool.RootDisks, planner.Disk{Type: "gp3", Size: units.Bytes(1+r.IntN(1<<20)) * units.MiB, IOPS: r.IntN(2) * 4000})
	}
	p.Cluster.NodeGroups = append(p.Cluster.NodeGroups, spec)
	p.NodeGroups = append(p.NodeGroups, planner.GroupPlan{Name: name, Nodes: n, MinNodes: n - r.IntN(n), MaxNodes: n + pick(r, 0, r.IntN(9), r.IntN(200)), Pools: []planner.Pool{pool}})
	if p.Upgrade != nil {
		for i := range p.Upgrade.Strategies {
			s := &p.Upgrade.Strategies[i]
			s.Groups = append(s.Groups, planner.UpgradeGroup{Name: name, Parallel: 1 + r.IntN(n), Duration: time.Duration(r.IntN(30_000)) * time.Second})
		}
	}
}

// course is a strategy that takes some time for batch, gpu and web, blocked
// where blocked is not 0.
func course(name string, blocked int, batch, gpu, web time.Duration) planner.UpgradeStrategy {
	return planner.UpgradeStrategy{
		Name: name, BlockedBy: make([]string, blocked),
		Groups: []planner.UpgradeGroup{{Name: "batch", Duration: batch}, {Name: "gpu", Duration: gpu}, {Name: "web", Duration: web}},
	}
}
