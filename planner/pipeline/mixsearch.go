package pipeline

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Limits of the search: types that pairs are made of, and counts of the one type of a
// pair.
const (
	pairTypes  = 40
	pairCounts = 16
	// moreNodes is how many nodes a mix gets, one by one, that meets the needs and does
	// not hold.
	moreNodes = 2
)

// A lead is a mix that meets the needs and costs less than the best.
type lead struct {
	types []part
	rate  units.USDPerHour
}

// rate is what nodes cost as the group buys them.
func (m *mixer) rate(types []part) units.USDPerHour {
	if !m.p.group.Instances.OnDemandBase.IsZero() {
		return m.p.buy(types...).rate()
	}
	return mix(types).rate()
}

// ceiling is what a mix has to cost less than.
func (m *mixer) ceiling() units.USDPerHour {
	if m.best == nil {
		return math.MaxInt64
	}
	return m.best.mix.rate()
}

// inOrder sorts leads by cost, the least first, then by what they are.
func inOrderOfCost(leads []lead) {
	slices.SortStableFunc(leads, func(a, b lead) int { return cmp.Compare(a.rate, b.rate) })
}

// pairable are the types that pairs are made of: the cheapest alone by what they need,
// what is cheapest of each need, and those given.
func (m *mixer) pairable(given []*offer) []*offer {
	out := slices.Clone(given)
	add := func(o *offer) {
		if !slices.Contains(out, o) && slices.Contains(m.types, o) {
			out = append(out, o)
		}
	}
	for k := range m.needs.up {
		if m.needs.up[k] == 0 {
			continue
		}
		var best *offer
		for _, o := range m.types {
			each := m.needs.counts(o)[k]
			if each > 0 && (best == nil || float64(o.rate)*float64(m.needs.counts(best)[k]) < float64(best.rate)*float64(each)) {
				best = o
			}
		}
		if best != nil && len(out) < pairTypes/2 {
			add(best)
		}
	}
	alone := map[*offer]units.USDPerHour{}
	for _, o := range m.types {
		alone[o] = math.MaxInt64
		if n := m.needs.fill(nil, o); n >= 0 {
			alone[o] = m.rate([]part{{o, n}})
		}
	}
	byCost := slices.Clone(m.types)
	slices.SortStableFunc(byCost, func(a, b *offer) int {
		return cmp.Or(cmp.Compare(alone[a], alone[b]), strings.Compare(a.instance.Name, b.instance.Name))
	})
	for _, o := range byCost {
		if len(out) < pairTypes {
			add(o)
		}
	}
	return out
}

// pairs are mixes of two types that meet the needs, the cheapest of each two.
func (m *mixer) pairs(types []*offer) []lead {
	var out []lead
	for i, a := range types {
		for _, b := range types[i+1:] {
			if found, ok := m.pair(nil, a, b); ok {
				out = append(out, found)
			}
		}
	}
	return out
}

// pair is the cheapest of so many nodes of a and as many of b as the needs then take
// beside others; false where none is cheaper than the best.
func (m *mixer) pair(others []part, a, b *offer) (lead, bool) {
	best := lead{rate: m.ceiling()}
	most := m.needs.fill(others, a)
	if most < 0 {
		most = m.demand.Pods
	}
	found := false
	for _, n := range m.tallies(most) {
		types := append(slices.Clone(others), part{a, n})
		if a.rate*units.USDPerHour(n) >= best.rate {
			break
		}
		more := m.needs.fill(types, b)
		if more <= 0 {
			continue
		}
		types = append(types, part{b, more})
		if rate := m.rate(types); rate < best.rate {
			best, found = lead{types, rate}, true
		}
	}
	return best, found
}

// tallies are numbers of nodes from one to most: small ones, what a base on demand asks
// for, and others at a distance.
func (m *mixer) tallies(most int) []int {
	step := m.p.step()
	var out []int
	for n := step; n <= min(most, 4*step); n += step {
		out = append(out, n)
	}
	if base := m.p.group.Instances.OnDemandBase.Count; base > 4*step && base <= most {
		out = append(out, units.CeilDiv(base, step)*step)
	}
	stride := max(step, units.CeilDiv(units.CeilDiv(most, pairCounts), step)*step)
	for n := stride; n <= most; n += stride {
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// moves are mixes that some nodes of one give way to, which meet the needs and cost
// less: fewer nodes, or others of a type that it has or of a further one.
func (m *mixer) moves(types []part) []lead {
	ceiling := m.ceiling()
	var out []lead
	add := func(types []part) {
		if rate := m.rate(types); rate < ceiling {
			out = append(out, lead{types, rate})
		}
	}
	from := func(left []part) {
		left = slices.DeleteFunc(left, func(t part) bool { return t.nodes == 0 })
		rate := mix(left).rate()
		for _, o := range m.types {
			at := slices.IndexFunc(left, func(t part) bool { return t.offer == o })
			if at < 0 && len(left) >= m.p.group.Instances.MaxTypes || rate+o.rate >= ceiling && at < 0 {
				continue
			}
			n := m.needs.fill(left, o)
			if n < 0 {
				continue
			}
			if n == 0 && at == 0 {
				add(slices.Clone(left))
			}
			if n == 0 && at >= 0 {
				continue
			}
			for _, more := range m.additions(n) {
				next := append(slices.Clone(left), part{o, more})
				if at >= 0 {
					next = slices.Clone(left)
					next[at].nodes += more
				}
				add(next)
			}
		}
	}
	step := m.p.step()
	for i := range types {
		for _, fewer := range amounts(types[i].nodes, step) {
			left := slices.Clone(types)
			left[i].nodes -= fewer
			from(slices.Clone(left))
			for j := range i {
				if fewer == step && left[j].nodes >= step {
					both := slices.Clone(left)
					both[j].nodes -= step
					from(both)
				}
			}
		}
	}
	return out
}

// additions are numbers of nodes where so many meet the needs: these, or as many as are
// kept on demand.
func (m *mixer) additions(n int) []int {
	step := m.p.step()
	out := []int{max(n, step)}
	if base := units.CeilDiv(m.p.group.Instances.OnDemandBase.Count, step) * step; base > out[0] {
		out = append(out, base)
	}
	return out
}

// amounts are numbers of nodes to take away from so many: few, halves, and all.
func amounts(nodes, step int) []int {
	var out []int
	for n := step; n <= min(nodes, 4*step); n += step {
		out = append(out, n)
	}
	for n := nodes / step * step; n > 4*step; n = n / 2 / step * step {
		out = append(out, n)
	}
	return out
}

// regrown are mixes of the same types, in other numbers.
func (m *mixer) regrown(types []part) []lead {
	step := m.p.step()
	var out []lead
	for i := range types {
		for j := range types {
			if i == j {
				continue
			}
			var others []part
			for k := range types {
				if k != i && k != j {
					others = append(others, types[k])
				}
			}
			for change := -2 * step; change <= 2*step; change += step {
				moved := slices.Clone(others)
				if len(moved) > 0 {
					moved[0].nodes = max(0, moved[0].nodes+change)
				} else if change != 0 {
					continue
				}
				moved = slices.DeleteFunc(moved, func(t part) bool { return t.nodes == 0 })
				if found, ok := m.pair(moved, types[i].offer, types[j].offer); ok {
					out = append(out, found)
				}
			}
		}
	}
	return out
}

// follow tries leads until one holds, which becomes the best; false where none does. It
// looks at the cheapest, and in ever longer strides at dearer ones, which hold sooner;
// then at those between, and then at each that failed with one node more.
func (m *mixer) follow(leads []lead) bool {
	for range 1 + moreNodes {
		leads = m.worthTrying(leads)
		done := make([]bool, len(leads))
		for stride := len(leads); stride > 0; stride = min(stride-1, 1) {
			for at, by := 0, 1; at < len(leads); at += by {
				if stride > 1 {
					by *= 2
				}
				if done[at] {
					continue
				}
				done[at] = true
				if a, _ := m.try(leads[at].types); a != nil {
					m.best = a
					return true
				}
				if m.tries <= 0 {
					return false
				}
			}
		}
		leads = m.enlarged(leads)
	}
	return false
}

// worthTrying are the leads that are cheaper than the best and were not tried, in order of
// cost.
func (m *mixer) worthTrying(leads []lead) []lead {
	leads = slices.Clone(leads)
	inOrderOfCost(leads)
	seen, ceiling := map[string]bool{}, m.ceiling()
	return slices.DeleteFunc(leads, func(l lead) bool {
		if l.rate >= ceiling {
			return true
		}
		key := m.p.buy(l.types...).key()
		known := seen[key] || m.failed[key]
		seen[key] = true
		return known
	})
}

// enlarged are the leads with a node more of one of their types.
func (m *mixer) enlarged(leads []lead) []lead {
	var out []lead
	for _, l := range leads {
		for i := range l.types {
			next := slices.Clone(l.types)
			next[i].nodes += m.p.step()
			out = append(out, lead{next, m.rate(next)})
		}
	}
	return out
}
