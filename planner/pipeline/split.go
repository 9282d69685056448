package pipeline

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/price/commit"
	"github.com/scantling-dev/scantling/planner/units"
)

// load of a type of machine over a day.
type typeLoad struct {
	split planner.CommitmentSplit
	spot  bool
}

// splits divides the nodes of each type by how they are bought at least cost: of types
// for which the catalog has a price for a commitment, in the order of their names.
func (m *maker) splits(groups []planner.GroupPlan, control *planner.ControlPlane, uses []planner.CommitmentUse) []planner.CommitmentSplit {
	loads := map[string]*typeLoad{}
	add := func(name string, paths []string, nodes int, spot bool, hours *planner.DayPlan) {
		l := loads[name]
		if l == nil {
			l = &typeLoad{split: planner.CommitmentSplit{InstanceType: name, Hours: make([]int, planner.HoursOfDay)}}
			loads[name] = l
		}
		l.split.Paths = append(l.split.Paths, paths...)
		most := nodes
		for h := range l.split.Hours {
			n := nodes
			if hours != nil {
				n = hours.Hours[h].Running
				most = max(most, n)
			}
			l.split.Hours[h] += n
		}
		if l.spot = l.spot || spot; !spot {
			l.split.Stable += most
		}
	}
	for i := range groups {
		g := &groups[i]
		pools, at := planner.Joined(g.Pools)
		if g.Day != nil && len(pools) > 1 {
			continue // of which pool the nodes of an hour are is not known
		}
		paths := make([][]string, len(pools))
		for j, path := range g.NodesPaths() {
			paths[at[j]] = append(paths[at[j]], path)
		}
		for j := range pools {
			if p := &pools[j]; p.Nodes > 0 {
				add(p.InstanceType, paths[j], p.Nodes, p.CapacityType == planner.Spot, g.Day)
			}
		}
	}
	for _, c := range m.controlCommittables(nil, control) {
		add(c.instance.Name, []string{c.path}, c.nodes, false, nil)
	}
	var out []planner.CommitmentSplit
	for _, name := range sortedNames(loads) {
		if s, ok := m.split(loads[name], uses); ok {
			out = append(out, s)
		}
	}
	return out
}

func sortedNames(loads map[string]*typeLoad) []string {
	var names []string
	for name := range loads {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// split buys each node of a type in the cheapest way.
func (m *maker) split(l *typeLoad, uses []planner.CommitmentUse) (planner.CommitmentSplit, bool) {
	s := l.split
	t, ok := m.catalog.Type(s.InstanceType)
	if !ok || !t.OnDemand.Known() || t.OnDemand.Rate <= 0 {
		return s, false
	}
	slices.Sort(s.Paths)
	var covered units.USDPerHour
	for _, path := range s.Paths {
		covered += coveredOf(uses, path)
	}
	s.Bought = int(covered / t.OnDemand.Rate)
	best := cheapestTerms(&t)
	offers := []commit.Offer{{Way: commit.OnDemand, PerHour: t.OnDemand.Rate}}
	for way, c := range best {
		offers = append(offers, commit.Offer{Way: way, PerHour: c.Price.Rate})
	}
	if l.spot && t.Spot.Known() {
		offers = append(offers, commit.Offer{Way: commit.Spot, PerHour: t.Spot.Rate})
	}
	if len(best) == 0 {
		return s, false
	}
	found, ok := commit.Demand{Units: s.Hours, Bought: s.Bought, Stable: s.Stable}.Split(offers)
	if !ok {
		return s, false
	}
	s.Cost, s.OnDemand = found.PerHour, found.AllOnDemand
	for _, p := range found.Parts {
		part := planner.SplitPart{Way: planner.PaymentWay(p.Way), Nodes: p.Units, Cost: p.PerHour, LeastUse: p.LeastUse}
		switch p.Way {
		case commit.OnDemand:
			part.Rate = t.OnDemand.Rate
		case commit.Spot:
			part.Rate = t.Spot.Rate
		case commit.ThreeYears, commit.OneYear:
			part.Rate, part.Payment = best[p.Way].Price.Rate, best[p.Way].Payment
		}
		s.Parts = append(s.Parts, part)
	}
	return s, len(found.Parts) > 0
}

// cheapestTerms returns the cheapest commitment of each term; of equal ones the first by
// payment.
func cheapestTerms(t *catalogs.InstanceType) map[commit.Way]catalogs.Commitment {
	best := map[commit.Way]catalogs.Commitment{}
	for _, c := range t.Commitments {
		way := map[int]commit.Way{1: commit.OneYear, 3: commit.ThreeYears}[c.TermYears]
		if way == "" || !c.Price.Known() || c.Price.Rate <= 0 {
			continue
		}
		b, ok := best[way]
		if !ok || c.Price.Rate < b.Price.Rate || c.Price.Rate == b.Price.Rate && strings.Compare(c.Payment, b.Payment) < 0 {
			best[way] = c
		}
	}
	return best
}
