package verify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// gp3 changes the only disk of the catalog.
func gp3(change func(d *catalogs.Disk)) func(p *problem) {
	return func(p *problem) { change(&p.cat.Disks[0]) }
}

// all makes changes one after the other.
func all(changes ...func(p *problem)) func(p *problem) {
	return func(p *problem) {
		for _, change := range changes {
			change(p)
		}
	}
}

// says is whether a rule speaks of p.
func says(p *problem, rule string) bool { return slices.Contains(rules(p.verify()), rule) }

// TestFeesOfAnyProvider: the fee of a managed control plane is that of its tier,
// whoever provides it.
func TestFeesOfAnyProvider(t *testing.T) {
	acme := func() *problem {
		p := equal()
		p.prov.terms.Provider, p.cat.Provider = "acme", "acme"
		p.respec(func(c *planner.Cluster) { c.Provider = "acme" })
		return p
	}
	if err := acme().verify(); err != nil {
		t.Errorf("refused:\n%v", err)
	}
	mutate(t, acme, map[string]mutation{
		"another fee":      {"control_plane.fees", func(p *problem) { p.cat.Fees[1].Price.Rate++ }},
		"a fee of nothing": {"control_plane.fees", func(p *problem) { p.cat.Fees = p.cat.Fees[:1] }},
		"a fee not known":  {"control_plane.fees", func(p *problem) { p.cat.Fees[1].Price = catalogs.Price{} }},
	})
}

// TestEtcdClassesAreDecimal: etcd writes MB and GB.
func TestEtcdClassesAreDecimal(t *testing.T) {
	for data, class := range map[units.Bytes][2]string{
		100_000_000: {"small", ""}, 100_000_001: {"medium", "small"},
		500_000_000: {"medium", "small"}, 500_000_001: {"large", "medium"},
		1_000_000_000: {"large", "medium"}, 1_000_000_001: {"xlarge", "large"},
	} {
		for i, name := range class {
			p := hosted()
			p.plan.ControlPlane.Etcd.Database, p.plan.ControlPlane.Etcd.Class = data, name
			if wrong := i == 1; name != "" && says(p, "etcd.class") != wrong {
				t.Errorf("%d bytes in class %s: found %v", data, name, rules(p.verify()))
			}
		}
	}
}

// TestBackups: hourly ones of a week and daily ones of the whole retention, fewer where
// they are made less often or kept for less long. Copies are counted by hand.
func TestBackups(t *testing.T) {
	for _, tc := range []struct {
		interval, retention time.Duration
		copies              units.Bytes
	}{
		{15 * time.Minute, 2160 * time.Hour, 168 + 90},
		{time.Hour, 2160 * time.Hour, 168 + 90},
		{2 * time.Hour, 2160 * time.Hour, 84 + 90},
		{5 * time.Hour, 168 * time.Hour, 34 + 7},
		{48 * time.Hour, 2160 * time.Hour, 4 + 45},
		{15 * time.Minute, 72 * time.Hour, 72 + 3},
		{15 * time.Minute, 90 * time.Minute, 2 + 1},
	} {
		for off := units.Bytes(-1); off <= 1; off++ {
			p := hosted()
			p.respec(func(c *planner.Cluster) {
				c.ControlPlane.Etcd.BackupInterval, c.ControlPlane.Etcd.BackupRetention = tc.interval, tc.retention
			})
			e := p.plan.ControlPlane.Etcd
			e.BackupInterval, e.BackupRetention, e.BackupStorage = tc.interval, tc.retention, tc.copies*e.Database+off
			if says(p, "etcd.backup") != (off != 0) {
				t.Errorf("every %v for %v, %d copies and %d bytes: %v", tc.interval, tc.retention, tc.copies, off, p.verify())
			}
		}
	}
}

func TestDiskMutations(t *testing.T) {
	io := gp3(func(d *catalogs.Disk) { d.FreeIOPS, d.FreeMiBps, d.IOPSPerGiB = 0, 0, 50*units.Whole })
	large := gp3(func(d *catalogs.Disk) { d.IOPSPerGiB = 30 * units.Whole })
	bySize := func(p *problem) { p.prov.terms.DisksBySize = []string{"gp3"} }
	root := func(change func(d *planner.Disk)) func(p *problem) {
		return func(p *problem) {
			p.respec(func(c *planner.Cluster) {
				c.NodeGroups = slices.Clone(c.NodeGroups)
				change(&c.NodeGroups[1].Disk)
			})
		}
	}
	mutate(t, hosted, map[string]mutation{
		"more IOPS than 40 GiB admit": {"etcd.disk", all(io, etcd(func(e *planner.Etcd) { e.Disk.IOPS = 2001 }))},
		"more than 50 GiB of a node":  {"pool.root_disks", all(io, root(func(d *planner.Disk) { d.IOPS = 2501 }))},
		"more than 50 GiB of a server": {"control_plane.disks", all(io, ownSpec(func(s *planner.ControlPlaneSpec) {
			s.Disk.IOPS = 2501
		}))},
		"a node's disk too small":     {"pool.root_disks", gp3(func(d *catalogs.Disk) { d.MinSize = 51 * units.GiB })},
		"IOPS of a disk by size":      {"pool.root_disks", all(large, bySize, root(func(d *planner.Disk) { d.IOPS = 100 }))},
		"40 GiB at 30 a GiB":          {"etcd.iops", all(large, bySize)},
		"the same, its type declared": {"etcd.iops", all(large, bySize, ownSpec(func(s *planner.ControlPlaneSpec) { s.Etcd.Disk.Type = "gp3" }))},
		"bought, its type declared":   {"etcd.iops", all(io, ownSpec(func(s *planner.ControlPlaneSpec) { s.Etcd.Disk.Type = "gp3" }))},
		"no throughput":               {"etcd.throughput", io},
		"too little for a large one":  {"etcd.throughput", etcd(func(e *planner.Etcd) { e.Class = "xlarge" })},
		"no room for 8 GiB":           {"etcd.disk", etcd(func(e *planner.Etcd) { e.Quota, e.Disk.Size = 8*units.GiB, 51*units.GiB })},
	})
	mutate(t, rooms, map[string]mutation{
		"a machine of too few":    {"etcd.iops", etcd(func(e *planner.Etcd) { e.Disk.IOPS = 1499 })},
		"a machine of too little": {"etcd.throughput", etcd(func(e *planner.Etcd) { e.Disk.ThroughputMiBps = 24 })},
	})
	for name, change := range map[string]func(p *problem){
		"50 GiB at 30 a GiB": all(large, bySize, etcd(func(e *planner.Etcd) { e.Disk.Size = 50 * units.GiB })),
		"bought for small":   all(io, etcd(func(e *planner.Etcd) { e.Disk.Size, e.Disk.IOPS = 72*units.GiB, 3600 })),
		"given by the spec":  all(io, ownSpec(func(s *planner.ControlPlaneSpec) { s.Etcd.Disk.IOPS = 100 })),
		"its size given":     all(large, bySize, ownSpec(func(s *planner.ControlPlaneSpec) { s.Etcd.Disk.Size = 40 * units.GiB })),
		"free for its class": gp3(func(d *catalogs.Disk) { d.IOPSPerGiB = units.Whole }),
	} {
		p := hosted()
		change(p)
		if says(p, "etcd.iops") {
			t.Errorf("%s: refused:\n%v", name, p.verify())
		}
	}
}

// TestGrowthStaysWithinWhatStandsThere: ten racks stand there, and small ones are all
// taken by the control plane.
func TestGrowthStaysWithinWhatStandsThere(t *testing.T) {
	nodes := func(edge, web int) func(p *problem) {
		return func(p *problem) {
			p.plan.Growth[0].Nodes = []planner.GroupNodes{{Group: "edge", Nodes: edge}, {Group: "web", Nodes: web}}
		}
	}
	mutate(t, rooms, map[string]mutation{
		"one more":     {"growth.stock", nodes(5, 6)},
		"all in one":   {"growth.stock", nodes(0, 11)},
		"on small":     {"growth.stock", func(p *problem) { p.web().Pools[0].InstanceType = "small" }},
		"not for good": {"stock.count", func(p *problem) { p.web().Pools[0].InstanceType = "small" }},
	})
	p := rooms()
	nodes(4, 6)(p)
	if says(p, "growth.stock") {
		t.Errorf("ten of ten: refused:\n%v", p.verify())
	}
}

// TestGrownControlPlanes: 10 nodes are those of a control plane of 2 vCPUs and 8 GiB, which
// small ones are; 11 ask for 4 and 16.
func TestGrownControlPlanes(t *testing.T) {
	on := func(web int, role, machine string) func(p *problem) {
		return func(p *problem) {
			m := &p.plan.Growth[0]
			m.Nodes = []planner.GroupNodes{{Group: "edge", Nodes: 5}, {Group: "web", Nodes: web}}
			m.Machines = nil
			for _, c := range p.plan.ControlPlane.Machines {
				m.Machines = append(m.Machines, planner.GrownMachines{Role: c.Role, InstanceType: c.InstanceType, Nodes: c.Nodes})
			}
			m.Machines[0].Role, m.Machines[0].InstanceType = role, machine
		}
	}
	mutate(t, rooms, map[string]mutation{
		"too small":    {"growth.control_plane", on(6, planner.RoleControlPlane, "small")},
		"none such":    {"growth.control_plane", on(5, planner.RoleControlPlane, "zoo")},
		"another role": {"growth.control_plane", on(5, "zoo", "small")},
		"a role misses": {"growth.control_plane", func(p *problem) {
			on(5, planner.RoleControlPlane, "small")(p)
			p.plan.Growth[0].Machines = p.plan.Growth[0].Machines[:1]
		}},
	})
	for name, change := range map[string]func(p *problem){"as today": on(5, planner.RoleControlPlane, "small"), "larger": on(6, planner.RoleControlPlane, "rack")} {
		p := rooms()
		change(p)
		if says(p, "growth.control_plane") {
			t.Errorf("%s: refused:\n%v", name, p.verify())
		}
	}
}

func TestFewestMachines(t *testing.T) {
	role := func(i, a, b, c int) func(p *problem) {
		return func(p *problem) {
			cp := &p.plan.ControlPlane
			cp.Machines[i].Nodes, cp.Machines[i].NodesByZone = a+b+c, spread(a, b, c)
			if i == 2 {
				cp.LoadBalancer = new(*cp.LoadBalancer)
				cp.LoadBalancer.Hosts = a + b + c
			}
			cp.Members = members(cp.Machines)
		}
	}
	loses := func(nodes, zones int, atOnce bool) func(p *problem) {
		return ownSpec(func(s *planner.ControlPlaneSpec) {
			s.Redundancy.Nodes, s.Redundancy.Zones, s.Redundancy.AtOnce = nodes, zones, atOnce
		})
	}
	mutate(t, rooms, map[string]mutation{
		"five servers":          {"control_plane.fewest", role(0, 2, 2, 1)},
		"four servers":          {"control_plane.count", role(0, 2, 1, 1)},
		"two servers":           {"control_plane.count", role(0, 1, 1, 0)},
		"three hosts":           {"control_plane.fewest", role(2, 1, 1, 1)},
		"three where one does":  {"control_plane.fewest", loses(0, 0, false)},
		"members where one":     {"etcd.fewest", loses(0, 0, false)},
		"two that leave none":   {"control_plane.survives", loses(2, 0, false)},
		"three hosts and four":  {"control_plane.fewest", all(loses(2, 0, false), role(2, 2, 1, 1))},
		"five for two of nodes": {"control_plane.fewest", all(loses(2, 0, false), role(0, 2, 2, 1))},
	})
	for name, change := range map[string]func(p *problem){
		"three servers, two nodes":        loses(2, 0, false),
		"three hosts, two nodes":          all(loses(2, 0, false), role(2, 1, 1, 1)),
		"three hosts, a node and a zone":  all(loses(1, 1, true), role(2, 1, 1, 1)),
		"five servers, two of each":       all(loses(1, 2, true), role(0, 2, 2, 1)), // of 1/1/1 none is left
		"five servers, as the spec says":  all(ownSpec(func(s *planner.ControlPlaneSpec) { s.Nodes = 5 }), role(0, 2, 2, 1)),
		"one server where nothing breaks": all(loses(0, 0, false), role(0, 1, 0, 0)),
	} {
		p := rooms()
		change(p)
		if says(p, "control_plane.fewest") {
			t.Errorf("%s: refused:\n%v", name, p.verify())
		}
	}
}

// TestDatabaseOfTheLargestCluster: web may grow from 5 nodes to 7, and its 11 pods to
// 16 with them; edge has 5. DaemonSets are one a node of edge and two of web: 12 nodes
// and 21 + 19 pods, each 12 KiB twice.
func TestDatabaseOfTheLargestCluster(t *testing.T) {
	const least = 52 * 24 * units.KiB
	for off := units.Bytes(-1); off <= 0; off++ {
		p := hosted()
		p.web().MaxNodes = 7
		p.plan.ControlPlane.Etcd.Database = least + off
		if says(p, "etcd.database") != (off < 0) {
			t.Errorf("%d bytes: %v", least+off, p.verify())
		}
	}
}

// growing names its DNS after the size that it is asked for.
type growing struct{ *fakeProvider }

func (g growing) SystemWorkloads(c *planner.Cluster, size planner.Size) []planner.Workload {
	w := g.fakeProvider.SystemWorkloads(c, size)
	w[0].Name = fmt.Sprintf("dns-of-%d-nodes-and-%d-vcpus", size.Nodes, size.VCPUs)
	return w
}

// TestSystemWorkloadsFollowThePlan: ten nodes of 4 vCPUs.
func TestSystemWorkloadsFollowThePlan(t *testing.T) {
	p := good()
	err := verify.Plan(&p.plan.Cluster, p.cat, growing{p.prov}, p.plan)
	found := verify.Violations(err)
	want := "node_group.web.workload.dns-of-10-nodes-and-40-vcpus"
	if !slices.ContainsFunc(found, func(v verify.Violation) bool { return v.Path == want && v.Rule == "workload.missing" }) {
		t.Errorf("nothing misses %s:\n%v", want, err)
	}
}
