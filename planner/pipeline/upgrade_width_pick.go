package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// drainShare is the part of a provider's limit that drains of a chosen width take at
// most, since how fast pods end and start is an estimate. What the spec declares may
// take all of it.
const drainShare = 2

// tight says that a turn replaces all nodes at once and none of the old ones is kept, or
// drains nodes for longer than half of the provider's limit, where one node at a time is
// done before.
func (s *widthSearch) tight(p *poolTurns, k int) []string {
	g := &p.alone.problem.Groups[p.pool]
	by := g.By(s.option)
	if n := g.Count(); k > 0 && p.turns[k].nodes >= n && !by.KeepsOld() {
		return []string{fmt.Sprintf("all %d nodes at once: none is left should the new ones be bad", n)}
	}
	limit := s.j.plan.Times.DrainLimit / drainShare
	if k == 0 || limit == 0 || !by.Limited() {
		return nil
	}
	d, one := p.turns[k].c.formula.Groups[p.pool].Drain, p.turns[0].c.formula.Groups[p.pool].Drain
	if d <= limit || one > limit {
		return nil
	}
	return []string{fmt.Sprintf("drains take up to %s, more than half of the limit of %s", spanWords(d), spanWords(s.j.plan.Times.DrainLimit))}
}

// bare says that a turn leaves no pod of a workload ready, where one node at a time leaves
// some: budgets and targets do not say so of every workload.
func (s *widthSearch) bare(p *poolTurns, k int) []string {
	var out []string
	for i := range p.turns[k].c.row.Workloads {
		w := &p.turns[k].c.row.Workloads[i]
		if k == 0 || w.Pods == 0 || w.MinReady > 0 {
			continue
		}
		if !p.turns[0].simulated {
			s.try(p, 0, true, false)
		}
		if p.turns[0].c.row.Workloads[i].MinReady > 0 {
			out = append(out, fmt.Sprintf("no pod of %s/%s is ready for a while", w.Group, w.Name))
		}
	}
	return out
}

// test asks everything of a turn. Where it breaks something and there are too many pods to
// try all, the widest turn below that does not is looked for by halves, and wider ones are
// barred: fewer nodes away at a time are taken to break no more. That is so but for the
// zones that nodes leave and come in.
func (s *widthSearch) test(p *poolTurns, k int) {
	if s.holds(p, k) || s.exact {
		return
	}
	var open []int // turns below that may still hold
	for i := range k {
		if p.open(i) {
			open = append(open, i)
		}
	}
	low, high := -1, len(open)
	for high-low > 1 {
		mid := (low + high) / 2
		if low < 0 {
			mid = 0 // where not even the narrowest holds, none does
		}
		if s.holds(p, open[mid]) {
			low = mid
			continue
		}
		high = mid
	}
	for i := range p.turns {
		if t := &p.turns[i]; !t.tested && (low < 0 || i > open[low]) {
			t.barred = "not simulated: a narrower one breaks something"
		}
	}
}

// open reports whether nothing is known that keeps a turn from being taken.
func (p *poolTurns) open(k int) bool { return len(p.turns[k].breaks) == 0 && p.turns[k].barred == "" }

// holds tests a turn, unless it was.
func (s *widthSearch) holds(p *poolTurns, k int) bool {
	if t := &p.turns[k]; !t.tested {
		s.try(p, k, true, true)
	}
	return len(p.turns[k].breaks) == 0
}

// least is the turn to take where every one breaks something: of those that were
// simulated the one that stops at nothing, then breaks what must be kept the least, breaks
// the fewest things, leaves the most nodes, is cheapest, shortest and narrowest. A default
// that stays is only left for one that breaks less.
func (s *widthSearch) least(p *poolTurns) int {
	best := max(p.usual, 0)
	s.holds(p, best)
	s.ask(p, best, whether)
	for k := range p.turns {
		if k == 0 || p.turns[k].simulated {
			s.holds(p, k)
		}
		s.ask(p, k, whether)
		if p.turns[k].tested && s.milder(&p.turns[k], &p.turns[best], p.usual < 0) {
			best = k
		}
	}
	return best
}

// milder reports whether a turn breaks less than another one or, where the width is free,
// no more and is cheaper or shorter.
func (s *widthSearch) milder(t, than *turn, free bool) bool {
	breaks := cmp.Or(
		cmp.Compare(t.worth(), than.worth()), t.c.broken.Compare(than.c.broken),
		cmp.Compare(t.things(), than.things()), cmp.Compare(than.c.row.MinReady, t.c.row.MinReady),
	)
	if breaks != 0 || !free {
		return breaks < 0
	}
	return cmp.Or(cmp.Compare(s.cost(t), s.cost(than)), cmp.Compare(t.c.row.Duration, than.c.row.Duration)) < 0
}

// worth counts how bad what a turn breaks is: it stands still or exceeds a limit, deletes
// pods, or does not keep what it must.
func (t *turn) worth() int {
	switch {
	case len(t.c.row.BlockedBy) > 0:
		return 3
	case t.forces():
		return 2
	case len(t.breaks) > 0:
		return 1
	}
	return 0
}

// forces reports whether a turn deletes pods against their budgets.
func (t *turn) forces() bool { return t.c.formula.Forces || t.c.line.Forced > 0 }

// things counts what a turn breaks. That it deletes pods is only among its reasons where
// there is no other.
func (t *turn) things() int {
	if t.forces() && !slices.Contains(t.breaks, deletesPods) {
		return len(t.breaks) + 1
	}
	return len(t.breaks)
}

// deletesPods is the reason of a turn that breaks nothing else.
const deletesPods = "pods are deleted against their budgets"

// narrow prepares another choice where the picked widths hold what must be kept each by
// itself and not all together, or last longer than they do one by one. It reports false
// where there is nothing to change.
func (s *widthSearch) narrow(c *candidate, blocked bool, u *planner.Upgrade) bool {
	for i, k := range s.picked {
		if k >= 0 && len(s.pools[i].turns[k].breaks) > 0 { // it is the least bad one
			return s.soft && u.FinishWithin > 0 && c.row.Duration > u.FinishWithin && s.less(c, u)
		}
	}
	if !blocked {
		return s.less(c, u)
	}
	barred := false
	what := strings.Join(slices.DeleteFunc(append(slices.Clone(c.row.BlockedBy[:len(c.row.BlockedBy)-c.limited]), c.short), func(w string) bool { return w == "" }), "; ")
	for _, culprits := range []bool{true, false} {
		for i, k := range s.picked {
			if k > 0 && (!culprits || s.culprit(c, i)) {
				nodes := s.pools[i].turns[k].nodes
				s.pools[i].turns[k].barred = "together with the other groups: " + what
				for k++; k < len(s.pools[i].turns); k++ {
					s.pools[i].turns[k].barred = fmt.Sprintf("%d at a time break it already, together with the other groups: %s", nodes, what)
				}
				barred = true
			}
		}
		if barred {
			break
		}
	}
	return barred
}

// less takes off the time and the money that are left what a strategy exceeds them by as a
// whole. It reports false where there is nothing to change.
func (s *widthSearch) less(c *candidate, u *planner.Upgrade) bool {
	if u.FinishWithin > 0 && c.row.Duration > u.FinishWithin {
		if s.left <= 1 {
			return false
		}
		s.left = max(s.left-(c.row.Duration-u.FinishWithin), 1)
		return true
	}
	careful := slices.ContainsFunc(s.pools, func(p poolTurns) bool { return p.usual >= 0 })
	if !s.capped || !careful || c.row.ExtraCost <= *u.MaxExtra || s.money < 0 {
		return false
	}
	s.money -= int64(c.row.ExtraCost - *u.MaxExtra)
	return true
}

// culprit reports whether pods of a pool's group are fewer than must be kept.
func (s *widthSearch) culprit(c *candidate, pool int) bool {
	name := s.j.groups[s.j.pools[pool].group].Name
	for i := range c.row.Workloads {
		w := &c.row.Workloads[i]
		if w.Group == name && w.MinReady < c.plan.Least[i] {
			return true
		}
	}
	return false
}

// explain says of the picked widths why they are, and what the next narrower and wider
// ones would come to; where it breaks something, also what the narrowest one would.
func (s *widthSearch) explain(c *candidate) {
	if s == nil {
		return
	}
	for i, k := range s.picked {
		if k < 0 {
			continue
		}
		p, g := &s.pools[i], &c.row.Groups[i]
		beside := []int{k - 1, k + 1}
		if k > 1 && len(p.turns[k].breaks) > 0 {
			beside = append([]int{0}, beside...) // where every one breaks something, the narrowest too
		}
		for _, o := range beside {
			if o < 0 || o >= len(p.turns) {
				continue
			}
			if p.turns[o].barred == "" {
				s.holds(p, o)
			}
			s.ask(p, o, inWords)
			g.WidthOthers = append(g.WidthOthers, s.other(c, i, o))
		}
		g.WidthWhy = s.why(c, i) + s.extent(p)
	}
}

// other is a turn that was not picked, as a change of the whole upgrade.
func (s *widthSearch) other(c *candidate, pool, k int) planner.UpgradeWidthOther {
	p := &s.pools[pool]
	t := &p.turns[k]
	whole := candidate{row: s.with(c, pool, k)}
	s.j.budget(&whole, s.j.m.cluster.Upgrade)
	breaks := slices.Concat(t.breaks, whole.row.BlockedBy)
	if t.barred != "" && len(t.breaks) == 0 {
		breaks = append(breaks, t.barred)
	}
	var width planner.UpgradeWidth
	width.MaxSurge, width.MaxUnavailable, width.Batch = p.alone.widthAt(s.option, p.pool, t.nodes)
	return planner.UpgradeWidthOther{Width: width, Duration: whole.row.Duration, ExtraCost: whole.row.ExtraCost, Breaks: breaks}
}

// with is the time and cost of a whole upgrade with another turn of a pool: of what else it
// is held to nothing changes with the width.
func (s *widthSearch) with(c *candidate, pool, k int) planner.UpgradeStrategy {
	t, picked := &s.pools[pool].turns[k], &s.pools[pool].turns[s.picked[pool]]
	rounds := int64(s.rounds)
	return planner.UpgradeStrategy{
		Duration:  c.row.Duration + time.Duration(rounds)*(t.c.row.Duration-picked.c.row.Duration),
		ExtraCost: c.row.ExtraCost + units.USD(rounds)*(t.c.row.ExtraCost-picked.c.row.ExtraCost), ExtraCostKnown: c.row.ExtraCostKnown,
	}
}

// why says what decides the width of a pool.
func (s *widthSearch) why(c *candidate, pool int) string {
	p := &s.pools[pool]
	k := s.picked[pool]
	t := &p.turns[k]
	s.ask(p, k, inWords)
	if len(t.breaks) > 0 {
		every := "every width"
		if !s.exact {
			every = "every width that was simulated"
		}
		least := "the least"
		if slices.ContainsFunc(p.turns, func(o turn) bool { return o.mild() && o.c.broken.Compare(t.c.broken) < 0 }) {
			least = "the least of those that end within finish_within"
		}
		return every + " breaks something; this one " + least + ": " + strings.Join(t.breaks, "; ")
	}
	if p.usual >= 0 {
		return s.whyUsual(c, pool)
	}
	better := func(o *turn) bool {
		return cmp.Or(cmp.Compare(s.cost(o), s.cost(t)), cmp.Compare(o.c.row.Duration, t.c.row.Duration)) < 0
	}
	for i := range p.turns {
		if p.open(i) && better(&p.turns[i]) {
			return "the cheapest that ends within finish_within"
		}
	}
	for i := range p.turns { // the narrowest that would be better
		if o := &p.turns[i]; len(o.breaks) > 0 && better(o) {
			s.ask(p, i, inWords)
			return fmt.Sprintf("the cheapest, then shortest, that breaks nothing; %d at a time: %s", o.nodes, o.breaks[0])
		}
	}
	return "the cheapest, then shortest"
}

// whyUsual says why the default of a role stays, or does not.
func (s *widthSearch) whyUsual(c *candidate, pool int) string {
	p, u := &s.pools[pool], s.j.m.cluster.Upgrade
	role := s.j.m.groupNamed(s.j.groups[s.j.pools[pool].group].Name).Role
	k, usual := s.picked[pool], &p.turns[p.usual]
	switch {
	case k == p.usual:
		return fmt.Sprintf("the default of role %s: nothing asks for another", role)
	case len(usual.breaks) > 0:
		s.ask(p, p.usual, inWords)
		return fmt.Sprintf("the narrowest that breaks nothing; with %d at a time, the default of role %s: %s", usual.nodes, role, usual.breaks[0])
	case usual.barred != "":
		return fmt.Sprintf("the narrowest that breaks nothing; with %d at a time, the default of role %s, %s", usual.nodes, role, usual.barred)
	}
	whole := s.with(c, pool, p.usual)
	var limits []string
	if u.FinishWithin > 0 && (whole.Duration > u.FinishWithin || u.MaxExtra == nil) {
		limits = append(limits, "finish_within")
	}
	if s.capped && (whole.ExtraCost > *u.MaxExtra || len(limits) == 0) {
		limits = append(limits, "max_extra_usd")
	}
	return fmt.Sprintf("the narrowest that holds %s, which %d at a time, the default of role %s, does not", strings.Join(limits, " and "), usual.nodes, role)
}

// extent says how many of a pool's widths the choice rests on where it is not all of them.
func (s *widthSearch) extent(p *poolTurns) string {
	simulated := 0
	for k := range p.turns {
		if p.turns[k].simulated {
			simulated++
		}
	}
	if s.exact || simulated == len(p.turns) {
		return ""
	}
	return fmt.Sprintf(" (%d of %d widths were simulated, the others ordered by formula)", simulated, len(p.turns))
}

// widthAssumptions are the widths that were chosen for the strategy of an upgrade that is
// recommended or asked for.
func widthAssumptions(plan *planner.Plan) []planner.Assumption {
	if plan.Upgrade == nil {
		return nil
	}
	s := plan.Upgrade.Named(cmp.Or(plan.Upgrade.Recommended, plan.Cluster.Upgrade.Strategy))
	if s == nil {
		return nil
	}
	var out []planner.Assumption
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		var parts []string
		for _, name := range g.CourseNames() {
			at := slices.IndexFunc(s.Groups, func(c planner.UpgradeGroup) bool { return c.Name == name })
			if at < 0 || s.Groups[at].WidthWhy == "" {
				continue
			}
			c := &s.Groups[at]
			words := c.Width.Words() + " with " + c.Strategy + ": " + c.WidthWhy
			if name != g.Name {
				words = name + ": " + words
			}
			parts = append(parts, words)
		}
		declared := slices.IndexFunc(plan.Cluster.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name })
		if len(parts) > 0 && declared >= 0 {
			out = append(out, planner.Assumption{Path: plan.Cluster.NodeGroups[declared].Path() + ".update_config", Value: strings.Join(parts, "; "), Source: "upgrade"})
		}
	}
	return out
}
