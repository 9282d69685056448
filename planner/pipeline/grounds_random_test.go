package pipeline_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// onEqualZones puts a problem on a ground whose zones are equal.
func onEqualZones(_ dice, p *problem) {
	p.provider.ground = func(terms *planner.Terms) { terms.EqualZones, terms.MaxSurge = true, true }
	for i := range p.cluster.NodeGroups {
		// The language refuses bounds that are no multiples of the zones.
		g := &p.cluster.NodeGroups[i]
		z := len(g.Zones)
		g.MinNodes, g.MaxNodes = units.CeilDiv(g.MinNodes, z)*z, units.CeilDiv(g.MaxNodes, z)*z
	}
}

// onOwnControlPlane gives a problem a control plane of its owner's.
func onOwnControlPlane(d dice, p *problem) {
	p.provider.ground = func(terms *planner.Terms) { terms.Mode = planner.SelfManaged }
	in := planner.Instances{Architectures: []string{catalogs.AMD64}, CapacityType: planner.OnDemand, MaxTypes: 1}
	spec := &p.cluster.ControlPlane
	*spec = planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, EtcdTopology: planner.Stacked, LoadBalancer: planner.HAProxyKeepalived,
		Redundancy: planner.Redundancy{Nodes: d.between(0, 2), Zones: d.between(0, 1), AtOnce: d.chance(20), Recovery: planner.Static},
		Instances:  in, Disk: planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Etcd: planner.EtcdSpec{BackupInterval: time.Hour, BackupRetention: 30 * 24 * time.Hour, RoundTrip: time.Duration(d.between(0, 60)) * time.Millisecond},
	}
	p.provider.balancer = planner.LoadBalancer{Kind: planner.HAProxyKeepalived, Hosts: 2, Ports: []int{6443}, HealthCheck: "/readyz"}
	if d.chance(40) {
		spec.EtcdTopology, spec.Etcd.Instances = planner.External, in
	}
	if d.chance(40) {
		spec.LoadBalancer, p.provider.balancer = planner.KubeVIP, planner.LoadBalancer{Kind: planner.KubeVIP, Ports: []int{6443}, HealthCheck: "/readyz"}
	}
	if spec.Redundancy.Nodes == 0 || spec.Redundancy.Zones == 0 {
		spec.Redundancy.AtOnce = false
	}
}

// onOwnMachines makes a problem's types machines that stand somewhere, most of
// them a few in each zone.
func onOwnMachines(d dice, p *problem) {
	onOwnControlPlane(d, p)
	p.provider.ground = ownMachines
	p.cluster.ControlPlane.Disk = planner.Disk{}
	for i := range p.cluster.NodeGroups {
		p.cluster.NodeGroups[i].Disk, p.cluster.NodeGroups[i].Instances.CapacityType = planner.Disk{}, planner.OnDemand
		p.cluster.NodeGroups[i].Instances.Types, p.cluster.NodeGroups[i].Instances.Families = nil, nil
	}
	var types []catalogs.InstanceType
	for _, t := range p.catalog.Types {
		if !t.OnDemand.Known() || t.Burstable || t.ENIs == 0 {
			continue
		}
		t.OnDemand.Basis = catalogs.Declared
		t.Spot = catalogs.Price{}
		m := planner.Machine{
			Name: t.Name, VCPUs: t.VCPUs, Memory: t.Memory, Architecture: t.Architecture, USDPerMonth: new(t.OnDemand.Rate.PerMonth()),
			Disk: planner.MachineDisk{Type: pick(d, "ssd", "nvme", "hdd"), Size: units.Bytes(d.between(30, 500)) * units.GiB},
		}
		if d.chance(75) {
			m.CountByZone = []planner.ZoneCount{}
			for _, z := range p.cluster.Zones {
				m.CountByZone = append(m.CountByZone, planner.ZoneCount{Zone: z, Nodes: d.between(0, 12)})
			}
		}
		p.cluster.Machines = append(p.cluster.Machines, m)
		types = append(types, t)
	}
	p.catalog.Types = types
	p.catalog.Disks = nil
}

// TestRandomGrounds plans random clusters on every ground; each plan is verified,
// and where there is none it says why.
func TestRandomGrounds(t *testing.T) {
	for name, ground := range map[string]func(dice, *problem){
		"equal zones": onEqualZones, "own control plane": onOwnControlPlane, "own machines": onOwnMachines,
	} {
		t.Run(name, func(t *testing.T) {
			planned := 0
			seeds := sample(120)
			for seed := range uint64(seeds) {
				p := randomProblem(rand.New(rand.NewPCG(seed, 3)))
				p.cluster.MaxUSDPerMonth = nil
				ground(dice{rand.New(rand.NewPCG(seed, 4))}, p)
				if _, err := p.make(t); err != nil {
					if bad := planner.Infeasibles(err); len(bad) == 0 || !errors.Is(err, planner.ErrInfeasible) || bad[0].Constraint == "" || bad[0].Remedy == "" {
						t.Fatalf("seed %d: %v", seed, err)
					}
					continue
				}
				p.mustMake(t)
				planned++
			}
			if planned < seeds/3 {
				t.Errorf("only %d of %d have a plan", planned, seeds)
			}
		})
	}
}

// TestEqualZonesBuyWhatIsPlanned: counts by zone are equal, so that the count of
// one zone times the zones is the group's, and so are its bounds.
func TestEqualZonesBuyWhatIsPlanned(t *testing.T) {
	for seed := range uint64(sample(100)) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 5)))
		p.cluster.MaxUSDPerMonth = nil
		onEqualZones(dice{rand.New(rand.NewPCG(seed, 6))}, p)
		plan, err := p.make(t)
		if err != nil {
			continue
		}
		for _, g := range plan.NodeGroups {
			nodes := 0
			var zones []int
			for i := range g.Pools {
				zones = byZone(g.Pools[i].NodesByZone)
				if slices.Min(zones) != slices.Max(zones) {
					t.Errorf("seed %d: %s has %v of %s", seed, g.Name, zones, g.Pools[i].InstanceType)
				}
				nodes += zones[0] * len(zones)
			}
			if nodes != g.Nodes || g.MinNodes%len(zones) != 0 || g.MaxNodes%len(zones) != 0 {
				t.Errorf("seed %d: %s has %v, min %d, max %d", seed, g.Name, zones, g.MinNodes, g.MaxNodes)
			}
		}
	}
}
