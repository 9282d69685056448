package terraform_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func gkeTypes() []catalogs.InstanceType {
	return []catalogs.InstanceType{
		{Name: "c4a-standard-4", Architecture: catalogs.ARM64, VCPUs: 4},
		{Name: "n2-standard-4", Architecture: catalogs.AMD64, VCPUs: 4},
		{Name: "n4-standard-8", Architecture: catalogs.AMD64, VCPUs: 8},
	}
}

// gkePlan is a plan of three groups that differ in everything that is written: one
// that is autoscaled, on spot, arm64 and a hyperdisk, with taints; one in a single
// zone that is replaced the minimal way; a plain one.
func gkePlan() *planner.Plan {
	zones := []string{"europe-west1-b", "europe-west1-c", "europe-west1-d"}
	share := units.Share(33 * units.Percent)
	return &planner.Plan{
		Offers:       gkeTypes(),
		ControlPlane: planner.ControlPlane{Mode: planner.Managed, Tier: "regional", Support: "standard"},
		Cluster: planner.Cluster{
			Name: "shop", Provider: "gcp", Region: "europe-west1", Zones: zones, KubernetesVersion: "1.35", Environment: planner.Production,
			Network: planner.Network{CNI: planner.DataplaneV2},
			Emits:   []planner.Emit{{Tool: "terraform", Directory: "infra", Variable: "shop_node_groups"}},

			Assumptions: assumedStrategies("batch", "web"),
			NodeGroups: []planner.NodeGroup{
				{
					Name: "batch", Role: planner.Batch, Zones: zones, Image: planner.COS, Labels: map[string]string{"team": "media"},
					Taints: []planner.Taint{
						{Key: "example.com/slow", Effect: planner.PreferNoSchedule},
						{Key: "group", Value: "batch", Effect: planner.NoSchedule},
					},
					MinNodes: 3, MaxNodes: 15,
					UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxSurge: share, Soak: 5 * time.Minute},
				},
				{
					Name: "gpu", Role: planner.GPU, Zones: zones[:1], Image: planner.COS,
					UpdateConfig: planner.UpdateConfig{Strategy: "minimal", MaxUnavailable: units.Count(1)},
				},
				{
					Name: "web", Role: planner.App, Zones: zones, Image: planner.COS,
					UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxSurge: share},
				},
			},
		},
		NodeGroups: []planner.GroupPlan{
			{Name: "batch", Role: planner.Batch, Nodes: 9, MinNodes: 3, MaxNodes: 15, Pools: []planner.Pool{{
				InstanceType: "c4a-standard-4", CapacityType: planner.Spot, Nodes: 9, NodesByZone: zoneCounts(9, zones...),
				Allocatable: planner.Allocatable{Pods: 110},
				RootDisks:   []planner.Disk{{Type: "hyperdisk-balanced", Size: 50*gib + 1, IOPS: 4000, ThroughputMiBps: 250}},
			}}},
			{Name: "gpu", Role: planner.GPU, Nodes: 2, MinNodes: 2, MaxNodes: 2, Pools: []planner.Pool{{
				InstanceType: "n4-standard-8", CapacityType: planner.OnDemand, Nodes: 2, NodesByZone: zoneCounts(2, zones[:1]...),
				Allocatable: planner.Allocatable{Pods: 64}, RootDisks: []planner.Disk{{Type: "hyperdisk-balanced", Size: 200 * gib}},
			}}},
			{Name: "web", Role: planner.App, Nodes: 12, MinNodes: 12, MaxNodes: 12, Pools: []planner.Pool{{
				InstanceType: "n2-standard-4", CapacityType: planner.OnDemand, Nodes: 12, NodesByZone: zoneCounts(12, zones...),
				Allocatable: planner.Allocatable{Pods: 110}, RootDisks: []planner.Disk{{Type: "pd-balanced", Size: 50 * gib}},
				DaemonSets: []planner.DaemonSet{{Name: "fluentbit-gke", CPU: 105}, {Name: "node-local-dns", CPU: 30}},
			}}},
		},
		Upgrade: &planner.UpgradePlan{
			From: "1.35", To: "1.36", Recommended: "surge",
			Strategies: []planner.UpgradeStrategy{
				course("gke_autoscaled_blue_green", 0, 72*time.Hour, 72*time.Hour, 72*time.Hour),
				parallelCourse(course("gke_blue_green", 0, 90*time.Minute, 95*time.Minute, 100*time.Minute), 3, 1, 5),
				course("minimal", 0, 200*time.Minute, 20*time.Minute, 300*time.Minute),
				course("surge", 0, 70*time.Minute+time.Second, 10*time.Minute, 60*time.Minute),
			},
		},
	}
}

// parallelCourse is s with so many nodes replaced at a time in each group.
func parallelCourse(s planner.UpgradeStrategy, parallel ...int) planner.UpgradeStrategy {
	for i := range s.Groups {
		s.Groups[i].Parallel = parallel[i]
	}
	return s
}

// randomGKEPlan returns a plan of one to five groups.
func randomGKEPlan(r *rand.Rand) *planner.Plan {
	p := gkePlan()
	p.Cluster.NodeGroups, p.NodeGroups, p.Cluster.Assumptions = nil, nil, nil
	p.Cluster.Network.CNI = pick(r, planner.Kubenet, planner.DataplaneV2)
	p.Cluster.Network.MaxPods = pick(r, 0, 32, 110, 200, 256, 257, 1000)
	p.Cluster.Emits[0].Variable = pick(r, "", "node_groups", "blue_node_groups", "blue_node_pools", "blue")
	p.ControlPlane.Support, p.ControlPlane.Tier = pick(r, "standard", "extended"), pick(r, "zonal", "regional")
	if r.IntN(3) == 0 {
		p.Upgrade = nil
	} else {
		p.Upgrade = &planner.UpgradePlan{Recommended: pick(r, "surge", "minimal", "gke_blue_green", "node_group_blue_green", "")}
		for _, name := range []string{"gke_blue_green", "minimal", "node_group_blue_green", "surge"} {
			p.Upgrade.Strategies = append(p.Upgrade.Strategies, planner.UpgradeStrategy{Name: name, BlockedBy: make([]string, r.IntN(2))})
		}
	}
	for i := range 1 + r.IntN(5) {
		addRandomPool(r, p, fmt.Sprintf("g%d-%c", i, 'a'+rune(r.IntN(26))))
	}
	return p
}

func addRandomPool(r *rand.Rand, p *planner.Plan, name string) {
	zones := p.Cluster.Zones[:1+r.IntN(3)]
	z := len(zones)
	n := z * (1 + r.IntN(50))
	spec := planner.NodeGroup{
		Name: name, Zones: zones, Image: planner.COS,
		UpdateConfig: planner.UpdateConfig{
			Strategy: pick(r, "surge", "minimal", "gke_blue_green"), Soak: time.Duration(r.IntN(600)) * time.Second,
			MaxSurge:       pick(r, units.Count(r.IntN(30)), units.Share(units.Ratio(r.IntN(1_000_001)))),
			MaxUnavailable: pick(r, units.Count(0), units.Count(r.IntN(30)), units.Share(units.Ratio(r.IntN(1_000_001)))),
		},
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
		InstanceType: pick(r, gkeTypes()...).Name, CapacityType: pick(r, planner.OnDemand, planner.Spot), Nodes: n,
		NodesByZone: zoneCounts(n, zones...), Allocatable: planner.Allocatable{Pods: pick(r, 32, 64, 110, 256)},
		RootDisks: []planner.Disk{{Type: "hyperdisk-balanced", Size: units.Bytes(1+r.IntN(1<<20)) * units.MiB, IOPS: r.IntN(2) * 4000}},
	}
	g := planner.GroupPlan{Name: name, Nodes: n, MinNodes: n, MaxNodes: n, Pools: []planner.Pool{pool}}
	switch r.IntN(3) {
	case 0: // multiples of the zones, as plans have them
		g.MinNodes, g.MaxNodes = z*r.IntN(n/z+1), n+z*r.IntN(60)
	case 1: // bounds that somebody declared
		g.MinNodes, g.MaxNodes = r.IntN(n+1), n+r.IntN(9)
	}
	p.Cluster.NodeGroups = append(p.Cluster.NodeGroups, spec)
	p.NodeGroups = append(p.NodeGroups, g)
	if p.Upgrade != nil {
		for i := range p.Upgrade.Strategies {
			s := &p.Upgrade.Strategies[i]
			s.Groups = append(s.Groups, planner.UpgradeGroup{Name: name, Parallel: 1 + r.IntN(n), Duration: time.Duration(1+r.IntN(30_000)) * time.Second, Drain: time.Duration(r.IntN(600)) * time.Second})
		}
	}
}
