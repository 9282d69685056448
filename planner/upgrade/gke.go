package upgrade

import (
	"slices"
	"time"
)

// LongestSoak is the longest that GKE keeps a blue pool for a soak, and that it
// waits for pods to leave by themselves: nodePoolSoakDuration and
// waitForDrainDuration of its API.
const LongestSoak = 7 * 24 * time.Hour

// AtMostThese notes what the figures of GKE's autoscaled blue/green are by formula. A
// simulation, in which no pod leaves by itself, finds the longest time, but not the highest
// cost: pods that leave one by one let green grow while all of blue still has some.
const AtMostThese = "extra nodes, time and cost are at most these: green grows and blue shrinks as pods move"

// gkeSurgeRound is a surge of a GKE node pool, which goes zone by zone:
//
//	k = min(max_surge + max_unavailable, MaxParallel)
//	D = sum over zones of ceil(N_zone/k) x (boot + R + terminate)
//	E = max_surge x D, ready >= N - max_unavailable
//
// The surge is an upper bound: a zone may have fewer nodes. R is that of any k
// nodes, wherever they are.
func gkeSurgeRound(g Group, p Problem, terminateFirst bool) round {
	n, t := g.Count(), p.Times
	zones := g.NodesByZone
	if len(zones) == 0 {
		zones = []int{n}
	}
	turn := paceOf(g, terminateFirst, t.MaxParallel)
	k := min(turn.parallel, slices.Max(zones))
	away := min(turn.away, k)
	drains := p.drains(g, k, n-away)
	r, _ := longest(drains)
	var d time.Duration
	for _, nodes := range zones {
		d += batches(nodes, k) * (t.Boot + r + t.Terminate)
	}
	return round{
		duration: d, parallel: k, extraNodes: turn.surge, extraTime: d, minReady: n - away, drains: drains, knob: turn.knob,
	}
}

// gkeBlueGreen is GKE's own blue/green: with batches and soaks, or left to the
// cluster autoscaler.
func (s *Strategy) gkeBlueGreen(o Option, p Problem) {
	if o.Course == CourseGKEAutoscaledBlueGreen {
		s.BlockedBy = stuck(s.Groups)
		s.note("pods have " + span(min(p.Times.WaitForDrain, LongestSoak)) + " to leave by themselves, and no limit ends drains after that")
		s.note(AtMostThese)
		return
	}
	s.drainsEnd(p, "")
	if p.Times.Soak > LongestSoak {
		s.note("the soak ends after " + span(LongestSoak) + ": GKE keeps blue no longer")
	}
}

// gkeBlueGreenRound is a blue/green upgrade of a GKE node pool, with batches of
// max_unavailable nodes, at least 1:
//
//	D = boot + cordon + ceil(N/batch) x (R + batch soak) + soak + delete
//	E = N x D, ready >= N
func gkeBlueGreenRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, _ := parallel(n, g.atATime(), 0)
	drains := p.drains(g, k, n)
	r, _ := longest(drains)
	d := t.Boot + t.Cordon + batches(n, k)*(r+g.BatchSoak) + min(t.Soak, LongestSoak) + t.Delete
	return round{duration: d, parallel: k, extraNodes: n, extraTime: d, minReady: n, drains: drains}
}

// gkeAutoscaledRound is a blue/green upgrade of a GKE node pool that waits for
// pods to leave by themselves; no limit ends drains:
//
//	D = boot + cordon + wait for drain + ceil(N/k) x R + delete
//	E <= N x D, ready >= N
func gkeAutoscaledRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, _ := parallel(n, g.atATime(), 0)
	drains := Drains(g, k)
	r, _ := longest(drains)
	d := t.Boot + t.Cordon + min(t.WaitForDrain, LongestSoak) + batches(n, k)*r + t.Delete
	return round{duration: d, parallel: k, extraNodes: n, extraTime: d, minReady: n, drains: drains}
}
