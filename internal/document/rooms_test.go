package document_test

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// rooms returns a plan made by hand, of one group on machines of one's own in
// three rooms, with a control plane behind two hosts. Its prices are round:
//
//	app            6 x 219.00 = 6 x 0.30 USD/h = 1,314.00 USD/month
//	control plane  3 x 146.00 = 3 x 0.20 USD/h =   438.00 USD/month
//	load balancer  2 x  36.50 = 2 x 0.05 USD/h =    73.00 USD/month
//	in all                      2.50 USD/h     = 1,825.00 USD/month
//
// etcd holds 6 nodes and 60 pods: live 6 x 13 KiB + 60 x 14.6 KiB = 954 KiB, twice
// that at the peak, of which 7 x 24 + 90 copies are kept.
func rooms() *planner.Plan {
	const peak = 2 * 954 * units.KiB
	return &planner.Plan{
		Spec:    planner.SpecInfo{SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
		Cluster: roomsCluster(),
		Catalog: planner.CatalogInfo{Source: "spec", Date: day, SHA256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"},
		Offers:  []catalogs.InstanceType{own("edge", 2, 4, cents(5)), own("node-16", 16, 64, cents(30)), own("node-8", 8, 32, cents(20))},
		NodeGroups: []planner.GroupPlan{{
			Name: "app", Role: planner.App, Nodes: 6, MinNodes: 6, MaxNodes: 6,
			Pools: []planner.Pool{{
				InstanceType: "node-16", CapacityType: planner.OnDemand, Nodes: 6, NodesByZone: perRoom(2, 2, 2),
				Allocatable: planner.Allocatable{CPU: 15_500, Memory: 60 * units.GiB, Pods: 110, EphemeralStorage: 400 * units.GiB},
				DaemonSets:  []planner.DaemonSet{{Name: "calico-node", CPU: 250, NodeGroups: nil}, {Name: "kube-proxy", CPU: 100}},
				Price:       declared(cents(30)),
			}},
			Workloads: []planner.WorkloadPlan{{
				Name: "api", Replicas: 48, Pod: planner.Pod{CPU: 1000, Memory: 4 * units.GiB},
				Reasons: planner.ReplicaReasons{Load: 47, Spare: 1}, Binding: "load test", PerPod: 25 * units.PerSecond, ReadyAtWorst: 32,
			}},
			Placement: []planner.Placement{
				{Pool: "node-16", Zone: "room-a", Nodes: 2, Pods: []planner.PodCount{{Workload: "api", Pods: 8}}},
				{Pool: "node-16", Zone: "room-b", Nodes: 2, Pods: []planner.PodCount{{Workload: "api", Pods: 8}}},
				{Pool: "node-16", Zone: "room-c", Nodes: 2, Pods: []planner.PodCount{{Workload: "api", Pods: 8}}},
			},
			Requests: planner.Requests{CPU: 48_000, Memory: 192 * units.GiB, Pods: 48},
			// 48 of 6 x 15.15 vCPU, 192 of 6 x 60 GiB, 48 of 6 x 108 pods.
			Usage: planner.Usage{CPU: 528_053, Memory: 533_333, Pods: 74_074},
			Cost:  known(cents(180)), LowerBound: cents(120), Gap: 500_000, Duals: planner.Duals{Core: 20_000_000},
			Binding: planner.Binding{Resource: "cpu", During: "zone_loss", Workload: "api"},
			Survives: []planner.Drill{
				{Event: "any 1 node", Tried: 6, Held: 6, Tightest: "loss of a node in room-a: 27.7 of 75.7 vCPU stay free", FreeCPU: 366_000},
				{Event: "any 1 zone", Tried: 3, Held: 3, Tightest: "loss of room-a: 12.6 of 60.6 vCPU stay free", FreeCPU: 207_000},
			},
			RedundancyCost: []planner.RedundancyStep{
				{Step: "bare", Nodes: 4, Added: known(cents(120))}, {Step: "node", Nodes: 5, Added: known(cents(30))}, {Step: "zone", Nodes: 6, Added: known(cents(30))},
			},
			Headroom: planner.Headroom{CPU: 42_900, Memory: 168 * units.GiB, Pods: 600},
		}},
		ControlPlane: planner.ControlPlane{
			Mode: planner.SelfManaged, Support: "standard", SupportEnds: "2027-02-28",
			Machines: []planner.ControlPlaneMachines{
				{
					Role: planner.RoleControlPlane, InstanceType: "node-8", Nodes: 3, NodesByZone: perRoom(1, 1, 1), Price: declared(cents(20)),
					LeastVCPUs: 2, LeastMemory: 8 * units.GiB, Reason: "up to 10 nodes: 2 vCPU, 8 GiB; etcd class small: 2 vCPU, 8 GiB",
				},
				{
					Role: planner.RoleLoadBalancer, InstanceType: "edge", Nodes: 2, NodesByZone: perRoom(1, 1, 0), Price: declared(cents(5)),
					LeastVCPUs: 2, LeastMemory: 4 * units.GiB, Reason: "passes connections on",
				},
			},
			Members: []planner.Member{
				{Role: planner.RoleControlPlane, Zone: "room-a", InstanceType: "node-8"},
				{Role: planner.RoleControlPlane, Zone: "room-b", InstanceType: "node-8"},
				{Role: planner.RoleControlPlane, Zone: "room-c", InstanceType: "node-8"},
				{Role: planner.RoleLoadBalancer, Zone: "room-a", InstanceType: "edge"},
				{Role: planner.RoleLoadBalancer, Zone: "room-b", InstanceType: "edge"},
			},
			LoadBalancer: &planner.LoadBalancer{Kind: planner.HAProxyKeepalived, Hosts: 2, Ports: []int{6443}, HealthCheck: "/readyz"},
			Etcd: &planner.Etcd{
				Topology: planner.Stacked, Members: 3, Quorum: 2, ToleratesMembers: 1, ToleratesZones: 1,
				Class: "small", ClassReason: "by nodes: 6 nodes, 60 pods, 2 MiB at the peak",
				Disk:     planner.Disk{Size: 40 * units.GiB, IOPS: 1500, ThroughputMiBps: 25},
				Database: peak, Quota: 2 * units.GiB, Heartbeat: 100 * time.Millisecond, ElectionTimeout: time.Second,
				BackupInterval: 15 * time.Minute, BackupRetention: 2160 * time.Hour, BackupStorage: 258 * peak,
			},
			Survives: []planner.Drill{
				{Event: "any 1 node", Tried: 5, Held: 5, Tightest: "loss of a control plane machine in room-a: 2 of 3 etcd members are left, 2 are needed"},
				{Event: "any 1 zone", Tried: 3, Held: 3, Tightest: "loss of room-a: 2 of 3 etcd members are left, 2 are needed"},
			},
		},
		Cost: planner.Cost{
			Lines: []planner.CostLine{
				{Path: "control_plane.load_balancer_nodes", Detail: "2 x edge", Basis: catalogs.Declared, Date: day, Amount: known(2 * cents(5))},
				{Path: "control_plane.nodes", Detail: "3 x node-8", Basis: catalogs.Declared, Date: day, Amount: known(3 * cents(20))},
				{Path: "node_group.app.nodes", Detail: "6 x node-16", Basis: catalogs.Declared, Date: day, Amount: known(6 * cents(30))},
			},
			Known: cents(250), Total: known(cents(250)),
		},
		Assumptions: roomsCluster().Assumptions,
	}
}

// roomsCluster is the input of rooms. Two machines of each room may still be
// bought; of node-8 as many stand in each room as are named.
func roomsCluster() planner.Cluster {
	g := group("app", planner.App, []string{"room-a", "room-b", "room-c"}, planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
		workload("api", planner.Demand{Way: planner.FromLoadTest, Throughput: 1175 * units.PerSecond, ThroughputPerPod: 25 * units.PerSecond}, 1, 2, planner.Pod{CPU: 1000, Memory: 4 * units.GiB}))
	g.Image, g.Disk = planner.Ubuntu, planner.Disk{}
	g.Instances = planner.Instances{Types: []string{"node-16"}, Architectures: []string{"amd64"}, CapacityType: planner.OnDemand, MaxTypes: 1}
	g.Kubelet = planner.Kubelet{KubeReserved: &planner.Reserve{CPU: 250, Memory: units.GiB}, SystemReserved: &planner.Reserve{CPU: 250, Memory: units.GiB}, EvictionMemory: 500 * units.MiB}
	g.UpdateConfig = planner.UpdateConfig{Strategy: "in_place", MaxUnavailable: units.Count(1)}
	return planner.Cluster{
		Name: "rooms", Provider: "on_premises", Region: "north", Zones: []string{"room-a", "room-b", "room-c"},
		KubernetesVersion: "1.35", Environment: planner.Production, AsOf: day, Network: planner.Network{CNI: planner.Calico},
		ControlPlane: planner.ControlPlaneSpec{
			Mode: planner.SelfManaged, EtcdTopology: planner.Stacked, LoadBalancer: planner.HAProxyKeepalived,
			Etcd:       planner.EtcdSpec{BackupInterval: 15 * time.Minute, BackupRetention: 2160 * time.Hour, RoundTrip: 2 * time.Millisecond},
			Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static},
			Instances:  planner.Instances{Types: []string{"edge", "node-8"}, Architectures: []string{"amd64"}, CapacityType: planner.OnDemand, MaxTypes: 1},
		},
		Machines: []planner.Machine{
			{
				Name: "edge", VCPUs: 2, Memory: 4 * units.GiB, Architecture: catalogs.AMD64, Disk: planner.MachineDisk{Type: "ssd", Size: 120 * units.GiB},
				USDPerMonth: new(36_500 * units.Dollar / 1000), CountByZone: perRoom(1, 1, 1),
			},
			{
				Name: "node-16", VCPUs: 16, Memory: 64 * units.GiB, Architecture: catalogs.AMD64, Disk: planner.MachineDisk{Type: "ssd", Size: 480 * units.GiB},
				USDPerMonth: new(219 * units.Dollar),
			},
			{
				Name: "node-8", VCPUs: 8, Memory: 32 * units.GiB, Architecture: catalogs.AMD64, Disk: planner.MachineDisk{Type: "nvme", Size: 480 * units.GiB, IOPS: 50_000},
				USDPerMonth: new(146 * units.Dollar), CountByZone: perRoom(2, 2, 1),
			},
		},
		NodeGroups: []planner.NodeGroup{g},
		Assumptions: []planner.Assumption{
			{Path: "control_plane.redundancy.nodes", Value: "1", Source: "self-managed control planes"},
			{Path: "control_plane.redundancy.zones", Value: "1", Source: "self-managed control planes"},
			{Path: "node_group.app.redundancy.zones", Value: "1", Source: "role app"},
		},
	}
}

// own is a machine of one's own as a row of the catalog; memory is in GiB.
func own(name string, vcpus int, memory units.Bytes, rate units.USDPerHour) catalogs.InstanceType {
	return catalogs.InstanceType{
		Name: name, Family: name, Architecture: catalogs.AMD64, VCPUs: vcpus, Memory: memory * units.GiB, OnDemand: declared(rate),
	}
}

func declared(r units.USDPerHour) catalogs.Price {
	return catalogs.Price{Rate: r, Basis: catalogs.Declared, Date: day, Source: "spec"}
}

// perRoom puts machines in the three rooms.
func perRoom(a, b, c int) []planner.ZoneCount {
	return []planner.ZoneCount{{Zone: "room-a", Nodes: a}, {Zone: "room-b", Nodes: b}, {Zone: "room-c", Nodes: c}}
}

// external returns shop on machines of a cloud without its control plane: etcd has
// hosts and disks of its own, and the cloud a load balancer that costs 0.02 USD an
// hour:
//
//	control plane  3 x 0.20 = 0.60 USD/h = 438.00 USD/month
//	etcd           3 x 0.10 = 0.30 USD/h = 219.00 USD/month
//	root disks     6 x 4.00 USD/month    =  24.00 USD/month, 12.00 of them etcd's
//	etcd disks     3 x 8.00 USD/month    =  24.00 USD/month
//	load balancer  0.02 USD/h            =  14.60 USD/month
//	in all                                 719.60 USD/month
//
// etcd holds 11 nodes and 45 pods with 2 DaemonSets on each node: live 11 x 13 KiB +
// 67 x 14.6 KiB = 1121.2 KiB.
func external() *planner.Plan {
	const peak = 2 * 1_148_109 // bytes
	p := shop()
	root := planner.Disk{Type: "gp3", Size: 50 * units.GiB}
	data := planner.Disk{Type: "gp3", Size: 100 * units.GiB, IOPS: 6000}
	listed := func(r units.USDPerHour) catalogs.Price {
		return catalogs.Price{Rate: r, Basis: catalogs.Listed, Date: day, Source: "prices"}
	}
	p.Cluster.ControlPlane = planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, Nodes: 3, EtcdTopology: planner.External, LoadBalancer: planner.CloudLoadBalancer,
		Etcd: planner.EtcdSpec{
			Members: 3, Instances: p.Cluster.NodeGroups[0].Instances, Disk: data,
			BackupInterval: 15 * time.Minute, BackupRetention: 2160 * time.Hour, RoundTrip: 130 * time.Millisecond,
		},
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static}, Instances: p.Cluster.NodeGroups[1].Instances, Disk: root,
	}
	roles := []planner.ControlPlaneMachines{
		{
			Role: planner.RoleControlPlane, InstanceType: "m7i.xlarge", Nodes: 3, NodesByZone: zones(1), Price: listed(cents(20)),
			Disks: []planner.Disk{root}, LeastVCPUs: 4, LeastMemory: 16 * units.GiB, Reason: "up to 100 nodes: 4 vCPU, 16 GiB",
		},
		{
			Role: planner.RoleEtcd, InstanceType: "m7i.large", Nodes: 3, NodesByZone: zones(1), Price: listed(cents(10)),
			Disks: []planner.Disk{root, data}, LeastVCPUs: 2, LeastMemory: 8 * units.GiB, Reason: "etcd class small: 2 vCPU, 8 GiB",
		},
	}
	c := planner.ControlPlane{
		Mode: planner.SelfManaged, Support: "none", SupportEnds: "2026-10-28", Machines: roles,
		Fees:         []planner.FeeLine{{Name: "load_balancer", Price: listed(cents(2))}},
		LoadBalancer: &planner.LoadBalancer{Kind: planner.CloudLoadBalancer, Ports: []int{6443}, HealthCheck: "/readyz"},
		Etcd: &planner.Etcd{
			Topology: planner.External, Members: 3, Quorum: 2, ToleratesMembers: 1, ToleratesZones: 1,
			Class: "small", ClassReason: "by nodes: 11 nodes, 67 pods, 3 MiB at the peak", Disk: data,
			Database: peak, Quota: 2 * units.GiB, Heartbeat: 130 * time.Millisecond, ElectionTimeout: 1300 * time.Millisecond,
			BackupInterval: 15 * time.Minute, BackupRetention: 2160 * time.Hour, BackupStorage: 258 * peak,
		},
		Survives: []planner.Drill{{Event: "any 1 node", Tried: 6, Held: 6, Tightest: "loss of an etcd machine in us-east-1a: 2 of 3 etcd members are left, 2 are needed"}},
	}
	for _, r := range roles {
		for _, z := range r.NodesByZone {
			c.Members = append(c.Members, planner.Member{Role: r.Role, Zone: z.Zone, InstanceType: r.InstanceType})
		}
	}
	p.ControlPlane = c
	line := func(path, detail string, rate units.USDPerHour) planner.CostLine {
		return planner.CostLine{Path: path, Detail: detail, Basis: catalogs.Listed, Date: day, Amount: known(rate)}
	}
	lines := []planner.CostLine{
		line("control_plane.etcd_disks", "3 x 100 GiB gp3, 6000 IOPS", 3*2*diskRate),
		line("control_plane.etcd_nodes", "3 x m7i.large", 3*cents(10)),
		line("control_plane.etcd_root_disks", "3 x 50 GiB gp3", 3*diskRate),
		line("control_plane.load_balancer", "1 x load_balancer fee", cents(2)),
		line("control_plane.nodes", "3 x m7i.xlarge", 3*cents(20)),
		line("control_plane.root_disks", "3 x 50 GiB gp3", 3*diskRate),
	}
	p.Cost.Lines = append(lines, p.Cost.Lines[1:]...)
	control := cents(60) + cents(30) + cents(2) + 12*diskRate
	p.Cost.Known += control - cents(10)
	p.Cost.Total.Rate = p.Cost.Known
	for i := range 2 {
		month := &p.Growth[i]
		month.Cost.Rate += control - cents(10)
		month.ControlPlane.Rate = control
	}
	return p
}
