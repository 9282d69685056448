package upgrade

import (
	"fmt"
	"slices"
	"strings"
)

// By returns the option by which the group's nodes are replaced in an upgrade by o: its
// own in the place of o, or o itself.
func (g Group) By(o Option) Option {
	if own, ok := g.Instead[o.Name]; ok {
		return own
	}
	return o
}

// known reports whether this package has a formula of an option.
func (o Option) known() bool {
	switch o.Course {
	case CourseEKSDefault, CourseEKSMinimal, CourseGKESurge, CourseGKEBlueGreen, CourseGKEAutoscaledBlueGreen,
		CourseInPlace, CourseRolling, CourseNodeGroupBlueGreen, CourseClusterBlueGreen:
		return true
	}
	return false
}

// replace is a round of a group in the cluster that runs.
func (o Option) replace(g Group, p Problem) round {
	switch o.Course {
	case CourseEKSDefault:
		return surgeRound(g, p)
	case CourseEKSMinimal:
		return minimalRound(g, p)
	case CourseGKESurge:
		return gkeSurgeRound(g, p, o.TerminateFirst)
	case CourseGKEBlueGreen:
		return gkeBlueGreenRound(g, p)
	case CourseGKEAutoscaledBlueGreen:
		return gkeAutoscaledRound(g, p)
	case CourseInPlace:
		return inPlaceRound(g, p)
	case CourseRolling:
		return rollRound(g, p, o.TerminateFirst)
	case CourseNodeGroupBlueGreen:
		return blueGreenRound(g, p)
	case CourseClusterBlueGreen:
	}
	panic("upgrade: no round of nodes by " + string(o.Course))
}

// part is the groups that are replaced in one way.
type part struct {
	by      Option
	groups  []Group
	courses []GroupCourse
}

// parts returns the ways in which the groups of a strategy are replaced: the strategy's
// first, of which there may be no groups, then those in its place as groups have them.
func parts(o Option, p Problem, courses []GroupCourse) []part {
	out := []part{{by: o}}
	for i, g := range p.Groups {
		by := g.By(o)
		at := slices.IndexFunc(out, func(w part) bool { return w.by == by })
		if at < 0 {
			at = len(out)
			out = append(out, part{by: by})
		}
		out[at].groups, out[at].courses = append(out[at].groups, g), append(out[at].courses, courses[i])
	}
	return out
}

// tell says what blocks a strategy, what is to be minded and how to go back: of each way
// in which groups are replaced.
func (s *Strategy) tell(o Option, p Problem) {
	ways := parts(o, p, s.Groups)
	none := len(ways) > 1 && len(ways[0].groups) == 0
	s.Rollback = back(o, p)
	if none {
		s.Rollback = controlPlaneBack(p)
		s.Notes = append(s.Notes, "no group is replaced by "+o.Name+": each has a strategy of its own")
		ways = ways[1:]
	}
	for i, w := range ways {
		of, those := p, Strategy{Groups: w.courses}
		of.Groups = w.groups
		if i > 0 || none {
			names := w.names()
			s.Notes = append(s.Notes, fmt.Sprintf("%s: nodes are replaced by %s, the group's own strategy", names, w.by.Name))
			those.of = names + ": "
			if way := nodesBack(w.by, p); none || way != nodesBack(o, p) {
				s.Rollback += "; " + names + ": " + way
			}
		}
		those.remark(w.by, of)
		s.BlockedBy = append(s.BlockedBy, those.BlockedBy...)
		s.Notes = append(s.Notes, those.Notes...)
	}
}

func (w *part) names() string {
	var names []string
	for _, c := range w.courses {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// remark says what blocks the replacement of some groups by an option, and what is to be
// minded.
func (s *Strategy) remark(o Option, p Problem) {
	switch o.Course {
	case CourseEKSDefault, CourseEKSMinimal:
		s.eks(o, p)
	case CourseGKESurge, CourseRolling:
		s.drainsEnd(p, "")
		s.mayRunShort(o, p)
	case CourseGKEBlueGreen, CourseGKEAutoscaledBlueGreen:
		s.gkeBlueGreen(o, p)
	case CourseInPlace:
		s.drainsEnd(p, "")
		s.runsShort(o, p)
	case CourseNodeGroupBlueGreen:
		s.BlockedBy = stuck(s.Groups)
		s.note("drains are ours: no limit of the provider ends them")
	case CourseClusterBlueGreen:
	}
}

// note adds a note that names no group.
func (s *Strategy) note(words string) { s.Notes = append(s.Notes, s.of+words) }

// back says how the cluster is taken back where its nodes are replaced by an option.
func back(o Option, p Problem) string {
	if o.Course == CourseInPlace {
		return "hard: restore the etcd backup and the old packages, node by node"
	}
	return controlPlaneBack(p) + "; " + nodesBack(o, p)
}

// nodesBack says how nodes are taken back that an option replaces.
func nodesBack(o Option, p Problem) string {
	switch o.Course {
	case CourseEKSDefault, CourseEKSMinimal:
		return "nodes by another update to the old image"
	case CourseGKESurge:
		return "nodes by another surge to the old version"
	case CourseRolling:
		return "nodes by another roll to the old image"
	case CourseInPlace:
		return "nodes by the old packages, one by one"
	case CourseGKEAutoscaledBlueGreen:
		return "uncordon blue until it is deleted: its nodes go as pods leave"
	case CourseGKEBlueGreen:
		words := "uncordon blue until it is deleted, within " + span(min(p.Times.Soak, LongestSoak)) + " of the last drain"
		if p.Times.Soak > LongestSoak {
			words += " (GKE keeps it no longer: the soak of " + span(p.Times.Soak) + " is cut)"
		}
		return words
	case CourseNodeGroupBlueGreen:
		return "uncordon blue until it is deleted, within " + span(p.Times.Soak) + " of the last drain"
	case CourseClusterBlueGreen:
	}
	return ""
}
