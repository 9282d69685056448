package upgrade

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// round is one replacement of all nodes of a group.
type round struct {
	duration time.Duration
	parallel int
	// extraNodes run for extraTime of it.
	extraNodes int
	extraTime  time.Duration
	minReady   int
	drains     []Drain
}

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

// batches returns how many batches of k nodes n nodes make.
func batches(n, k int) time.Duration { return time.Duration(units.CeilDiv(n, k)) }

// surgeRound is an update of an EKS managed node group, DEFAULT:
//
//	S = max(2 x zones, U)
//	D = setup + boot + ceil(N/U) x (R + after drain + terminate) + S x scale down
//	E = S x (D - setup), ready >= N + S - U
//
// S is an upper bound: EKS adds up to two nodes a zone until each zone has a
// new one.
func surgeRound(g Group, t Times) round {
	n := g.Count()
	k, u := parallel(n, g.MaxUnavailable, t.MaxParallel)
	drains := Drains(g, k)
	r, _ := longest(drains)
	s := max(2*g.Zones, u)
	d := t.Setup + t.Boot + batches(n, k)*(r+t.AfterDrain+t.Terminate) + time.Duration(s)*t.ScaleDownPerNode
	return round{duration: d, parallel: k, extraNodes: s, extraTime: d - t.Setup, minReady: n + s - k, drains: drains}
}

// minimalRound is an update of an EKS managed node group, MINIMAL:
//
//	D = setup + ceil(N/U) x (R + after drain + terminate + boot)
//	E = 0, ready >= N - U
func minimalRound(g Group, t Times) round {
	n := g.Count()
	k, _ := parallel(n, g.MaxUnavailable, t.MaxParallel)
	drains := Drains(g, k)
	r, _ := longest(drains)
	d := t.Setup + batches(n, k)*(r+t.AfterDrain+t.Terminate+t.Boot)
	return round{duration: d, parallel: k, minReady: n - k, drains: drains}
}

// blueGreenRound is a second group beside the first:
//
//	D = boot + setup + verify + ceil(N/k) x R + soak + delete
//	E = N x D, ready >= N
func blueGreenRound(g Group, t Times) round {
	n := g.Count()
	k, _ := parallel(n, g.MaxUnavailable, t.MaxParallel)
	drains := Drains(g, k)
	r, _ := longest(drains)
	d := t.Boot + t.Setup + t.Verify + batches(n, k)*r + t.Soak + t.Delete
	return round{duration: d, parallel: k, extraNodes: n, extraTime: d, minReady: n, drains: drains}
}

// rolling is a strategy that upgrades the cluster that runs: hop by hop, the
// control plane, its add-ons, and where the nodes' turn has come group by group.
func rolling(name string, p Problem, replace func(Group, Times) round) Strategy {
	s := Strategy{Name: name, ExtraCostKnown: true, MinReady: units.Whole}
	rounds := make([]round, len(p.Groups))
	for i, g := range p.Groups {
		s.Groups = append(s.Groups, GroupCourse{Name: g.Name, ExtraCostKnown: true, MinReady: units.Whole})
		if g.Count() > 0 {
			rounds[i] = replace(g, p.Times)
		}
	}
	for h, minor := range p.Hops {
		s.event(Event{Kind: "control_plane", Minor: minor, Duration: p.Times.ControlPlaneStep})
		s.event(Event{Kind: "add_ons", Minor: minor, Duration: p.Times.AddOns})
		if !NodesFollow(h+1, len(p.Hops), p.NodeSkew) {
			continue
		}
		for i, g := range p.Groups {
			if g.Count() > 0 {
				s.Groups[i].add(s.Duration, g, rounds[i])
				s.event(Event{Kind: "node_group", Group: g.Name, Minor: minor, Duration: rounds[i].duration})
			}
		}
	}
	for _, g := range s.Groups {
		s.ExtraNodeHours += g.ExtraNodeHours
		s.ExtraCost += g.ExtraCost
		s.ExtraCostKnown = s.ExtraCostKnown && g.ExtraCostKnown
		s.PeakExtraNodes = max(s.PeakExtraNodes, g.PeakExtraNodes)
		s.MinReady = min(s.MinReady, g.MinReady)
	}
	return s
}

func (s *Strategy) event(e Event) {
	e.Start = s.Duration
	s.Duration += e.Duration
	s.Events = append(s.Events, e)
}

// add adds a round of group g that starts after some time.
func (c *GroupCourse) add(start time.Duration, g Group, r round) {
	if c.Rounds == 0 {
		c.Start = start
	}
	n := g.Count()
	c.Rounds++
	c.Duration += r.duration
	c.Parallel = r.parallel
	c.PeakExtraNodes = r.extraNodes
	c.MinReadyNodes = r.minReady
	c.MinReady = units.Whole * units.Ratio(min(r.minReady, n)) / units.Ratio(n)
	hours, cost, known := extra(r.extraNodes, r.extraTime, g.Price)
	c.ExtraNodeHours += hours
	c.ExtraCost += cost
	c.ExtraCostKnown = c.ExtraCostKnown && known
	c.Drains = r.drains
	c.Drain, c.DrainWorkload = longest(r.drains)
}

// clusterBlueGreen runs a second cluster of the target minor beside the first
// for H, whatever the number of minors between:
//
//	D = H, cost = H x (sum of N x price + control plane)
func clusterBlueGreen(p Problem) Strategy {
	s := Strategy{Name: ClusterBlueGreen, ExtraCostKnown: p.ControlPlaneFee.Known, MinReady: units.Whole}
	h := p.Times.ParallelRun
	s.event(Event{Kind: "parallel_run", Minor: p.Hops[len(p.Hops)-1], Duration: h})
	s.ExtraCost = Cost(p.ControlPlaneFee.PerHour, 1, h)
	for _, g := range p.Groups {
		n := g.Count()
		hours, cost, known := extra(n, h, g.Price)
		c := GroupCourse{
			Name: g.Name, Duration: h, Rounds: 1, Parallel: n, PeakExtraNodes: n, MinReadyNodes: n, MinReady: units.Whole,
			ExtraNodeHours: hours, ExtraCost: cost, ExtraCostKnown: known,
		}
		if n == 0 {
			c.Duration, c.Rounds = 0, 0
		}
		s.Groups = append(s.Groups, c)
		s.PeakExtraNodes += n
		s.ExtraNodeHours += hours
		s.ExtraCost += cost
		s.ExtraCostKnown = s.ExtraCostKnown && known
	}
	return s
}
