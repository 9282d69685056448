package terraform_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// plainPlan is a plan on bought machines: external etcd, a cloud's load balancer,
// one group that says all that can be said and one that says nothing.
func plainPlan() *planner.Plan {
	zones := []string{"us-east-1a", "us-east-1b", "us-east-1c"}
	root := planner.Disk{Type: "gp3", Size: 50 * gib}
	return &planner.Plan{
		Offers: []catalogs.InstanceType{
			{Name: "m7g.xlarge", Architecture: catalogs.ARM64}, {Name: "m7i.large", Architecture: catalogs.AMD64}, {Name: "m7i.xlarge", Architecture: catalogs.AMD64},
		},
		ControlPlane: planner.ControlPlane{
			Mode: planner.SelfManaged, Support: "standard",
			Machines: []planner.ControlPlaneMachines{
				{Role: "control_plane", InstanceType: "m7i.large", Nodes: 3, NodesByZone: zoneCounts(3, zones...), Disks: []planner.Disk{root}},
				{Role: "etcd", InstanceType: "m7i.xlarge", Nodes: 5, NodesByZone: zoneCounts(5, zones...), Disks: []planner.Disk{root, etcdDisk()}},
			},
			LoadBalancer: &planner.LoadBalancer{Kind: planner.CloudLoadBalancer, Ports: []int{6443}, HealthCheck: "/livez"},
			Etcd: &planner.Etcd{
				Topology: planner.External, Members: 5, Quorum: 3, ToleratesMembers: 2, ToleratesZones: 1, Class: "medium", Disk: etcdDisk(),
				Database: 220 * units.MiB, Quota: 2 * gib, Heartbeat: 100 * time.Millisecond, ElectionTimeout: time.Second,
				BackupInterval: 15 * time.Minute, BackupRetention: 2160 * time.Hour, BackupStorage: 50*gib + 1,
			},
		},
		Cluster: planner.Cluster{
			Name: "payments", Provider: "aws", Region: "us-east-1", Zones: zones, KubernetesVersion: "1.35",
			Network: planner.Network{CNI: planner.Calico},
			Emits:   []planner.Emit{{Tool: "terraform", Variable: "payments_node_groups"}},

			Assumptions: assumedStrategies("api"),
			NodeGroups: []planner.NodeGroup{
				{
					Name: "api", Role: planner.App, Zones: zones, Image: planner.Ubuntu, Labels: map[string]string{"team": "payments"},
					Taints: []planner.Taint{
						{Key: "example.com/slow", Effect: planner.PreferNoSchedule}, {Key: "group", Value: "api", Effect: planner.NoExecute},
					},
					Kubelet: planner.Kubelet{
						KubeReserved:   &planner.Reserve{CPU: 100, Memory: 1536 * units.MiB},
						SystemReserved: &planner.Reserve{Memory: gib},
						EvictionMemory: 200*units.MiB + 1,
					},
					UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxSurge: units.Share(33 * units.Percent)},
				},
				{
					Name: "jobs", Role: planner.Batch, Zones: zones[:1], Image: planner.Ubuntu,
					UpdateConfig: planner.UpdateConfig{Strategy: "minimal", MaxUnavailable: units.Share(33 * units.Percent)},
				},
			},
		},
		NodeGroups: []planner.GroupPlan{
			{Name: "api", Role: planner.App, Nodes: 7, MinNodes: 6, MaxNodes: 12, Pools: []planner.Pool{{
				InstanceType: "m7g.xlarge", CapacityType: planner.OnDemand, Nodes: 7, NodesByZone: zoneCounts(7, zones...),
				Allocatable: planner.Allocatable{Pods: 110}, RootDisks: []planner.Disk{{Type: "gp3", Size: 50*gib + 1, IOPS: 4000, ThroughputMiBps: 250}},
			}}},
			{Name: "jobs", Role: planner.Batch, Nodes: 4, MinNodes: 4, MaxNodes: 4, Pools: []planner.Pool{{
				InstanceType: "m7i.large", CapacityType: planner.Spot, Nodes: 4, NodesByZone: zoneCounts(4, zones[:1]...),
				Allocatable: planner.Allocatable{Pods: 20}, RootDisks: []planner.Disk{root},
			}}},
		},
		Upgrade: &planner.UpgradePlan{From: "1.35", To: "1.36", Recommended: "node_group_blue_green"},
	}
}

func etcdDisk() planner.Disk {
	return planner.Disk{Type: "gp3", Size: 40 * gib, IOPS: 6000}
}

// ownPlan is a plan on the owner's machines in three rooms: stacked etcd, and two
// hosts before the API servers.
func ownPlan() *planner.Plan {
	rooms := []string{"room-1", "room-2", "room-3"}
	machines := []planner.Machine{{Name: "r650"}, {Name: "r250"}}
	return &planner.Plan{
		Offers: []catalogs.InstanceType{{Name: "r250", Architecture: catalogs.AMD64}, {Name: "r650", Architecture: catalogs.AMD64}},
		ControlPlane: planner.ControlPlane{
			Mode: planner.SelfManaged, Support: "standard",
			Machines: []planner.ControlPlaneMachines{
				{Role: "control_plane", InstanceType: "r250", Nodes: 3, NodesByZone: zoneCounts(3, rooms...)},
				{Role: "load_balancer", InstanceType: "r250", Nodes: 2, NodesByZone: zoneCounts(2, rooms...)},
			},
			LoadBalancer: &planner.LoadBalancer{Kind: planner.HAProxyKeepalived, Hosts: 2, Ports: []int{6443}, HealthCheck: "/readyz"},
			Etcd: &planner.Etcd{
				Topology: planner.Stacked, Members: 3, Quorum: 2, ToleratesMembers: 1, ToleratesZones: 1, Class: "small",
				Disk: planner.Disk{Size: 40 * gib, IOPS: 500}, Quota: 8 * gib, Heartbeat: 130 * time.Millisecond, ElectionTimeout: 1300 * time.Millisecond,
				BackupInterval: 90 * time.Minute, BackupRetention: 24 * time.Hour, BackupStorage: gib,
			},
		},
		Cluster: planner.Cluster{
			Name: "datacenter", Provider: "on_premises", Region: "home", Zones: rooms, KubernetesVersion: "1.34", Machines: machines,
			Network: planner.Network{CNI: planner.Calico},
			NodeGroups: []planner.NodeGroup{{
				Name: "web", Role: planner.App, Zones: rooms, Image: planner.Ubuntu,
				UpdateConfig: planner.UpdateConfig{Strategy: "in_place", MaxUnavailable: units.Share(33 * units.Percent)},
			}},
		},
		NodeGroups: []planner.GroupPlan{{Name: "web", Role: planner.App, Nodes: 7, MinNodes: 7, MaxNodes: 7, Pools: []planner.Pool{{
			InstanceType: "r650", CapacityType: planner.OnDemand, Nodes: 7, NodesByZone: zoneCounts(7, rooms...), Allocatable: planner.Allocatable{Pods: 110},
		}}}},
	}
}

// randomPlainPlan returns a plan of one to five groups, on bought machines or on
// the owner's.
func randomPlainPlan(r *rand.Rand) *planner.Plan {
	p := plainPlan()
	if r.IntN(2) == 0 {
		p = ownPlan()
	}
	own := len(p.Cluster.Machines) > 0
	p.Cluster.Emits = []planner.Emit{{Tool: "terraform", Variable: pick(r, "", "node_groups", "blue_node_groups", "blue")}}
	p.Cluster.NodeGroups, p.NodeGroups = nil, nil
	p.Upgrade = pick(r, nil, &planner.UpgradePlan{Recommended: pick(r, "in_place", "surge", "minimal", "cluster_blue_green", "")})
	c := &p.ControlPlane
	n := 1 + 2*r.IntN(4)
	c.Etcd.Members = n
	for i := range c.Machines {
		m := &c.Machines[i]
		if (c.Etcd.Topology == planner.External) == (m.Role == planner.RoleEtcd) && m.Role != planner.RoleLoadBalancer {
			m.Nodes, m.NodesByZone = n, zoneCounts(n, p.Cluster.Zones...)
		}
	}
	c.Etcd.Quota = units.Bytes(1+r.IntN(8)) * gib
	c.Etcd.BackupInterval = time.Duration(1+r.IntN(100_000)) * time.Second
	for i := range 1 + r.IntN(5) {
		addRandomPlainGroup(r, p, fmt.Sprintf("g%d.%c", i, 'a'+rune(r.IntN(26))), own)
	}
	return p
}

func addRandomPlainGroup(r *rand.Rand, p *planner.Plan, name string, own bool) {
	zones := p.Cluster.Zones[:1+r.IntN(3)]
	n := r.IntN(100)
	spec := planner.NodeGroup{
		Name: name, Zones: zones, Image: planner.Ubuntu,
		UpdateConfig: planner.UpdateConfig{
			Strategy:       pick(r, "surge", "minimal", "in_place"),
			MaxSurge:       pick(r, units.Count(0), units.Count(r.IntN(30)), units.Share(units.Ratio(r.IntN(1_000_001)))),
			MaxUnavailable: pick(r, units.Count(0), units.Count(r.IntN(30)), units.Share(units.Ratio(r.IntN(1_000_001)))),
		},
	}
	if r.IntN(2) == 0 {
		spec.Kubelet.KubeReserved = &planner.Reserve{CPU: units.MilliCPU(r.IntN(500)), Memory: units.Bytes(r.IntN(1 << 32))}
	}
	if r.IntN(2) == 0 {
		spec.Kubelet.EvictionMemory = units.Bytes(r.IntN(1<<20)) * units.KiB
	}
	for _, e := range []planner.TaintEffect{planner.NoExecute, planner.NoSchedule, planner.PreferNoSchedule} {
		if r.IntN(3) == 0 {
			spec.Taints = append(spec.Taints, planner.Taint{Key: "dedicated", Value: pick(r, "", name), Effect: e})
		}
	}
	pool := planner.Pool{
		InstanceType: pick(r, p.Offers...).Name, CapacityType: planner.OnDemand, Nodes: n,
		NodesByZone: zoneCounts(n, zones...), Allocatable: planner.Allocatable{Pods: pick(r, 20, 110)},
	}
	if !own {
		pool.CapacityType = pick(r, planner.OnDemand, planner.Spot)
		pool.RootDisks = []planner.Disk{{Type: "gp3", Size: units.Bytes(1+r.IntN(1<<20)) * units.MiB, IOPS: r.IntN(2) * 4000}}
	}
	p.Cluster.NodeGroups = append(p.Cluster.NodeGroups, spec)
	p.NodeGroups = append(p.NodeGroups, planner.GroupPlan{Name: name, Nodes: n, MinNodes: r.IntN(n + 1), MaxNodes: max(n, 1) + r.IntN(9), Pools: []planner.Pool{pool}})
}
