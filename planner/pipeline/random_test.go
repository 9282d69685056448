package pipeline_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// dice draws what problems are made of.
type dice struct{ *rand.Rand }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// between is uniform, both ends included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// randomProblem draws clusters as people ask for them: groups with their roles'
// settings, now and then something unusual, on a small market.
func randomProblem(r *rand.Rand) *problem {
	d := dice{r}
	zones := []string{"a", "b", "c", "d"}[:pick(d, 1, 2, 3, 3, 3, 4)]
	p := &problem{cluster: cluster(zones), catalog: d.market(d.between(4, 20)), provider: fakeProvider{daemons: agents(), system: systemWorkloads()}}
	if d.chance(20) {
		p.provider = fakeProvider{}
	}
	c := &p.cluster
	if d.chance(20) {
		c.Environment = planner.Development
	}
	if d.chance(30) {
		c.Growth = planner.Growth{PerMonth: units.Ratio(d.between(1, 8)) * units.Percent, HorizonMonths: d.between(1, 4), SizeForHorizon: d.chance(30)}
	}
	if d.chance(60) {
		c.Upgrade = &planner.Upgrade{To: pick(d, "1.36", "1.37"), Strategy: "compare"}
	}
	if d.chance(15) {
		c.MaxUSDPerMonth = new(units.USD(d.between(300, 20_000)) * units.Dollar)
	}
	roles := []planner.Role{planner.App, planner.Batch, planner.Ingress, planner.Monitoring, planner.Stateful, planner.System}
	d.Shuffle(len(roles), func(i, j int) { roles[i], roles[j] = roles[j], roles[i] })
	roles = roles[:pick(d, 1, 1, 2, 2, 3, 4)]
	if home := slices.Contains(roles, planner.App) || slices.Contains(roles, planner.System); !home && !d.chance(5) {
		roles[0] = planner.App
	}
	for _, role := range roles {
		c.NodeGroups = append(c.NodeGroups, d.group(role, c))
	}
	slices.SortFunc(c.NodeGroups, func(a, b planner.NodeGroup) int { return cmp.Compare(a.Name, b.Name) })
	if d.chance(50) {
		c.DaemonSets = []planner.DaemonSet{{Name: "logs", CPU: 100, Memory: 128 * units.MiB}}
		if d.chance(50) {
			c.DaemonSets[0].NodeGroups = []string{c.NodeGroups[0].Name}
		}
	}
	c.Assumptions = []planner.Assumption{{Path: c.NodeGroups[0].Path() + ".redundancy.nodes", Value: "1", Source: "role"}}
	for i := range c.NodeGroups { // some declare a strategy, and others have one by default
		g := &c.NodeGroups[i]
		g.UpdateConfig.Strategy = pick(d, "surge", "surge", "minimal")
		if d.chance(60) {
			c.Assumptions = append(c.Assumptions, planner.Assumption{Path: g.Path() + ".update_config.strategy", Value: g.UpdateConfig.Strategy, Source: "role"})
		}
	}
	if d.chance(30) {
		c.Availability = &planner.Availability{Node: units.Whole - units.Ratio(d.IntN(20_000)), Zone: units.Whole - units.Ratio(d.IntN(2000))}
	}
	return p
}

// market offers types of random shapes and prices, the first of which is large,
// ordinary and priced.
func (d dice) market(n int) catalogs.Catalog {
	types := []catalogs.InstanceType{machine("m8.huge", 16, 64, int64(d.between(700, 900)))}
	for i := range n - 1 {
		vcpus := pick(d, 2, 2, 4, 4, 8, 16)
		share := pick(d, 2, 4, 4, 8)
		gib := units.Bytes(vcpus * share)
		price := int64(vcpus*30+int(gib)*4) * int64(d.between(80, 125)) / 100
		letter := map[int]string{2: "c", 4: "m", 8: "r"}[share]
		t := machine(fmt.Sprintf("%s7n%d.x%d", letter, i, vcpus), vcpus, gib, price)
		switch {
		case d.chance(10):
			t.OnDemand = catalogs.Price{}
		case d.chance(10):
			t.OnDemand.Basis = pick(d, catalogs.Family, catalogs.Estimated, catalogs.Recalled)
		}
		switch {
		case d.chance(12):
			t.Burstable, t.BaselineCPU = true, units.MilliCPU(vcpus)*units.Core*3/10
		case d.chance(12):
			t.Architecture = catalogs.ARM64
		case d.chance(5):
			t.PreviousGeneration = true
		case d.chance(5):
			t.ENIs = 0
		}
		types = append(types, t)
	}
	return catalog(types...)
}

func (d dice) group(role planner.Role, c *planner.Cluster) planner.NodeGroup {
	defaults := map[planner.Role]planner.Redundancy{
		planner.App:        {Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
		planner.Batch:      {Nodes: 1, Recovery: planner.Reschedule},
		planner.Ingress:    {Nodes: 2, Zones: 1, Recovery: planner.Static},
		planner.Monitoring: {Nodes: 1, Recovery: planner.Reschedule},
		planner.Stateful:   {Nodes: 1, Zones: 1, Recovery: planner.Static},
		planner.System:     {Nodes: 1, Zones: 1, Recovery: planner.Reschedule},
	}
	r := defaults[role]
	if d.chance(35) {
		r.Nodes, r.Zones, r.AtOnce = d.between(0, 2), d.between(0, 1), d.chance(30)
	}
	zones := c.Zones
	if d.chance(20) {
		zones = []string{pick(d, c.Zones...)}
	}
	r.Zones = min(r.Zones, len(zones)-1)
	var works []planner.Workload
	for i := range pick(d, 1, 1, 2, 3) {
		w := d.workload(role, fmt.Sprintf("%s-%d", role, i))
		w.GrowthPerMonth = c.Growth.PerMonth
		if c.Growth.PerMonth > 0 && w.Demand.Way == planner.GivenReplicas && w.MinReady == nil {
			w.GrowsReplicas = d.chance(20)
		}
		works = append(works, w)
	}
	g := group(string(role)+"-group", role, zones, r, works...)
	if role == planner.Stateful {
		d.minReady(&g)
	}
	d.machines(&g)
	if role == planner.Batch || role == planner.Ingress || role == planner.Monitoring || role == planner.Stateful {
		g.Taints = []planner.Taint{{Key: "group", Value: g.Name, Effect: planner.NoSchedule}}
	}
	return g
}

// machines narrows what a group may buy.
func (d dice) machines(g *planner.NodeGroup) {
	in := &g.Instances
	in.Families = pick(d, nil, []string{"m*", "c*", "r*"}, []string{"m*"}, []string{"m8", "c*"})
	if g.Role == planner.Batch {
		in.CapacityType = planner.Spot
		in.OnDemandBase = pick(d, units.CountOrRatio{}, units.CountOrRatio{}, units.Count(1), units.Count(2), units.Share(30*units.Percent))
	}
	if d.chance(20) {
		in.Allow = []string{"burstable"}
	}
	if d.chance(40) {
		in.MaxTypes = pick(d, 2, 3, 6)
	}
	if d.chance(10) {
		in.MaxNodeShare = units.Ratio(d.between(10, 60)) * units.Percent
	}
	if d.chance(20) {
		in.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
	}
	if d.chance(10) {
		in.Exclude = []string{"*.x2"}
	}
	if d.chance(15) {
		in.Types = pick(d, []string{"*.x4", "m8.huge"}, []string{"m8.huge"}, []string{"*.x?", "*.huge"}, []string{"*.x4", "*.x8", "*.huge"})
	}
	if d.chance(10) {
		in.MaxVCPUs = 8
	}
	if d.chance(15) {
		g.MinNodes = d.between(1, 6)
	}
	if d.chance(10) {
		g.MaxNodes = max(g.MinNodes, d.between(4, 30))
	}
	switch {
	case d.chance(5):
		g.Disk.Type = "mystery"
	case d.chance(20):
		g.Disk.Size, g.Disk.IOPS = 73*units.GiB+1, 4001
	}
}

func (d dice) workload(role planner.Role, name string) planner.Workload {
	cpu := pick[units.MilliCPU](d, 0, 50, 100, 250, 500, 500, 1000, 1000, 2000, 3000)
	memory := pick[units.Bytes](d, 64, 128, 256, 512, 1024, 1024, 2048, 4096) * units.MiB
	w := given(name, d.between(1, 9), cpu, memory)
	w.PodDisruptionBudget = pick(d, nil,
		&planner.PodDisruptionBudget{MaxUnavailable: new(units.Share(25 * units.Percent))},
		&planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(1))},
		&planner.PodDisruptionBudget{MinAvailable: new(units.Share(50 * units.Percent))})
	switch role {
	case planner.App, planner.System:
		d.demand(&w)
		w.TopologySpread = []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: d.between(1, 2), Hard: d.chance(10)}}
		if d.chance(10) && w.Demand.Way != planner.GivenReplicas {
			w.MinReady = new(pick(d, units.Count(1), units.Count(2), units.Share(50*units.Percent)))
		}
	case planner.Ingress:
		w = tested(name, units.Rate(d.between(500, 9000))*units.PerSecond, units.Rate(d.between(900, 2500))*units.PerSecond, max(cpu, 50), memory)
		w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey), hard(planner.HostnameKey)}
		w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
		w.MinReplicas = 3
		if d.chance(25) {
			w.Demand = d.latency()
		}
		if d.chance(10) {
			w.MinReady = new(units.Count(d.between(1, 2)))
		}
	case planner.Stateful:
		w.Kind = planner.StatefulSet
		w.Demand.Replicas = d.between(3, 8)
		w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey), hard(planner.HostnameKey)}
		w.RollingUpdate = planner.RollingUpdate{MaxUnavailable: units.Count(1)}
		w.TerminationGracePeriod, w.StartupTime = 5*time.Minute, 2*time.Minute
	case planner.Monitoring, planner.Batch, planner.GPU:
		if d.chance(30) {
			d.demand(&w)
		}
	}
	return w
}

// demand states it in one of the three ways.
func (d dice) demand(w *planner.Workload) {
	switch d.IntN(3) {
	case 0:
		return
	case 1:
		w.Demand = planner.Demand{
			Way: planner.FromLoadTest, Throughput: units.Rate(d.between(100, 4000)) * units.PerSecond,
			ThroughputPerPod: units.Rate(d.between(200, 900)) * units.PerSecond,
		}
	case 2:
		w.Demand = d.latency()
	}
	w.SpareReplicas, w.MinReplicas = d.between(0, 1), d.between(0, 3)
	if d.chance(20) {
		w.RollingUpdate = planner.RollingUpdate{MaxSurge: units.Count(d.IntN(2)), MaxUnavailable: units.Count(1)}
	}
}

// minReady asks for what the given replicas can keep, now and then for one more.
func (d dice) minReady(g *planner.NodeGroup) {
	for i := range g.Workloads {
		w := &g.Workloads[i]
		n, z := w.Demand.Replicas, len(g.Zones)
		left := n - max(g.Redundancy.Nodes, g.Redundancy.Zones*((n+z-1)/z))
		if g.Redundancy.AtOnce {
			left = n - g.Redundancy.Nodes - g.Redundancy.Zones*((n+z-1)/z)
		}
		if d.chance(5) {
			left++
		}
		if left > 0 {
			w.MinReady = new(units.Count(d.between(min(left, (n+1)/2), left)))
		}
	}
}

// latency draws targets for the third way.
func (d dice) latency() planner.Demand {
	mean := time.Duration(d.between(5, 40)) * time.Millisecond
	demand := planner.Demand{
		Way: planner.FromLatency, Throughput: units.Rate(d.between(20, 800)) * units.PerSecond,
		Concurrency: d.between(2, 12), Balancing: "random", MaxUtilization: units.Ratio(d.between(50, 80)) * units.Percent,
		Latency: []planner.LatencyTarget{{Statistic: planner.P99, Target: mean * time.Duration(d.between(4, 9))}},
		Service: planner.ServiceTime{
			Distribution: "lognormal",
			Measured:     []planner.LatencyTarget{{Statistic: planner.Mean, Target: mean}, {Statistic: planner.P99, Target: 3 * mean}},
		},
	}
	if d.chance(30) {
		demand.Latency = append(demand.Latency, planner.LatencyTarget{Statistic: planner.Mean, Target: 3 * mean / 2})
	}
	if d.chance(30) {
		demand.Service = planner.ServiceTime{Distribution: "constant", Measured: []planner.LatencyTarget{{Statistic: planner.Mean, Target: mean}}}
	}
	return demand
}

// commitments draws some that run already.
func (d dice) commitments(p *problem) {
	c := &p.cluster
	for i := range d.IntN(3) {
		k := planner.Commitment{Name: fmt.Sprint(i), Type: planner.ComputeSavingsPlan, USDPerHour: units.USDPerHour(d.between(1, 2_000_000_000)), Discount: units.Ratio(d.between(1, 700_000))}
		if d.chance(50) {
			k.Type, k.Family = pick(d, planner.InstanceSavingsPlan, planner.Reserved), pick(d, p.catalog.Types...).Family
		}
		c.Pricing.Commitments = append(c.Pricing.Commitments, k)
	}
}
