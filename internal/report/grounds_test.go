package report_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// gke returns shop on GKE: zones are equal, which takes web from 7 nodes to 9 and
// costs 2 x 292 USD a month. In all it costs 3 x (292 + 4) more than shop.
func gke(t *testing.T) *planner.Plan {
	t.Helper()
	p := shop(t)
	c := &p.Cluster
	c.Provider, c.Region, c.Zones = "gcp", "us-central1", []string{"us-central1-a", "us-central1-b", "us-central1-c"}
	c.Network.CNI = planner.DataplaneV2
	c.ControlPlane.Tier, p.ControlPlane.Tier = "regional", "regional"
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		zones := g.Pools[0].NodesByZone
		for j := range zones {
			zones[j].Zone = c.Zones[j]
		}
	}
	web := &p.NodeGroups[2]
	web.Nodes, web.MinNodes, web.MaxNodes, web.Pools[0].Nodes = 9, 9, 9, 9
	for i := range web.Pools[0].NodesByZone {
		web.Pools[0].NodesByZone[i].Nodes = 3
	}
	rate := web.Pools[0].Price.Rate
	web.Cost.Rate = 9 * rate
	web.Binding = planner.Binding{Resource: "equal_zones", During: "normal"}
	web.RedundancyCost[2].Nodes, web.RedundancyCost[2].Added.Rate = 7, 2*rate
	web.RedundancyCost = append(web.RedundancyCost, planner.RedundancyStep{Step: "equal_zones", Nodes: 9, Added: planner.Amount{Rate: 2 * rate, Known: true}})
	web.Committed, web.Alternatives = nil, nil
	nodes, disks := &p.Cost.Lines[5], &p.Cost.Lines[6]
	more := 3*rate + disks.Amount.Rate/2 // three nodes and their disks beside six
	nodes.Detail, nodes.Amount.Rate = "9 x m7i.2xlarge on demand", 9*rate
	disks.Detail, disks.Amount.Rate = "9 x 50 GiB gp3", disks.Amount.Rate*3/2
	p.Cost.Known, p.Cost.Total.Rate = p.Cost.Known+more, p.Cost.Known+more
	p.Growth, p.Upgrade = nil, nil
	ingress := &p.NodeGroups[1]
	ingress.RedundancyCost = append(ingress.RedundancyCost, planner.RedundancyStep{Step: "equal_zones", Nodes: 3, Added: planner.Amount{Known: true}})
	return p
}

// longRooms returns rooms with names as long as they may be, machines of which one
// has no price, and a control plane that fails.
func longRooms(t *testing.T) *planner.Plan {
	t.Helper()
	p := byHand(t, "rooms")
	long := strings.Repeat("very-", 11) + "long"
	c := &p.ControlPlane
	c.Machines[0].InstanceType, c.Machines[0].Price = long, catalogs.Price{}
	c.Survives[1].Held = 2
	c.Survives[1].Tightest = "loss of " + long + ": 1 of 3 etcd members are left, 2 are needed"
	p.Cost.Lines[1].Amount, p.Cost.Lines[1].Basis = planner.Amount{}, ""
	p.Cost.Known, p.Cost.Total = p.Cost.Known-600_000_000, planner.Amount{}
	return p
}

func explained(t *testing.T, p *planner.Plan, topic string, o report.Options) string {
	t.Helper()
	o.Service = service(p)
	var out bytes.Buffer
	if err := report.Explain(&out, p, topic, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// service is what a caller knows of the ground.
func service(p *planner.Plan) string {
	return map[string]string{"aws": "EKS", "gcp": "GKE"}[p.Cluster.Provider]
}

// words is a text on one line with single spaces.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func wants(t *testing.T, got string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(words(got), want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestHeaderNamesTheGround has the provider, what runs there and its tier.
func TestHeaderNamesTheGround(t *testing.T) {
	zonal, other := gke(t), shop(t)
	zonal.ControlPlane.Tier = "zonal"
	other.Cluster.Provider = "acme"
	for want, p := range map[string]*planner.Plan{
		"shop · aws us-east-1 · EKS · 3 zones · Kubernetes 1.35":                                            shop(t),
		"shop · gcp us-central1 · GKE regional · 3 zones · Kubernetes 1.35":                                 gke(t),
		"shop · gcp us-central1 · GKE zonal · 3 zones · Kubernetes 1.35":                                    zonal,
		"shop · aws us-east-1 · self-managed · 3 zones · Kubernetes 1.35":                                   byHand(t, "external"),
		"rooms · on premises · north · 3 zones · Kubernetes 1.35 · as of 2026-11-20 (machines: 3 declared)": byHand(t, "rooms"),
		"shop · acme us-east-1 · managed · 3 zones":                                                         other,
	} {
		if got := words(text(t, p, report.Options{})); !strings.HasPrefix(got, want) {
			t.Errorf("the header is %.130q, want %q", got, want)
		}
	}
}

// TestNoCloudsOnPremises looks for words that mean nothing to who owns machines.
func TestNoCloudsOnPremises(t *testing.T) {
	p := byHand(t, "rooms")
	got := text(t, p, report.Options{Width: 200})
	for _, topic := range report.Topics() {
		got += explained(t, p, topic, report.Options{Width: 200})
	}
	if found := regexp.MustCompile(`(?i)on.demand|spot|region|catalog|\baws\b|\bgcp\b|\beks\b|\bgke\b|instance type|on_premises|cloud|root disk|COMMITTED`).FindAllString(got, -1); len(found) > 0 {
		t.Errorf("the text speaks of %q:\n%s", found, got)
	}
}

// TestEqualZones says what equal zones cost, where they cost anything.
func TestEqualZones(t *testing.T) {
	got := text(t, gke(t), report.Options{Width: 200})
	wants(t, got,
		"web 1,168.00 bare + 292.00 node + 584.00 zone + 584.00 equal zones (+2 nodes)",
		"ingress 73.00 bare + 146.00 node ·", "3,049.00 USD/month", " 3/3/3 m7i.2xlarge ", " equal zones ", "a/b/c",
	)
	// With nothing to survive, the rounding is still paid for.
	p := gke(t)
	for i := range p.Cluster.NodeGroups {
		p.Cluster.NodeGroups[i].Redundancy = planner.Redundancy{}
	}
	wants(t, text(t, p, report.Options{Width: 160}), "584.00 equal zones (+2 nodes)")
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		g.RedundancyCost = g.RedundancyCost[:1]
	}
	if strings.Contains(text(t, p, report.Options{}), "REDUNDANCY") {
		t.Error("redundancy is shown where none is declared and zones need not be equal")
	}
}

// TestControlPlaneSection has the figures that the plans were made of.
func TestControlPlaneSection(t *testing.T) {
	wants(t, text(t, byHand(t, "rooms"), report.Options{Width: 160}),
		"control plane 3 1/1/1 node-8 438.00 declared up to 10 nodes: 2 vCPU, 8 GiB", // 3 x 146
		"load balancer 2 1/1/0 edge 73.00 declared passes connections on",            // 2 x 36.50
		"load balancer nodes 73.00 · nodes 438.00 · = 511.00 USD/month",
		"nodes 1,314.00 · control plane 511.00",
		"1,825.00 USD/month · 3 lines: 3 declared",
		"3 members stacked on the control plane · quorum 2 · survives the loss of any 1 member or any 1 zone",
		"class small (by nodes: 6 nodes, 60 pods, 2 MiB at the peak)",
		"the machine's disk: 40 GiB at least, 1,500 IOPS, 25 MiB/s · quota 2 GiB",
		"heartbeat 100 ms, election timeout 1 s",
		"snapshots every 15 min, kept 90 days: 481 MiB", // 258 x 1,908 KiB = 480.7 MiB
		"haproxy and keepalived on 2 hosts · port 6443 · health check /readyz",
		"Kubernetes 1.35 gets patches until 2027-02-28",
		"any 1 node 6 6 app: loss of a node in room-a",
		"any 1 zone 3 3 app: loss of room-a: 12.6 of 60.6 vCPU stay free control plane any 1 node 5 5 loss of a control plane machine in room-a: 2 of 3 etcd members are left, 2 are needed any 1 zone 3 3 loss of room-a",
		"Plan holds.",
	)
	wants(t, text(t, byHand(t, "external"), report.Options{Width: 160}),
		"control plane 3 1/1/1 m7i.xlarge 438.00 listed", "etcd 3 1/1/1 m7i.large 219.00 listed etcd class small",
		"etcd disks 24.00 · etcd nodes 219.00 · etcd root disks 12.00 · load balancer 14.60 · nodes 438.00 · root disks 12.00 · = 719.60 USD/month",
		"nodes 2,044.00 · root disks 44.00 · control plane 719.60",
		"saves 1,160.70 (58%) · prices from third parties · without the control plane CONTROL PLANE",
		"3 members on hosts of their own, as declared", "a disk of its own: 100 GiB gp3, 6,000 IOPS · quota 2 GiB",
		"heartbeat 130 ms, election timeout 1.3 s", "565 MiB", // 258 x 2,296,218 bytes = 564.98 MiB
		"the provider's · port 6443", "Kubernetes 1.35 has got no patches since 2026-10-28",
		"on-demand: 3 listed, 1 by family ratio;", // web, both of the control plane; ingress
	)
	if strings.Contains(text(t, shop(t), report.Options{}), "ETCD") {
		t.Error("a managed control plane shows its etcd")
	}
}

// TestControlPlaneUnknown follows a price that is not known, and a loss that is
// not survived.
func TestControlPlaneUnknown(t *testing.T) {
	got := text(t, longRooms(t), report.Options{Width: 200})
	wants(t, got,
		"nodes not known · in all not known", "control plane 73.00 + 1 line not known", "machines: 2 declared, 1 not known",
		"1 of 17 failures tried are not survived.", // 6 + 3 + 5 + 3
	)
	if strings.Contains(got, " 0.00") {
		t.Error("something costs nothing")
	}
	wants(t, explained(t, longRooms(t), report.TopicControlPlane, report.Options{}), "nodes not known not known", "in all not known")
}

// TestLosses words what etcd survives.
func TestLosses(t *testing.T) {
	for _, c := range []struct {
		members, zones int
		want           string
	}{
		{0, 0, "survives no loss"},
		{1, 0, "survives the loss of any 1 member, of no zone"},
		{1, 1, "survives the loss of any 1 member or any 1 zone"},
		{3, 2, "survives the loss of any 3 members or any 2 zones"},
	} {
		p := byHand(t, "rooms")
		p.ControlPlane.Etcd.ToleratesMembers, p.ControlPlane.Etcd.ToleratesZones = c.members, c.zones
		wants(t, text(t, p, report.Options{Width: 200}), c.want+" ·")
	}
}

// TestCommitmentsThatSaveNothing are not shown.
func TestCommitmentsThatSaveNothing(t *testing.T) {
	p := shop(t)
	for i := range p.NodeGroups {
		for j := range p.NodeGroups[i].Committed {
			p.NodeGroups[i].Committed[j].Rate = p.NodeGroups[i].Cost.Rate
		}
	}
	if got := text(t, p, report.Options{}); strings.Contains(got, "COMMITTED") {
		t.Errorf("commitments that save nothing are shown:\n%s", got)
	}
	// All groups together are no list of groups.
	p = shop(t)
	p.NodeGroups = p.NodeGroups[1:]
	wants(t, text(t, p, report.Options{Width: 200}), "3 years, all-upfront: nodes 810.30 USD/month, saves 1,160.70 (58%) · prices from third parties")
	// List prices are what a bill is taken to be of.
	for i := range p.NodeGroups {
		for j := range p.NodeGroups[i].Committed {
			p.NodeGroups[i].Committed[j].Basis = catalogs.Listed
		}
	}
	wants(t, text(t, p, report.Options{Width: 200}), "nodes 810.30 USD/month, saves 1,160.70 (58%) WORKLOAD")
}

// TestExplain shows the formulas with their figures.
func TestExplain(t *testing.T) {
	rooms := byHand(t, "rooms")
	wants(t, explained(t, rooms, report.TopicEtcd, report.Options{Width: 160}),
		"quorum 2 floor(3 / 2) + 1", "any 1 member 3 - 2", "any 1 zone the fullest zone holds 1: 3 - 1 = 2 are left, at least the quorum",
		"class small by nodes: 6 nodes", "database 2 MiB (1,953,792 bytes)", "quota 2 GiB",
		"disk 40 GiB max(40, 4 x 2 + 20) GiB", "disk IOPS 1,500 as the class asks for",
		"heartbeat 100 ms max(100 ms, round trip of 2 ms)", "election timeout 1 s max(1 s, 10 x heartbeat)",
		"snapshots take 481 MiB (504,078,336 bytes) 258 copies x 1,953,792 bytes of the database", // 258 x 1,908 x 1,024
	)
	wants(t, explained(t, rooms, report.TopicControlPlane, report.Options{Width: 160, Spec: "rooms.hcl"}),
		"control plane machines 3 the least odd number that keeps a quorum through the loss of any 1 machine or any 1 zone: 1 in room-a, 1 in room-b, 1 in room-c",
		"load balancer machines 2 one stays through the loss of any 1 machine or any 1 zone", "control plane size 2 vCPU, 8 GiB up to 10 nodes",
		"in all 511.00", "etcd: scantling explain control_plane.etcd rooms.hcl",
	)
	external := byHand(t, "external")
	wants(t, explained(t, external, report.TopicEtcd, report.Options{Width: 160}),
		"max(100 ms, round trip of 130 ms)", "disk 100 GiB gp3 as declared; by the quota it would be max(40, 4 x 2 + 20) = 40 GiB",
		"disk IOPS 6,000 as declared", "disk throughput its own what the type gives",
	)
	wants(t, explained(t, external, report.TopicControlPlane, report.Options{Width: 160}),
		"etcd machines 3 as declared", "etcd root disk 50 GiB gp3", "etcd disk 100 GiB gp3, 6,000 IOPS of each etcd machine, for etcd alone", "in all 719.60",
	)
	// API servers without etcd beside them need no quorum.
	chosen := byHand(t, "external")
	chosen.Cluster.ControlPlane.Nodes = 0
	wants(t, explained(t, chosen, report.TopicControlPlane, report.Options{Width: 200}),
		"control plane machines 3 API servers need no quorum: the least odd number from 3 on of which one is left through the loss of any 1 machine or any 1 zone: 1 in us-east-1a",
		"etcd machines 3 as declared",
	)
	chosen.ControlPlane.Machines[0].Nodes, chosen.Cluster.ControlPlane.Redundancy = 1, planner.Redundancy{}
	wants(t, explained(t, chosen, report.TopicControlPlane, report.Options{Width: 200}), "one is enough, as no loss is declared: 1 in us-east-1a")
	// Members that are declared bring their nodes.
	stacked := byHand(t, "rooms")
	stacked.Cluster.ControlPlane.Nodes, stacked.Cluster.ControlPlane.Etcd.Members = 3, 3
	wants(t, text(t, stacked, report.Options{Width: 160}), "ETCD 3 members stacked on the control plane, as declared: a node for each · quorum 2")
	// What the account is credited with is not the cluster's.
	zonal := gke(t)
	zonal.ControlPlane.Tier = "zonal"
	wants(t, explained(t, zonal, report.TopicControlPlane, report.Options{Width: 200}), "credit not taken off Google credits each billing account with 74.40 USD a month, which covers one zonal cluster")
	for _, p := range []*planner.Plan{gke(t), shop(t)} {
		if got := explained(t, p, report.TopicControlPlane, report.Options{}); strings.Contains(got, "credit") {
			t.Errorf("a credit that there is not:\n%s", got)
		}
	}
	bySize := byHand(t, "external")
	bySize.Cluster.ControlPlane.Etcd.Disk, bySize.ControlPlane.Etcd.Disk = planner.Disk{}, planner.Disk{Type: "pd-ssd", Size: 150 * units.GiB}
	bySize.ControlPlane.Etcd.Quota = 8 * units.GiB
	bySize.ControlPlane.Etcd.BackupStorage = 258 * 86 * units.MiB // 21.668 GiB, rounded up
	wants(t, explained(t, bySize, report.TopicEtcd, report.Options{Width: 200}),
		"disk 150 GiB pd-ssd max(40, 4 x 8 + 20) GiB: the quota, copies and snapshots of it, and room for logs; more, since its speed comes with its size", "21.67 GiB",
	)
	// Two zones of 2 and 1: the loss of the fuller one leaves 1 of 3.
	two := byHand(t, "rooms")
	two.ControlPlane.Machines[0].NodesByZone = []planner.ZoneCount{{Zone: "room-a", Nodes: 1}, {Zone: "room-b", Nodes: 2}}
	two.ControlPlane.Etcd.ToleratesZones = 0
	wants(t, explained(t, two, report.TopicEtcd, report.Options{Width: 160}), "any 0 zones the fullest zone holds 2: 3 - 2 = 1 are left, less than the quorum")
	// EKS has fees and a support, and nothing to set.
	wants(t, explained(t, shop(t), report.TopicControlPlane, report.Options{}), "control_plane · EKS · Kubernetes 1.35", "support standard until 2027-03-27", "standard 73.00 listed 2026-11-20 EKS, standard support")
	wants(t, explained(t, shop(t), report.TopicEtcd, report.Options{}), "The provider runs etcd")
	var unknown *report.UnknownTopicError
	if err := report.Explain(&bytes.Buffer{}, shop(t), "weather", report.Options{}); !errors.As(err, &unknown) || unknown.Topic != "weather" {
		t.Errorf("an unknown topic: %v", err)
	}
}

// TestExplainGolden shows whole explanations.
func TestExplainGolden(t *testing.T) {
	for _, name := range []string{"rooms", "external"} {
		got := explained(t, byHand(t, name), report.TopicControlPlane, report.Options{}) + "\n" + explained(t, byHand(t, name), report.TopicEtcd, report.Options{})
		testkit.Golden(t, "testdata/explain_"+name+"_120.txt", []byte(got))
	}
}
