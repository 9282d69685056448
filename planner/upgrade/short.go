package upgrade

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// runsShort notes what it means that a strategy takes nodes away before others
// are there, and blocks it where that cannot be.
func (s *Strategy) runsShort(o Option, p Problem) {
	stay := o.Course == CourseInPlace
	if stay {
		s.note("nodes are upgraded where they stand: the group runs short meanwhile")
	} else {
		s.note("nodes go before new ones come: the group runs short meanwhile")
	}
	blocked, notes := short(p, s.Groups, stay)
	s.BlockedBy = append(s.BlockedBy, blocked...)
	s.Notes = append(s.Notes, notes...)
}

// mayRunShort does the same where a surge may leave groups whole: of the groups
// that it does not.
func (s *Strategy) mayRunShort(o Option, p Problem) {
	if o.TerminateFirst {
		s.runsShort(o, p)
		return
	}
	for i, c := range s.Groups {
		if n := p.Groups[i].Count(); c.MinReadyNodes < n {
			s.Notes = append(s.Notes, fmt.Sprintf("%s: max_unavailable leaves %d of %s ready", c.Name, c.MinReadyNodes, count(n, "node")))
		}
	}
	blocked, notes := short(p, s.Groups, false)
	s.BlockedBy = append(s.BlockedBy, blocked...)
	s.Notes = append(s.Notes, notes...)
}

// short returns what keeps a strategy that leaves a group fewer ready nodes than
// it has from being used, and what is to be minded where it can be: pods that have
// no place on the nodes that are left, or no node left at all. stay tells whether
// the nodes come back themselves.
func short(p Problem, courses []GroupCourse, stay bool) (reasons, notes []string) {
	done, back := "replaced", "new nodes are there"
	if stay {
		done, back = "upgraded", "they are back"
	}
	for i, c := range courses {
		g := p.Groups[i]
		n, left := g.Count(), c.MinReadyNodes
		away := n - left
		switch {
		case away <= 0:
		case !g.alone(left):
			workload, pods, blocked := g.without(left, away, p.MayStop)
			ends := p.MayStop && c.forces(workload)
			switch {
			case blocked && !ends:
				reasons = append(reasons, fmt.Sprintf("%s/%s: %s no place while %d of %s", c.Name, workload, have(pods), away,
					areDone(n, away, done))+p.smaller(g, c, n))
			case pods > 0:
				notes = append(notes, fmt.Sprintf("%s/%s: %s no place until %s", c.Name, workload, have(pods), back))
			}
		case !p.MayStop:
			reasons = append(reasons, fmt.Sprintf("%s: an outage: no node is ready while %d of %s", c.Name, away,
				areDone(n, away, done))+p.smaller(g, c, n))
		default:
			reasons = append(reasons, held(c)...)
			notes = append(notes, "outage: no node of "+c.Name+" is ready meanwhile")
		}
	}
	return reasons, notes
}

// forces reports whether a workload's drain ends by force.
func (c *GroupCourse) forces(workload string) bool {
	return slices.ContainsFunc(c.Drains, func(d Drain) bool { return d.Workload == workload && d.Forced })
}

// stalled returns the workloads whose drains never end by themselves, since the
// nodes that are left have no place for more of their pods than their budgets let
// go.
func (g Group) stalled(drains []Drain, left int) []string {
	away := g.Count() - left
	if away <= 0 {
		return nil
	}
	homeless, stalls := "", false
	if !g.alone(left) {
		homeless, _, stalls = g.without(left, away, true)
	}
	var names []string
	for _, d := range drains {
		if d.Allowed < d.Pods && (g.alone(left) || stalls && d.Workload == homeless) {
			names = append(names, d.Workload)
		}
	}
	return names
}

// without returns how many pods have no place on the nodes that are left while k
// are replaced, of the first workload that has such pods, and whether that
// blocks: a pod that waits for a node is not ready, so that its budget lets one
// fewer go. Where more would wait than it lets go the drain never ends, and
// where waiting is not planned for it must not happen.
func (g Group) without(left, k int, mayStop bool) (workload string, pods int, blocked bool) {
	if g.Pending == nil {
		return "", 0, false
	}
	wait := func(name string) int {
		for _, w := range g.Workloads {
			if w.Name != name {
				continue
			}
			nodes := k
			if !mayStop {
				nodes = min(k, w.MayWait)
			}
			n := mostPods(g.Nodes, name, nodes)
			if w.Budget {
				n = min(n, max(w.Allowed, 0))
			}
			return n
		}
		return 0
	}
	if workload, pods = g.Pending(left, wait); pods > 0 {
		return workload, pods + wait(workload), true
	}
	workload, pods = g.pending(left)
	return workload, pods, false
}

// pending returns the first workload with pods that have no place on so many
// nodes, and how many.
func (g Group) pending(nodes int) (workload string, pods int) {
	if g.Pending == nil {
		return "", 0
	}
	return g.Pending(nodes, func(string) int { return 0 })
}

// carries reports whether every pod has a place on so many nodes.
func (g Group) carries(nodes int) bool {
	if g.Pending != nil && g.Carries != nil {
		return g.Carries(nodes)
	}
	_, pods := g.pending(nodes)
	return pods == 0
}

func have(pods int) string {
	if pods == 1 {
		return "1 pod has"
	}
	return count(pods, "pod") + " have"
}

func areDone(n, k int, done string) string {
	if k == 1 {
		return count(n, "node") + " is " + done
	}
	return count(n, "node") + " are " + done
}

// smaller says with how many nodes away at a time, fewer than are, every pod has a
// place; nothing where one is too many, or is all there are and there is no surge.
// More nodes are taken to carry no less; the number that it names was tried.
func (p Problem) smaller(g Group, c GroupCourse, n int) string {
	if p.Brief {
		return ""
	}
	away := n - c.MinReadyNodes
	tooMany := 1 + sort.Search(away-1, func(i int) bool { return !g.carries(n - i - 1) })
	if tooMany == 1 && c.PeakExtraNodes == 0 {
		return ""
	}
	return fmt.Sprintf("; with max_unavailable %d every pod has a place", tooMany-1)
}

// held returns why a whole group never drains at once: its budgets let some pods
// go, which stay away with no node left, and then none.
func held(c GroupCourse) []string {
	var names []string
	for _, d := range c.Drains {
		if !d.Stuck && !d.Forced && d.Allowed < d.Pods {
			names = append(names, d.Workload)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{c.Name + ": no node is left for its pods, and a disruption budget lets only some of them go, so that its nodes never drain: " +
		strings.Join(names, ", ")}
}

// stillRedundant reports whether the declared losses are survived with so many nodes.
func (g Group) stillRedundant(left int) bool {
	if g.alone(left) {
		return false
	}
	return g.carries(left) && g.Redundant(left)
}

// redundancy notes whether the declared losses are still survived while nodes
// are replaced: always where no group has fewer ready nodes than planned. There
// is nothing to note where no group declares any.
func redundancy(p Problem, courses []GroupCourse) []string {
	var broken []string
	for i, c := range courses {
		g := p.Groups[i]
		n, left := g.Count(), c.MinReadyNodes
		if g.Redundant == nil || n == 0 || left >= n {
			continue
		}
		if !g.stillRedundant(left) {
			broken = append(broken, fmt.Sprintf("breaks n_plus_one: %s runs with %d of %s", c.Name, left, count(n, "node")))
		}
	}
	if len(broken) > 0 || !slices.ContainsFunc(p.Groups, func(g Group) bool { return g.Redundant != nil && g.Count() > 0 }) {
		return broken
	}
	return []string{"keeps n_plus_one"}
}
