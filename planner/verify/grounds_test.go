package verify_test

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// spread is counts over the zones a, b and c.
func spread(a, b, c int) []planner.ZoneCount {
	return []planner.ZoneCount{{Zone: "a", Nodes: a}, {Zone: "b", Nodes: b}, {Zone: "c", Nodes: c}}
}

func billed(path string, thousandths int64) planner.CostLine {
	return planner.CostLine{Path: path, Basis: catalogs.Listed, Date: "2026-01-02", Amount: known(dollars(thousandths))}
}

// equal is good on a ground where zones are equal and resources are committed to:
// 6 nodes a group, 2 in each zone, of which the last adds nothing but the rule. Six
// nodes offer edge 22,800m and 90 GiB, web 21,600m and 87 GiB. A third less for a
// year, half for three.
func equal() *problem {
	p := good()
	p.cat.Provider, p.prov.terms.Provider, p.prov.terms.EqualZones = "gcp", "gcp", true
	p.prov.control.Tier = "regional"
	p.plan.ControlPlane.Tier = "regional"
	p.cat.Fees = []catalogs.Fee{{Tier: "extended", Price: listed(dollars(600))}, {Tier: "regional", Price: listed(dollars(100))}, {Tier: "zonal", Price: listed(dollars(150))}}
	p.cat.Types[0].Commitments = []catalogs.Commitment{
		{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Price: listed(dollars(130))},
		{Kind: "cud_resource", TermYears: 2, Payment: "monthly"},
		{Kind: "cud_resource", TermYears: 3, Payment: "monthly", Price: listed(dollars(100))},
	}
	p.respec(func(c *planner.Cluster) {
		c.Provider, c.MaxUSDPerMonth = "gcp", nil
		c.ControlPlane = planner.ControlPlaneSpec{Mode: planner.Managed, Tier: "regional"}
		for i := range c.NodeGroups {
			c.NodeGroups[i].Instances.Families, c.NodeGroups[i].Instances.Types = nil, nil
		}
	})
	for i := range p.plan.NodeGroups {
		g := &p.plan.NodeGroups[i]
		g.Nodes, g.MinNodes, g.MaxNodes = 6, 6, 6
		g.Pools[0].Nodes, g.Pools[0].NodesByZone = 6, spread(2, 2, 2)
		g.Placement = append(g.Placement, planner.Placement{Pool: "m7.large", Zone: "c", Nodes: 1})
		g.Cost = known(dollars(1200))
		g.Survives = []planner.Drill{{Event: "any 1 node", Tried: 6, Held: 6}, {Event: "any 1 zone", Tried: 3, Held: 3}}
		g.RedundancyCost = append(g.RedundancyCost, planner.RedundancyStep{Step: "equal_zones", Nodes: 6, Added: known(dollars(200))})
		g.Binding = planner.Binding{Resource: "equal_zones", During: "normal"}
		g.Committed = []planner.CommittedCost{
			{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Rate: dollars(780), Saving: 35 * units.Percent, Basis: catalogs.Listed, Date: "2026-01-02"},
			{Kind: "cud_resource", TermYears: 3, Payment: "monthly", Rate: dollars(600), Saving: 50 * units.Percent, Basis: catalogs.Listed, Date: "2026-01-02"},
		}
	}
	p.plan.Growth[0].Nodes = []planner.GroupNodes{{Group: "edge", Nodes: 6}, {Group: "web", Nodes: 6}}
	edge, web := p.edge(), p.web()
	edge.Usage = planner.Usage{CPU: 219_298, Memory: 55_555, Pods: 43_859}
	edge.Headroom = planner.Headroom{CPU: 17_800, Memory: 85 * units.GiB, Pods: 109}
	edge.Gap = 3_560_000
	web.Usage = planner.Usage{CPU: 356_481, Memory: 173_850, Pods: 101_851}
	web.Headroom = planner.Headroom{CPU: 13_900, Memory: 73_600 * units.MiB, Pods: 97}
	web.Gap = 1_820_037
	p.plan.Cost = planner.Cost{
		Lines: []planner.CostLine{
			billed("control_plane.cluster", 100), billed("node_group.edge.nodes", 1200), billed("node_group.edge.root_disks", 30),
			billed("node_group.web.nodes", 1200), billed("node_group.web.root_disks", 30),
		},
		Known: dollars(2560), Total: known(dollars(2560)),
	}
	return p
}

// etcdOf is three members for 10 nodes, whose 16 pods of workloads and 15 of
// DaemonSets take 2 x 12 KiB x 41 = 984 KiB at least.
func etcdOf(topology planner.EtcdTopology, disk planner.Disk) *planner.Etcd {
	return &planner.Etcd{
		Topology: topology, Members: 3, Quorum: 2, ToleratesMembers: 1, ToleratesZones: 1, Class: "small", ClassReason: "by nodes", Disk: disk,
		Database: units.MiB, Quota: 2 * units.GiB, Heartbeat: 100 * time.Millisecond, ElectionTimeout: time.Second,
		BackupInterval: 15 * time.Minute, BackupRetention: 2160 * time.Hour, BackupStorage: 258 * units.MiB,
	}
}

// selfSpec asks for a control plane of one's own that survives a node or a zone.
func selfSpec(topology planner.EtcdTopology, balancer planner.LoadBalancerKind) planner.ControlPlaneSpec {
	in := planner.Instances{Architectures: []string{catalogs.AMD64}, CapacityType: planner.OnDemand}
	return planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, EtcdTopology: topology, LoadBalancer: balancer,
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static},
		Instances:  in,
		Etcd:       planner.EtcdSpec{Instances: in, BackupInterval: 15 * time.Minute, BackupRetention: 2160 * time.Hour, RoundTrip: 2 * time.Millisecond},
	}
}

// machines of a role that need 2 vCPUs and 8 GiB, the size for up to 10 nodes and
// that of etcd's smallest class.
func machines(role, instance string, zones []planner.ZoneCount, price catalogs.Price, disks ...planner.Disk) planner.ControlPlaneMachines {
	nodes := 0
	for _, z := range zones {
		nodes += z.Nodes
	}
	return planner.ControlPlaneMachines{
		Role: role, InstanceType: instance, Nodes: nodes, NodesByZone: zones, Price: price, Disks: disks,
		LeastVCPUs: 2, LeastMemory: 8 * units.GiB, Reason: "up to 10 nodes",
	}
}

// members lists machines one by one.
func members(all []planner.ControlPlaneMachines) []planner.Member {
	var out []planner.Member
	for _, m := range all {
		for _, z := range m.NodesByZone {
			for range z.Nodes {
				out = append(out, planner.Member{Role: m.Role, Zone: z.Zone, InstanceType: m.InstanceType})
			}
		}
	}
	return out
}

// used is how busy three machines of a role are, of which any loss leaves two: percents of
// CPU and of memory, of three and of two.
func used(role string, cpu3, cpu2, memory3, memory2 units.Ratio) []planner.MemberUse {
	two := planner.MemberUse{Role: role, Left: 2, CPU: cpu2 * units.Percent, Memory: memory2 * units.Percent}
	all, upgrade := two, two
	all.Case, all.Left, all.CPU, all.Memory = planner.UseAllUp, 3, cpu3*units.Percent, memory3*units.Percent
	two.Case, upgrade.Case = planner.UseAfterLoss, planner.UseInUpgrade
	return []planner.MemberUse{all, two, upgrade}
}

// hosted is good with a control plane of its own on bought machines: three stacked
// members behind the cloud's load balancer, 3 x 0.20 USD an hour, and by the month 3
// x 50 GiB and 3 x 40 GiB at 0.073: 0.015 and 0.012 an hour.
func hosted() *problem {
	p := good()
	balancer := &planner.LoadBalancer{Kind: planner.CloudLoadBalancer, Ports: []int{6443}, HealthCheck: "/readyz"}
	p.prov.terms.Mode, p.prov.terms.EtcdDiskType, p.prov.terms.EtcdDisks = planner.SelfManaged, "gp3", []string{"gp3", "io2"}
	p.prov.control = planner.ControlPlane{
		Mode: planner.SelfManaged, Support: "standard", SupportEnds: "2027-03-27", LoadBalancer: balancer,
		Fees: []planner.FeeLine{{Name: "load_balancer", Price: listed(dollars(20))}},
	}
	p.respec(func(c *planner.Cluster) {
		c.ControlPlane = selfSpec(planner.Stacked, planner.CloudLoadBalancer)
		c.ControlPlane.Instances.Families = []string{"m7"}
		c.ControlPlane.Disk = planner.Disk{Type: "gp3", Size: 50 * units.GiB}
		c.MaxUSDPerMonth = new(2000 * units.Dollar)
	})
	cp := p.prov.control
	disk := planner.Disk{Type: "gp3", Size: 40 * units.GiB}
	cp.Etcd = etcdOf(planner.Stacked, disk)
	cp.Machines = []planner.ControlPlaneMachines{machines(planner.RoleControlPlane, "m7.large", spread(1, 1, 1), listed(dollars(200)), planner.Disk{Type: "gp3", Size: 50 * units.GiB}, disk)}
	cp.Members = members(cp.Machines)
	cp.Survives = []planner.Drill{{Event: "any 1 node", Tried: 3, Held: 3}, {Event: "any 1 zone", Tried: 3, Held: 3}}
	// m7.large, 4 vCPUs and 16 GiB, is twice what the size of 2 vCPUs and 8 GiB asks for.
	cp.Use = used(planner.RoleControlPlane, 30, 45, 30, 45)
	p.plan.ControlPlane = cp
	p.plan.Cost.Lines = append([]planner.CostLine{
		billed("control_plane.etcd_disks", 12), billed("control_plane.load_balancer", 20), billed("control_plane.nodes", 600), billed("control_plane.root_disks", 15),
	}, p.plan.Cost.Lines[1:]...)
	p.plan.Cost.Known, p.plan.Cost.Total = dollars(2697), known(dollars(2697))
	return p
}

// rooms is good on machines of one's own, of which there are just enough: racks (4
// vCPU, 146 USD a month, 0.20 an hour) carry the groups, small ones (2 vCPU, 73 USD)
// three API servers, three members and two load balancers.
func rooms() *problem {
	p := good()
	p.prov.terms = planner.Terms{Provider: "on_premises", Mode: planner.SelfManaged, Title: "rooms", OwnMachines: true, EtcdDisks: []string{"ssd", "nvme"}}
	p.prov.control = planner.ControlPlane{
		Mode: planner.SelfManaged, Support: "standard", SupportEnds: "2027-03-27",
		LoadBalancer: &planner.LoadBalancer{Kind: planner.HAProxyKeepalived, Hosts: 2, Ports: []int{6443}, HealthCheck: "/readyz"},
	}
	rack := planner.Machine{
		Name: "rack", VCPUs: 4, Memory: 16 * units.GiB, Architecture: catalogs.AMD64, Disk: planner.MachineDisk{Type: "ssd", Size: 200 * units.GiB},
		USDPerMonth: new(146 * units.Dollar), CountByZone: spread(4, 4, 2),
	}
	small := planner.Machine{
		Name: "small", VCPUs: 2, Memory: 8 * units.GiB, Architecture: catalogs.AMD64, Disk: planner.MachineDisk{Type: "nvme", Size: 100 * units.GiB, IOPS: 20_000},
		USDPerMonth: new(73 * units.Dollar), CountByZone: spread(3, 3, 2),
	}
	declared := func(thousandths int64) catalogs.Price {
		return catalogs.Price{Rate: dollars(thousandths), Basis: catalogs.Declared, Date: "2026-11-20", Source: "spec"}
	}
	row := func(m *planner.Machine, thousandths int64) catalogs.InstanceType {
		return catalogs.InstanceType{Name: m.Name, Family: m.Name, Architecture: m.Architecture, VCPUs: m.VCPUs, Memory: m.Memory, OnDemand: declared(thousandths)}
	}
	p.cat.Provider, p.cat.Region, p.cat.Disks, p.cat.Fees = "on_premises", "here", nil, nil
	p.cat.Types = []catalogs.InstanceType{row(&rack, 200), row(&small, 100)}
	p.plan.Offers = p.cat.Types
	p.respec(func(c *planner.Cluster) {
		c.Provider, c.Region, c.MaxUSDPerMonth = "on_premises", "here", nil
		c.Machines = []planner.Machine{rack, small}
		c.ControlPlane = selfSpec(planner.External, planner.HAProxyKeepalived)
		for i := range c.NodeGroups {
			g := &c.NodeGroups[i]
			g.Instances.Families, g.Instances.Types, g.Disk = nil, nil, planner.Disk{}
		}
	})
	for i := range p.plan.NodeGroups {
		g := &p.plan.NodeGroups[i]
		g.Pools[0].InstanceType, g.Pools[0].Price, g.Pools[0].RootDisks = "rack", declared(200), nil
		g.LowerBound, g.Gap, g.Duals, g.Alternatives = 0, 0, planner.Duals{}, nil
		for j := range g.Placement {
			g.Placement[j].Pool = "rack"
		}
	}
	cp := p.prov.control
	cp.Etcd = etcdOf(planner.External, planner.Disk{Size: 40 * units.GiB, IOPS: 1500, ThroughputMiBps: 25})
	cp.Machines = []planner.ControlPlaneMachines{
		machines(planner.RoleControlPlane, "small", spread(1, 1, 1), declared(100)),
		machines(planner.RoleEtcd, "small", spread(1, 1, 1), declared(100)),
		machines(planner.RoleLoadBalancer, "small", spread(1, 1, 0), declared(100)),
	}
	cp.Members = members(cp.Machines)
	cp.Survives = []planner.Drill{{Event: "any 1 node", Tried: 8, Held: 8}, {Event: "any 1 zone", Tried: 3, Held: 3}}
	cp.Use = append(used(planner.RoleControlPlane, 60, 90, 60, 90), used(planner.RoleEtcd, 60, 90, 60, 90)...)
	p.plan.ControlPlane = cp
	line := func(path string, thousandths int64) planner.CostLine {
		return planner.CostLine{Path: path, Basis: catalogs.Declared, Date: "2026-11-20", Amount: known(dollars(thousandths))}
	}
	p.plan.Cost = planner.Cost{
		Lines: []planner.CostLine{
			line("control_plane.etcd_nodes", 300), line("control_plane.load_balancer_nodes", 200), line("control_plane.nodes", 300),
			line("node_group.edge.nodes", 1000), line("node_group.web.nodes", 1000),
		},
		Known: dollars(2800), Total: known(dollars(2800)),
	}
	return p
}
