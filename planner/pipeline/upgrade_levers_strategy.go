package pipeline

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// strategies finds what comes of it where groups declare the strategy of an upgrade that they
// do not follow by default, since their machines are scarce, and that something blocks or that
// breaks what must be kept: each group by itself, then all of them.
func (l *levers) strategies(all []candidate) {
	j := l.j
	recommended := slices.IndexFunc(all, func(c candidate) bool { return c.row.Name == l.out.Recommended })
	if recommended >= 0 && l.out.Compromise == "" && j.problem.Wanted != "" {
		return
	}
	var best *candidate
	if recommended >= 0 && (all[recommended].short == "" || j.problem.MayStop) {
		best = &all[recommended]
	}
	tried := 0
	for _, groups := range l.scarce() {
		for i := range all {
			c := &all[i]
			if !c.course || len(c.row.BlockedBy) == 0 && c.short == "" || !l.departs(groups, c.row.Name) {
				continue
			}
			if tried++; tried > mostLeverTurns {
				return
			}
			other, paths := l.declaring(groups, c.row.Name)
			found := usable(l.plan(other, l.u))
			if len(found) == 0 {
				continue
			}
			if way := slices.MinFunc(found, byCost); best == nil || byCost(way, *best) < 0 {
				l.found(strings.Join(paths, " and ")+".strategy", c.row.Name, found)
				best = &way
			}
		}
	}
}

// scarce are the groups whose strategy is the default of scarce machines: each, and where there
// are several all of them.
func (l *levers) scarce() [][]int {
	var each [][]int
	var together []int
	for g := range l.j.groups {
		if l.j.m.cluster.Scarce(l.j.m.groupNamed(l.j.groups[g].Name)) {
			each, together = append(each, []int{g}), append(together, g)
		}
	}
	if len(together) > 1 {
		each = append(each, together)
	}
	return each
}

// departs reports whether groups do not follow a strategy of an upgrade.
func (l *levers) departs(groups []int, strategy string) bool {
	m := l.j.m
	return !slices.ContainsFunc(groups, func(g int) bool {
		return m.cluster.Replaces(m.groupNamed(l.j.groups[g].Name), strategy) == strategy
	})
}

// declaring is the upgrade where groups declare a strategy, and where they do.
func (l *levers) declaring(groups []int, strategy string) (*journey, []string) {
	j := l.j
	m := *j.m
	m.cluster.NodeGroups = slices.Clone(m.cluster.NodeGroups)
	var paths []string
	for _, g := range groups {
		declared := m.groupNamed(j.groups[g].Name)
		declared.UpdateConfig.Strategy = strategy
		paths = append(paths, declared.Path()+".update_config")
	}
	m.cluster.Assumptions = slices.DeleteFunc(slices.Clone(m.cluster.Assumptions), func(a planner.Assumption) bool {
		path, of := strings.CutSuffix(a.Path, ".strategy")
		return of && slices.Contains(paths, path)
	})
	p := *j.problem
	p.Groups = slices.Clone(p.Groups)
	for i := range p.Groups {
		if g := j.pools[i].group; slices.Contains(groups, g) {
			declared := m.groupNamed(j.groups[g].Name)
			p.Groups[i].Instead = m.instead(declared, p.Strategies)
			p.Groups[i].MaxUnavailable = declared.UpdateConfig.MaxUnavailable
			m.pace(&p.Groups[i], &declared.UpdateConfig)
		}
	}
	other := m.newJourney(&p, j.plan.From, j.groups, j.rests)
	other.control = j.control
	return other, paths
}
