package schedulercheck

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Group is a node group as the scheduler sees it.
type Group struct {
	Name string
	// Allocatable and DaemonSets of each node, where there are no pools.
	Allocatable planner.Allocatable
	DaemonSets  []planner.DaemonSet
	// Sustained is the CPU of a node of each pool that its pods may request, where that is
	// less than it offers: burstable nodes in production. 0 is no such limit.
	Sustained []units.MilliCPU
	// Pools of unlike nodes. In a zone the nodes of the first come first, then those of
	// the second, as in the model's order of names.
	Pools  []planner.Pool
	Labels map[string]string
	Taints []planner.Taint
	// Zones of the group, and the nodes in each.
	Zones       []string
	NodesByZone []int
	Redundancy  planner.Redundancy
	Workloads   []Workload
}

// Nodes returns the number of nodes over all zones.
func (g *Group) Nodes() int {
	n := 0
	for _, z := range g.NodesByZone {
		n += z
	}
	return n
}

// poolOf returns what the i-th node of a zone is like.
func (g *Group) poolOf(zone, i int) *planner.Pool {
	for p := range g.Pools {
		if i -= g.Pools[p].NodesByZone[zone].Nodes; i < 0 {
			return &g.Pools[p]
		}
	}
	return &planner.Pool{Allocatable: g.Allocatable, DaemonSets: g.DaemonSets}
}

// most returns the most CPU and memory of a node of any pool.
func (g *Group) most() (units.MilliCPU, units.Bytes) {
	cpu, memory := g.Allocatable.CPU, g.Allocatable.Memory
	for p := range g.Pools {
		cpu, memory = max(cpu, g.Pools[p].Allocatable.CPU), max(memory, g.Pools[p].Allocatable.Memory)
	}
	return cpu, memory
}

// Pods returns the number of pods with everything up.
func (g *Group) Pods() int {
	n := 0
	for i := range g.Workloads {
		n += g.Workloads[i].Replicas
	}
	return n
}

// pools returns the pools of g, of one kind of node too.
func (g *Group) pools() []planner.Pool {
	if len(g.Pools) > 0 {
		return g.Pools
	}
	one := planner.Pool{Allocatable: g.Allocatable, DaemonSets: g.DaemonSets}
	for z, n := range g.NodesByZone {
		one.NodesByZone = append(one.NodesByZone, planner.ZoneCount{Zone: g.Zones[z], Nodes: n})
	}
	return []planner.Pool{one}
}

// Counts returns how many nodes of each pool there are.
func (g *Group) Counts() []int {
	var out []int
	for _, p := range g.pools() {
		n := 0
		for _, z := range p.NodesByZone {
			n += z.Nodes
		}
		out = append(out, n)
	}
	return out
}

// With returns g with so many nodes of each pool, spread evenly over its zones, the first
// ones taking what is left over.
func (g *Group) With(counts ...int) *Group {
	out, zones := *g, len(g.Zones)
	out.NodesByZone = make([]int, zones)
	out.Pools = slices.Clone(g.Pools)
	for p, nodes := range counts {
		list := make([]planner.ZoneCount, zones)
		for z := range zones {
			list[z] = planner.ZoneCount{Zone: g.Zones[z], Nodes: nodes / zones}
			if z < nodes%zones {
				list[z].Nodes++
			}
			out.NodesByZone[z] += list[z].Nodes
		}
		if len(g.Pools) > 0 {
			out.Pools[p].NodesByZone = list
		}
	}
	return &out
}

// Workload is a number of equal pods.
type Workload struct {
	Name   string
	Kind   planner.Kind
	CPU    units.MilliCPU
	Memory units.Bytes
	// Storage is ephemeral storage; Extended resources are whole devices.
	Storage  units.Bytes
	Extended []planner.ExtendedResource
	Replicas int
	// Surge pods more run during a rollout.
	Surge int
	// MinReady pods stay through every declared loss.
	MinReady int
	Spread   []planner.TopologySpread
	// Selector are labels that a node must have.
	Selector     map[string]string
	AntiAffinity planner.AntiAffinity
	Affinity     []planner.PodAffinity
	// Reschedule: the pods of what failed must find room on what is left.
	Reschedule bool
}

// Placement returns where the plan's model put the pods, in the form of
// Outcome.Nodes.
func Placement(p *planner.GroupPlan, g *Group) map[string]int {
	out := map[string]int{}
	for _, nodes := range p.Placement {
		counts := make([]int, len(g.Workloads))
		for _, c := range nodes.Pods {
			counts[slices.IndexFunc(g.Workloads, func(w Workload) bool { return w.Name == c.Workload })] += c.Pods
		}
		out[fmt.Sprintf("%s %s %v", g.Name, nodes.Zone, counts)] += nodes.Nodes
	}
	return out
}

// System returns the workloads that the provider brings; a plan's document says
// of them only how many there are and what they request.
type System func(c *planner.Cluster, size planner.Size) []planner.Workload

// Groups returns the node groups of a plan.
func Groups(p *planner.Plan, system System) ([]Group, error) {
	var out []Group
	var size planner.Size
	for i := range p.NodeGroups {
		size.Nodes += p.NodeGroups[i].Nodes
		for _, pool := range p.NodeGroups[i].Pools {
			if t := slices.IndexFunc(p.Offers, func(o catalogs.InstanceType) bool { return o.Name == pool.InstanceType }); t >= 0 {
				size.VCPUs += pool.Nodes * p.Offers[t].VCPUs
			}
		}
	}
	guests := system(&p.Cluster, size)
	for i := range p.NodeGroups {
		planned := &p.NodeGroups[i]
		at := slices.IndexFunc(p.Cluster.NodeGroups, func(g planner.NodeGroup) bool { return g.Name == planned.Name })
		if at < 0 || len(planned.Pools) == 0 {
			return nil, fmt.Errorf("%s: want pools and their inputs", planned.Path())
		}
		asked, pools := &p.Cluster.NodeGroups[at], inAllZones(planned.Pools, p.Cluster.NodeGroups[at].Zones)
		pool := &pools[0]
		g := Group{
			Name: planned.Name, Allocatable: pool.Allocatable, DaemonSets: pool.DaemonSets,
			Labels: asked.Labels, Taints: asked.Taints, Redundancy: asked.Redundancy,
		}
		if len(pools) > 1 {
			g.Pools = pools
		}
		for _, pool := range pools {
			g.Sustained = append(g.Sustained, sustained(p, pool.InstanceType))
		}
		for z := range pool.NodesByZone {
			nodes := 0
			for i := range pools {
				nodes += pools[i].NodesByZone[z].Nodes
			}
			g.Zones, g.NodesByZone = append(g.Zones, pool.NodesByZone[z].Zone), append(g.NodesByZone, nodes)
		}
		for j := range planned.Workloads {
			w, err := workload(&planned.Workloads[j], asked.Workloads, guests)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", planned.Path(), err)
			}
			g.Workloads = append(g.Workloads, w)
		}
		out = append(out, g)
	}
	return out, nil
}

// inAllZones are pools that name every zone of their group: those of zones that have one to
// themselves together.
func inAllZones(pools []planner.Pool, zones []string) []planner.Pool {
	out, _ := planner.Joined(pools)
	for i := range out {
		counts := make([]planner.ZoneCount, len(zones))
		for z, zone := range zones {
			counts[z].Zone = zone
			for _, has := range out[i].NodesByZone {
				if has.Zone == zone {
					counts[z].Nodes += has.Nodes
				}
			}
		}
		out[i].NodesByZone = counts
	}
	return out
}

// sustained returns the CPU that a burstable type holds for good where that bounds the
// requests of its pods, 0 elsewhere.
func sustained(p *planner.Plan, name string) units.MilliCPU {
	t := slices.IndexFunc(p.Offers, func(o catalogs.InstanceType) bool { return o.Name == name })
	if t < 0 || !p.Offers[t].Burstable || p.Cluster.Environment != planner.Production {
		return 0
	}
	return p.Offers[t].BaselineCPU
}

// workload joins what was planned of a workload with what was asked.
func workload(planned *planner.WorkloadPlan, own, guests []planner.Workload) (Workload, error) {
	list := own
	if planned.System {
		list = guests
	}
	at := slices.IndexFunc(list, func(w planner.Workload) bool { return w.Name == planned.Name })
	if at < 0 {
		return Workload{}, fmt.Errorf("nobody asked for workload %s", planned.Name)
	}
	asked := &list[at]
	w := Workload{
		Name: planned.Name, Kind: asked.Kind, CPU: planned.Pod.CPU, Memory: planned.Pod.Memory,
		Storage: planned.Pod.EphemeralStorage, Extended: planned.Pod.Extended,
		Selector: asked.NodeSelector, AntiAffinity: asked.AntiAffinity, Affinity: asked.Affinity,
		Replicas:   planned.Replicas,
		Surge:      asked.RollingUpdate.MaxSurge.Up(planned.Replicas),
		Reschedule: asked.Recovery == planner.Reschedule,
	}
	for _, s := range asked.TopologySpread {
		// Survivors that must hold the targets alone are kept apart for certain.
		s.Hard = s.Hard || asked.Recovery == planner.Static
		w.Spread = append(w.Spread, s)
	}
	switch {
	case asked.MinReady != nil:
		w.MinReady = asked.MinReady.Up(planned.Replicas)
	case asked.Recovery == planner.Static && asked.Demand.Way != planner.GivenReplicas:
		w.MinReady = planned.Reasons.Load
		if sizing := planned.Sizing; sizing != nil && sizing.Survivors > 0 {
			// Targets of a failure are held by pods of their own number.
			w.MinReady = sizing.Survivors
		}
	}
	return w, nil
}
