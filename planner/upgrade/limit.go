package upgrade

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// drains returns the drains of k nodes of a group at a time with left of its
// nodes ready, as a managed update bounds them: where it forces drains to end,
// those end at its limit that take longer, that never end, or, where pods may be
// without a place, that wait for places which the nodes that are left do not have.
func (p Problem) drains(g Group, k, left int) []Drain {
	drains := Drains(g, k)
	limit := p.Times.DrainLimit
	if limit == 0 || !p.Times.DrainForced {
		return drains
	}
	var stalled []string
	if p.MayStop {
		stalled = g.stalled(drains, left)
	}
	for i := range drains {
		d := &drains[i]
		if d.Stuck || d.Longest > limit || slices.Contains(stalled, d.Workload) {
			d.Forced, d.Longest = true, limit
		}
	}
	return drains
}

// drainsEnd notes which drains end by force, and that those which do not end, or
// not before the update fails, block a strategy. failure names how it fails.
func (s *Strategy) drainsEnd(p Problem, failure string) {
	s.BlockedBy = slices.Concat(s.BlockedBy, stuck(s.Groups), tooLong(p, s.Groups, failure))
	s.Notes = append(s.Notes, forced(p, s.Groups)...)
}

// stuck returns the drains that never end.
func stuck(courses []GroupCourse) []string {
	var reasons []string
	for _, c := range courses {
		for _, d := range c.Drains {
			if d.Stuck && !d.Forced {
				reasons = append(reasons, fmt.Sprintf("%s/%s: its disruption budget lets no pod go, so that its nodes never drain",
					c.Name, d.Workload))
			}
		}
	}
	return reasons
}

// tooLong returns the drains that a managed update gives up on.
func tooLong(p Problem, courses []GroupCourse, failure string) []string {
	limit := p.Times.DrainLimit
	if limit == 0 || p.Times.DrainForced {
		return nil
	}
	var reasons []string
	for i, c := range courses {
		for _, d := range c.Drains {
			if d.Longest <= limit {
				continue
			}
			reasons = append(reasons, fmt.Sprintf("%s/%s: draining %s takes %s, an update fails after %s%s: %d pods, %d at a time",
				c.Name, d.Workload, count(c.Parallel, "node"), seconds(d.Longest), seconds(limit), failure, d.Pods, d.Allowed)+
				inTime(p.Groups[i], c, limit, "it passes"))
		}
	}
	return reasons
}

// forced returns the drains that end with pods deleted.
func forced(p Problem, courses []GroupCourse) []string {
	limit := p.Times.DrainLimit
	var notes []string
	for i, c := range courses {
		whole := Drains(p.Groups[i], c.Parallel)
		for j, d := range c.Drains {
			path := c.Name + "/" + d.Workload
			switch {
			case !d.Forced: // it ends by itself
			case d.Stuck:
				notes = append(notes, fmt.Sprintf("%s: its disruption budget lets no pod go: after %s its pods are deleted without it",
					path, seconds(limit)))
			case whole[j].Longest > limit:
				notes = append(notes, fmt.Sprintf("%s: draining %s takes %s; after %s the pods that are left are deleted without a budget: %d pods, %d at a time",
					path, count(c.Parallel, "node"), seconds(whole[j].Longest), seconds(limit), d.Pods, d.Allowed)+
					inTime(p.Groups[i], c, limit, "all leave in time"))
			default:
				notes = append(notes, fmt.Sprintf("%s: its pods wait for a place, and its disruption budget lets no more go: after %s those that are left are deleted without it",
					path, seconds(limit)))
			}
		}
	}
	return notes
}

// inTime says with how many nodes at a time, fewer than are, drains end within a
// limit, and what that brings; nothing where not even one does.
func inTime(g Group, c GroupCourse, limit time.Duration, then string) string {
	t := tallyOf(g)
	for k := c.Parallel - 1; k > 0; k-- {
		if d, _ := longest(t.drains(k)); d <= limit {
			return fmt.Sprintf("; with %s %d %s", c.knob, k, then)
		}
	}
	return ""
}

// tooFewIdle returns the groups whose extra nodes have no machine. Those of a surge help
// wherever they stand; a second group has as many as the first in each zone.
func tooFewIdle(o Option, p Problem, courses []GroupCourse) []string {
	var reasons []string
	for i, c := range courses {
		g := p.Groups[i]
		by := g.By(o)
		switch short := g.shortPlaces(); {
		case !g.Limited:
		case c.PeakExtraNodes > g.Spare:
			reasons = append(reasons, fmt.Sprintf("%s: %s more for a while, and %d of the kind stand idle", c.Name, needs(c.PeakExtraNodes), g.Spare))
		case !by.surges() && by.Course != CourseEKSDefault && c.PeakExtraNodes > 0 && len(short) > 0:
			reasons = append(reasons, fmt.Sprintf("%s: %s more for a while, and of the kind too few stand idle in the zones: %s",
				c.Name, needs(c.PeakExtraNodes), strings.Join(short, ", ")))
		}
	}
	return reasons
}

// shortPlaces are the zones in which fewer machines stand idle than the group has nodes.
func (g Group) shortPlaces() []string {
	var short []string
	for _, z := range g.Places {
		if z.Idle < z.Nodes {
			short = append(short, fmt.Sprintf("%d of %d in %s", z.Idle, z.Nodes, z.Zone))
		}
	}
	return short
}

func needs(machines int) string {
	if machines == 1 {
		return "1 machine is needed"
	}
	return count(machines, "machine") + " are needed"
}
