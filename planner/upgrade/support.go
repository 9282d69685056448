package upgrade

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Support is what a provider does for a version on a day.
type Support string

// The kinds of support.
const (
	NoSupportYet     Support = "not released"
	StandardSupport  Support = "standard"
	ExtendedSupport  Support = "extended"
	SupportHasPassed Support = "ended"
)

// SupportOn returns which support a version has on a day: the end dates are the
// first days without. A release that is not published has not been, an end that is
// not published is none.
func SupportOn(v Version, day units.Date) Support {
	switch {
	case v.Release.IsZero() || day < v.Release:
		return NoSupportYet
	case v.StandardEnd.IsZero() || day < v.StandardEnd:
		return StandardSupport
	case !ended(v, day):
		return ExtendedSupport
	}
	return SupportHasPassed
}

// StayCost returns what it costs to stay on a version from a day to another, the
// last not counted: the surcharge of an hour, 24 times for each day of extended
// support. After its end the provider upgrades by itself.
func StayCost(v Version, from, until units.Date, surcharge units.USDPerHour) units.USD {
	if v.StandardEnd.IsZero() {
		return 0
	}
	from = max(from, v.StandardEnd)
	if !v.ExtendedEnd.IsZero() {
		until = min(until, v.ExtendedEnd)
	}
	if until <= from {
		return 0
	}
	return ExtendedSupportCost(from.DaysUntil(until), surcharge)
}

// The reasons for which a path that somebody chose is refused.
const (
	Skips        PathProblem = "skips a minor"
	NodesTooOld  PathProblem = "nodes too old"
	EmptyJourney PathProblem = "no step"
)

// CheckHops holds a path that somebody chose against Kubernetes' version skew policy:
// the control plane goes minor by minor, and nodes that follow as NodesFollow says
// never trail it by more than a kubelet may, nor by more than largest minors where a
// provider allows fewer; 0 is no such bound. The error is a *PathError and says what
// would be right.
func CheckHops(from string, hops []string, skew, largest int) error {
	if len(hops) == 0 {
		return &PathError{From: from, To: from, Minor: from, Problem: EmptyJourney, detail: "there is no step"}
	}
	to := hops[len(hops)-1]
	fail := func(minor string, p PathProblem, format string, args ...any) error {
		return &PathError{From: from, To: to, Minor: minor, Problem: p, detail: fmt.Sprintf(format, args...)}
	}
	major, at, ok := ParseMinor(from)
	if !ok {
		return fail(from, NotAVersion, "%q is not a minor version like 1.35", from)
	}
	nodes := at
	for h, hop := range hops {
		m, minor, ok := ParseMinor(hop)
		switch {
		case !ok:
			return fail(hop, NotAVersion, "%q is not a minor version like 1.35", hop)
		case m != major:
			return fail(hop, NotOffered, "the major versions differ")
		case minor <= at:
			return fail(hop, Downgrade, "a control plane cannot be taken back a minor as an upgrade")
		case minor > at+1:
			return fail(hop, Skips, "an API server must not skip a minor: go to %s", between(major, at, minor))
		case !KubeletAllowed(nodes, minor) || largest > 0 && minor-nodes > largest:
			return fail(hop, NodesTooOld, "nodes of %d.%d must follow before the control plane goes to %s", major, nodes, hop)
		}
		if at = minor; NodesFollow(h+1, len(hops), skew) {
			nodes = minor
		}
	}
	return nil
}

// between lists the minors after one up to another.
func between(major, after, to int) string {
	var names []string
	for minor := after + 1; minor <= to; minor++ {
		names = append(names, fmt.Sprintf("%d.%d", major, minor))
	}
	return strings.Join(names, ", ")
}
