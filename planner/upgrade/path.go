package upgrade

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Version is a minor of Kubernetes in a provider's calendar. A date that is not
// published is zero.
type Version struct {
	// Minor is "1.35".
	Minor string
	// Release on the provider, and the first days without standard and without
	// any support.
	Release, StandardEnd, ExtendedEnd units.Date
}

// PathProblem is a reason for which there is no path.
type PathProblem string

// The reasons.
const (
	NotAVersion PathProblem = "not a version"
	Downgrade   PathProblem = "downgrade"
	SameVersion PathProblem = "same version"
	NotOffered  PathProblem = "not offered"
	NotReleased PathProblem = "not released"
	Ended       PathProblem = "support ended"
)

// PathError says why an upgrade has no path.
type PathError struct {
	From, To string
	// Minor that the problem is with.
	Minor   string
	Problem PathProblem
	detail  string
}

func (e *PathError) Error() string {
	return fmt.Sprintf("no upgrade from %s to %s: %s", e.From, e.To, e.detail)
}

// Path returns the minors that the control plane steps through from one to
// another, without the first: an API server must not skip one (Kubernetes'
// version skew policy). Each of them must be in the calendar, released at day
// asOf and still run then. The error is a *PathError.
func Path(from, to string, calendar []Version, asOf units.Date) ([]string, error) {
	fail := func(minor string, p PathProblem, format string, args ...any) ([]string, error) {
		return nil, &PathError{From: from, To: to, Minor: minor, Problem: p, detail: fmt.Sprintf(format, args...)}
	}
	fromMajor, fromMinor, ok := ParseMinor(from)
	if !ok {
		return fail(from, NotAVersion, "%q is not a minor version like 1.35", from)
	}
	toMajor, toMinor, ok := ParseMinor(to)
	if !ok {
		return fail(to, NotAVersion, "%q is not a minor version like 1.35", to)
	}
	switch {
	case fromMajor != toMajor:
		return fail(to, NotOffered, "the major versions differ")
	case toMinor < fromMinor:
		return fail(to, Downgrade, "a control plane cannot be taken back a minor as an upgrade")
	case toMinor == fromMinor:
		return fail(to, SameVersion, "it runs already")
	case !slices.ContainsFunc(calendar, func(v Version) bool { return v.Minor == to }):
		return fail(to, NotOffered, "%s is not in the provider's calendar", to)
	}
	var hops []string
	for minor := fromMinor + 1; minor <= toMinor; minor++ {
		name := fmt.Sprintf("%d.%d", fromMajor, minor)
		i := slices.IndexFunc(calendar, func(v Version) bool { return v.Minor == name })
		switch {
		case i < 0:
			return fail(name, NotOffered, "%s is not in the provider's calendar", name)
		case calendar[i].Release.IsZero():
			return fail(name, NotReleased, "the provider has not published when it releases %s", name)
		case calendar[i].Release > asOf:
			return fail(name, NotReleased, "the provider releases %s on %s, after %s", name, calendar[i].Release, asOf)
		case minor == toMinor && ended(calendar[i], asOf):
			return fail(name, Ended, "all support of %s ended on %s", name, calendar[i].ExtendedEnd)
		}
		hops = append(hops, name)
	}
	return hops, nil
}

func ended(v Version, asOf units.Date) bool { return !v.ExtendedEnd.IsZero() && v.ExtendedEnd <= asOf }

// ParseMinor splits "1.35" into 1 and 35. It reports false for anything else.
func ParseMinor(s string) (major, minor int, ok bool) {
	before, after, found := strings.Cut(s, ".")
	if !found {
		return 0, 0, false
	}
	major, err := strconv.Atoi(before)
	if err != nil || major < 0 || strconv.Itoa(major) != before {
		return 0, 0, false
	}
	minor, err = strconv.Atoi(after)
	if err != nil || minor < 0 || strconv.Itoa(minor) != after {
		return 0, 0, false
	}
	return major, minor, true
}

// LargestSkew is how many minors a kubelet of a 1.x minor may trail the API
// server: 3 from 1.25 on, 2 before (Kubernetes' version skew policy).
func LargestSkew(kubelet int) int {
	if kubelet < 25 {
		return 2
	}
	return 3
}

// KubeletAllowed reports whether a kubelet may run with an API server, both
// minors of 1.x: never newer, and never too old.
func KubeletAllowed(kubelet, apiServer int) bool {
	return kubelet <= apiServer && apiServer-kubelet <= LargestSkew(kubelet)
}

// NodeRounds returns how often the nodes are replaced in an upgrade of m
// minors when they may trail by skew: ceil(m / skew).
func NodeRounds(m, skew int) int { return units.CeilDiv(m, max(skew, 1)) }

// NodesFollow reports whether the nodes are replaced after hop h (from 1) of m:
// when they trail by skew, and at the end.
func NodesFollow(h, m, skew int) bool { return h == m || h%max(skew, 1) == 0 }
