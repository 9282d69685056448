package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
)

// equalZones reports whether the group has the same number of nodes in each of its zones:
// where it has one group of machines for all of them, and the ground counts so.
func (p *problem) equalZones() bool { return p.m.terms.EqualZones && !p.group.Split() }

// waysOf returns the nodes of each part of x by zone, in the ways that are tried one after
// another; false where too few machines stand there. A group that is not split by zone has
// one way: who starts its nodes chooses the zones.
//
// Of a split group the counts by zone are its own. Losses want them even, since that of the
// fullest zone takes the most; pods whose selectors name a zone want as many nodes there as
// they need. So the even counts come first and, where zones are named, then those in which
// other zones have the node more, and the most even ones that leave each zone what is named
// there and have more and more beside: other pods may take the room of theirs. A group stands
// in each of its zones: none is without a node where there are as many nodes as zones.
func (p *problem) waysOf(x mix) ([][][]int, bool) {
	if !p.group.Split() {
		zones, ok := p.split(x)
		return [][][]int{zones}, ok
	}
	n, zones := x.nodes(), len(p.group.Zones)
	totals := [][]int{layout.Balance(n, zones)}
	if p.zonesNamed() {
		add := func(byZone []int) {
			if byZone != nil && !slices.ContainsFunc(totals, func(o []int) bool { return slices.Equal(o, byZone) }) {
				totals = append(totals, byZone)
			}
		}
		turned := arrangements(totals[0])
		for _, byZone := range turned[:min(len(turned), mostAlignments)] {
			add(byZone)
		}
		floors := p.named(x)
		for more := 0; more <= n; more = max(more+1, (more+1)*n/mostAlignments) {
			add(raised(floors, more, n, true))
			add(raised(floors, more, n, false))
		}
	}
	var out [][][]int
	for _, byZone := range totals {
		out = append(out, dealt(x, byZone))
	}
	return out, true
}

// zonesNamed reports whether selectors of the group's pods name zones.
func (p *problem) zonesNamed() bool {
	return slices.ContainsFunc(p.works, func(w work) bool { return w.zones != nil })
}

// named is how many nodes each zone needs at least, of the largest part of x, for the pods
// whose selectors name it.
func (p *problem) named(x mix) []int {
	largest := x[0].offer
	for _, part := range x[1:] {
		if part.offer.free.CPU > largest.free.CPU {
			largest = part.offer
		}
	}
	out := make([]int, len(p.group.Zones))
	for z := range out {
		items := p.items(nil)
		for i := range items {
			items[i].Count = 0
			if w := &p.works[i]; w.zones != nil && w.zones[z] {
				items[i].Count = p.sized[i].Sum()
			}
		}
		out[z], _ = packing.NodesFor(items, largest.free)
	}
	return out
}

// raised shares n nodes as evenly as can be where each zone has at least its floor, those
// above 0 with some more, and where there are enough nodes no zone has none; nil where there
// are too few. What is left is spread over the emptiest zones or, unless it is open, all in
// that of the highest floor.
func raised(floors []int, more, n int, open bool) []int {
	out, left := make([]int, len(floors)), n
	for z, least := range floors {
		if least > 0 {
			least += more
		}
		if n >= len(floors) {
			least = max(least, 1)
		}
		out[z], left = least, left-least
	}
	if left < 0 {
		return nil
	}
	if !open {
		out[slices.Index(floors, slices.Max(floors))] += left
		return out
	}
	for ; left > 0; left-- {
		out[slices.Index(out, slices.Min(out))]++
	}
	return out
}

// dealt shares the nodes of each part over zones that have so many in all, each as evenly
// as the zones have room.
func dealt(x mix, byZone []int) [][]int {
	room, out := slices.Clone(byZone), make([][]int, len(x))
	for i, part := range x {
		out[i], _ = layout.Fill(part.nodes, room)
		for z, n := range out[i] {
			room[z] -= n
		}
	}
	return out
}

// tryWays is tryZones in each of the ways until one holds. What fails is that of the first,
// and of the replicas that it needs.
func (p *problem) tryWays(guarantee planner.Guarantee, x mix, ways [][][]int, losses placement.Losses) (*answer, *placement.Failure) {
	if len(ways) == 1 {
		return p.tryZones(guarantee, x, ways[0], losses)
	}
	sized := slices.Clone(p.sized)
	var first *placement.Failure
	decided := true
	for _, zones := range ways {
		p.sized = append(p.sized[:0], sized...)
		p.decided = false
		a, failure := p.tryZones(guarantee, x, zones, losses)
		if failure == nil || failure.Stopped {
			return a, failure
		}
		decided = decided && p.decided
		if first == nil {
			first = failure
		}
	}
	p.decided = decided
	return nil, first
}

// poolsOf are the pools of a part's nodes: one, or one for each zone of a split group that
// has some.
func (p *problem) poolsOf(part part, byZone []int) []planner.Pool {
	whole := planner.Pool{
		InstanceType: part.offer.instance.Name, CapacityType: part.offer.capacity,
		Nodes: part.nodes, NodesByZone: zoneCounts(p.group.Zones, byZone),
		Allocatable: part.offer.allocatable, DaemonSets: part.offer.daemons,
		Price: part.offer.price, RootDisks: p.m.provider.RootDisks(p.group),
	}
	if !p.group.Split() {
		return []planner.Pool{whole}
	}
	var out []planner.Pool
	for _, z := range whole.NodesByZone {
		if z.Nodes > 0 {
			of := whole
			of.Zone, of.Nodes, of.NodesByZone = z.Zone, z.Nodes, []planner.ZoneCount{z}
			out = append(out, of)
		}
	}
	return out
}

// boundZones gives the pools of groups that are split by zone their parts of the bounds.
func (m *maker) boundZones(groups []planner.GroupPlan) {
	for i := range groups {
		g, declared := &groups[i], m.groupNamed(groups[i].Name)
		if !declared.Split() {
			continue
		}
		g.Pools = slices.Clone(g.Pools)
		for j := range g.Pools {
			g.Pools[j].MinNodes, g.Pools[j].MaxNodes = 0, 0
		}
		least, most := planner.SplitBounds(g, declared.Instances.OnDemandBase, 1)
		for j := range g.Pools {
			g.Pools[j].MinNodes, g.Pools[j].MaxNodes = least[j], most[j]
		}
	}
}

// poolIndex is the pool, among those of an answer, of each part and zone.
func (p *problem) poolIndex(a *answer) [][]int {
	out, next := make([][]int, len(a.mix)), 0
	for i := range a.mix {
		out[i] = make([]int, len(p.group.Zones))
		for z := range out[i] {
			out[i][z] = next
			if p.group.Split() && a.zones[i][z] > 0 {
				next++
			}
		}
		if !p.group.Split() {
			next++
		}
	}
	return out
}

// zonesOfPool are a pool's nodes by zone of the group, in its order.
func zonesOfPool(zones []string, pool *planner.Pool) []int {
	out := make([]int, len(zones))
	for _, z := range pool.NodesByZone {
		out[slices.Index(zones, z.Zone)] = z.Nodes
	}
	return out
}
