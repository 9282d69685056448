package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// pools checks the machines of a group: what they are, how many, where, and what
// one of them offers and costs.
func (k *checker) pools(g *group) {
	g.daemons = slices.Clone(k.prov.DaemonSets(k.c, g.decl))
	for _, d := range k.c.DaemonSets {
		if len(d.NodeGroups) == 0 || slices.Contains(d.NodeGroups, g.decl.Name) {
			g.daemons = append(g.daemons, d)
		}
	}
	k.counts(g)
	if most := g.decl.Instances.MaxTypes; most > 0 {
		k.need(len(g.plan.Pools) <= most, g.path, "pool.types", "%d types, at most %d are allowed", len(g.plan.Pools), most)
	}
	for i := range g.plan.Pools {
		p := &g.plan.Pools[i]
		path := g.path + ".pools." + p.InstanceType
		k.need(i == 0 || g.plan.Pools[i-1].InstanceType < p.InstanceType, path, "lists.sorted", "pools are not sorted by type, or a type is there twice")
		k.need(p.Nodes > 0, path, "pool.nodes", "a pool of %d nodes", p.Nodes)
		k.zones(g, p, path)
		k.machine(g, p, path)
	}
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
		k.need(lo == n, g.path, "nodes.bounds", "the spec leaves min_nodes to the planner: %d, not the %d nodes", lo, n)
	}
	if most := g.decl.MaxNodes; most > 0 {
		k.need(hi <= most && n <= most, g.path, "nodes.bounds", "%d nodes and a max of %d, the spec's max_nodes is %d", n, hi, most)
	} else {
		k.need(hi == n, g.path, "nodes.bounds", "the spec leaves max_nodes to the planner: %d, not the %d nodes", hi, n)
	}
}

// zones checks a pool's counts by zone: each zone of the group is named, and the
// nodes are spread evenly.
func (k *checker) zones(g *group, p *planner.Pool, path string) {
	names := make([]string, len(p.NodesByZone))
	sum := 0
	for i, z := range p.NodesByZone {
		names[i] = z.Zone
		sum += z.Nodes
	}
	k.need(slices.Equal(names, g.decl.Zones), path, "zones.names", "the zones are %v, the group's are %v", names, g.decl.Zones)
	k.need(sum == p.Nodes, path, "zones.sum", "the zones have %d nodes, the pool %d", sum, p.Nodes)
	k.balance(path, p.InstanceType, p.NodesByZone)
	for _, z := range g.decl.Zones {
		k.need(slices.Contains(k.c.Zones, z), path, "zones.cluster", "zone %s is not the cluster's", z)
	}
	if !k.terms.EqualZones {
		return
	}
	for _, z := range p.NodesByZone {
		k.need(z.Nodes == p.NodesByZone[0].Nodes, path, "zones.equal", "%d nodes in %s and %d in %s; every zone has the same number here", z.Nodes, z.Zone, p.NodesByZone[0].Nodes, p.NodesByZone[0].Zone)
	}
	if n := len(g.decl.Zones); n > 0 {
		k.need(g.plan.MinNodes%n == 0 && g.plan.MaxNodes%n == 0, g.path, "zones.multiple", "min %d and max %d over %d zones that are equal", g.plan.MinNodes, g.plan.MaxNodes, n)
	}
}

// machine checks what one node of a pool is.
func (k *checker) machine(g *group, p *planner.Pool, path string) {
	in := &g.decl.Instances
	k.need(p.CapacityType == in.CapacityType, path, "pool.capacity_type", "bought as %s, the spec says %s", p.CapacityType, in.CapacityType)
	disks := k.prov.RootDisks(g.decl)
	k.need(slices.Equal(p.RootDisks, disks), path, "pool.root_disks", "root disks %+v, they are %+v", p.RootDisks, disks)
	for _, d := range disks {
		k.sold(d, path, "pool.root_disks")
	}
	k.daemonSets(g, p, path)
	t := k.types[p.InstanceType]
	if !k.need(t != nil, path, "pool.type", "the catalog has no such type") {
		return
	}
	why := refusal(&k.terms, in, t)
	k.need(why == "", path, "pool.admitted", "the spec does not admit the type: %s", why)
	price := priceOf(t, in.CapacityType)
	k.need(p.Price == price, path, "pool.price", "priced as %+v, the catalog says %+v", p.Price, price)
	a, err := k.prov.Allocatable(k.c, g.decl, t)
	if !k.need(err == nil, path, "pool.allocatable", "the provider cannot size it: %v", err) {
		return
	}
	same := p.Allocatable.CPU == a.CPU && p.Allocatable.Memory == a.Memory && p.Allocatable.Pods == a.Pods && p.Allocatable.EphemeralStorage == a.EphemeralStorage
	k.need(same, path, "pool.allocatable", "allocatable %dm, %d bytes, %d pods, %d bytes of disk; it is %dm, %d, %d, %d", p.Allocatable.CPU, p.Allocatable.Memory,
		p.Allocatable.Pods, p.Allocatable.EphemeralStorage, a.CPU, a.Memory, a.Pods, a.EphemeralStorage)
	k.reserves(g, t, a, path)
	g.room[p.InstanceType] = room{int64(a.CPU), int64(a.Memory), int64(a.Pods)}.minus(daemonRoom(g.daemons))
	k.baseline(g, p, path)
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
	k.need(a.CPU <= max(cpu, 0) && a.Memory <= max(memory, 0), path, "pool.reserved", "allocatable %dm and %d bytes, the declared reserves leave %dm and %d of the machine", a.CPU, a.Memory, cpu, memory)
}

// daemonSets checks that a pool's nodes carry what the provider and the spec run
// on each, no more and no less.
func (k *checker) daemonSets(g *group, p *planner.Pool, path string) {
	type daemon struct {
		name   string
		cpu    int64
		memory int64
	}
	want := map[daemon]int{}
	for _, d := range g.daemons {
		want[daemon{d.Name, int64(d.CPU), int64(d.Memory)}]++
	}
	for i, d := range p.DaemonSets {
		k.need(i == 0 || p.DaemonSets[i-1].Name <= d.Name, path, "lists.sorted", "DaemonSets are not sorted by name")
		key := daemon{d.Name, int64(d.CPU), int64(d.Memory)}
		k.need(want[key] > 0, path, "pool.daemonsets", "DaemonSet %s of %dm and %d bytes does not run here", d.Name, d.CPU, d.Memory)
		want[key]--
	}
	for _, d := range g.daemons {
		if key := (daemon{d.Name, int64(d.CPU), int64(d.Memory)}); want[key] > 0 {
			k.need(false, path, "pool.daemonsets", "DaemonSet %s of %dm and %d bytes is missing", d.Name, d.CPU, d.Memory)
			want[key] = 0
		}
	}
}

// baseline checks that in production the requests of a group on burstable
// machines stay below what these hold for good.
func (k *checker) baseline(g *group, p *planner.Pool, path string) {
	base, binds := sustained(k.c, k.types[p.InstanceType])
	if !binds || len(g.plan.Pools) != 1 {
		return
	}
	sum := g.demand().cpu + daemonRoom(g.daemons).cpu*int64(p.Nodes)
	most := int64(base) * int64(p.Nodes)
	k.need(sum <= most, path, "pool.baseline", "requests of %dm, the machines hold %dm for good", sum, most)
}

// demand is what all pods of g request.
func (g *group) demand() room {
	var sum room
	for _, l := range g.loads {
		sum = sum.plus(l.podRoom().times(l.plan.Replicas))
	}
	return sum
}
