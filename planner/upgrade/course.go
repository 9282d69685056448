package upgrade

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// course returns a strategy's course. It reports false for one that this package
// does not know.
func course(o Option, p Problem) (Strategy, bool) {
	var s Strategy
	switch {
	case !o.known() || slices.ContainsFunc(p.Groups, func(g Group) bool { return !g.By(o).known() }):
		return Strategy{}, false
	case o.Course != CourseClusterBlueGreen:
		s = rolling(o, p)
		s.tell(o, p)
	default:
		s = clusterBlueGreen(o, p)
		s.Rollback = "move traffic back while both clusters run, within " + span(p.Times.ParallelRun) + " of the start"
		s.Notes = append(s.Notes, "state in the old cluster's volumes has to be copied or mirrored")
		if len(p.Hops) > 1 {
			s.Notes = append(s.Notes, fmt.Sprintf("skips the %d minors between", len(p.Hops)-1))
		}
	}
	s.BlockedBy = append(s.BlockedBy, tooFewIdle(o, p, s.Groups)...)
	if o.Course != CourseClusterBlueGreen {
		s.Notes = append(s.Notes, inCluster(o, p)...)
	}
	s.Notes = append(s.Notes, redundancy(p, s.Groups)...)
	if len(s.BlockedBy) > 0 {
		s.Notes = append(s.Notes, "time and cost are as if nothing blocked it")
	}
	return s, true
}

// inCluster notes what to mind where the cluster that runs is upgraded.
func inCluster(o Option, p Problem) []string {
	var notes []string
	if len(p.Hops) > 1 {
		note := fmt.Sprintf("%d minors, %s of nodes", len(p.Hops), count(NodeRounds(len(p.Hops), p.NodeSkew), "round"))
		if p.Times.ControlPlaneRollback > 0 {
			note += "; only the last minor can be undone"
		}
		notes = append(notes, note)
	}
	if p.APIDown || p.ControlPlaneNodes == 1 { // practice CP-09
		each := ""
		if len(p.Hops) > 1 {
			each = " a minor"
		}
		notes = append(notes, fmt.Sprintf("the API server is away for %s%s while the control plane is upgraded: pods run on, and none is moved or scaled",
			span(p.controlPlane(o.Course)), each))
	}
	return notes
}

// round is one replacement of all nodes of a group.
type round struct {
	duration time.Duration
	parallel int
	// extraNodes run for extraTime of it.
	extraNodes int
	extraTime  time.Duration
	minReady   int
	drains     []Drain
	// knob is the attribute that parallel comes from; max_unavailable where empty.
	knob string
}

// blueGreenRound is a second group beside the first:
//
//	D = boot + setup + verify + ceil(N/k) x R + soak + delete
//	E = N x D, ready >= N
func blueGreenRound(g Group, p Problem) round {
	n, t := g.Count(), p.Times
	k, _ := parallel(n, g.atATime(), t.MaxParallel)
	drains := Drains(g, k)
	r, _ := longest(drains)
	d := t.Boot + cmp.Or(t.Setup, DefaultSetup) + t.Verify + batches(n, k)*r + t.Soak + t.Delete
	return round{duration: d, parallel: k, extraNodes: n, extraTime: d, minReady: n, drains: drains}
}

// rolling is a strategy that upgrades the cluster that runs: hop by hop, the
// control plane, its add-ons, and where the nodes' turn has come group by group, each
// by its own way where it has one.
func rolling(o Option, p Problem) Strategy {
	s := Strategy{Name: o.Name, ExtraCostKnown: true, MinReady: units.Whole}
	rounds := make([]round, len(p.Groups))
	for i, g := range p.Groups {
		by := g.By(o)
		s.Groups = append(s.Groups, GroupCourse{Name: g.Name, By: by.Name, ExtraCostKnown: true, MinReady: units.Whole})
		if g.Count() > 0 {
			rounds[i] = by.replace(g, p)
		}
		if by != o && g.Count() > 0 {
			s.Departing++
		}
	}
	for h, minor := range p.Hops {
		s.event(Event{Kind: "control_plane", Minor: minor, Duration: p.controlPlane(o.Course)})
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
		s.Forces = s.Forces || slices.ContainsFunc(g.Drains, func(d Drain) bool { return d.Forced })
	}
	return s
}

// controlPlane returns how long a minor of the control plane takes: a step of a
// managed one; of a self-managed one node by node, where they stand or, where
// nodes are replaced and that can be done, by new ones.
func (p Problem) controlPlane(c Course) time.Duration {
	nodes := time.Duration(p.ControlPlaneNodes)
	switch {
	case nodes == 0:
		return p.Times.ControlPlaneStep
	case c == CourseInPlace || p.Times.ControlPlaneRoll == 0:
		return nodes * p.Times.ControlPlaneNode
	}
	return nodes * p.Times.ControlPlaneRoll
}

// controlPlaneBack says how the control plane is taken back.
func controlPlaneBack(p Problem) string {
	switch {
	case p.Times.ControlPlaneRollback > 0:
		return "control plane one minor within " + span(p.Times.ControlPlaneRollback)
	case p.ControlPlaneNodes > 0:
		return "control plane: restore etcd from its backup"
	}
	return "control plane cannot be taken back"
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
	c.MinReady = units.Whole * units.Ratio(min(r.minReady, n)+g.Beside) / units.Ratio(n+g.Beside)
	hours, cost, known := extra(r.extraNodes, r.extraTime, g.Price)
	c.ExtraNodeHours += hours
	c.ExtraCost += cost
	c.ExtraCostKnown = c.ExtraCostKnown && known
	c.Drains, c.knob = r.drains, cmp.Or(r.knob, "max_unavailable")
	c.Drain, c.DrainWorkload = longest(r.drains)
}

// clusterBlueGreen runs a second cluster of the target minor beside the first
// for H, whatever the number of minors between:
//
//	D = H, cost = H x (sum of N x price + control plane + volumes)
func clusterBlueGreen(o Option, p Problem) Strategy {
	s := Strategy{Name: o.Name, ExtraCostKnown: p.ControlPlaneFee.Known && p.Volumes.Known, MinReady: units.Whole}
	h := p.Times.ParallelRun
	s.event(Event{Kind: "parallel_run", Minor: p.Hops[len(p.Hops)-1], Duration: h})
	s.ExtraCost = Cost(p.ControlPlaneFee.PerHour, 1, h) + Cost(p.Volumes.PerHour, 1, h)
	for _, g := range p.Groups {
		n := g.Count()
		hours, cost, known := extra(n, h, g.Price)
		c := GroupCourse{
			Name: g.Name, By: o.Name, Duration: h, Rounds: 1, Parallel: n, PeakExtraNodes: n, MinReadyNodes: n, MinReady: units.Whole,
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
