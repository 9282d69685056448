package planner

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Pool is the machines of one type in a group that are bought in one way; of a group that
// is split by zone, those of one zone. Pools are sorted by InstanceType, then CapacityType,
// then Zone.
type Pool struct {
	InstanceType string
	CapacityType CapacityType
	// Zone of all nodes where the group is split by zone; empty elsewhere.
	Zone  string
	Nodes int
	// MinNodes and MaxNodes are the pool's parts of the group's bounds where it has a Zone;
	// 0 elsewhere.
	MinNodes, MaxNodes int
	// NodesByZone is sorted by zone and names every zone of the group; where the pool has
	// a Zone, that alone.
	NodesByZone []ZoneCount
	Allocatable Allocatable
	// DaemonSets of each node, sorted by name.
	DaemonSets []DaemonSet
	// Price of one node.
	Price catalogs.Price
	// RootDisks of one node.
	RootDisks []Disk
}

// Free returns what each node of the pool offers to workloads: allocatable less
// its DaemonSets.
func (p *Pool) Free() Allocatable {
	a := p.Allocatable
	a.Steps = nil
	for _, d := range p.DaemonSets {
		a.CPU -= d.CPU
		a.Memory -= d.Memory
		a.EphemeralStorage -= d.EphemeralStorage
		a.Pods--
	}
	return a
}

// PoolNames returns the names of a group's pools, which Placement uses: the instance
// type, where both kinds of capacity are bought of it "TYPE/CAPACITY", and of a pool of
// one zone "/ZONE" behind that.
func PoolNames(pools []Pool) []string {
	out := make([]string, len(pools))
	for i := range pools {
		out[i] = pools[i].InstanceType
		for j := range pools {
			if pools[j].InstanceType == pools[i].InstanceType && pools[j].CapacityType != pools[i].CapacityType {
				out[i] += "/" + string(pools[i].CapacityType)
				break
			}
		}
		if pools[i].Zone != "" {
			out[i] += "/" + pools[i].Zone
		}
	}
	return out
}

// Alone reports whether the group has one pool, which may be in any of its zones: it goes
// by the group's name.
func (g *GroupPlan) Alone() bool { return len(g.Pools) == 1 && g.Pools[0].Zone == "" }

// Joined returns the pools of one type that are bought in one way as one, whose
// NodesByZone are those of all, and where each of the given pools is among them.
func Joined(pools []Pool) (joined []Pool, at []int) {
	at = make([]int, len(pools))
	for i := range pools {
		p := pools[i]
		at[i] = slices.IndexFunc(joined, func(o Pool) bool {
			return o.InstanceType == p.InstanceType && o.CapacityType == p.CapacityType
		})
		if at[i] < 0 {
			at[i] = len(joined)
			p.Zone = ""
			joined = append(joined, p)
			joined[at[i]].MinNodes, joined[at[i]].MaxNodes = 0, 0
			continue
		}
		o := &joined[at[i]]
		o.Nodes += p.Nodes
		o.NodesByZone = slices.Concat(o.NodesByZone, p.NodesByZone)
	}
	return joined, at
}

// Joined returns the group with its pools as Joined gives them, and its nodes placed on
// these: what says nothing of the groups of machines that zones have.
func (g *GroupPlan) Joined() GroupPlan {
	out := *g
	pools, at := Joined(g.Pools)
	was, now := PoolNames(g.Pools), PoolNames(pools)
	out.Pools, out.Placement = pools, slices.Clone(g.Placement)
	for i := range out.Placement {
		if j := slices.Index(was, out.Placement[i].Pool); j >= 0 {
			out.Placement[i].Pool = now[at[j]]
		}
	}
	return out
}

// NodesPaths returns the addresses of the bill's lines for the nodes of each pool:
// "node_group.web.nodes" where the group has one pool for all its zones, else
// "node_group.web.nodes.POOL", the pool by its name, or by its zone where all are of one type
// and bought in one way.
func (g *GroupPlan) NodesPaths() []string {
	if g.Alone() {
		return []string{g.Path() + ".nodes"}
	}
	out := g.partNames()
	for i := range out {
		out[i] = g.Path() + ".nodes." + out[i]
	}
	return out
}

// CourseNames returns the names under which an upgrade's strategies give the courses of
// the group's pools: the group's where it has one pool, else "GROUP/POOL", the pool by
// its name, or by its zone where all are of one type and bought in one way.
func (g *GroupPlan) CourseNames() []string {
	if g.Alone() {
		return []string{g.Name}
	}
	out := g.partNames()
	for i := range out {
		out[i] = g.Name + "/" + out[i]
	}
	return out
}

// partNames tell the pools of a group from each other: their names, or their zones where
// that is all in which they differ.
func (g *GroupPlan) partNames() []string {
	out := PoolNames(g.Pools)
	if joined, _ := Joined(g.Pools); len(joined) > 1 {
		return out
	}
	for i := range out {
		out[i] = g.Pools[i].Zone
	}
	return out
}

// SplitBounds returns the parts of a group's bounds that fall to each of its pools, in
// multiples of step. They add up to the group's, as far as those are multiples, and the
// planned nodes of each pool are between its own.
//
// Pools of zones have their own. In a spot group with an on-demand base the pools on demand
// keep the base at the group's least and largest count, as near as the planned nodes let
// them. Of the rest, and in other groups, each pool has its share of the planned nodes.
func SplitBounds(g *GroupPlan, base units.CountOrRatio, step int) (least, most []int) {
	if len(g.Pools) == 1 {
		return []int{g.MinNodes}, []int{g.MaxNodes}
	}
	if g.Pools[0].Zone != "" && g.Pools[0].MaxNodes > 0 {
		for i := range g.Pools {
			least, most = append(least, g.Pools[i].MinNodes), append(most, g.Pools[i].MaxNodes)
		}
		return least, most
	}
	low, high := units.CeilDiv(g.MinNodes, step), g.MaxNodes/step
	nodes := make([][]int, 2) // on demand, spot; each of every pool
	sums := [2]int{}
	for k := range nodes {
		nodes[k] = make([]int, len(g.Pools))
		for i := range g.Pools {
			if (g.Pools[i].CapacityType == Spot) == (k == 1) {
				nodes[k][i] = g.Pools[i].Nodes / step
				sums[k] += nodes[k][i]
			}
		}
	}
	based := func(count int) int { return units.CeilDiv(base.Up(count*step), step) }
	lowBase, highBase := low, high
	switch {
	case sums[0] == 0:
		lowBase, highBase = 0, 0
	case sums[1] > 0:
		lowBase = min(max(based(low), low-sums[1]), sums[0], low)
		highBase = max(min(based(high), high-sums[1]), sums[0])
	}
	least, most = proportional(lowBase, nodes[0]), proportional(highBase, nodes[0])
	spotLeast, spotMost := proportional(low-lowBase, nodes[1]), proportional(high-highBase, nodes[1])
	for i := range least {
		least[i], most[i] = (least[i]+spotLeast[i])*step, (most[i]+spotMost[i])*step
	}
	return least, most
}

// proportional splits a total in the proportions of parts, by largest remainders; those
// that come first have theirs before equal ones. A total at most the sum of the parts
// gives each at most its own, one at least the sum gives each at least its own.
func proportional(total int, parts []int) []int {
	out, order := make([]int, len(parts)), make([]int, len(parts))
	sum, left := 0, total
	for _, n := range parts {
		sum += n
	}
	if sum == 0 {
		return out
	}
	for i, n := range parts {
		out[i], order[i] = total*n/sum, i
		left -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total*parts[b]%sum, total*parts[a]%sum) })
	for _, i := range order[:left] {
		out[i]++
	}
	return out
}
