package pipeline_test

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// fakeProvider leaves all but 100m and 1 GiB of a machine to 12 pods a vCPU, 110
// at most, and a volume a vCPU. A type without network cards cannot be sized.
type fakeProvider struct {
	daemons []planner.DaemonSet
	system  []planner.Workload
	// onSize is called each time a type is sized.
	onSize func()
	// ground changes the terms.
	ground func(*planner.Terms)
	// mechanics changes how nodes are replaced.
	mechanics func(*planner.Mechanics)
	// balancer stands before self-managed API servers.
	balancer planner.LoadBalancer
}

func (fakeProvider) Name() string { return "aws" }

func (p fakeProvider) Terms() planner.Terms {
	terms := planner.Terms{
		Provider: "aws", Mode: planner.Managed, Title: "a fake", DefaultMode: true, FamilyEnd: ".", Spot: true, EtcdDiskType: "gp3", EtcdDisks: []string{"gp3"}, Images: []planner.Image{planner.AL2023},
	}
	if p.ground != nil {
		p.ground(&terms)
	}
	return terms
}

func (fakeProvider) Versions(cat *catalogs.Catalog) []catalogs.Version { return cat.Versions }

func (p fakeProvider) Allocatable(_ *planner.Cluster, g *planner.NodeGroup, t *catalogs.InstanceType) (planner.Allocatable, error) {
	if p.onSize != nil {
		p.onSize()
	}
	if t.ENIs == 0 {
		return planner.Allocatable{}, errors.New("its network cards are not known")
	}
	a := planner.Allocatable{
		CPU: units.MilliCPU(t.VCPUs)*units.Core - 100, Memory: t.Memory - units.GiB,
		Pods: min(12*t.VCPUs, 110), EphemeralStorage: 40*units.GiB + max(0, g.Disk.Size-50*units.GiB),
		Attachments: t.VCPUs, Network: units.Mbps(t.NetworkMbps), Disk: units.Mbps(t.DiskMbps),
	}
	if t.GPUs.Milli > 0 {
		a.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: int64(t.GPUs.Milli / 1000)}}
	}
	return a, nil
}

func (p fakeProvider) DaemonSets(*planner.Cluster, *planner.NodeGroup) []planner.DaemonSet {
	return p.daemons
}

func (p fakeProvider) SystemWorkloads(*planner.Cluster, planner.Size) []planner.Workload {
	return p.system
}

func (p fakeProvider) RootDisks(g *planner.NodeGroup) []planner.Disk {
	if p.Terms().OwnMachines {
		return nil
	}
	return []planner.Disk{g.Disk}
}

func (p fakeProvider) ControlPlane(_ *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	if p.Terms().Mode == planner.SelfManaged {
		return planner.ControlPlane{Mode: planner.SelfManaged, Support: "standard", SupportEnds: "2027-03-27", LoadBalancer: &p.balancer}, nil
	}
	for _, f := range cat.Fees {
		if f.Tier == "standard" {
			return planner.ControlPlane{
				Mode: planner.Managed, Tier: "standard", Support: "standard", SupportEnds: "2027-03-27",
				Fees: []planner.FeeLine{{Name: "cluster", Price: f.Price}},
			}, nil
		}
	}
	return planner.ControlPlane{}, errors.New("the catalog has no fee")
}

func (p fakeProvider) Mechanics(*planner.Cluster) planner.Mechanics {
	m := planner.Mechanics{
		Strategies: []planner.UpgradeOption{
			{Name: "cluster_blue_green", Course: planner.CourseClusterBlueGreen},
			{Name: "minimal", Course: planner.CourseEKSMinimal, TerminateFirst: true},
			{Name: "node_group_blue_green", Course: planner.CourseNodeGroupBlueGreen},
			{Name: "surge", Course: planner.CourseEKSDefault},
		},
		Refused:          map[string]string{"in_place": "the provider replaces machines"},
		ControlPlaneStep: 10 * time.Minute, AddOns: 5 * time.Minute, Boot: 2 * time.Minute, Terminate: time.Minute,
		Setup: time.Minute, AfterDrain: time.Minute, ScaleDownPerNode: time.Minute,
		DrainLimit: 15 * time.Minute, MaxParallel: 100, ControlPlaneRollback: 7 * 24 * time.Hour, NodeSkew: 1,
	}
	if p.mechanics != nil {
		p.mechanics(&m)
	}
	return m
}

// agents are what the fake provider runs on each node, kubeDNS and a metrics
// server what it runs once a cluster.
func agents() []planner.DaemonSet {
	return []planner.DaemonSet{
		{Name: "network-agent", CPU: 50, Memory: 32 * units.MiB},
		{Name: "proxy-agent", CPU: 100, Memory: 64 * units.MiB},
	}
}

func systemWorkloads() []planner.Workload {
	one := planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(1))}
	return []planner.Workload{
		{
			Name: "dns", Kind: planner.Deployment, System: true, Recovery: planner.Reschedule,
			Demand:              planner.Demand{Way: planner.GivenReplicas, Replicas: 2},
			Pod:                 planner.Pod{CPU: 100, Memory: 70 * units.MiB},
			TopologySpread:      []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1}},
			PodDisruptionBudget: &one,
			RollingUpdate:       planner.RollingUpdate{MaxSurge: units.Share(25 * units.Percent), MaxUnavailable: units.Count(1)},
			StartupTime:         10 * time.Second, TerminationGracePeriod: 30 * time.Second,
		},
		{
			Name: "metrics", Kind: planner.Deployment, System: true, Recovery: planner.Reschedule,
			Demand:        planner.Demand{Way: planner.GivenReplicas, Replicas: 1},
			Pod:           planner.Pod{CPU: 100, Memory: 200 * units.MiB},
			RollingUpdate: planner.RollingUpdate{MaxSurge: units.Share(25 * units.Percent)},
			StartupTime:   10 * time.Second, TerminationGracePeriod: 30 * time.Second,
		},
	}
}

// listed is a published price in thousandths of a dollar an hour.
func listed(thousandths int64) catalogs.Price {
	return catalogs.Price{
		Rate:  units.USDPerHour(thousandths) * units.DollarPerHour / 1000,
		Basis: catalogs.Listed, Date: "2026-01-02", Source: "test",
	}
}

// machine is an ordinary type; it has no known price where thousandths is 0. The
// fake provider leaves vcpus x 1000m - 100m and gib - 1 GiB of it.
func machine(name string, vcpus int, gib units.Bytes, thousandths int64) catalogs.InstanceType {
	family, _, _ := strings.Cut(name, ".")
	t := catalogs.InstanceType{
		Name: name, Family: family, Generation: 7, Architecture: catalogs.AMD64,
		VCPUs: vcpus, Memory: gib * units.GiB, ENIs: 3, IPv4PerENI: 10, Hypervisor: "nitro",
	}
	if thousandths > 0 {
		t.OnDemand = listed(thousandths)
		t.Spot, t.SpotStatistic = listed((thousandths+2)/3), "mean of 30 days"
	}
	return t
}

// catalog offers the given types. A GiB of disk is 0.073 USD a month, which is
// 0.0001 USD an hour, so that disks are whole billionths.
func catalog(types ...catalogs.InstanceType) catalogs.Catalog {
	types = slices.Clone(types)
	slices.SortFunc(types, func(a, b catalogs.InstanceType) int { return cmp.Compare(a.Name, b.Name) })
	disk := catalogs.MonthlyPrice{Amount: 73 * units.Dollar / 1000, Basis: catalogs.Listed, Date: "2026-01-02", Source: "test"}
	return catalogs.Catalog{
		Provider: "aws", Region: "us-east-1", Source: "test", Date: "2026-11-20", SHA256: "abc",
		Types: types,
		Disks: []catalogs.Disk{
			{Type: "gp3", PerGiB: disk, PerIOPS: disk, PerMiBps: disk, FreeIOPS: 3000, FreeMiBps: 125},
			{Type: "mystery"},
		},
		Fees: []catalogs.Fee{{Tier: "standard", Price: listed(100)}},
		Versions: []catalogs.Version{
			{Minor: "1.35", Release: "2026-01-27", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27"},
			{Minor: "1.36", Release: "2026-06-01", StandardEnd: "2027-08-01", ExtendedEnd: "2028-08-01"},
			{Minor: "1.37", Release: "2026-10-01", StandardEnd: "2027-12-01", ExtendedEnd: "2028-12-01"},
		},
	}
}

// cluster holds the groups over the zones, in production. Their strategy is one by default.
func cluster(zones []string, groups ...planner.NodeGroup) planner.Cluster {
	c := planner.Cluster{
		Name: "shop", Provider: "aws", Region: "us-east-1", Zones: zones, KubernetesVersion: "1.35",
		Environment: planner.Production, AsOf: "2026-11-20",
		Network: planner.Network{CNI: planner.VPC},
	}
	addGroups(&c, groups...)
	return c
}

// addGroups adds groups that declare no strategy.
func addGroups(c *planner.Cluster, groups ...planner.NodeGroup) {
	for _, g := range groups {
		c.NodeGroups = append(c.NodeGroups, g)
		c.Assumptions = append(c.Assumptions, planner.Assumption{Path: g.Path() + ".update_config.strategy", Value: "surge", Source: "ground"})
	}
}

func abc() []string { return []string{"a", "b", "c"} }

// group admits every amd64 type, on demand, with a root disk of 50 GiB.
func group(name string, role planner.Role, zones []string, r planner.Redundancy, works ...planner.Workload) planner.NodeGroup {
	for i := range works {
		works[i].Recovery = r.Recovery
	}
	return planner.NodeGroup{
		Name: name, Role: role, Zones: zones, Image: planner.AL2023,
		Instances: planner.Instances{Architectures: []string{catalogs.AMD64}, CapacityType: planner.OnDemand, MaxTypes: 1},
		Disk:      planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Guarantee: planner.Scheduled, Redundancy: r, Workloads: works,
		UpdateConfig: planner.UpdateConfig{Strategy: "surge", MaxUnavailable: units.Share(33 * units.Percent)},
	}
}

// given is a workload of so many replicas whose rollout surges by a quarter.
func given(name string, replicas int, cpu units.MilliCPU, memory units.Bytes) planner.Workload {
	return planner.Workload{
		Name: name, Kind: planner.Deployment,
		Demand:                 planner.Demand{Way: planner.GivenReplicas, Replicas: replicas},
		Pod:                    planner.Pod{CPU: cpu, Memory: memory},
		RollingUpdate:          planner.RollingUpdate{MaxSurge: units.Share(25 * units.Percent)},
		TerminationGracePeriod: 30 * time.Second, StartupTime: 20 * time.Second,
	}
}

// tested is a workload whose throughput a load test turns into pods.
func tested(name string, throughput, perPod units.Rate, cpu units.MilliCPU, memory units.Bytes) planner.Workload {
	w := given(name, 0, cpu, memory)
	w.Demand = planner.Demand{Way: planner.FromLoadTest, Throughput: throughput, ThroughputPerPod: perPod}
	w.SpareReplicas, w.MinReplicas = 1, 2
	return w
}

// hard is a DoNotSchedule spread with a skew of 1.
func hard(key planner.TopologyKey) planner.TopologySpread {
	return planner.TopologySpread{Key: key, MaxSkew: 1, Hard: true}
}

// problem is all that a plan is made from.
type problem struct {
	cluster  planner.Cluster
	catalog  catalogs.Catalog
	provider fakeProvider
}

func (p *problem) make(t testing.TB) (planner.Plan, error) {
	t.Helper()
	return pipeline.Make(t.Context(), p.cluster, p.catalog, p.provider, pipeline.Options{})
}

// mustMake plans and verifies.
func (p *problem) mustMake(t testing.TB) planner.Plan {
	t.Helper()
	plan, err := p.make(t)
	if err != nil {
		t.Fatalf("no plan: %v", err)
	}
	if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
		t.Fatalf("verify refuses the plan:\n%v", err)
	}
	return plan
}

// infeasible returns why there is no plan.
func (p *problem) infeasible(t testing.TB) *planner.Infeasible {
	t.Helper()
	_, err := p.make(t)
	bad := planner.Infeasibles(err)
	if len(bad) == 0 || !errors.Is(err, planner.ErrInfeasible) {
		t.Fatalf("not infeasible: %v", err)
	}
	return bad[0]
}

// nodes returns how many nodes of what type carry the first group.
func nodes(plan *planner.Plan) (string, int) {
	g := &plan.NodeGroups[0]
	return g.Pools[0].InstanceType, g.Nodes
}

// planned returns the plan of workload w of the first group.
func planned(t testing.TB, plan *planner.Plan) *planner.WorkloadPlan {
	t.Helper()
	for i := range plan.NodeGroups[0].Workloads {
		if w := &plan.NodeGroups[0].Workloads[i]; w.Name == "w" {
			return w
		}
	}
	t.Fatal("no workload w")
	return nil
}

// latencyBound is a workload whose p99 the model turns into pods: 20 ms of
// service, eight requests side by side, 100 ms at 300 requests a second.
func latencyBound(name string) planner.Workload {
	w := given(name, 0, 500, units.GiB)
	w.Demand = planner.Demand{
		Way: planner.FromLatency, Throughput: 300 * units.PerSecond, Concurrency: 8, Balancing: "random", MaxUtilization: 70 * units.Percent,
		Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: 100 * time.Millisecond}},
		Service: planner.ServiceTime{
			Distribution: "lognormal",
			Measured:     []planner.LatencyTarget{{Statistic: planner.Mean, Target: 20 * time.Millisecond}, {Statistic: planner.P99, Target: 60 * time.Millisecond}},
		},
	}
	w.SpareReplicas, w.MinReplicas = 1, 2
	return w
}

func (fakeProvider) NodeLabels(g *planner.NodeGroup, t *catalogs.InstanceType, _ planner.CapacityType) map[string]string {
	labels := map[string]string{"node.kubernetes.io/instance-type": t.Name, "kubernetes.io/arch": t.Architecture}
	maps.Copy(labels, g.Labels)
	return labels
}

// sample is how many cases of a property are drawn: a quarter under -short, with which the
// race detector runs. What it looks for shows in any of them.
func sample(all int) int {
	if testing.Short() {
		return all / 4
	}
	return all
}
