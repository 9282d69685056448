package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// relaxation is a change of a node group that may make it cheaper.
type relaxation struct {
	// what a spec would say, and what goes with it.
	what, note string
	// change changes a copy of the group; false where it changes nothing.
	change func(m *maker, g *planner.NodeGroup) bool
}

// relaxations are tried one at a time, the least intrusive first: first what is bought,
// then what images have to be built for, then what is promised.
func relaxations() []relaxation {
	return []relaxation{
		{"instances { families = [\"*\"] }", "", func(m *maker, g *planner.NodeGroup) bool {
			in := &g.Instances
			changed := len(in.Families) > 0 || len(in.Types) > 0
			in.Families, in.Types = []string{"*"}, nil
			return changed && !m.terms.OwnMachines
		}},
		{fmt.Sprintf("instances { max_types = %d }", mixedTypes), "", func(_ *maker, g *planner.NodeGroup) bool {
			changed := g.Instances.MaxTypes < mixedTypes && g.Guarantee != planner.AnyOrder
			g.Instances.MaxTypes = mixedTypes
			return changed
		}},
		{"instances { architectures = [\"amd64\", \"arm64\"] }", ", if the images are built for both", func(_ *maker, g *planner.NodeGroup) bool {
			changed := len(g.Instances.Architectures) == 1
			g.Instances.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
			return changed
		}},
		{"redundancy { zones = 0 }", "", func(_ *maker, g *planner.NodeGroup) bool {
			changed := g.Redundancy.Zones > 0 && g.Redundancy.Nodes > 0
			g.Redundancy.Zones = 0
			return changed
		}},
		{"redundancy { nodes = 0, zones = 0 }", "", func(_ *maker, g *planner.NodeGroup) bool {
			changed := g.Redundancy.Zones > 0
			g.Redundancy.Nodes, g.Redundancy.Zones = 0, 0
			return changed
		}},
		{"redundancy { nodes = 0 }", "", func(_ *maker, g *planner.NodeGroup) bool {
			changed := g.Redundancy.Zones == 0 && g.Redundancy.Nodes > 0
			g.Redundancy.Nodes = 0
			return changed
		}},
		{"instances { capacity_type = \"spot\" }", ", and the machines may be taken away all at once", func(m *maker, g *planner.NodeGroup) bool {
			changed := g.Instances.CapacityType == planner.OnDemand && m.terms.Spot
			g.Instances.CapacityType = planner.Spot
			return changed
		}},
	}
}

// mixedTypes is how many types a mix is tried with, and relaxedGroups how many groups
// are planned again for each change, the dearest first.
const (
	mixedTypes    = 3
	relaxedGroups = 12
)

// saving is a change of groups and what it saves.
type saving struct {
	what   string
	groups []string
	rate   units.USDPerHour
}

func (s *saving) String() string {
	paths := make([]string, len(s.groups))
	for i, name := range s.groups {
		paths[i] = "node_group." + name
	}
	return fmt.Sprintf("%s in %s", s.what, strings.Join(paths, ", "))
}

// cheaper says how a plan that costs too much becomes cheap enough: the least intrusive
// change of one group, or of several, that saves so much, found by planning again; or
// how far the one that saves most goes.
func (m *maker) cheaper(ctx context.Context, plan *planner.Plan, excess units.USD) string {
	const others = "raise the budget, or lower the load"
	var most saving
	note := ""
	for _, r := range relaxations() {
		found := m.savings(ctx, plan, r)
		all := saving{what: r.what}
		var enough *saving
		for i := range found {
			s := &found[i]
			all.groups, all.rate = append(all.groups, s.groups...), all.rate+s.rate
			if s.rate.PerMonth() >= excess && (enough == nil || s.rate < enough.rate) {
				enough = s
			}
		}
		if enough == nil && len(found) > 1 && all.rate.PerMonth() >= excess {
			enough = &all
		}
		if enough != nil {
			return fmt.Sprintf("write %s: it saves %s a month%s; or %s", enough, dollars(enough.rate.PerMonth()), r.note, others)
		}
		if all.rate > most.rate {
			most, note = all, r.note
		}
	}
	if most.rate > 0 {
		return fmt.Sprintf("%s: of the changes that were tried one at a time, %s saves most, %s a month%s", others, &most, dollars(most.rate.PerMonth()), note)
	}
	return others
}

// savings plans groups again with a change, and returns those that become cheaper, by
// name.
func (m *maker) savings(ctx context.Context, plan *planner.Plan, r relaxation) []saving {
	guests, err := m.guests()
	if err != nil {
		return nil
	}
	order := make([]int, len(plan.NodeGroups))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return int(min(1, max(-1, plan.NodeGroups[b].Cost.Rate-plan.NodeGroups[a].Cost.Rate)))
	})
	order = order[:min(len(order), relaxedGroups)]
	slices.Sort(order)
	var out []saving
	for _, i := range order {
		changed := m.cluster.NodeGroups[i]
		if ctx.Err() != nil || !r.change(m, &changed) {
			continue
		}
		was, known := m.nodesAndDisks(&plan.NodeGroups[i])
		rate, ok := m.leastCost(ctx, &changed, guests[i])
		if known && ok && rate < was {
			out = append(out, saving{what: r.what, groups: []string{changed.Name}, rate: was - rate})
		}
	}
	return out
}

// nodesAndDisks is what the nodes of a planned group cost with their root disks.
func (m *maker) nodesAndDisks(g *planner.GroupPlan) (units.USDPerHour, bool) {
	disks, known := m.besideNodes(m.groupNamed(g.Name), g.Nodes)
	return g.Cost.Rate + disks, known && g.Cost.Known
}

// leastCost is what a group would cost with its root disks; false where it cannot be
// planned or priced.
func (m *maker) leastCost(ctx context.Context, g *planner.NodeGroup, guests []planner.Workload) (units.USDPerHour, bool) {
	_, a := m.cheapest(ctx, g, guests)
	if a == nil {
		return 0, false
	}
	return m.rateOf(g, a)
}

// rateOf is what the nodes of an answer cost with their root disks; false where that is
// not known.
func (m *maker) rateOf(g *planner.NodeGroup, a *answer) (units.USDPerHour, bool) {
	if !a.mix.known() {
		return 0, false
	}
	disks, known := m.besideNodes(g, a.nodes())
	price := a.mix.price()
	return price.Rate + disks, known && price.Known
}

// cheapest plans a group by itself for its least cost; nil where it cannot be planned.
func (m *maker) cheapest(ctx context.Context, g *planner.NodeGroup, guests []planner.Workload) (*problem, *answer) {
	again := *m
	again.offers, again.checker, again.brief = map[string]offered{}, placement.NewChecker(), true
	again.stock = nil
	if len(m.stock) > 0 {
		return nil, nil // machines of one's own are not cheaper for being others
	}
	p, err := again.problem(g, guests, m.monthsAhead())
	if err != nil {
		return nil, nil
	}
	result, err := p.scan(ctx, p.packed, 1)
	if err != nil {
		return nil, nil
	}
	a, err := p.mixed(ctx, &result)
	if err != nil {
		return nil, nil
	}
	return p, a
}
