package verify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

func TestAcceptsTheGrounds(t *testing.T) {
	for name, fresh := range map[string]func() *problem{"equal zones": equal, "self-managed": hosted, "machines of one's own": rooms} {
		if err := fresh().verify(); err != nil {
			t.Errorf("%s: the plan by hand is refused:\n%v", name, err)
		}
	}
}

func TestEqualZoneMutations(t *testing.T) {
	commitment := func(change func(c *planner.CommittedCost)) func(p *problem) {
		return func(p *problem) { change(&p.web().Committed[1]) }
	}
	mutate(t, equal, map[string]mutation{
		"a zone with a node less": {"zones.equal", func(p *problem) {
			g := p.web()
			g.Nodes, g.MinNodes, g.MaxNodes, g.Pools[0].Nodes, g.Pools[0].NodesByZone = 5, 5, 5, 5, spread(2, 2, 1)
		}},
		"a minimum between":  {"zones.multiple", func(p *problem) { p.web().MinNodes = 5 }},
		"a maximum between":  {"zones.multiple", func(p *problem) { p.web().MaxNodes = 8 }},
		"the rounding first": {"redundancy.steps", func(p *problem) { slices.Reverse(p.web().RedundancyCost) }},
		"the rounding nowhere": {"redundancy.nodes", func(p *problem) {
			p.web().RedundancyCost = p.web().RedundancyCost[:3]
		}},
		"fewer nodes by a step": {"redundancy.nodes", func(p *problem) { p.web().RedundancyCost[1].Nodes = 2 }},
		"zones not equal here":  {"redundancy.steps", func(p *problem) { p.prov.terms.EqualZones = false }},
		"a binding that is none": {"binding.equal_zones", func(p *problem) {
			p.prov.terms.EqualZones = false
		}},
		"an alternative between": {"alternatives.zones", func(p *problem) { p.web().Alternatives[0].Nodes = 4 }},
		"growth between":         {"growth.nodes", func(p *problem) { p.plan.Growth[0].Nodes[1].Nodes = 7 }},
		"another tier":           {"control_plane.tier", func(p *problem) { p.respec(func(c *planner.Cluster) { c.ControlPlane.Tier = "zonal" }) }},
		"another tier's fee":     {"control_plane.fees", func(p *problem) { p.cat.Fees[1].Price.Rate++ }},
		"etcd of a managed one":  {"control_plane.managed", func(p *problem) { p.plan.ControlPlane.Etcd = etcdOf(planner.Stacked, planner.Disk{}) }},
		"machines of a managed one": {"control_plane.managed", func(p *problem) {
			p.plan.ControlPlane.Machines = hosted().plan.ControlPlane.Machines
		}},
		"use of a managed one":       {"control_plane.managed", func(p *problem) { p.plan.ControlPlane.Use = hosted().plan.ControlPlane.Use }},
		"a commitment too cheap":     {"committed.rate", commitment(func(c *planner.CommittedCost) { c.Rate-- })},
		"a saving overstated":        {"committed.saving", commitment(func(c *planner.CommittedCost) { c.Saving++ })},
		"a saving understated":       {"committed.saving", commitment(func(c *planner.CommittedCost) { c.Saving-- })},
		"a commitment's basis":       {"committed.basis", commitment(func(c *planner.CommittedCost) { c.Basis = catalogs.Declared })},
		"a commitment without price": {"committed.unknown", commitment(func(c *planner.CommittedCost) { c.TermYears = 2 })},
		"a commitment of spot": {"committed.unknown", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Instances.CapacityType = planner.Spot })
			p.web().Pools[0].CapacityType = planner.Spot
		}},
		"a commitment dropped": {"committed.missing", func(p *problem) { p.web().Committed = p.web().Committed[:1] }},
		"commitments unsorted": {"lists.sorted", func(p *problem) { slices.Reverse(p.web().Committed) }},
	})
}

// The parts of a plan of hosted that its mutations change.
func cp(change func(c *planner.ControlPlane)) func(p *problem) {
	return func(p *problem) { change(&p.plan.ControlPlane) }
}

func ownSpec(change func(s *planner.ControlPlaneSpec)) func(p *problem) {
	return func(p *problem) { p.respec(func(c *planner.Cluster) { change(&c.ControlPlane) }) }
}

func servers(change func(m *planner.ControlPlaneMachines)) func(p *problem) {
	return func(p *problem) { change(&p.plan.ControlPlane.Machines[0]) }
}

func etcd(change func(e *planner.Etcd)) func(p *problem) {
	return func(p *problem) { change(p.plan.ControlPlane.Etcd) }
}

func TestSelfManagedMutations(t *testing.T) {
	mutate(t, hosted, map[string]mutation{
		"managed after all":     {"control_plane.mode", ownSpec(func(s *planner.ControlPlaneSpec) { s.Mode = planner.Managed })},
		"a fee dropped":         {"control_plane.provider", cp(func(c *planner.ControlPlane) { c.Fees = nil })},
		"no load balancer":      {"control_plane.provider", cp(func(c *planner.ControlPlane) { c.LoadBalancer = nil })},
		"another load balancer": {"control_plane.load_balancer", ownSpec(func(s *planner.ControlPlaneSpec) { s.LoadBalancer = planner.KubeVIP })},
		"no patches any more":   {"control_plane.support", func(p *problem) { p.cat.Versions[0].StandardEnd = "2026-11-19" }},
		"no etcd":               {"etcd.missing", cp(func(c *planner.ControlPlane) { c.Etcd = nil })},
		"busier than said":      {"control_plane.use", cp(func(c *planner.ControlPlane) { c.Use[1].CPU-- })},
		"memory understated":    {"control_plane.use", cp(func(c *planner.ControlPlane) { c.Use[2].Memory-- })},
		"more left than are":    {"control_plane.use", cp(func(c *planner.ControlPlane) { c.Use[1].Left = 3 })},
		"a case dropped":        {"control_plane.use", cp(func(c *planner.ControlPlane) { c.Use = c.Use[:2] })},
		"another topology":      {"etcd.topology", etcd(func(e *planner.Etcd) { e.Topology = planner.External })},
		"no machines":           {"control_plane.roles", cp(func(c *planner.ControlPlane) { c.Machines = nil })},
		"a role twice":          {"control_plane.roles", cp(func(c *planner.ControlPlane) { c.Machines = append(c.Machines, c.Machines[0]) })},
		"a member dropped":      {"control_plane.members", cp(func(c *planner.ControlPlane) { c.Members = c.Members[:2] })},
		"members unsorted":      {"control_plane.members", cp(func(c *planner.ControlPlane) { slices.Reverse(c.Members) })},
		"another count":         {"control_plane.count", ownSpec(func(s *planner.ControlPlaneSpec) { s.Nodes = 5 })},
		"another etcd":          {"etcd.members", ownSpec(func(s *planner.ControlPlaneSpec) { s.Etcd.Members = 5 })},
		"members that are none": {"etcd.members", etcd(func(e *planner.Etcd) { e.Members = 5 })},
		"two members":           {"etcd.members", func(p *problem) { membersAt(p, 1, 1, 0, 2, 2) }},
		"one member for losses": {"control_plane.count", func(p *problem) { membersAt(p, 1, 0, 0, 1, 1) }},
		"five where three do":   {"etcd.fewest", func(p *problem) { membersAt(p, 2, 2, 1, 5, 3) }},
		"nine":                  {"control_plane.count", func(p *problem) { membersAt(p, 3, 3, 3, 9, 3) }},
		"two in a zone":         {"control_plane.survives", func(p *problem) { membersAt(p, 2, 1, 0, 3, 3) }},
		"uneven zones":          {"zones.balance", func(p *problem) { membersAt(p, 2, 1, 0, 3, 3) }},
		"two zones to lose":     {"control_plane.survives", ownSpec(func(s *planner.ControlPlaneSpec) { s.Redundancy.Zones = 2 })},
		"two nodes to lose":     {"control_plane.survives", ownSpec(func(s *planner.ControlPlaneSpec) { s.Redundancy.Nodes = 2 })},
		"a node and a zone":     {"control_plane.survives", ownSpec(func(s *planner.ControlPlaneSpec) { s.Redundancy.AtOnce = true })},
		"a foreign zone":        {"control_plane.zones", servers(func(m *planner.ControlPlaneMachines) { m.NodesByZone[2].Zone = "d" })},
		"a machine uncounted":   {"control_plane.zones", servers(func(m *planner.ControlPlaneMachines) { m.Nodes = 4 })},
		"a type that is none":   {"control_plane.type", servers(func(m *planner.ControlPlaneMachines) { m.InstanceType = "m7.tiny" })},
		"a zone without it": {"control_plane.offered", func(p *problem) {
			i := slices.IndexFunc(p.cat.Types, func(t catalogs.InstanceType) bool { return t.Name == p.plan.ControlPlane.Machines[0].InstanceType })
			p.cat.Types[i].Zones = []string{"a", "b"}
		}},
		"a burstable one":      {"control_plane.admitted", servers(func(m *planner.ControlPlaneMachines) { m.InstanceType = "t3.large" })},
		"another family":       {"control_plane.admitted", ownSpec(func(s *planner.ControlPlaneSpec) { s.Instances.Families = []string{"c7"} })},
		"a cheaper price":      {"control_plane.price", servers(func(m *planner.ControlPlaneMachines) { m.Price.Rate-- })},
		"too small a machine":  {"control_plane.size", servers(func(m *planner.ControlPlaneMachines) { m.LeastVCPUs = 5 })},
		"too little asked for": {"control_plane.least", servers(func(m *planner.ControlPlaneMachines) { m.LeastMemory-- })},
		"a larger profile":     {"control_plane.least", ownSpec(func(s *planner.ControlPlaneSpec) { s.Profile = planner.OpenShiftSize })},
		"a profile unknown":    {"control_plane.least", ownSpec(func(s *planner.ControlPlaneSpec) { s.Profile = "k3s" })},
		"eleven nodes":         {"control_plane.least", func(p *problem) { p.web().MaxNodes = 6 }},
		"too many nodes":       {"control_plane.least", func(p *problem) { p.web().MaxNodes = 5000 }},
		"no disk for etcd":     {"control_plane.disks", servers(func(m *planner.ControlPlaneMachines) { m.Disks = m.Disks[:1] })},
		"a smaller root disk":  {"control_plane.disks", servers(func(m *planner.ControlPlaneMachines) { m.Disks[0].Size-- })},
	})
}

func TestEtcdMutations(t *testing.T) {
	mutate(t, hosted, map[string]mutation{
		"a quorum of one":  {"etcd.quorum", etcd(func(e *planner.Etcd) { e.Quorum = 1 })},
		"two may fail":     {"etcd.tolerates", etcd(func(e *planner.Etcd) { e.ToleratesMembers = 2 })},
		"no zone may fail": {"etcd.tolerates", etcd(func(e *planner.Etcd) { e.ToleratesZones = 0 })},
		"events apart after all": {"etcd.events", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.ControlPlane.Etcd.Events = planner.EventsSeparate })
		}},
		"events in too little": {"etcd.events", etcd(func(e *planner.Etcd) {
			e.Events = &planner.EventsEtcd{Database: units.KiB, Quota: 2 * units.GiB, Disk: e.Disk}
		})},
		"events beyond a quota": {"etcd.events", etcd(func(e *planner.Etcd) {
			e.Events = &planner.EventsEtcd{Database: units.GiB, Quota: units.GiB, Disk: e.Disk}
		})},
		"events on a small disk": {"etcd.events", etcd(func(e *planner.Etcd) {
			e.Events = &planner.EventsEtcd{Database: units.GiB, Quota: 2 * units.GiB, Disk: planner.Disk{Type: e.Disk.Type, Size: 39 * units.GiB}}
		})},
		"events on no machine's disk": {"control_plane.disks", etcd(func(e *planner.Etcd) {
			e.Events = &planner.EventsEtcd{Database: units.MiB, Quota: 2 * units.GiB, Disk: planner.Disk{Type: e.Disk.Type, Size: 40 * units.GiB}}
		})},
		"a class that is none": {"etcd.class", etcd(func(e *planner.Etcd) { e.Class = "tiny" })},
		"a database beyond":    {"etcd.class", etcd(func(e *planner.Etcd) { e.Database = 101 * units.MiB })},
		"51 nodes":             {"etcd.class", func(p *problem) { p.web().MaxNodes = 46 }},
		"a class without size": {"control_plane.least", etcd(func(e *planner.Etcd) { e.Class = "medium" })},
		"a class without IOPS": {"etcd.iops", etcd(func(e *planner.Etcd) { e.Class = "medium" })},
		"too small a database": {"etcd.database", etcd(func(e *planner.Etcd) { e.Database = 983 * units.KiB })},
		"too small a quota":    {"etcd.quota", etcd(func(e *planner.Etcd) { e.Quota = 5*units.MiB/4 - 1 })},
		"too large a quota":    {"etcd.quota", etcd(func(e *planner.Etcd) { e.Quota = 8*units.GiB + 1 })},
		"a slow disk":          {"etcd.disk", etcd(func(e *planner.Etcd) { e.Disk.Type = "st1" })},
		"a small disk":         {"etcd.disk", etcd(func(e *planner.Etcd) { e.Disk.Size = 39 * units.GiB })},
		"not the disk's size":  {"etcd.disk", ownSpec(func(s *planner.ControlPlaneSpec) { s.Etcd.Disk.Size = 60 * units.GiB })},
		"a hasty election":     {"etcd.timing", ownSpec(func(s *planner.ControlPlaneSpec) { s.Etcd.RoundTrip = 101 * time.Millisecond })},
		"a hasty heartbeat":    {"etcd.timing", etcd(func(e *planner.Etcd) { e.Heartbeat = 99 * time.Millisecond })},
		"backups forgotten":    {"etcd.backup", etcd(func(e *planner.Etcd) { e.BackupInterval = 0 })},
		"backups of nothing":   {"etcd.backup", etcd(func(e *planner.Etcd) { e.BackupStorage = units.KiB })},
		"more tried":           {"control_plane.drill", cp(func(c *planner.ControlPlane) { c.Survives[0].Tried, c.Survives[0].Held = 4, 4 })},
		"not all held":         {"control_plane.drill", cp(func(c *planner.ControlPlane) { c.Survives[1].Held = 2 })},
		"a drill dropped":      {"control_plane.drill_missing", cp(func(c *planner.ControlPlane) { c.Survives = c.Survives[1:] })},
		"a drill twice":        {"control_plane.drill_twice", cp(func(c *planner.ControlPlane) { c.Survives = append(c.Survives, c.Survives[0]) })},
		"a drill of nothing":   {"control_plane.drill_event", cp(func(c *planner.ControlPlane) { c.Survives[0].Event = "rain" })},
		"machines unpaid":      {"cost.line_missing", func(p *problem) { p.plan.Cost.Lines = slices.Delete(p.plan.Cost.Lines, 2, 3) }},
		"a balancer unpaid":    {"cost.line_missing", func(p *problem) { p.plan.Cost.Lines = slices.Delete(p.plan.Cost.Lines, 1, 2) }},
		"disks understated":    {"cost.line", func(p *problem) { p.plan.Cost.Lines[0].Amount.Rate-- }},
		"disks of load balancers": {"cost.line", func(p *problem) {
			p.plan.Cost.Lines[3].Path = "control_plane.load_balancer_root_disks"
		}},
		"an offer forgotten": {"offers.missing", func(p *problem) {
			p.plan.ControlPlane.Machines[0].InstanceType = "m7.xlarge"
		}},
	})
}

// membersAt gives the control plane of hosted so many machines in each zone, with n
// members of which a quorum is q, and everything else that follows from it.
func membersAt(p *problem, a, b, c, n, q int) {
	cp := &p.plan.ControlPlane
	cp.Machines[0].Nodes, cp.Machines[0].NodesByZone = a+b+c, spread(a, b, c)
	cp.Members = members(cp.Machines)
	cp.Etcd.Members, cp.Etcd.Quorum = n, q
}

func TestOwnMachineMutations(t *testing.T) {
	machine := func(i int, change func(m *planner.Machine)) func(p *problem) {
		return func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.Machines = slices.Clone(c.Machines); change(&c.Machines[i]) })
		}
	}
	mutate(t, rooms, map[string]mutation{
		"one rack fewer":         {"stock.count", machine(0, func(m *planner.Machine) { m.CountByZone = spread(3, 4, 2) })},
		"one small one fewer":    {"stock.count", machine(1, func(m *planner.Machine) { m.CountByZone = spread(3, 2, 2) })},
		"a zone not named":       {"stock.count", machine(0, func(m *planner.Machine) { m.CountByZone = m.CountByZone[:2] })},
		"none at all":            {"stock.count", machine(0, func(m *planner.Machine) { m.CountByZone = []planner.ZoneCount{} })},
		"another machine":        {"machines.type", machine(0, func(m *planner.Machine) { m.VCPUs = 8 })},
		"a machine not declared": {"machines.type", machine(1, func(m *planner.Machine) { m.Name = "tiny" })},
		"a dearer machine":       {"machines.price", machine(0, func(m *planner.Machine) { m.USDPerMonth = new(147 * units.Dollar) })},
		"a machine paid for":     {"machines.price", machine(0, func(m *planner.Machine) { m.USDPerMonth = new(units.USD(0)) })},
		"a price not declared":   {"machines.price", machine(0, func(m *planner.Machine) { m.USDPerMonth = nil })},
		"a disk that turns":      {"etcd.disk", machine(1, func(m *planner.Machine) { m.Disk.Type = "hdd" })},
		"a disk too small":       {"etcd.disk", machine(1, func(m *planner.Machine) { m.Disk.Size = 39 * units.GiB })},
		"a disk too slow": {"etcd.disk", func(p *problem) {
			p.plan.ControlPlane.Etcd.Disk.IOPS = 20_001
		}},
		"disks bought": {"control_plane.disks", func(p *problem) {
			p.plan.ControlPlane.Machines[1].Disks = []planner.Disk{{Type: "ssd", Size: 40 * units.GiB}}
		}},
		"etcd elsewhere admitted": {"control_plane.admitted", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.ControlPlane.Etcd.Instances.Types = []string{"rack"} })
		}},
		"fewer hosts than the provider's": {"control_plane.provider", func(p *problem) {
			p.plan.ControlPlane.LoadBalancer = &planner.LoadBalancer{Kind: planner.HAProxyKeepalived, Hosts: 1, Ports: []int{6443}, HealthCheck: "/readyz"}
		}},
		"another port": {"control_plane.provider", func(p *problem) {
			p.plan.ControlPlane.LoadBalancer = &planner.LoadBalancer{Kind: planner.HAProxyKeepalived, Hosts: 2, Ports: []int{443}, HealthCheck: "/readyz"}
		}},
		"an alternative that does not stand there": {"alternatives.stock", func(p *problem) {
			p.web().Alternatives = []planner.Alternative{{InstanceType: "small", Nodes: 9}}
		}},
		"one host":               {"control_plane.load_balancer", func(p *problem) { p.plan.ControlPlane.LoadBalancer.Hosts = 1 }},
		"both hosts in a room":   {"control_plane.survives", func(p *problem) { hosts(p, 2, 0, 0) }},
		"both where one is free": {"zones.balance", func(p *problem) { hosts(p, 2, 0, 0) }},
		"members of the roles mixed": {"control_plane.members", func(p *problem) {
			m := p.plan.ControlPlane.Members
			m[2], m[3] = m[3], m[2]
		}},
		"a catalog's disk":        {"cost.line_unknown", func(p *problem) { p.plan.Cost.Lines[4].Path = "node_group.web.disks" }},
		"paid on a better word":   {"cost.basis", func(p *problem) { p.plan.Cost.Lines[2].Basis = catalogs.Listed }},
		"pods beyond the kubelet": {"pool.max_pods", func(p *problem) { p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Kubelet.MaxPods = 19 }) }},
		"a reserve not taken off": {"pool.reserved", func(p *problem) {
			p.respec(func(c *planner.Cluster) {
				c.NodeGroups[1].Kubelet.KubeReserved = &planner.Reserve{CPU: 60}
				c.NodeGroups[1].Kubelet.SystemReserved = &planner.Reserve{CPU: 41}
			})
		}},
	})
}

// hosts puts the load balancers of rooms elsewhere.
func hosts(p *problem, a, b, c int) {
	cp := &p.plan.ControlPlane
	cp.Machines[2].NodesByZone = spread(a, b, c)
	cp.Members = members(cp.Machines)
}

// TestAsEvenAsWhatStandsThere: two hosts of one room are right where no machine is
// left in the others, and no zone is to be lost.
func TestAsEvenAsWhatStandsThere(t *testing.T) {
	p := rooms()
	p.respec(func(c *planner.Cluster) {
		c.Machines = slices.Clone(c.Machines)
		c.Machines[1].CountByZone = spread(5, 2, 2)
		c.ControlPlane.Redundancy.Zones = 0
	})
	hosts(p, 2, 0, 0)
	p.plan.ControlPlane.Survives = p.plan.ControlPlane.Survives[:1]
	if err := p.verify(); err != nil {
		t.Errorf("refused:\n%v", err)
	}
}

// TestControlPlaneDrills: five stacked members over three zones lose a zone (2 of
// a) and keep a quorum, but not always a node beside it. Without a or b 3 are left to lose
// one of, without c 4: 10 ways, of which the 4 of c leave the 3 of a quorum.
func TestControlPlaneDrills(t *testing.T) {
	p := hosted()
	membersAt(p, 2, 2, 1, 5, 3)
	p.respec(func(c *planner.Cluster) { c.ControlPlane.Nodes = 5 })
	cp := &p.plan.ControlPlane
	cp.Etcd.ToleratesMembers, cp.Etcd.ToleratesZones = 2, 1
	for i, left := range []int{5, 3, 4} { // each does every write
		cp.Use[i].Left, cp.Use[i].CPU, cp.Use[i].Memory = left, 30*units.Percent, 30*units.Percent
	}
	cp.Survives = []planner.Drill{
		{Event: "any 1 node", Tried: 5, Held: 5},
		{Event: "any 1 zone", Tried: 3, Held: 3},
		{Event: "any 3 nodes", Tried: 10, Held: 0},
		{Event: "any 1 node and any 1 zone", Tried: 10, Held: 4},
	}
	p.plan.Cost.Lines[0].Amount, p.plan.Cost.Lines[2].Amount, p.plan.Cost.Lines[3].Amount = known(dollars(20)), known(dollars(1000)), known(dollars(25))
	p.plan.Cost.Known, p.plan.Cost.Total = dollars(3115), known(dollars(3115))
	p.respec(func(c *planner.Cluster) { c.MaxUSDPerMonth = nil })
	if err := p.verify(); err != nil {
		t.Errorf("refused:\n%v", err)
	}
	cp.Survives[3].Held = 5
	if got := rules(p.verify()); !slices.Equal(got, []string{"control_plane.drill"}) {
		t.Errorf("5 of 10 held: found %v", got)
	}
}

// TestNoPatches: people may run a minor that Kubernetes no longer patches.
func TestNoPatches(t *testing.T) {
	p := hosted()
	p.cat.Versions[0].StandardEnd = "2026-11-19"
	p.prov.control.Support, p.prov.control.SupportEnds = "none", ""
	p.plan.ControlPlane.Support, p.plan.ControlPlane.SupportEnds = "none", ""
	if err := p.verify(); err != nil {
		t.Errorf("refused:\n%v", err)
	}
}

// TestDevelopmentMayHaveOneMember: where no loss is declared, one is enough.
func TestDevelopmentMayHaveOneMember(t *testing.T) {
	p := hosted()
	membersAt(p, 1, 0, 0, 1, 1)
	p.respec(func(c *planner.Cluster) { c.ControlPlane.Redundancy = planner.Redundancy{} })
	cp := &p.plan.ControlPlane
	cp.Etcd.ToleratesMembers, cp.Etcd.ToleratesZones, cp.Survives = 0, 0, nil
	for i := range cp.Use { // half of a lone machine of twice the size
		cp.Use[i].Left, cp.Use[i].CPU, cp.Use[i].Memory = 1, 50*units.Percent, 50*units.Percent
	}
	cp.Use[2].Left, cp.Use[2].CPU, cp.Use[2].Memory = 0, 0, 0
	p.plan.Cost.Lines[0].Amount, p.plan.Cost.Lines[2].Amount, p.plan.Cost.Lines[3].Amount = known(dollars(4)), known(dollars(200)), known(dollars(5))
	p.plan.Cost.Known, p.plan.Cost.Total = dollars(2279), known(dollars(2279))
	if err := p.verify(); err != nil {
		t.Errorf("refused:\n%v", err)
	}
}

// TestExtendedOnGKE: the fee of extended support stands in the place of the tier's.
func TestExtendedOnGKE(t *testing.T) {
	p := equal()
	p.cat.Versions[0].StandardEnd, p.cat.Versions[0].ExtendedEnd = "2026-11-19", ""
	for _, cp := range []*planner.ControlPlane{&p.prov.control, &p.plan.ControlPlane} {
		cp.Support, cp.SupportEnds = "extended", ""
		cp.Fees = []planner.FeeLine{{Name: "cluster", Price: listed(dollars(600))}}
	}
	p.plan.Cost.Lines[0].Amount = known(dollars(600))
	p.plan.Cost.Known, p.plan.Cost.Total = dollars(3060), known(dollars(3060))
	if err := p.verify(); err != nil {
		t.Errorf("refused:\n%v", err)
	}
}

// TestTolerances: etcd, "FAQ", fault tolerance table, and for zones what is left of
// n members when the fullest go.
func TestTolerances(t *testing.T) {
	for _, tc := range []struct {
		byZone         []int
		members, zones int
	}{
		{[]int{1}, 0, 0},
		{[]int{3}, 1, 0},
		{[]int{2, 1}, 1, 0},
		{[]int{1, 1, 1}, 1, 1},
		{[]int{1, 1, 1, 0}, 1, 1},
		{[]int{3, 2}, 2, 0},
		{[]int{2, 2, 1}, 2, 1},
		{[]int{2, 1, 1, 1}, 2, 1},
		{[]int{1, 1, 1, 1, 1}, 2, 2},
		{[]int{4, 3}, 3, 0},
		{[]int{3, 2, 2}, 3, 1},
		{[]int{2, 2, 2, 1}, 3, 1},
		{[]int{2, 2, 1, 1, 1}, 3, 1},
	} {
		if members, zones := verify.Tolerates(tc.byZone); members != tc.members || zones != tc.zones {
			t.Errorf("%v: %d members and %d zones, want %d and %d", tc.byZone, members, zones, tc.members, tc.zones)
		}
	}
}
