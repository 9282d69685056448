package practice_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/practice"
	"github.com/scantling-dev/scantling/planner/units"
)

// selfManaged changes sound into a cluster whose control plane people run, on three stacked
// nodes in three zones of AWS, with all that is declared on such nodes.
func (w *world) selfManaged() *world {
	c, cp := w.c(), &w.plan.ControlPlane
	c.Network.CNI = planner.Cilium
	c.ControlPlane = planner.ControlPlaneSpec{Mode: planner.SelfManaged, EtcdTopology: planner.Stacked, Etcd: planner.EtcdSpec{RoundTrip: 2 * time.Millisecond}}
	for i := range c.NodeGroups {
		c.NodeGroups[i].Kubelet.KubeReserved = &planner.Reserve{CPU: 80, Memory: 893 * units.MiB}
	}
	*cp = planner.ControlPlane{
		Mode: planner.SelfManaged, Support: "standard", SupportEnds: "2027-02-28",
		LoadBalancer: &planner.LoadBalancer{Kind: planner.CloudLoadBalancer},
		Machines:     []planner.ControlPlaneMachines{{Role: planner.RoleControlPlane, InstanceType: "m7i.xlarge", Nodes: 3}},
		Etcd: &planner.Etcd{
			Topology: planner.Stacked, Members: 3, Quorum: 2, ToleratesMembers: 1, ToleratesZones: 1, Class: "small",
			Disk: planner.Disk{Type: "gp3", Size: 40 * units.GiB}, ElectionTimeout: time.Second, BackupInterval: 15 * time.Minute,
		},
	}
	w.stand("us-east-1a", "us-east-1b", "us-east-1c")
	w.cat.Types[0].Memory = 16 * units.GiB
	w.cat.Disks = []catalogs.Disk{
		{Type: "gp3", FreeIOPS: 3000, IOPSPerGiB: 500 * units.Whole}, {Type: "pd-ssd", FreeIOPS: 6000, IOPSPerGiB: 30 * units.Whole},
	}
	// Kubernetes' own dates, of which EKS' differ.
	for i, dates := range [][2]units.Date{{"2025-04-23", "2026-06-28"}, {"2025-08-27", "2026-10-27"}, {"2025-12-17", "2027-02-28"}, {"2026-04-22", "2027-06-28"}} {
		w.cat.Versions[i].UpstreamRelease, w.cat.Versions[i].UpstreamEnd = dates[0], dates[1]
	}
	return w
}

// stand puts control-plane nodes into zones.
func (w *world) stand(zones ...string) {
	w.plan.ControlPlane.Members = nil
	for _, z := range zones {
		w.plan.ControlPlane.Members = append(w.plan.ControlPlane.Members, planner.Member{Role: planner.RoleControlPlane, Zone: z, InstanceType: "m7i.xlarge"})
	}
}

// own changes selfManaged into a cluster on machines of one's own, in three rooms.
func (w *world) own() *world {
	w.selfManaged()
	rooms := []string{"room-a", "room-b", "room-c"}
	c := w.c()
	c.Provider, c.Region, c.Zones = "on_premises", "here", rooms
	c.Machines = []planner.Machine{{Name: "m7i.xlarge", VCPUs: 4, Memory: 16 * units.GiB, Disk: planner.MachineDisk{Type: "ssd", Size: 400 * units.GiB, IOPS: 20_000}}}
	for i := range c.NodeGroups {
		c.NodeGroups[i].Zones = rooms
	}
	for i := range w.planned().Placement {
		w.planned().Placement[i].Zone = rooms[i]
	}
	w.stand(rooms...)
	w.plan.ControlPlane.LoadBalancer.Kind = planner.KubeVIP
	w.plan.ControlPlane.Etcd.Disk = planner.Disk{Size: 40 * units.GiB, IOPS: 1500}
	w.cat.Provider, w.cat.Region, w.cat.Disks, w.cat.Fees = "on_premises", "here", nil, nil
	w.cat.Zones = []catalogs.Zone{{Name: "room-a"}, {Name: "room-b"}, {Name: "room-c"}}
	return w
}

// gke changes sound into a regional cluster of GKE.
func (w *world) gke() *world {
	w.c().Provider, w.c().Network.CNI = "gcp", planner.DataplaneV2
	w.plan.ControlPlane.Tier = "regional"
	w.cat.Provider = "gcp"
	w.cat.Fees = []catalogs.Fee{
		{Tier: "extended", Price: listed(units.DollarPerHour * 6 / 10)}, {Tier: "regional", Price: listed(units.DollarPerHour / 10)}, {Tier: "zonal", Price: listed(units.DollarPerHour / 10)},
	}
	for i := range w.cat.Versions {
		w.cat.Versions[i].ExtendedEnd = ""
	}
	return w
}

func onOwn(change func(w *world)) func(w *world)  { return func(w *world) { change(w.own()) } }
func onGKE(change func(w *world)) func(w *world)  { return func(w *world) { change(w.gke()) } }
func onSelf(change func(w *world)) func(w *world) { return func(w *world) { change(w.selfManaged()) } }

func TestSoundGroundsHaveNoFindings(t *testing.T) {
	for name, w := range map[string]*world{"self-managed": sound().selfManaged(), "one's own": sound().own(), "GKE": sound().gke()} {
		if got := practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}); len(got) != 0 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// alone leaves one of three API servers.
func alone(w *world) {
	w.c().ControlPlane.Redundancy = planner.Redundancy{Nodes: 2}
	w.cat.Types[0].VCPUs, w.cat.Types[0].Family = 4, "m7i"
	w.plan.ControlPlane.Machines[0].Price = listed(units.DollarPerHour * 2016 / 10_000)
	w.plan.ControlPlane.Use = []planner.MemberUse{
		{Role: planner.RoleControlPlane, Case: planner.UseAllUp, Left: 3, CPU: 60 * units.Percent, Memory: 60 * units.Percent},
		{Role: planner.RoleControlPlane, Case: planner.UseAfterLoss, Left: 1, CPU: 180 * units.Percent, Memory: 180 * units.Percent},
		{Role: planner.RoleControlPlane, Case: planner.UseInUpgrade, Left: 2, CPU: 90 * units.Percent, Memory: 90 * units.Percent},
	}
}

// TestTwoOfThreeCarryTheLoad: what is full is not too much.
func TestTwoOfThreeCarryTheLoad(t *testing.T) {
	w := sound().selfManaged()
	w.plan.ControlPlane.Use = []planner.MemberUse{{Role: planner.RoleControlPlane, Case: planner.UseAfterLoss, Left: 2, CPU: 90 * units.Percent, Memory: units.Whole}}
	if got := practice.Check(w.plan, w.cat, &planner.Terms{}); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestControlPlaneRules(t *testing.T) {
	etcd := func(change func(e *planner.Etcd)) func(w *world) {
		return onSelf(func(w *world) { change(w.plan.ControlPlane.Etcd) })
	}
	single := func(w *world) {
		cp := &w.plan.ControlPlane
		cp.Machines[0].Nodes, cp.Etcd.Members, cp.Etcd.Quorum, cp.Etcd.ToleratesMembers, cp.Etcd.ToleratesZones = 1, 1, 1, 0, 0
		w.stand("us-east-1a")
	}
	twoZones := func(w *world) {
		w.plan.ControlPlane.Etcd.ToleratesZones = 0
		w.stand("us-east-1a", "us-east-1a", "us-east-1b")
		w.c().Zones = w.c().Zones[:2]
	}
	check(t, map[string]want{
		"one node": {onSelf(single), "error CP-01 control_plane.nodes", "1 control-plane node runs an API server and etcd", "nodes = 3"},
		"one node in development": {onSelf(func(w *world) {
			single(w)
			w.c().Environment = planner.Development
		}), "info CP-01 control_plane.nodes", "nothing is replaced", "nodes = 3"},
		"two nodes":           {onSelf(func(w *world) { w.plan.ControlPlane.Machines[0].Nodes = 2 }), "error CP-01 control_plane.nodes", "2 control-plane nodes, and 3 are the least", "nodes = 3"},
		"one node to upgrade": {onSelf(single), "error CP-09 control_plane.nodes", "the API is away at each of 1 hop to 1.36", "nodes = 3"},
		// Three API servers of 0.2016 an hour, of which two may be lost: one has the 180% of
		// three that are busy to 60%. Seven leave five, five leave three: 180% / 3 = 60% each.
		// Two more are 2 x 0.2016 x 730 = 294.34 a month; three of twice the size 3 x 0.2016.
		"one of three is left": {onSelf(func(w *world) { alone(w) }), "warning CP-11 control_plane.nodes", "1 of 3 API servers are left after the declared losses, and would take 180% of their CPU and 180% of their memory; to lose so many, each may be busy to 33% with all up", "nodes = 5, 294.34 USD a month more"},
		// With root disks of 0.03 an hour for three, and etcd's of 0.06: 2 x 0.03 x 730 = 43.80.
		"disks are bought with them": {onSelf(func(w *world) {
			alone(w)
			w.plan.ControlPlane.Machines[0].Disks = make([]planner.Disk, 2)
			for path, cents := range map[string]units.USDPerHour{"control_plane.root_disks": 3, "control_plane.etcd_disks": 6, "control_plane.events_disks": 9, "control_plane.etcd_root_disks": 9} {
				w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: path, Basis: catalogs.Listed, Date: "2026-11-20", Amount: planner.Amount{Rate: units.DollarPerHour * cents / 100, Known: true}})
			}
		}), "warning CP-11 control_plane.nodes", "180%", "nodes = 5, 338.14 USD a month more"},
		"the larger is cheaper": {onSelf(func(w *world) {
			alone(w)
			w.cat.Types = append(w.cat.Types, catalogs.InstanceType{Name: "m7i.2xlarge", Family: "m7i", Architecture: w.cat.Types[0].Architecture, VCPUs: 8, Memory: 32 * units.GiB, OnDemand: listed(units.DollarPerHour * 3 / 10)})
		}), "warning CP-11 control_plane.nodes", "180%", `instances { types = ["m7i.2xlarge"] } in control_plane, 215.50 USD a month more`},
		"no load balancer": {onSelf(func(w *world) { w.plan.ControlPlane.LoadBalancer = nil }), "error CP-03 control_plane.load_balancer", "3 API servers and no load balancer", `"cloud"`},
		"one host":         {onOwn(func(w *world) { w.plan.ControlPlane.LoadBalancer.Hosts = 1 }), "error CP-03 control_plane.load_balancer", "behind 1 load balancer host", `"kube_vip"`},
		"two zones":        {onSelf(twoZones), "warning CP-05 zones", "3 etcd members, 2 in us-east-1a and 1 in us-east-1b: losing us-east-1a leaves 1, and a quorum is 2", "us-east-1c"},
		"two zones in development": {onSelf(func(w *world) {
			twoZones(w)
			w.c().Environment = planner.Development
		}), "info CP-05 zones", "losing us-east-1a", "zones ="},
		"one room": {onOwn(func(w *world) {
			w.plan.ControlPlane.Etcd.ToleratesZones = 0
			w.stand("room-a", "room-a", "room-a")
			w.c().Zones, w.cat.Zones = w.c().Zones[:1], w.cat.Zones[:1]
		}), "warning CP-05 zones", "3 in room-a: losing room-a leaves 0", "racks with their own power"},
		"nodes in one room": {onOwn(func(w *world) {
			w.c().Zones, w.cat.Zones = w.c().Zones[:1], w.cat.Zones[:1]
		}), "error WN-06 zones", "all nodes stand in room-a", "racks with their own power"},
		"a zonal control plane": {
			onGKE(func(w *world) { w.plan.ControlPlane.Tier = "zonal" }), "error CP-09 control_plane.tier",
			"(1 hop to 1.36 planned), and GKE promises 99.5% of it, 3 h 39 min a month without, against 22 min (99.95%) of a regional one at the same fee", `tier = "regional"`,
		},
		"a zonal one in development": {onGKE(func(w *world) {
			w.plan.ControlPlane.Tier, w.c().Environment = "zonal", planner.Development
		}), "info CP-09 control_plane.tier", "99.5%", "regional"},
		"a stretched etcd": {onSelf(func(w *world) { w.c().ControlPlane.Etcd.RoundTrip = 50 * time.Millisecond }), "warning CL-05 control_plane.etcd.round_trip", "50ms between etcd members", "measure it: the zones are all of us-east-1, where 0.5 to 2 ms are usual"},
		"etcd over sites":  {onOwn(func(w *world) { w.c().ControlPlane.Etcd.RoundTrip = 50 * time.Millisecond }), "warning CL-05 control_plane.etcd.round_trip", "50ms between etcd members", "or a cluster for each place, with a spec of its own"},
		"a small disk":     {etcd(func(e *planner.Etcd) { e.Disk.Size = 20 * units.GiB }), "error CP-07 control_plane.etcd.disk.size", "20.0 GiB of gp3, and 40.0 GiB are the least", `size = "40Gi"`},
		"a small disk of one's own": {
			onOwn(func(w *world) { w.c().Machines[0].Disk.Size = 30 * units.GiB }), "error CP-07 machine.m7i.xlarge.disk.size",
			"30.0 GiB of ssd", `size = "40Gi"`,
		},
		"a disk nobody measured": {
			onOwn(func(w *world) { w.c().Machines[0].Disk.IOPS = 0 }), "info CP-07 machine.m7i.xlarge.disk.iops",
			"what the ssd of a m7i.xlarge sustains is not declared; etcd of class small runs on it and wants 1,500 operations", "8 KiB",
		},
		"two members": {onSelf(func(w *world) {
			w.plan.ControlPlane.Etcd.Topology, w.plan.ControlPlane.Etcd.Members = planner.External, 1
		}), "error ET-01 control_plane.etcd.members", "1 etcd member: losing one", "members = 3"},
		"a slow disk": {
			etcd(func(e *planner.Etcd) { e.Class, e.Disk.IOPS = "medium", 5999 }), "warning ET-02 control_plane.etcd.disk",
			"40.0 GiB of gp3 do 5,999 operations a second; etcd of class medium is given 6,000", "iops = 6000",
		},
		// 40 GiB at 30 each are 1,200; 1,500 need 50 GiB.
		"a small persistent disk": {onSelf(func(w *world) {
			w.c().Provider = "gcp"
			w.plan.ControlPlane.Etcd.Disk.Type = "pd-ssd"
		}), "warning ET-02 control_plane.etcd.disk", "do 1,200 operations a second; etcd of class small is given 1,500", `size = "50Gi"`},
		"rare backups": {etcd(func(e *planner.Etcd) { e.BackupInterval = 36 * time.Hour }), "warning ET-04 control_plane.etcd.backup_interval", "every 36 h", `"15m"`},
		"no backups":   {etcd(func(e *planner.Etcd) { e.BackupInterval = 0 }), "warning ET-04 control_plane.etcd.backup_interval", "no snapshots", `"15m"`},
	})
}

func TestRulesOfSelfManagedNodes(t *testing.T) {
	check(t, map[string]want{
		// 4 cores: 60 + 10 + 5 + 5 of 4,000m; 255 + 11 x 58 = 893 of 16,384 MiB.
		"nothing reserved": {
			onSelf(func(w *world) { w.group().Kubelet.KubeReserved = nil }), "warning WN-22 node_group.web.kubelet.kube_reserved",
			"3 x m7i.xlarge: for 58 pods managed nodes keep 80m and 893 MiB, 2% of its CPU and 5% of its memory", `cpu = "80m", memory = "893Mi"`,
		},
		// 16 cores: 80 + 12 x 2.5 = 110.
		"nothing reserved of 16": {onSelf(func(w *world) {
			w.group().Kubelet.KubeReserved, w.cat.Types[0].VCPUs = nil, 16
		}), "warning WN-22 node_group.web.kubelet.kube_reserved", "110m", `cpu = "110m"`},
		// 40 pods and a DaemonSet on 4 cores.
		"41 pods on 4 cores": {
			onSelf(func(w *world) { w.planned().Placement[1].Pods[0].Pods = 40 }), "warning WN-23 node_group.web.kubelet.max_pods",
			"41 pods on a m7i.xlarge with 4 cores: Kubernetes is tested with 40", "max_pods = 40",
		},
		"111 pods on 16": {onSelf(func(w *world) {
			w.cat.Types[0].VCPUs, w.planned().Placement[1].Pods[0].Pods = 16, 110
		}), "warning WN-23 node_group.web.kubelet.max_pods", "111 pods on a m7i.xlarge with 16 cores: Kubernetes is tested with 110", "max_pods = 110"},
		"a price not declared": {onOwn(func(w *world) {
			w.plan.Cost.Lines[0].Amount, w.plan.Cost.Lines[0].Basis = planner.Amount{}, ""
		}), "warning PR-02 node_group.web.nodes", "what a m7i.xlarge costs is not declared", `usd_per_month in machine "m7i.xlarge"`},
		"a member's price not declared": {onOwn(func(w *world) {
			w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: "control_plane.nodes"})
		}), "warning PR-02 control_plane.nodes", "what a m7i.xlarge costs is not declared", "usd_per_month"},
		"etcd's disk without a price": {onSelf(func(w *world) {
			w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: "control_plane.etcd_disks"}, planner.CostLine{Path: "control_plane.root_disks"})
		}), "warning PR-02 control_plane.etcd.disk.type", "the price of disks is not known in us-east-1 (etcd, control plane)", "ask the provider"},
	})
}

func TestVersionsOfTheGrounds(t *testing.T) {
	runs := func(minor string) func(w *world) {
		return func(w *world) { w.c().KubernetesVersion, w.c().Upgrade, w.plan.Upgrade = minor, nil, nil }
	}
	check(t, map[string]want{
		// 2026-06-28 to 2026-11-20 are 145 days.
		"no patches": {onSelf(func(w *world) {
			runs("1.33")(w)
			w.plan.ControlPlane.Support = "none"
		}), "error VE-03 kubernetes_version", "1.33 got its last patches from Kubernetes on 2026-06-28, 145 days ago", `to = "1.36"`},
		"no patches, planned for": {onSelf(func(w *world) {
			w.c().KubernetesVersion, w.plan.ControlPlane.Support = "1.34", "none"
		}), "error VE-03 kubernetes_version", "on 2026-10-27, 24 days ago", "planned upgrade to 1.36"},
		"the last patches": {onSelf(func(w *world) {
			runs("1.35")(w)
			w.c().AsOf = "2027-01-29"
		}), "warning VE-01 kubernetes_version", "1.35 gets its last patches in 30 days, on 2027-02-28; Kubernetes mends nothing", `to = "1.36"`},
		// 2025-08-27 to 2026-11-20 are 450 days, of which EKS counts 410.
		"an old minor of Kubernetes": {onSelf(runs("1.34")), "warning UP-07 kubernetes_version", "out for 450 days", `to = "1.36"`},
		"the Extended channel": {onGKE(func(w *world) {
			w.c().KubernetesVersion = "1.33"
			w.plan.ControlPlane.Support, w.plan.ControlPlane.SupportEnds = "extended", ""
		}), "warning VE-02 kubernetes_version", "2026-07-29: 365.00 USD/month more than in standard support; GKE runs it on the Extended channel alone", "planned upgrade to 1.36"},
		"standard support of GKE": {onGKE(runs("1.34")), "warning VE-01 kubernetes_version", "on the Extended channel it costs 365.00 USD/month more then, on the others GKE upgrades by itself", `to = "1.36"`},
		"beyond GKE's drains": {
			onGKE(func(w *world) { w.api().TerminationGracePeriod = 3601 * time.Second }), "error PD-04 node_group.web.workload.api.termination_grace_period",
			"3,601 s to end, and GKE deletes it after 3,600 s", "120s",
		},
		"within GKE's drains":     {onGKE(func(w *world) { w.api().TerminationGracePeriod = time.Hour }), "warning PD-04 node_group.web.workload.api.termination_grace_period", "drains wait", "120s"},
		"no drain ends one's own": {onSelf(func(w *world) { w.api().TerminationGracePeriod = 2 * time.Hour }), "warning PD-04 node_group.web.workload.api.termination_grace_period", "drains wait", "120s"},
		"thin on one's own": {onOwn(func(w *world) {
			w.plan.Upgrade.Recommended = "minimal"
			w.plan.Upgrade.Strategies = w.plan.Upgrade.Strategies[:2]
		}), "warning UP-02 upgrade.strategy", "66%", "machines to spare"},
		"shared cores": {onGKE(func(w *world) {
			w.cat.Types[0].Burstable, w.cat.Types[0].BaselineCPU = true, 800
		}), "error WN-09 node_group.web.instances", "up to 0.9 vCPU are there for short bursts alone", `families = ["n2"]`},
	})
}

// TestRulesOfOthersAreSilent: what is said of EKS and of AWS is said there alone.
func TestRulesOfOthersAreSilent(t *testing.T) {
	worst := func(w *world) {
		w.c().Network.MaxPods = 500
		w.api().TerminationGracePeriod = 2 * time.Hour
		w.c().Zones = w.c().Zones[:1]
		w.c().KubernetesVersion = "1.34"
		w.plan.Cost.Lines[0].Amount, w.plan.Cost.Lines[0].Basis = planner.Amount{}, ""
	}
	for name, w := range map[string]*world{"self-managed": sound().selfManaged(), "one's own": sound().own(), "GKE": sound().gke()} {
		worst(w)
		found := practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}})
		if slices.ContainsFunc(found, func(f planner.Finding) bool { return f.Rule == "NW-01" || f.Rule == "CP-05" }) {
			t.Errorf("%s: a rule of EKS speaks: %+v", name, found)
		}
		words := []string{"EKS", "AWS", "extended support"}
		if name == "one's own" {
			words = append(words, "GKE", "m7*", "subnet")
		}
		for _, f := range found {
			for _, word := range words {
				if strings.Contains(f.Message+f.Remedy, word) {
					t.Errorf("%s: %s says %q: %s | %s", name, f.Rule, word, f.Message, f.Remedy)
				}
			}
		}
	}
}

// TestSilenceOfTheGrounds: what is right at the edge is not reported.
func TestSilenceOfTheGrounds(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"a round trip of 49 ms": onSelf(func(w *world) { w.c().ControlPlane.Etcd.RoundTrip = 49 * time.Millisecond }),
		"a backup a day":        onSelf(func(w *world) { w.plan.ControlPlane.Etcd.BackupInterval = 24 * time.Hour }),
		"a disk of the class":   onSelf(func(w *world) { w.plan.ControlPlane.Etcd.Class, w.plan.ControlPlane.Etcd.Disk.IOPS = "xlarge", 16_000 }),
		"40 pods on 4 cores":    onSelf(func(w *world) { w.planned().Placement[1].Pods[0].Pods = 39 }),
		"two hosts":             onOwn(func(w *world) { w.plan.ControlPlane.LoadBalancer.Hosts = 2 }),
		"declared prices": onOwn(func(w *world) {
			w.plan.Cost.Lines[0].Basis, w.plan.Cost.Lines[0].Date = catalogs.Declared, "2026-11-20"
		}),
		"no end of patches known": onSelf(func(w *world) {
			for i := range w.cat.Versions {
				w.cat.Versions[i].UpstreamEnd = ""
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			w := sound()
			change(w)
			for _, f := range practice.Check(w.plan, w.cat, &planner.Terms{DisksBySize: []string{"pd-ssd"}}) {
				if f.Rule != "PD-02" && f.Rule != "WN-21" { // of pods that are moved about above
					t.Errorf("got %+v", f)
				}
			}
		})
	}
}

// TestAnotherProvider: rules read what a ground says of itself, so that they hold on
// one that nobody had thought of.
func TestAnotherProvider(t *testing.T) {
	found := func(w *world, rule string, terms planner.Terms) string {
		for _, f := range practice.Check(w.plan, w.cat, &terms) {
			if f.Rule == rule {
				return f.Message + "; " + f.Remedy
			}
		}
		return ""
	}
	acme := func(w *world) *world {
		w.c().Provider = "acme"
		return w
	}
	w := acme(sound().selfManaged())
	w.cat.Disks = append(w.cat.Disks, catalogs.Disk{Type: "flash", FreeIOPS: 6000, IOPSPerGiB: 30 * units.Whole})
	w.plan.ControlPlane.Etcd.Disk.Type = "flash"
	bySize := planner.Terms{DisksBySize: []string{"flash"}}
	// 40 GiB x 30 a GiB are 1,200 of 1,500, which 50 GiB have; bought ones have 6,000 free.
	if got := found(w, "ET-02", bySize); !strings.Contains(got, "1,200 operations") || !strings.HasSuffix(got, `size = "50Gi"`) {
		t.Errorf("a disk by size: %q", got)
	}
	if got := found(w, "ET-02", planner.Terms{}); got != "" {
		t.Errorf("a disk that has 6,000 free: %q", got)
	}

	// Of each GiB a half is left to pods, and of disks above 100 GiB all: of 20 GiB more
	// than 90 the first ten leave 5, the others 10.
	w = acme(sound())
	w.group().Disk.Size = 90 * units.GiB
	w.c().Retention = &planner.Retention{Logs: &planner.LogRetention{Generations: 5}}
	w.plan.Retention = &planner.RetentionPlan{Logs: []planner.NodeLogs{{Group: "web", Pool: "m7i.xlarge", Need: 50 * units.GiB, Requested: 5 * units.GiB, Room: 40 * units.GiB}}}
	half := planner.Terms{DiskRoom: func(_ planner.Image, size units.Bytes) units.Bytes { return size - min(size, 100*units.GiB)/2 }}
	if got := found(w, "MO-03", half); !strings.Contains(got, "disks larger by 20 GiB or more") {
		t.Errorf("a kubelet that keeps half: %q", got)
	}

	// 3 x 3,000m requested, 3 x 1,200m held.
	w = acme(sound())
	w.cat.Types[0].Burstable, w.cat.Types[0].BaselineCPU = true, 1200
	if got := found(w, "WN-09", planner.Terms{}); !strings.Contains(got, "more than that") || !strings.HasSuffix(got, `exclude = ["m7i.xlarge"] }`) {
		t.Errorf("a burstable machine: %q", got)
	}
	// 4 interfaces x 14 + 2.
	w = acme(sound())
	w.c().Network.MaxPods = 59
	if got := found(w, "NW-01", planner.Terms{}); !strings.HasPrefix(got, "59 pods a node are declared; node_group.core gets 58") {
		t.Errorf("max_pods: %q", got)
	}
}

// TestPlatformRules: limits that are near or that growth takes, and events of many nodes.
func TestPlatformRules(t *testing.T) {
	limit := func(l planner.PlatformLimit) func(w *world) {
		return func(w *world) {
			l.Kind = planner.Threshold
			l.Share = units.CeilDiv(units.Ratio(l.Used)*units.Whole, units.Ratio(l.Limit))
			l.Source = "a table"
			w.plan.PlatformLimits = []planner.PlatformLimit{l}
		}
	}
	// Of 1,001 nodes events are 300 of 1,000 writes a second, and 50 of 200 MB.
	many := func(w *world) {
		w.plan.ControlPlane.Load = []planner.ControlPlaneLoad{{
			Moment: planner.LoadNow, Nodes: 1_001, Writes: 1_000 * units.PerSecond, Live: 200_000_000,
			Objects: []planner.StoredObjects{{Kind: "events", Count: 50_000, Size: 1_000, Writes: 300 * units.PerSecond}},
		}}
	}
	check(t, map[string]want{
		"four fifths of a limit": {limit(planner.PlatformLimit{Resource: "services", Path: "cluster", Used: 8_000, Limit: 10_000}), "warning LI-01 cluster", "services: 8,000 of 10,000 (a table)", "split the cluster before"},
		"more than a limit": {
			limit(planner.PlatformLimit{Resource: "endpoints_per_service", Path: "node_group.web.workload.api", Used: 251, Limit: 250, AtLeast: true}), "warning LI-01 node_group.web.workload.api",
			"endpoints per service: at least 251 of 250 (a table), 1 more than Kubernetes was tested with, before EndpointSlices", "split the workload into 2, with a service each",
		},
		// 7,500 pods in each of two namespaces are 15,000, of 3,000 in five.
		"pods of few namespaces": {func(w *world) {
			w.plan.ControlPlane.Load = []planner.ControlPlaneLoad{{Namespaces: 2}}
			limit(planner.PlatformLimit{Resource: "pods_per_namespace", Path: "cluster", Used: 7_500, Limit: 3_000, AtLeast: true})(w)
		}, "warning LI-01 cluster", "pods per namespace: at least 7,500 of 3,000", "5 namespaces or more"},
		"one workload in a namespace": {
			limit(planner.PlatformLimit{Resource: "pods_per_namespace", Path: "node_group.web.workload.api", Used: 6_001, Limit: 3_000, AtLeast: true}), "warning LI-01 node_group.web.workload.api",
			"3,001 more than Kubernetes is tested with", "split the workload into 3, with a namespace each",
		},
		"public nodes": {
			limit(planner.PlatformLimit{Resource: "nodes_without_private_service_connect", Path: "cluster", Used: 5_100, Limit: 5_000}), "warning LI-01 cluster",
			"5,100 of 5,000 (a table), 100 more than GKE takes where nodes are public", "private nodes that reach the control plane by Private Service Connect, or split the cluster into 2",
		},
		"a large group": {
			limit(planner.PlatformLimit{Resource: "nodes_per_group", Path: "node_group.web", Used: 401, Limit: 450}), "warning LI-01 node_group.web",
			"nodes per group: 401 of 450 (a table)", "split the group before, which costs nothing, or admit larger types",
		},
		"many interfaces": {func(w *world) {
			w.c().Network.CNI = planner.VPC
			limit(planner.PlatformLimit{Resource: "network_interfaces", Path: "cluster", Used: 5_001, Limit: 5_000, AtLeast: true})(w)
		}, "warning LI-01 cluster", "network interfaces: at least 5,001 of 5,000 (a table), 1 more than an account has in a region by default", `or write cni = "vpc_prefix"`},
		"many interfaces with prefixes": {
			limit(planner.PlatformLimit{Resource: "network_interfaces", Path: "cluster", Used: 4_000, Limit: 5_000, AtLeast: true}), "warning LI-01 cluster",
			"network interfaces: at least 4,000 of 5,000 (a table)", "have AWS raise the quota of network interfaces, which costs nothing",
		},
		"a full database": {
			limit(planner.PlatformLimit{Resource: "etcd_database", Path: "cluster", Used: 7_000_000_000, Limit: 8_000_000_000}), "warning LI-01 cluster",
			"etcd database: 7,000 MB of 8,000 MB (a table)", "split the cluster before",
		},
		"a full database of standard": {func(w *world) {
			w.plan.ControlPlane.Tier = "standard"
			limit(planner.PlatformLimit{Resource: "etcd_database", Path: "cluster", Used: 7_000_000_000, Limit: 8_000_000_000})(w)
		}, "warning LI-01 cluster", "etcd database: 7,000 MB of 8,000 MB (a table)", `tier = "tier-xl"`},
		"growth takes more": {func(w *world) {
			w.c().Growth.HorizonMonths = 12
			limit(planner.PlatformLimit{Resource: "pods", Path: "cluster", Used: 1_000, Limit: 150_000, Month: 12, Date: "2027-11-20"})(w)
		}, "warning LI-01 cluster", "and growth takes more from 2027-11-20 on", "split the cluster before"},
		"pods on a small node": {limit(planner.PlatformLimit{Resource: "pods_per_node", Path: "node_group.web", Used: 21, Limit: 20}), "info LI-01 node_group.web", "pods per node: 21 of 20 (a table), 1 more", "larger types"},
		"requests of few servers": {
			limit(planner.PlatformLimit{Resource: "requests_in_flight", Path: "control_plane", Used: 1_300, Limit: 1_200}), "warning LI-01 control_plane",
			"requests in flight: 1,300 of 1,200 (a table), 100 more than API servers take at a time by their defaults", "--max-requests-inflight",
		},
		"events of many nodes": {onSelf(many), "info ET-05 control_plane.etcd", "events are 30% of the writes and 25% of the objects of 1,001 nodes", `events = "separate"`},
		"on one's own":         {onOwn(many), "info ET-05 control_plane.etcd", "events are 30% of the writes", "a second etcd (--etcd-servers-overrides"},
	})
	for name, change := range map[string]func(w *world){
		"below four fifths": limit(planner.PlatformLimit{Resource: "services", Path: "cluster", Used: 7_999, Limit: 10_000}),
		"beyond the horizon": func(w *world) {
			w.c().Growth.HorizonMonths = 11
			limit(planner.PlatformLimit{Resource: "pods", Path: "cluster", Used: 1_000, Limit: 150_000, Month: 12, Date: "2027-11-20"})(w)
		},
		"a full node": limit(planner.PlatformLimit{Resource: "pods_per_node", Path: "node_group.web", Used: 20, Limit: 20}),
		"events apart": onSelf(func(w *world) {
			many(w)
			w.plan.ControlPlane.Etcd.Events = &planner.EventsEtcd{}
		}),
		"a thousand nodes": onSelf(func(w *world) {
			many(w)
			w.plan.ControlPlane.Load[0].Nodes = 1_000
		}),
	} {
		w := sound()
		change(w)
		if got := practice.Check(w.plan, w.cat, &planner.Terms{}); len(got) != 0 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
