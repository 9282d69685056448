package upgrade

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// parallel returns how many nodes of n are replaced at a time, and what was
// asked for: a share rounds down, both are at least 1 and at most the
// provider's bound; there are never more than n.
func parallel(n int, asked units.CountOrRatio, bound int) (k, u int) {
	u = max(asked.Down(n), 1)
	if bound > 0 {
		u = min(u, bound)
	}
	return min(u, n), u
}

// atATime is AtATime, or what stands for it.
func (g Group) atATime() units.CountOrRatio {
	if g.AtATime.IsZero() {
		return g.MaxUnavailable
	}
	return g.AtATime
}

// batches returns how many batches of k nodes n nodes make.
func batches(n, k int) time.Duration { return time.Duration(units.CeilDiv(n, k)) }

// pace is how many nodes are replaced at a time by a surge and by going without.
type pace struct {
	// surge nodes more, at most; away is how many of the group may be missing.
	// parallel nodes are replaced at a time.
	surge, away, parallel int
	// knob is the attribute that parallel comes from.
	knob string
}

// paceOf returns the pace that a group declares: max_surge, of which a share
// rounds up, and max_unavailable, of which a share rounds down and is at least 1.
// Together they are at least 1: a surge where both are 0. Nodes that go first have
// no surge. No more are replaced at a time than bound, where there is one, and
// than there are.
func paceOf(g Group, terminateFirst bool, bound int) pace {
	n := g.Count()
	if bound <= 0 {
		bound = n
	}
	surge, away := g.MaxSurge.Up(n), g.MaxUnavailable.Down(n)
	if g.MaxUnavailable.IsRatio && !g.MaxUnavailable.IsZero() {
		away = max(away, 1)
	}
	switch {
	case terminateFirst:
		surge, away = 0, max(g.atATime().Down(n), 1)
	case surge+away == 0:
		surge = 1
	}
	surge = g.available(surge)
	p := pace{surge: min(surge, bound, n), away: min(away, bound, n), parallel: min(surge+away, bound, n)}
	switch {
	case surge == 0:
		p.knob = "max_unavailable"
	case away == 0:
		p.knob = "max_surge"
	default:
		p.knob = "max_surge and max_unavailable adding up to"
	}
	return p
}

// available returns how many of some nodes more can be had: where only machines that
// stand idle can, no more than there are, and one at least, for which the strategy is
// blocked where there is none.
func (g Group) available(surge int) int {
	if g.Limited && surge > 1 {
		return max(min(surge, g.Spare), 1)
	}
	return surge
}

// helped returns how many nodes are in zones in which fewer machines stand idle than a surge
// takes at a time.
func (g Group) helped(surge int) int {
	n := 0
	for _, z := range g.Places {
		if z.Idle < min(surge, z.Nodes) {
			n += z.Nodes
		}
	}
	return n
}

// Surge is MaxSurge, no more than can be had.
func (g Group) Surge() units.CountOrRatio {
	if !g.Limited {
		return g.MaxSurge
	}
	return units.Count(g.available(g.MaxSurge.Up(g.Count())))
}
