package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// none survives nothing, zone the loss of one.
func none() planner.Redundancy { return planner.Redundancy{Recovery: planner.Reschedule} }

func oneZone() planner.Redundancy {
	return planner.Redundancy{Zones: 1, Recovery: planner.Reschedule}
}

// TestEqualZones: 20 pods of 1500m take ten nodes of 3750m, two on each. Four,
// three and three leave six when the fullest zone is lost, too few for ten: 15
// nodes leave ten, five in each zone. Bare, ten become twelve where zones have to
// be equal. Fourteen pods take seven nodes, for which eleven do as they come and
// twelve where zones are equal, whichever zone is lost.
func TestEqualZones(t *testing.T) {
	equal := func(terms *planner.Terms) { terms.EqualZones = true }
	for name, tc := range map[string]struct {
		pods     int
		lost     planner.Redundancy
		equal    bool
		byZone   []int
		steps    []string
		nodes    []int
		resource string
	}{
		"as they come":       {20, none(), false, []int{4, 3, 3}, []string{"bare", "node", "zone"}, []int{10, 10, 10}, "cpu"},
		"equal":              {20, none(), true, []int{4, 4, 4}, []string{"bare", "node", "zone", "equal_zones"}, []int{10, 10, 10, 12}, "equal_zones"},
		"equal, a zone lost": {20, oneZone(), true, []int{5, 5, 5}, []string{"bare", "node", "zone", "equal_zones"}, []int{10, 10, 15, 15}, "cpu"},
		"seven of eleven":    {14, oneZone(), false, []int{4, 4, 3}, []string{"bare", "node", "zone"}, []int{7, 7, 11}, "cpu"},
		"seven of twelve":    {14, oneZone(), true, []int{4, 4, 4}, []string{"bare", "node", "zone", "equal_zones"}, []int{7, 7, 11, 12}, "equal_zones"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &problem{
				cluster:  cluster(abc(), group("g", planner.App, abc(), tc.lost, inPlace(given("w", tc.pods, 1500, units.GiB)))),
				catalog:  catalog(machine("m7i.xlarge", 4, 16, 200)),
				provider: fakeProvider{daemons: agents()},
			}
			if tc.equal {
				p.provider.ground = equal
			}
			g := p.mustMake(t).NodeGroups[0]
			var byZone, steps []int
			var names []string
			for _, z := range g.Pools[0].NodesByZone {
				byZone = append(byZone, z.Nodes)
			}
			for _, s := range g.RedundancyCost {
				names, steps = append(names, s.Step), append(steps, s.Nodes)
			}
			if !slices.Equal(byZone, tc.byZone) || !slices.Equal(names, tc.steps) || !slices.Equal(steps, tc.nodes) {
				t.Errorf("nodes %v, steps %v %v, want %v, %v %v", byZone, names, steps, tc.byZone, tc.steps, tc.nodes)
			}
			if g.Binding.Resource != tc.resource {
				t.Errorf("%+v binds, want %s", g.Binding, tc.resource)
			}
		})
	}
}

// TestCommitted prices the nodes under what the catalog lists: ten nodes at 0.200
// an hour on demand, 0.126 with a promise of a year (37% less), 0.090 of three.
func TestCommitted(t *testing.T) {
	typ := machine("m7i.xlarge", 4, 16, 200)
	typ.Commitments = []catalogs.Commitment{
		{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Price: listed(126)},
		{Kind: "cud_resource", TermYears: 3, Payment: "monthly", Price: listed(90)},
		{Kind: "cud_resource", TermYears: 5, Payment: "monthly"},
	}
	p := market(alone(given("w", 20, 1500, units.GiB)), typ)
	p.provider.daemons = agents()
	got := p.mustMake(t).NodeGroups[0].Committed
	want := []planner.CommittedCost{
		{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Rate: 1260 * units.DollarPerHour / 1000, Saving: 37 * units.Percent, Basis: catalogs.Listed, Date: "2026-01-02"},
		{Kind: "cud_resource", TermYears: 3, Payment: "monthly", Rate: 900 * units.DollarPerHour / 1000, Saving: 55 * units.Percent, Basis: catalogs.Listed, Date: "2026-01-02"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// ownMachines is a ground where machines stand in the spec.
func ownMachines(terms *planner.Terms) {
	terms.Mode, terms.OwnMachines, terms.EtcdDiskType, terms.EtcdDisks = planner.SelfManaged, true, "", []string{"ssd", "nvme"}
}

// stands is a machine of which some stand in zones a, b and c.
func stands(name string, vcpus int, gib units.Bytes, disk string, counts ...int) planner.Machine {
	m := planner.Machine{Name: name, VCPUs: vcpus, Memory: gib * units.GiB, Architecture: catalogs.AMD64, Disk: planner.MachineDisk{Type: disk, Size: 200 * units.GiB}}
	for i, n := range counts {
		m.CountByZone = append(m.CountByZone, planner.ZoneCount{Zone: abc()[i], Nodes: n})
	}
	return m
}

// site is a cluster on those machines, the control plane on machines named boss*.
func site(machines []planner.Machine, groups ...planner.NodeGroup) *problem {
	p := &problem{cluster: cluster(abc(), groups...), provider: fakeProvider{ground: ownMachines}}
	p.cluster.Machines = machines
	p.cluster.ControlPlane = planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, EtcdTopology: planner.Stacked, LoadBalancer: planner.KubeVIP,
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static},
		Instances:  planner.Instances{Types: []string{"boss*"}, Architectures: []string{catalogs.AMD64}, CapacityType: planner.OnDemand, MaxTypes: 1},
		Etcd:       planner.EtcdSpec{BackupInterval: 15 * time.Minute, BackupRetention: 90 * 24 * time.Hour, RoundTrip: 2 * time.Millisecond},
	}
	p.provider.balancer = planner.LoadBalancer{Kind: planner.KubeVIP, Ports: []int{6443}, HealthCheck: "/readyz"}
	for i := range groups {
		p.cluster.NodeGroups[i].Disk = planner.Disk{}
	}
	var types []catalogs.InstanceType
	for i, m := range machines {
		// 0.025 USD an hour for each core, as the catalog has it.
		machines[i].USDPerMonth = new((units.DollarPerHour / 40 * units.USDPerHour(m.VCPUs)).PerMonth())
		t := machine(m.Name, m.VCPUs, m.Memory/units.GiB, int64(25*m.VCPUs))
		t.OnDemand.Basis = catalogs.Declared
		types = append(types, t)
	}
	p.catalog = catalog(types...)
	return p
}

func bosses(counts ...int) planner.Machine { return stands("boss", 4, 16, "ssd", counts...) }

func byZone(zones []planner.ZoneCount) []int {
	var out []int
	for _, z := range zones {
		out = append(out, z.Nodes)
	}
	return out
}

// TestStock: 16 pods of 1500m take eight machines of 3900m. Where two, five and
// five stand the plan has 2/3/3; with only seven there is none.
func TestStock(t *testing.T) {
	works := func() planner.Workload { return inPlace(given("w", 16, 1500, units.GiB)) }
	p := site([]planner.Machine{bosses(1, 1, 1), stands("work", 4, 16, "hdd", 2, 5, 5)}, group("g", planner.App, abc(), none(), works()))
	p.cluster.NodeGroups[0].Instances.Types = []string{"work"}
	if got := byZone(p.mustMake(t).NodeGroups[0].Pools[0].NodesByZone); !slices.Equal(got, []int{2, 3, 3}) {
		t.Errorf("nodes by zone %v, want [2 3 3]", got)
	}
	p.cluster.Machines[1] = stands("work", 4, 16, "hdd", 2, 3, 2)
	refusal{
		"node_group.g", "of work, which comes closest, it needs 3 in a, 3 in b, 2 in c; left for it are 2 in a, 3 in b, 2 in c", "1 too few in a", "raise count_by_zone",
	}.check(t, p.infeasible(t))
}

// TestStockIsShared: both groups like the small machine best, and one of them can
// use no other. It is planned first then, although the other comes first by name.
func TestStockIsShared(t *testing.T) {
	first := group("a", planner.App, abc(), none(), inPlace(given("v", 2, 1500, units.GiB)))
	second := group("b", planner.App, abc(), none(), inPlace(given("w", 6, 1500, units.GiB)))
	second.Instances.Types = []string{"small"}
	p := site([]planner.Machine{bosses(1, 1, 1), stands("large", 8, 32, "hdd", 2, 2, 2), stands("small", 4, 16, "hdd", 1, 1, 1)}, first, second)
	p.cluster.NodeGroups[0].Instances.Types = []string{"large", "small"}
	plan := p.mustMake(t)
	for i, want := range []string{"large", "small"} {
		if got := plan.NodeGroups[i].Pools[0].InstanceType; got != want {
			t.Errorf("group %d runs on %s, want %s", i, got, want)
		}
	}
}

// TestStockOfControlPlane: groups and control plane share one kind of machine. The
// control plane, planned last, finds two where it needs one in each zone; planned
// first it leaves the group enough.
func TestStockOfControlPlane(t *testing.T) {
	g := group("g", planner.App, abc(), none(), inPlace(given("w", 12, 1500, units.GiB)))
	p := site([]planner.Machine{bosses(2, 2, 5)}, g)
	p.cluster.NodeGroups[0].Instances.Types = []string{"boss"}
	plan := p.mustMake(t)
	if got := byZone(plan.ControlPlane.Machines[0].NodesByZone); !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("control plane %v", got)
	}
	// Six of what is left: 1, 1 and 4.
	if got := byZone(plan.NodeGroups[0].Pools[0].NodesByZone); !slices.Equal(got, []int{1, 1, 4}) {
		t.Errorf("group %v, want [1 1 4]", got)
	}
}

// TestControlPlaneOfOwnMachines: up to ten nodes 2 vCPU and 8 GiB, three members.
func TestControlPlaneOfOwnMachines(t *testing.T) {
	p := site([]planner.Machine{stands("boss-hdd", 2, 8, "hdd"), bosses(), stands("boss-tiny", 2, 4, "ssd"), stands("work", 4, 16, "hdd")},
		group("g", planner.App, abc(), none(), inPlace(given("w", 4, 1500, units.GiB))))
	p.cluster.NodeGroups[0].Instances.Types = []string{"work"}
	plan := p.mustMake(t)
	c := &plan.ControlPlane
	m := c.Machines[0]
	if m.InstanceType != "boss" || m.Nodes != 3 || m.LeastVCPUs != 2 || m.LeastMemory != 8*units.GiB || len(c.Members) != 3 {
		t.Errorf("got %+v", m)
	}
	e := c.Etcd
	if e.Members != 3 || e.Quorum != 2 || e.ToleratesMembers != 1 || e.ToleratesZones != 1 || e.Class != "small" || e.Quota != 2*units.GiB || e.Disk.Size != 40*units.GiB {
		t.Errorf("got %+v", e)
	}
	want := []planner.Drill{
		{Event: "any 1 node", Tried: 3, Held: 3, Tightest: "loss of a control-plane node in a: 2 of 3 etcd members are left, 2 are needed"},
		{Event: "any 1 zone", Tried: 3, Held: 3, Tightest: "loss of a: 2 of 3 etcd members are left, 2 are needed"},
	}
	if !slices.Equal(c.Survives, want) {
		t.Errorf("got %+v", c.Survives)
	}
	p.cluster.ControlPlane.Instances.Types = []string{"boss-hdd", "boss-tiny"}
	refusal{"control_plane.instances", "asks for 2 vCPU and 8 GiB and a disk of ssd or nvme and 40 GiB", "boss-hdd has a disk of type hdd, boss-tiny has 2 vCPU and 4 GiB", "admit other machines"}.check(t, p.infeasible(t))
}

// TestExternalEtcd buys machines of its own for etcd, and their disks: the bill has
// a line for each.
func TestExternalEtcd(t *testing.T) {
	p := &problem{
		cluster:  cluster(abc(), group("g", planner.App, abc(), none(), inPlace(given("w", 4, 1500, units.GiB)))),
		catalog:  catalog(machine("m7i.large", 2, 8, 100), machine("m7i.xlarge", 4, 16, 200)),
		provider: fakeProvider{ground: func(terms *planner.Terms) { terms.Mode = planner.SelfManaged }, balancer: planner.LoadBalancer{Kind: planner.HAProxyKeepalived, Hosts: 2}},
	}
	in := p.cluster.NodeGroups[0].Instances
	p.cluster.ControlPlane = planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, EtcdTopology: planner.External, LoadBalancer: planner.HAProxyKeepalived,
		Redundancy: planner.Redundancy{Nodes: 2, Recovery: planner.Static}, Instances: in, Disk: planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Etcd: planner.EtcdSpec{Instances: in, BackupInterval: time.Hour, BackupRetention: 24 * time.Hour},
	}
	plan := p.mustMake(t)
	var roles []string
	var counts []int
	for _, m := range plan.ControlPlane.Machines {
		roles, counts = append(roles, m.Role), append(counts, m.Nodes)
	}
	// Two lost members leave a quorum of five; of three API servers and three hosts
	// one is left, which is enough.
	if !slices.Equal(roles, []string{"control_plane", "etcd", "load_balancer"}) || !slices.Equal(counts, []int{3, 5, 3}) {
		t.Errorf("got %v %v", roles, counts)
	}
	rates := map[string]units.USDPerHour{}
	for _, l := range plan.Cost.Lines {
		rates[l.Path] = l.Amount.Rate
	}
	// A GiB is 0.0001 USD an hour: 50 of them on 11 machines, 40 on five.
	for path, want := range map[string]int64{
		"control_plane.nodes": 3 * 1000, "control_plane.etcd_nodes": 5 * 1000, "control_plane.load_balancer_nodes": 3 * 1000,
		"control_plane.root_disks": 3 * 50, "control_plane.etcd_root_disks": 5 * 50, "control_plane.load_balancer_root_disks": 3 * 50,
		"control_plane.etcd_disks": 5 * 40,
	} {
		if rates[path] != units.USDPerHour(want)*units.DollarPerHour/10000 {
			t.Errorf("%s costs %d, want %d ten-thousandths", path, rates[path], want)
		}
	}
}

// TestControlPlaneBetweenGroups: the control plane, then group b find too few of the
// one kind that they may use, so that it is planned between b and a. It is sized for
// all of them all the same: 15 nodes are more than ten, and take 4 vCPU and 16 GiB.
func TestControlPlaneBetweenGroups(t *testing.T) {
	a := group("a", planner.App, abc(), none(), inPlace(given("v", 12, 6000, units.GiB)))
	b := group("b", planner.App, abc(), none(), inPlace(given("w", 3, 6000, units.GiB)))
	p := site([]planner.Machine{stands("boss", 8, 32, "ssd", 5, 5, 5), stands("dear", 8, 32, "ssd")}, a, b)
	p.cluster.Machines[1].USDPerMonth = new(1000 * units.Dollar)
	p.catalog.Types[1].OnDemand.Rate = (1000 * units.Dollar).PerHour()
	p.cluster.NodeGroups[1].Instances.Types = []string{"boss"}
	plan := p.mustMake(t)
	if m := plan.ControlPlane.Machines[0]; m.LeastVCPUs != 4 || m.LeastMemory != 16*units.GiB {
		t.Errorf("sized for %d vCPU and %d bytes", m.LeastVCPUs, m.LeastMemory)
	}
}

// TestGrowthKeepsToTheStock: a grows by half a month from six machines, b needs
// four; twelve stand there. In the first month nine and four are one too many.
func TestGrowthKeepsToTheStock(t *testing.T) {
	for _, grows := range []string{"a", "b"} { // whichever comes first by name
		a := group("a", planner.App, abc(), none(), inPlace(given("v", 4, 3000, units.GiB)))
		b := group("b", planner.App, abc(), none(), inPlace(given("w", 4, 3000, units.GiB)))
		p := site([]planner.Machine{bosses(1, 1, 1), stands("work", 4, 16, "hdd", 4, 4, 4)}, a, b)
		p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 2}
		for i := range p.cluster.NodeGroups {
			g := &p.cluster.NodeGroups[i]
			g.Instances.Types = []string{"work"}
			if g.Name == grows {
				w := &g.Workloads[0]
				w.Demand.Replicas, w.GrowthPerMonth, w.GrowsReplicas = 6, 50*units.Percent, true
			}
		}
		months := p.mustMake(t).Growth
		if len(months) == 0 || months[0].Infeasible == "" {
			t.Errorf("%s grows: %+v, and only twelve stand there", grows, months)
		}
	}
}

// TestDeclaredOperationsOfEtcd: an io1 disk sells 50 operations for each GiB, so that
// 10,000 of them take 200 GiB.
func TestDeclaredOperationsOfEtcd(t *testing.T) {
	in := planner.Instances{Architectures: []string{catalogs.AMD64}, CapacityType: planner.OnDemand, MaxTypes: 1}
	p := &problem{
		cluster:  cluster(abc(), group("g", planner.App, abc(), none(), inPlace(given("w", 4, 1500, units.GiB)))),
		catalog:  catalog(machine("m7i.large", 2, 8, 100), machine("m7i.xlarge", 4, 16, 200)),
		provider: fakeProvider{ground: func(terms *planner.Terms) { terms.Mode, terms.EtcdDisks = planner.SelfManaged, []string{"io1"} }},
	}
	sold := p.catalog.Disks[0]
	sold.Type, sold.IOPSPerGiB, sold.FreeIOPS, sold.FreeMiBps = "io1", 50*units.Whole, 0, 0
	p.catalog.Disks = append(p.catalog.Disks, sold)
	slices.SortFunc(p.catalog.Disks, func(a, b catalogs.Disk) int { return strings.Compare(a.Type, b.Type) })
	p.cluster.ControlPlane = planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, EtcdTopology: planner.Stacked, Instances: in, Disk: planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Redundancy: planner.Redundancy{Nodes: 1, Recovery: planner.Static},
		Etcd:       planner.EtcdSpec{BackupInterval: time.Hour, BackupRetention: 24 * time.Hour, Disk: planner.Disk{Type: "io1", IOPS: 10_000}},
	}
	p.provider.balancer = planner.LoadBalancer{Kind: planner.KubeVIP}
	if d := p.mustMake(t).ControlPlane.Etcd.Disk; d.Size != 200*units.GiB || d.IOPS != 10_000 {
		t.Errorf("got %+v, want 200 GiB", d)
	}
}
