package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// Bounds of what is looked for where declared limits leave no strategy: levers are planned
// on clusters of so many nodes and pods at most, of widths so many are tried, and between
// the shortest time and one that is long enough so often the middle.
const (
	mostLevered    = 60_000
	mostLeverTurns = 12
	mostHalvings   = 6
)

// levers look for changes of a spec that open a way to upgrade.
type levers struct {
	j    *journey
	u    *planner.Upgrade
	keep upgrade.Keep
	out  *planner.UpgradePlan
}

// pull says of an upgrade that no strategy can be used for, or none that keeps what it is to
// keep by default, what is the least time and cost that can be had, and which single changes
// open a way that keeps it; each is planned. Where a strategy can be used, but a declared
// width keeps a cheaper one from being it, it says which width would do.
func (j *journey) pull(out *planner.UpgradePlan, all []candidate, u *planner.Upgrade, keep upgrade.Keep) {
	l := levers{j: j, u: u, keep: keep, out: out}
	if j.effort() > mostLevered {
		return
	}
	l.budgets(all)
	l.strategies(all)
	if out.Recommended != "" && out.Compromise == "" {
		l.declaredWidths(all)
		return
	}
	if u.FinishWithin > 0 || u.MaxExtra != nil {
		l.limits()
	}
	l.skews()
	l.wider(all)
	l.declaredWidths(all)
}

// plan plans the upgrade of a journey within other limits, and returns each strategy that
// may be taken and keeps what it must, and deletes no pods against their budgets.
func (l *levers) plan(j *journey, u *planner.Upgrade) []candidate {
	var out []candidate
	for _, o := range j.problem.Strategies {
		if j.problem.Wanted != "" && o.Name != j.problem.Wanted {
			continue
		}
		if c, known := j.candidate(o, u, l.keep); known && c.keeps() && !c.formula.Forces && c.line.Forced == 0 {
			out = append(out, c)
		}
	}
	return out
}

// keeps reports whether a strategy holds what must be kept, whatever time and money it takes.
func (c *candidate) keeps() bool {
	return c.course && c.row.Simulated && c.short == "" && len(c.row.BlockedBy) == c.limited
}

// usable are those strategies that hold the limits too.
func usable(all []candidate) []candidate {
	return slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !c.keeps() || c.limited > 0 })
}

func byCost(a, b candidate) int {
	return cmp.Or(
		compareKnown(&a.row, &b.row), cmp.Compare(a.row.ExtraCost, b.row.ExtraCost),
		cmp.Compare(a.row.Duration, b.row.Duration), cmp.Compare(a.formula.Departing, b.formula.Departing), cmp.Compare(a.row.Name, b.row.Name),
	)
}

func byTime(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.row.Duration, b.row.Duration), byCost(a, b))
}

// compareKnown has known costs before unknown ones.
func compareKnown(a, b *planner.UpgradeStrategy) int {
	switch {
	case a.ExtraCostKnown == b.ExtraCostKnown:
		return 0
	case a.ExtraCostKnown:
		return -1
	}
	return 1
}

func wayOf(c *candidate) planner.UpgradeWay {
	return planner.UpgradeWay{Strategy: c.row.Name, Duration: c.row.Duration, ExtraCost: c.row.ExtraCost, ExtraCostKnown: c.row.ExtraCostKnown}
}

// within is the upgrade with other limits; 0 and nil are none.
func (l *levers) within(limit time.Duration, money *units.USD) *planner.Upgrade {
	u := *l.u
	u.FinishWithin, u.MaxExtra = limit, money
	return &u
}

// limits finds the least time and cost that can be had, and by how much one limit is to be
// raised with the other one as it is.
func (l *levers) limits() {
	nothing := units.USD(0)
	quick := l.plan(l.j, l.within(1, nil))
	cheap := l.plan(l.j, l.within(0, &nothing))
	if len(quick) == 0 || len(cheap) == 0 {
		return
	}
	quickest, cheapest := slices.MinFunc(quick, byTime), slices.MinFunc(cheap, byCost)
	l.out.Quickest, l.out.Cheapest = new(wayOf(&quickest)), new(wayOf(&cheapest))
	if l.u.FinishWithin > 0 && quickest.row.Duration > l.u.FinishWithin {
		l.time(quickest.row.Duration)
	}
	if l.u.MaxExtra != nil {
		var dear []candidate
		for _, c := range l.plan(l.j, l.within(l.u.FinishWithin, &nothing)) {
			if c.row.ExtraCostKnown && (l.u.FinishWithin == 0 || c.row.Duration <= l.u.FinishWithin) {
				dear = append(dear, c)
			}
		}
		if len(dear) > 0 {
			least := slices.MinFunc(dear, byCost)
			cents := units.CeilDiv(least.row.ExtraCost, units.Dollar/100)
			money := cents * (units.Dollar / 100)
			l.found("upgrade.max_extra_usd", fmt.Sprintf("%d.%02d", cents/100, cents%100), l.plan(l.j, l.within(l.u.FinishWithin, &money)))
		}
	}
}

// time finds for how long an upgrade must be let take within its money: the shortest time
// or, where that is too dear, by halves the least one with which a way is found.
func (l *levers) time(shortest time.Duration) {
	whole := func(d time.Duration) time.Duration { return units.CeilDiv(d, time.Minute) * time.Minute }
	at := func(d time.Duration) []candidate { return usable(l.plan(l.j, l.within(d, l.u.MaxExtra))) }
	low, found := whole(shortest), at(whole(shortest))
	if len(found) > 0 {
		l.found("upgrade.finish_within", limitText(low), found)
		return
	}
	unhurried := at(0)
	if len(unhurried) == 0 {
		return // it is the money
	}
	best := slices.MinFunc(unhurried, byTime)
	high := whole(best.row.Duration)
	found = at(high)
	for range mostHalvings {
		mid := whole(low + (high-low)/2)
		if mid >= high {
			break
		}
		if some := at(mid); len(some) > 0 {
			high, found = mid, some
		} else {
			low = mid
		}
	}
	l.found("upgrade.finish_within", limitText(high), found)
}

// limitText writes whole minutes as the spec does: "7h30m", "45m".
func limitText(d time.Duration) string {
	h, m := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return fmt.Sprintf("%dh", h)
	}
	return fmt.Sprintf("%dh%dm", h, m)
}

// found adds a lever that opens a way, the cheapest of those that hold the limits.
func (l *levers) found(path, value string, all []candidate) bool {
	all = usable(all)
	if len(all) == 0 {
		return false
	}
	best := slices.MinFunc(all, byCost)
	l.out.Levers = append(l.out.Levers, planner.UpgradeLever{Path: path, Value: value, Way: wayOf(&best)})
	return true
}

// skews finds by how many minors nodes must be let trail.
func (l *levers) skews() {
	j := l.j
	mech := j.m.provider.Mechanics(&j.m.cluster)
	for n := j.plan.NodeSkew + 1; n <= min(cmp.Or(mech.LargestSkew, len(j.plan.Hops)), len(j.plan.Hops)); n++ {
		u := *l.u
		u.KubeletSkew = n
		if _, err := j.m.skew(&u, &mech, j.plan.Hops); err != nil {
			return
		}
		p := *j.problem
		p.NodeSkew = n
		other := j.m.newJourney(&p, j.plan.From, j.groups, j.rests)
		other.control, other.each = j.control, j.each
		if l.found("upgrade.kubelet_skew", strconv.Itoa(n), l.plan(other, &u)) {
			return
		}
	}
}

// mostLet is how many pods a budget is let let go, at most, to see what comes of it.
const mostLet = 4

// budgets finds what comes of it where budgets that let no pod go let one go; more, where
// that opens a cheaper strategy.
func (l *levers) budgets(all []candidate) {
	if l.j.problem.Wanted != "" && l.out.Recommended != "" {
		return
	}
	var best *candidate
	if at := slices.IndexFunc(all, func(c candidate) bool { return c.row.Name == l.out.Recommended }); at >= 0 && l.out.Compromise == "" {
		best = &all[at]
	}
	for n := 1; n <= mostLet; n *= 2 {
		other, paths := l.letting(n)
		if len(paths) == 0 {
			return
		}
		found := usable(l.plan(other, l.u))
		if len(found) == 0 {
			continue
		}
		if c := slices.MinFunc(found, byCost); best == nil || c.row.Name != best.row.Name && byCost(c, *best) < 0 {
			l.found(strings.Join(paths, " and ")+".max_unavailable", strconv.Itoa(n), found)
			best = &c
		}
	}
}

// letting is the upgrade where budgets that let no pod go let some go, and where these are
// declared.
func (l *levers) letting(pods int) (*journey, []string) {
	j := l.j
	m := *j.m
	m.cluster.NodeGroups = slices.Clone(m.cluster.NodeGroups)
	var paths []string
	for g := range j.groups {
		declared := m.groupNamed(j.groups[g].Name)
		declared.Workloads = slices.Clone(declared.Workloads)
		for i := range declared.Workloads {
			w := &declared.Workloads[i]
			at := slices.IndexFunc(j.groups[g].Workloads, func(p planner.WorkloadPlan) bool { return p.Name == w.Name && !p.System })
			if at < 0 || w.PodDisruptionBudget == nil {
				continue
			}
			if n := j.groups[g].Workloads[at].Replicas; n >= pods && w.PodDisruptionBudget.Allowed(n) == 0 {
				w.PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(pods))}
				paths = append(paths, declared.Path()+".workload."+w.Name+".pod_disruption_budget")
			}
		}
	}
	p := *j.problem
	p.Groups = slices.Clone(p.Groups)
	for i := range p.Groups {
		g := &j.groups[j.pools[i].group]
		p.Groups[i].Workloads = m.upgradeWorkloads(g, m.groupNamed(g.Name))
	}
	other := m.newJourney(&p, j.plan.From, j.groups, j.rests)
	other.control = j.control
	return other, paths
}

// wider finds, of groups whose width is chosen, one that the planner does not take by
// itself and that keeps what must be kept: drains that take most of a limit, or the last
// ready pod of a workload.
func (l *levers) wider(all []candidate) {
	tried := 0
	done := map[string]bool{}
	for i := range all {
		c := &all[i]
		if c.search == nil || !c.keeps() || l.j.problem.Wanted != "" && c.row.Name != l.j.problem.Wanted {
			continue
		}
		for pool, k := range c.search.picked {
			path := l.widthPath(c.option, pool)
			for o := range c.search.pools[pool].turns {
				if k < 0 || done[path] || !l.careless(c, pool, o) {
					continue
				}
				if tried++; tried > mostLeverTurns {
					return
				}
				nodes := c.search.pools[pool].turns[o].nodes
				if done[path] = l.found(path, strconv.Itoa(nodes), []candidate{l.at(c, pool, nodes)}); done[path] {
					l.out.Levers[len(l.out.Levers)-1].Risk = strings.Join(c.search.pools[pool].turns[o].breaks, "; ")
				}
			}
		}
	}
}

// careless reports whether a turn that was not taken would hold the limits and break nothing
// that must be kept.
func (l *levers) careless(c *candidate, pool, o int) bool {
	s := c.search
	t := &s.pools[pool].turns[o]
	if !t.simulated || t.barred != "" || len(t.c.row.BlockedBy) > 0 || t.c.short != "" || t.c.formula.Forces || t.c.line.Forced > 0 {
		return false
	}
	whole := candidate{row: s.with(c, pool, o)}
	l.j.budget(&whole, l.u)
	return len(whole.row.BlockedBy) == 0
}

// at is a strategy with all pools of a pool's group so many nodes at a time.
func (l *levers) at(c *candidate, pool, nodes int) candidate {
	j := l.j
	out := candidate{option: c.option, course: true, widths: slices.Clone(c.widths)}
	if out.widths == nil {
		out.widths = make([]int, len(j.pools))
	}
	for i := range j.pools {
		if j.pools[i].group == j.pools[pool].group {
			out.widths[i] = min(nodes, max(j.problem.Groups[i].Count(), 1))
		}
	}
	out.formula, _ = j.byFormula(c.option, out.widths, inWords)
	j.simulate(&out, l.keep)
	j.account(&out)
	j.budget(&out, l.u)
	return out
}

// widthPath is where a spec declares how many nodes of a pool's group a strategy replaces
// at a time.
func (l *levers) widthPath(o upgrade.Option, pool int) string {
	j := l.j
	surge, away, batch := j.widthAt(o, pool, 1)
	name := "max_unavailable"
	if j.m.terms.MaxSurge && surge > 0 && away == 0 && batch == 0 {
		name = "max_surge"
	}
	return j.m.groupNamed(j.groups[j.pools[pool].group].Name).Path() + ".update_config." + name
}

// declaredWidths finds, group by group, the width with which a strategy keeps all that it
// must, where the declared one does not, and is cheaper than what is recommended.
func (l *levers) declaredWidths(all []candidate) {
	j := l.j
	broken := slices.ContainsFunc(all, func(c candidate) bool { return c.course && c.short != "" })
	recommended := slices.IndexFunc(all, func(c candidate) bool { return c.row.Name == l.out.Recommended })
	if !broken || j.problem.Wanted != "" && l.out.Recommended != "" {
		return
	}
	for pool := range j.pools {
		group := j.pools[pool].group
		if pool > 0 && j.pools[pool-1].group == group || j.widthOpen(group) {
			continue
		}
		other := *j
		other.opened = make([]bool, len(j.groups))
		other.opened[group] = true
		found := usable(l.plan(&other, l.u))
		if len(found) == 0 {
			continue
		}
		best := slices.MinFunc(found, byCost)
		if recommended >= 0 && l.out.Compromise == "" && byCost(best, all[recommended]) >= 0 || best.widths == nil || best.widths[pool] == 0 {
			continue
		}
		if now := slices.IndexFunc(all, func(c candidate) bool { return c.row.Name == best.row.Name }); now >= 0 && all[now].short == "" && all[now].limited == 0 {
			continue // it was usable with the declared width
		}
		for _, nodes := range []int{slices.Max(best.widths[pool : pool+len(j.groups[group].Pools)]), best.widths[pool]} {
			if l.found(l.widthPath(best.option, pool), strconv.Itoa(nodes), []candidate{l.at(&best, pool, nodes)}) {
				break
			}
		}
	}
}
