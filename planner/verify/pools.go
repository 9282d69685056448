package verify

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// pool is a pool of a plan and what its nodes are, by the provider's word and not by
// the plan's.
type pool struct {
	plan *planner.Pool
	name string
	path string
	// labels of its nodes; nil where nobody asks for any.
	labels map[string]string
	// room that a node offers to workloads.
	room room
	// sized: the provider could say what a node offers.
	sized bool
	price catalogs.Price
}

// poolsOf checks the machines of a group: what they are, how many, where, and what
// one of them offers and costs.
func (k *checker) poolsOf(g *group) {
	g.pools = make([]pool, len(g.plan.Pools))
	types := map[string]bool{}
	for i, name := range planner.PoolNames(g.plan.Pools) {
		p := &g.pools[i]
		*p = pool{plan: &g.plan.Pools[i], name: name, path: g.path + ".pools." + name}
		types[p.plan.InstanceType] = true
		if i > 0 {
			last := &g.plan.Pools[i-1]
			order := cmp.Or(cmp.Compare(last.InstanceType, p.plan.InstanceType), cmp.Compare(last.CapacityType, p.plan.CapacityType), cmp.Compare(last.Zone, p.plan.Zone))
			k.need(order < 0, p.path, "lists.sorted", "pools are not sorted by type, capacity and zone, or one is there twice")
		}
		k.need(p.plan.Nodes > 0, p.path, "pool.nodes", "a pool of %d nodes", p.plan.Nodes)
		k.zones(g, p.plan, p.path)
		k.machine(g, p)
	}
	k.counts(g)
	k.zoneBounds(g)
	k.capacity(g)
	k.extras(g)
	k.baseline(g)
	if most := g.decl.Instances.MaxTypes; most > 0 {
		k.need(len(types) <= most, g.path, "pool.types", "%d types, at most %d are allowed", len(types), most)
	}
	g.admission()
}

// counts checks the number of nodes against the pools and the bounds.
func (k *checker) counts(g *group) {
	sum := 0
	for _, p := range g.plan.Pools {
		sum += p.Nodes
	}
	n, lo, hi := g.plan.Nodes, g.plan.MinNodes, g.plan.MaxNodes
	k.need(sum == n, g.path, "nodes.sum", "the pools have %d nodes, the group %d", sum, n)
	k.need(n >= 0 && n <= maxNodes, g.path, "nodes.range", "%d nodes", n)
	k.need(lo <= n && n <= hi, g.path, "nodes.bounds", "%d nodes, min %d, max %d", n, lo, hi)
	if least := g.decl.MinNodes; least > 0 {
		k.need(lo >= least && n >= least, g.path, "nodes.bounds", "%d nodes and a min of %d, the spec's min_nodes is %d", n, lo, least)
	} else {
		k.need(lo == n || g.plan.Day != nil, g.path, "nodes.bounds", "the spec leaves min_nodes to the planner: %d, not the %d nodes", lo, n)
	}
	if most := g.decl.MaxNodes; most > 0 {
		k.need(hi <= most && n <= most, g.path, "nodes.bounds", "%d nodes and a max of %d, the spec's max_nodes is %d", n, hi, most)
	} else {
		k.need(hi == n, g.path, "nodes.bounds", "the spec leaves max_nodes to the planner: %d, not the %d nodes", hi, n)
	}
}

// zoneBounds checks the bounds of the pools of a group that is split by zone: they add up to
// the group's, and the nodes of each zone are between its own. Other pools have none. Every
// zone has a node where there are as many as zones.
func (k *checker) zoneBounds(g *group) {
	least, most, used := 0, 0, map[string]bool{}
	for i := range g.plan.Pools {
		p := &g.plan.Pools[i]
		used[p.Zone] = true
		if !g.decl.Split() {
			k.need(p.MinNodes == 0 && p.MaxNodes == 0, g.pools[i].path, "zones.bounds", "bounds of %d to %d, which only pools of one zone have", p.MinNodes, p.MaxNodes)
			continue
		}
		k.need(p.MinNodes >= 0 && p.MinNodes <= p.Nodes && p.Nodes <= p.MaxNodes, g.pools[i].path, "zones.bounds", "%d nodes, from %d to %d", p.Nodes, p.MinNodes, p.MaxNodes)
		least, most = least+p.MinNodes, most+p.MaxNodes
	}
	if g.decl.Split() {
		k.need(len(used) == len(g.decl.Zones) || g.plan.Nodes < len(g.decl.Zones), g.path, "zones.split", "%d nodes, in %d of the %d zones", g.plan.Nodes, len(used), len(g.decl.Zones))
		k.need(least == g.plan.MinNodes && most == g.plan.MaxNodes, g.path, "zones.bounds", "the zones have from %d to %d nodes, the group from %d to %d", least, most, g.plan.MinNodes, g.plan.MaxNodes)
	}
}

// capacity checks how machines are bought: as the group says, and of a spot group as
// many on demand as its base asks for.
func (k *checker) capacity(g *group) {
	in := &g.decl.Instances
	based := in.CapacityType == planner.Spot && !in.OnDemandBase.IsZero()
	kept, pools := 0, 0
	for i := range g.pools {
		p := &g.pools[i]
		onBase := based && p.plan.CapacityType == planner.OnDemand
		k.need(onBase || p.plan.CapacityType == in.CapacityType, p.path, "pool.capacity_type", "bought as %s, the spec says %s", p.plan.CapacityType, in.CapacityType)
		if onBase {
			kept += p.plan.Nodes
			pools++
		}
	}
	if !based || g.plan.Nodes < 0 || g.plan.Nodes > maxNodes {
		return
	}
	base := min(in.OnDemandBase.Up(g.plan.Nodes), g.plan.Nodes)
	k.need(kept >= base, g.path, "pool.on_demand_base", "%d of %d nodes are on demand, on_demand_base asks for %d", kept, g.plan.Nodes, base)
	over := 0
	if k.equalZones(g) {
		over = pools * max(0, len(g.decl.Zones)-1) // each pool is as large in every zone
	}
	if in.OnDemandBase.IsRatio {
		k.baseShare(g)
	}
	k.need(kept <= base+over, g.path, "pool.on_demand_base", "%d of %d nodes are on demand, on_demand_base asks for no more than %d", kept, g.plan.Nodes, base)
}

// baseShare checks that nodes on demand have the base's share of the CPU that all nodes
// offer to workloads.
func (k *checker) baseShare(g *group) {
	var kept, all int64
	for i := range g.pools {
		p := &g.pools[i]
		if !p.sized || p.plan.Nodes < 0 || p.plan.Nodes > maxNodes {
			return
		}
		cpu := p.room[onCPU] * int64(p.plan.Nodes)
		all += cpu
		if p.plan.CapacityType == planner.OnDemand {
			kept += cpu
		}
	}
	want := int64(g.decl.Instances.OnDemandBase.Ratio.Up(int(all)))
	k.need(kept >= want, g.path, "pool.on_demand_base", "nodes on demand offer %s of %s, on_demand_base asks for %s", cores(kept), cores(all), cores(want))
}

// zones checks a pool's counts by zone: each zone of the group is named, and the
// nodes are spread evenly. Each pool is a group of machines of its own, which its
// provider balances by itself: so the counts of a pool differ by one at most, and
// those of a group of several pools may differ by as many as it has pools. A pool of a group
// that is split by zone is in one zone, with as many nodes as it is given.
func (k *checker) zones(g *group, p *planner.Pool, path string) {
	names := make([]string, len(p.NodesByZone))
	sum := 0
	for i, z := range p.NodesByZone {
		names[i] = z.Zone
		sum += z.Nodes
	}
	if g.decl.Split() {
		k.need(slices.Contains(g.decl.Zones, p.Zone), path, "zones.split", "the group is split by zone, and no zone of it is %q", p.Zone)
		k.need(slices.Equal(names, []string{p.Zone}) && sum == p.Nodes, path, "zones.split", "%d nodes in %s, by zone %v", p.Nodes, p.Zone, p.NodesByZone)
		k.need(slices.Contains(k.c.Zones, p.Zone), path, "zones.cluster", "zone %s is not the cluster's", p.Zone)
		return
	}
	k.need(p.Zone == "", path, "zones.split", "a pool of %s alone, and the group is not split by zone", p.Zone)
	k.need(slices.Equal(names, g.decl.Zones), path, "zones.names", "the zones are %v, the group's are %v", names, g.decl.Zones)
	k.need(sum == p.Nodes, path, "zones.sum", "the zones have %d nodes, the pool %d", sum, p.Nodes)
	k.balance(path, p.InstanceType, p.NodesByZone)
	for _, z := range g.decl.Zones {
		k.need(slices.Contains(k.c.Zones, z), path, "zones.cluster", "zone %s is not the cluster's", z)
	}
	if !k.equalZones(g) {
		return
	}
	for _, z := range p.NodesByZone {
		k.need(z.Nodes == p.NodesByZone[0].Nodes, path, "zones.equal", "%d nodes in %s and %d in %s; every zone has the same number here", z.Nodes, z.Zone, p.NodesByZone[0].Nodes, p.NodesByZone[0].Zone)
	}
	if n := len(g.decl.Zones); n > 0 {
		k.need(g.plan.MinNodes%n == 0 && g.plan.MaxNodes%n == 0, g.path, "zones.multiple", "min %d and max %d over %d zones that are equal", g.plan.MinNodes, g.plan.MaxNodes, n)
	}
}

// equalZones reports whether the group has the same number of nodes in each of its zones.
func (k *checker) equalZones(g *group) bool { return k.terms.EqualZones && !g.decl.Split() }

// oneKind returns the machines of a group whose nodes are of one type and bought in one
// way, in whichever zones; nil where they are not.
func oneKind(g *planner.GroupPlan) *planner.Pool {
	for i := range g.Pools {
		if p := &g.Pools[i]; p.InstanceType != g.Pools[0].InstanceType || p.CapacityType != g.Pools[0].CapacityType {
			return nil
		}
	}
	if len(g.Pools) == 0 {
		return nil
	}
	return &g.Pools[0]
}

// extras checks that the zones with one node more are the same ones for all pools, as
// far as their number goes. In which zones a provider puts them is its own choice, pool
// by pool; the worst is that all fall together, and that is the plan whose losses are
// tried. Where only so many machines stand in a zone they cannot move.
func (k *checker) extras(g *group) {
	if g.decl.Split() {
		return
	}
	var sets [][]string
	for i := range g.plan.Pools {
		p := &g.plan.Pools[i]
		if _, limited := k.standing(p.InstanceType, ""); limited || len(p.NodesByZone) == 0 {
			return
		}
		least := slices.MinFunc(p.NodesByZone, func(a, b planner.ZoneCount) int { return cmp.Compare(a.Nodes, b.Nodes) }).Nodes
		var more []string
		for _, z := range p.NodesByZone {
			if z.Nodes > least {
				more = append(more, z.Zone)
			}
		}
		sets = append(sets, more)
	}
	slices.SortStableFunc(sets, func(a, b []string) int { return cmp.Compare(len(a), len(b)) })
	for i := 1; i < len(sets); i++ {
		for _, zone := range sets[i-1] {
			k.need(slices.Contains(sets[i], zone), g.path, "zones.extras", "one pool has a node more in %v, another in %v: that both fall together is not tried", sets[i-1], sets[i])
		}
	}
}

// machine checks what one node of a pool is.
func (k *checker) machine(g *group, p *pool) {
	in := &g.decl.Instances
	disks := k.prov.RootDisks(g.decl)
	k.need(slices.Equal(p.plan.RootDisks, disks), p.path, "pool.root_disks", "root disks %+v, they are %+v", p.plan.RootDisks, disks)
	for _, d := range disks {
		k.sold(d, p.path, "pool.root_disks")
	}
	t := k.types[p.plan.InstanceType]
	if !k.need(t != nil, p.path, "pool.type", "the catalog has no such type") {
		return
	}
	why := refusal(&k.terms, in, t)
	k.need(why == "", p.path, "pool.admitted", "the spec does not admit the type: %s", why)
	k.need(standsIn(t, g.decl.Zones), p.path, "pool.offered", "the type is offered in %v only, the group stands in %v", t.Zones, g.decl.Zones)
	p.price = priceOf(t, p.plan.CapacityType)
	k.need(p.plan.Price == p.price, p.path, "pool.price", "priced as %+v, the catalog says %+v", p.plan.Price, p.price)
	p.labels = k.labels(g, t, p.plan.CapacityType)
	daemons := g.daemonsOn(p.labels)
	k.daemonSets(daemons, p)
	a, err := k.prov.Allocatable(k.c, g.decl, t)
	if !k.need(err == nil, p.path, "pool.allocatable", "the provider cannot size it: %v", err) {
		return
	}
	k.allocatable(p, &a)
	k.reserves(g, t, a, p.path)
	p.room, p.sized = g.offered(&a).minus(g.daemonRoom(daemons)), true
}

// allocatable checks what a plan says a node offers.
func (k *checker) allocatable(p *pool, a *planner.Allocatable) {
	says := &p.plan.Allocatable
	same := says.CPU == a.CPU && says.Memory == a.Memory && says.Pods == a.Pods && says.EphemeralStorage == a.EphemeralStorage
	k.need(same, p.path, "pool.allocatable", "allocatable %s, %s, %d pods, %s of disk; it is %s, %s, %d, %s", cores(says.CPU), byteSize(says.Memory),
		says.Pods, byteSize(says.EphemeralStorage), cores(a.CPU), byteSize(a.Memory), a.Pods, byteSize(a.EphemeralStorage))
	same = says.Attachments == a.Attachments && says.Network == a.Network && says.Disk == a.Disk && slices.Equal(says.Extended, a.Extended)
	k.need(same, p.path, "pool.allocatable", "%d attachments, %d Mbps of network, %d of disk and %v; it is %d, %d, %d and %v", says.Attachments,
		says.Network, says.Disk, says.Extended, a.Attachments, a.Network, a.Disk, a.Extended)
}

// reserves checks that what a group declares of the kubelet is taken off the
// machine, and that no more pods are counted with than it admits.
func (k *checker) reserves(g *group, t *catalogs.InstanceType, a planner.Allocatable, path string) {
	d := &g.decl.Kubelet
	if *d == (planner.Kubelet{}) {
		return
	}
	k.need(d.MaxPods == 0 || a.Pods <= d.MaxPods, path, "pool.max_pods", "room for %d pods, the kubelet admits %d", a.Pods, d.MaxPods)
	cpu, memory := units.MilliCPU(t.VCPUs)*units.Core, t.Memory-d.EvictionMemory
	for _, r := range []*planner.Reserve{d.KubeReserved, d.SystemReserved} {
		if r != nil {
			cpu, memory = cpu-r.CPU, memory-r.Memory
		}
	}
	k.need(a.CPU <= max(cpu, 0) && a.Memory <= max(memory, 0), path, "pool.reserved", "allocatable %s and %s, the declared reserves leave %s and %s of the machine", cores(a.CPU), byteSize(a.Memory), cores(cpu), byteSize(memory))
}

// daemonSets checks that a pool's nodes carry what the provider and the spec run
// on each, no more and no less.
func (k *checker) daemonSets(run []planner.DaemonSet, p *pool) {
	type daemon struct {
		name                 string
		cpu, memory, storage int64
	}
	key := func(d *planner.DaemonSet) daemon {
		return daemon{d.Name, int64(d.CPU), int64(d.Memory), int64(d.EphemeralStorage)}
	}
	want := map[daemon]int{}
	for i := range run {
		want[key(&run[i])]++
	}
	for i := range p.plan.DaemonSets {
		d := &p.plan.DaemonSets[i]
		k.need(i == 0 || p.plan.DaemonSets[i-1].Name <= d.Name, p.path, "lists.sorted", "DaemonSets are not sorted by name")
		k.need(want[key(d)] > 0, p.path, "pool.daemonsets", "DaemonSet %s of %s, %s and %s of disk does not run here", d.Name, cores(d.CPU), byteSize(d.Memory), byteSize(d.EphemeralStorage))
		want[key(d)]--
	}
	for i := range run {
		if d := &run[i]; want[key(d)] > 0 {
			k.need(false, p.path, "pool.daemonsets", "DaemonSet %s of %s, %s and %s of disk is missing", d.Name, cores(d.CPU), byteSize(d.Memory), byteSize(d.EphemeralStorage))
			want[key(d)] = 0
		}
	}
}

// baseline checks that in production the requests of a group on burstable
// machines stay below what these hold for good. Beside burstable machines of which
// that is known there are no others: nothing says which pods run on which.
func (k *checker) baseline(g *group) {
	for i := range g.pools {
		p := &g.pools[i]
		t := k.types[p.plan.InstanceType]
		if t == nil || !p.sized {
			continue
		}
		base, binds := sustained(k.c, t)
		if !binds {
			continue
		}
		same := !slices.ContainsFunc(g.plan.Pools, func(o planner.Pool) bool { return o.InstanceType != t.Name })
		k.need(same, p.path, "pool.baseline", "burstable machines with others: what they hold for good does not bound the sum")
		sum := g.demand()[onCPU] + g.daemonRoom(g.daemonsOn(p.labels))[onCPU]*int64(g.plan.Nodes)
		most := int64(base) * int64(g.plan.Nodes)
		k.need(!same || sum <= most, p.path, "pool.baseline", "requests of %s, the machines hold %s for good", cores(sum), cores(most))
	}
}
