package pipeline

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// Limits of the search for a mix: pods that may be placed, over all orders, and the
// least and the most number of mixes that are tried; of the program that finds mixes
// to start from, rounds and nodes of a knapsack's search tree.
const (
	mixSteps    = 1 << 20
	fewestMixes = 32
	mostMixes   = 600
	mixOrders   = 9
	mixRounds   = 60
	mixNodes    = 2000
	mixGap      = 0.01
)

// mixer looks for a mix of types that is cheaper than one type.
type mixer struct {
	p *problem
	// types that may be mixed: priced, not bounded by their baseline, and none that
	// another makes superfluous; sorted by rate, then name.
	types []*offer
	best  *answer
	tries int
	// demand of the pods with everything up.
	demand packing.Resources
	// needs are what has to be there before a mix is tried.
	needs *needs
	// failed mixes are not tried again.
	failed map[string]bool
}

// noOffer is the best offer of a scan where no one type holds.
const noOffer = -1

// mixed returns the cheapest answer that was found of up to max_types types: that of
// one type where no mix is cheaper, nil where no one type holds and no mix was found. Each mix is held to what one type is held to.
//
// Mixes to start from are what column generation makes with nothing lost of all types and
// of the best pairs of types, and the cheapest of each pair that meets the needs, which
// count the losses. They grow by the type that carries what has no place at the least
// cost, while they are cheaper than what was found. Of the best, nodes then give way to
// fewer or to others, while everything still holds.
func (p *problem) mixed(ctx context.Context, result *packing.Result) (*answer, error) {
	var best *answer
	if result.Best.Offer != noOffer {
		best = answerOf(result)
	}
	if !p.mixes() || p.group.Guarantee == planner.AnyOrder || best != nil && (!best.mix.known() || best.mix.rate() <= 0) {
		return best, nil
	}
	m := &mixer{p: p, best: best, demand: packing.Total(p.items(nil)), needs: p.needs(), failed: map[string]bool{}}
	m.tries = min(max(mixSteps/(mixOrders*(m.demand.Pods+1)), fewestMixes), mostMixes)
	m.choose()
	if len(m.types) < 2 {
		return best, nil
	}
	starts, err := m.starts(ctx, result)
	if err != nil {
		return nil, err
	}
	kept, elite := m.tries/2, []*answer{}
	if best != nil {
		elite = append(elite, best)
	}
	given := m.grownFrom(starts)
	pairs := m.pairs(m.pairable(given))
	for m.tries > kept || m.best == nil && m.tries > 0 {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if !m.follow(pairs) {
			break
		}
		elite = append(elite, m.best)
	}
	return m.best, m.improve(ctx, elite)
}

// grownFrom grows the starts, brought up to what they need, in order of their cost, and
// returns their types.
func (m *mixer) grownFrom(starts [][]part) []*offer {
	var given []*offer
	var leads []lead
	for _, types := range starts {
		for _, t := range types {
			if !slices.Contains(given, t.offer) {
				given = append(given, t.offer)
			}
		}
		if fit := m.fit(types); fit != nil {
			leads = append(leads, lead{fit, m.rate(fit)})
		}
	}
	inOrderOfCost(leads)
	for _, l := range leads {
		if a := m.grow(l.types); a != nil {
			m.best = a
		}
	}
	return given
}

// fit adds nodes of the type with which the needs are met at the least cost; nil where
// none of them meets them.
func (m *mixer) fit(types []part) []part {
	var best lead
	for i, t := range types {
		more := m.needs.fill(types, t.offer)
		if more < 0 {
			continue
		}
		next := slices.Clone(types)
		next[i].nodes += more
		if rate := m.rate(next); best.types == nil || rate < best.rate {
			best = lead{next, rate}
		}
	}
	return best.types
}

// choose fills in the types that may be mixed.
func (m *mixer) choose() {
	p := m.p
	var all []*offer
	for i := range p.offers {
		o := &p.offers[i]
		if !o.known || o.rate <= 0 || p.boundByBaseline(o.instance) {
			continue
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *offer) int {
		return cmp.Or(cmp.Compare(a.rate, b.rate), strings.Compare(a.instance.Name, b.instance.Name))
	})
	for _, o := range all {
		if !slices.ContainsFunc(m.types, func(kept *offer) bool {
			return p.covers(kept, o) && dearnessOf(kept) <= dearnessOf(o) && p.m.stock.room(kept.instance.Name, p.group.Zones) == nil
		}) {
			m.types = append(m.types, o)
		}
	}
}

// covers reports whether a node of a carries all that one of b does.
func (p *problem) covers(a, b *offer) bool {
	x, y := vector(&a.free), vector(&b.free)
	for d := range x {
		if x[d] < y[d] {
			return false
		}
	}
	return !slices.ContainsFunc(p.works, func(w work) bool { return b.admits(w.spec) && !a.admits(w.spec) })
}

// dearnessOf is how much more a node costs that is kept on demand.
func dearnessOf(o *offer) units.USDPerHour {
	if o.base == nil {
		return 0
	}
	return o.base.rate - o.rate
}

// starts are mixes that carry the pods with nothing lost, by type: those of few types
// first, so that more types are an addition to what is looked for with fewer.
func (m *mixer) starts(ctx context.Context, result *packing.Result) ([][]part, error) {
	most := m.p.group.Instances.MaxTypes
	var out [][]part
	add := func(types []*offer) error {
		parts, err := m.packed(ctx, types)
		if err != nil || len(parts) < 2 || len(parts) > most {
			return err
		}
		out = append(out, parts)
		return nil
	}
	parts, err := m.packed(ctx, m.types)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Compare(b.offer.rate*units.USDPerHour(b.nodes), a.offer.rate*units.USDPerHour(a.nodes))
	})
	var best []packing.Candidate
	if result.Best.Offer != noOffer {
		best = append([]packing.Candidate{result.Best}, result.Alternatives...)
	}
	for i := range best {
		for j := range i {
			pair := []*offer{&m.p.offers[best[j].Offer], &m.p.offers[best[i].Offer]}
			if slices.ContainsFunc(pair, func(o *offer) bool { return m.p.boundByBaseline(o.instance) || !o.known }) {
				continue
			}
			if err := add(pair); err != nil {
				return nil, err
			}
		}
	}
	if result.Best.Offer == noOffer {
		parts = m.coverFirst(parts)
	}
	for size := 2; size <= min(most, len(parts)); size++ {
		var types []*offer
		for _, t := range parts[:size] {
			types = append(types, t.offer)
		}
		if err := add(types); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// coverFirst puts types first that hold a pod of each workload together: one after the
// other that which holds most of those that none before it does, the first of equals.
func (m *mixer) coverFirst(parts []part) []part {
	rest := slices.Clone(parts)
	left := map[int]bool{}
	for i := range m.p.works {
		left[i] = m.p.works[i].base.Sum() > 0
	}
	holds := func(t part) int {
		n := 0
		for i := range m.p.works {
			if left[i] && m.p.slots(t.offer, i) > 0 {
				n++
			}
		}
		return n
	}
	var out []part
	for len(rest) > 0 {
		best := 0
		for i := range rest {
			if holds(rest[i]) > holds(rest[best]) {
				best = i
			}
		}
		for i := range m.p.works {
			left[i] = left[i] && m.p.slots(rest[best].offer, i) == 0
		}
		out, rest = append(out, rest[best]), slices.Delete(rest, best, best+1)
	}
	return out
}

// packed returns how many nodes of each type carry the pods with nothing lost, by
// what column generation fills one by one; none where some pod fits on none.
func (m *mixer) packed(ctx context.Context, types []*offer) ([]part, error) {
	classes, _ := m.p.classes(types)
	offers := make([]colgen.Offer, len(types))
	for i, o := range types {
		offers[i] = colgen.Offer{Name: o.instance.Name, Free: vector(&o.free), Price: o.rate}
	}
	solved, err := colgen.Solve(ctx, classes, offers, colgen.Options{RelGap: mixGap, Rounds: mixRounds, Nodes: mixNodes, BoundOnly: true})
	if _, unfit := errors.AsType[*colgen.NoFitError](err); unfit {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	step := m.p.step()
	var out []part
	for i, o := range types {
		n := 0
		for _, g := range solved.Groups {
			if g.Offer == i {
				n += g.Count
			}
		}
		if n > 0 {
			out = append(out, part{o, units.CeilDiv(n, step) * step})
		}
	}
	return out, nil
}

// try checks nodes that are cheaper than the best so far; nil where they are not, do
// not hold, or no try is left. The failure is nil where nothing was tried.
func (m *mixer) try(types []part) (*answer, *placement.Failure) {
	x := m.p.buy(types...)
	if m.best != nil && x.rate() >= m.best.mix.rate() || m.tries <= 0 {
		return nil, nil
	}
	n := x.nodes()
	if most := m.p.group.MaxNodes; n < max(m.p.group.MinNodes, 1) || most > 0 && n > most {
		return nil, nil
	}
	key := x.key()
	if m.failed[key] {
		return nil, nil
	}
	m.tries--
	a, failure := m.p.tryMix(m.p.group.Guarantee, x, m.p.losses)
	if failure != nil {
		m.failed[key] = true
		return nil, failure
	}
	return a, nil
}

// grow adds nodes until everything holds; nil where that is not cheaper than the best
// so far.
func (m *mixer) grow(types []part) *answer {
	types = slices.Clone(types)
	for {
		a, failure := m.try(types)
		if failure == nil || failure.Stopped || failure.Resource == shortMachines {
			return a
		}
		m.p.add(types, failure)
	}
}

// add adds nodes of the type that carries what has no place at the least cost: all
// that it takes at most, and half of that where it takes several, since room is also
// found beside what runs.
func (p *problem) add(types []part, failure *placement.Failure) {
	at, nodes, least := 0, 1, units.USDPerHour(0)
	i := p.index(failure.Workload)
	for t := range types {
		n := 1
		if i >= 0 && failure.Missing > 0 {
			slots := p.slots(types[t].offer, i)
			if slots == 0 {
				continue
			}
			n = units.CeilDiv(failure.Missing, slots)
		}
		cost := types[t].offer.rate * units.USDPerHour(n)
		if least == 0 || cost < least {
			at, nodes, least = t, n, cost
		}
	}
	step := p.step()
	types[at].nodes += units.CeilDiv(max(1, nodes/2), step) * step
}

// slots is how many pods of the i-th workload an empty node of o holds.
func (p *problem) slots(o *offer, i int) int {
	w := &p.works[i]
	if !o.admits(w.spec) {
		return 0
	}
	n := int64(o.free.Pods)
	free, request := vector(&o.free), vector(&w.request)
	for d := range free {
		if request[d] > 0 {
			n = min(n, max(0, free[d])/request[d])
		}
	}
	return int(n)
}

// improve makes the best cheaper while that succeeds: some of its nodes, or of those that
// were the best before, give way to fewer or to others.
func (m *mixer) improve(ctx context.Context, elite []*answer) error {
	for m.best != nil && m.tries > 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if m.from(m.best) {
			continue
		}
		if !slices.ContainsFunc(elite, m.from) {
			break
		}
	}
	return nil
}

// from looks for a better mix around one.
func (m *mixer) from(a *answer) bool {
	if m.p.boundByBaseline(a.mix[0].offer.instance) {
		return false // it is never mixed with others
	}
	types := m.p.types(a.mix)
	return m.follow(m.moves(types)) || m.follow(m.regrown(types))
}
