package drift

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
)

// part is the nodes of a group that are of one type, bought in one way and, of a group
// that is split by zone, in one zone. Of a group with several parts a sum says little: two
// small machines and eight large ones are as many as eight small and two large.
type part struct{ Type, Capacity, Zone string }

// name says which part it is, in words that follow "nodes".
func (p part) name() string {
	s := ""
	if p.Type != "" {
		s = " of " + p.Type
	}
	if p.Capacity == string(planner.Spot) {
		s += " spot"
	}
	if p.Zone != "" {
		s += " in " + p.Zone
	}
	return s
}

// counts of a part; nil is not known.
type counts struct{ min, nodes, max *int }

// parts are those of a group by what they are; nil where a side says too little of one.
type parts map[part]counts

func (of parts) add(at part, c counts) {
	n := of[at]
	plus(&n.min, c.min)
	plus(&n.nodes, c.nodes)
	plus(&n.max, c.max)
	of[at] = n
}

// by returns the parts told apart by what keep leaves of them.
func (of parts) by(keep func(part) part) parts {
	if of == nil {
		return nil
	}
	out := parts{}
	for at, c := range of {
		out.add(keep(at), c)
	}
	return out
}

// plannedParts are a group's pools. Those of a zone have bounds of their own; where the
// group's count is one number they say nothing that nodes do not.
func plannedParts(g *planner.GroupPlan) parts {
	out := parts{}
	fixed := g.MinNodes == g.Nodes && g.Nodes == g.MaxNodes
	for i := range g.Pools {
		p := &g.Pools[i]
		c := counts{nodes: new(p.Nodes)}
		if p.Zone != "" && !fixed {
			c.min, c.max = new(p.MinNodes), new(p.MaxNodes)
		}
		out.add(part{p.InstanceType, string(p.CapacityType), p.Zone}, c)
	}
	return out
}

// part adds a group of Terraform. One of several types, or of types or counts that are not
// known, leaves those of the whole group not known.
func (g *Group) addPart(p *tfread.Pool) {
	if len(p.Types) != 1 || p.Desired == nil {
		g.mixed = true
		return
	}
	if g.parts == nil {
		g.parts = parts{}
	}
	at := part{Type: p.Types[0], Capacity: p.Capacity}
	if len(p.Zones) == 1 {
		at.Zone = p.Zones[0]
	}
	g.parts.add(at, counts{p.Min, p.Desired, p.Max})
}

// parted compares the parts of a group that has several. What a side does not tell apart is
// compared in sum.
func (c *comparer) parted(path string, g *planner.GroupPlan, want, tf, now *Group) {
	sides := []*Group{tf, now}
	told := func(of func(part) string) bool {
		return !slices.ContainsFunc(sides, func(side *Group) bool {
			return side.known() != nil && slices.ContainsFunc(slices.Collect(maps.Keys(side.parts)), func(p part) bool { return of(p) == "" })
		})
	}
	types, capacities := told(func(p part) string { return p.Type }), told(func(p part) string { return p.Capacity })
	if !types {
		return
	}
	kinds := func(p part) part {
		if p.Zone = ""; !capacities {
			p.Capacity = ""
		}
		return p
	}
	c.partRows(path, g, want.parts.by(kinds), tf.known().by(kinds), now.known().by(kinds))

	split := slices.ContainsFunc(g.Pools, func(p planner.Pool) bool { return p.Zone != "" })
	zoned := split && !slices.ContainsFunc(slices.Collect(maps.Keys(tf.known())), func(p part) bool { return p.Zone == "" })
	bounds := func(p part) part {
		zone := p.Zone
		if p = kinds(p); zoned {
			p.Zone = zone
		}
		return p
	}
	c.boundRows(path, want.parts.by(bounds), tf.known().by(bounds))
}

// known are the parts of a side; nil where it has none, or not all of them.
func (g *Group) known() parts {
	if g.mixed {
		return nil
	}
	return g.parts
}

// partRows are the nodes by type and way to buy.
func (c *comparer) partRows(path string, g *planner.GroupPlan, want, tf, now parts) {
	if len(want) < 2 {
		return
	}
	for _, at := range every(want, tf, now) {
		c.add(Row{Path: path, What: "nodes" + at.name(), Planned: in(want, at), Terraform: in(tf, at), Running: in(now, at)})
		if last := &c.rows[len(c.rows)-1]; last.Drift && g.MinNodes < g.MaxNodes && want[at].nodes != nil {
			last.Drift, last.Note = false, "the count follows the load"
		}
	}
}

// boundRows are the bounds of each group that Terraform has of one planned group, where they
// follow from the plan.
func (c *comparer) boundRows(path string, want, tf parts) {
	if len(want) < 2 || tf == nil {
		return
	}
	for _, at := range every(want, tf) {
		if want[at].min == nil || tf[at].min == nil || tf[at].max == nil {
			continue // of what is there on one side alone, nodes and sums say so
		}
		c.add(Row{Path: path, What: "min nodes" + at.name(), Planned: number(want[at].min), Terraform: number(tf[at].min)})
		c.add(Row{Path: path, What: "max nodes" + at.name(), Planned: number(want[at].max), Terraform: number(tf[at].max)})
	}
}

// in writes the nodes of a part; none of it are 0 where others are known.
func in(of parts, at part) string {
	if of == nil {
		return ""
	}
	if n := of[at].nodes; n != nil {
		return strconv.Itoa(*n)
	}
	return "0"
}

// every part of any side, sorted.
func every(sides ...parts) []part {
	all := map[part]bool{}
	for _, s := range sides {
		for at := range s {
			all[at] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b part) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Capacity, b.Capacity), cmp.Compare(a.Zone, b.Zone))
	})
}
