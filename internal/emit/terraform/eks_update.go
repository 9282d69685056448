package terraform

import (
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// maxParallel is the most nodes that EKS updates at a time.
const maxParallel = 100

// updateConfig returns the module's update_config, which replaces the module's
// own as a whole. It holds exactly one of the two counts: that which was chosen for the
// planned upgrade, or what the group declares. A declared share that is no whole
// percentage is written as the number of nodes that it means here, rounded down, at
// least 1: the parallelism that was planned.
func (g *eksGroup) updateConfig() object {
	c := object{"update_strategy": g.updateStrategy()}
	if percent, ok := g.percentage(); ok {
		c["max_unavailable_percentage"] = percent
	} else {
		c["max_unavailable"] = g.parallel(g.nodes)
	}
	return c
}

// percentage returns the declared share in whole percent, 1 to 100.
func (g *eksGroup) percentage() (int, bool) {
	if g.chosen(g.inGroup()) != nil {
		return 0, false
	}
	u := g.spec.UpdateConfig.MaxUnavailable
	if !u.IsRatio || u.Ratio < units.Percent || u.Ratio%units.Percent != 0 {
		return 0, false
	}
	return int(min(u.Ratio/units.Percent, 100)), true
}

// parallel returns how many nodes are updated at a time once there are n: what is
// written as a number is that of the planned nodes whatever n is.
func (g *eksGroup) parallel(n int) int {
	if _, ok := g.percentage(); !ok {
		n = g.nodes
	}
	if w := g.chosen(g.inGroup()); w != nil {
		return w.MaxUnavailable
	}
	return min(max(g.spec.UpdateConfig.MaxUnavailable.Down(n), 1), maxParallel)
}

// updateStrategy is MINIMAL, which starts no node before it takes one away, where
// the group declares it, or declares nothing and the upgrade is recommended that
// way.
func (g *eksGroup) updateStrategy() string {
	if g.inGroup() == minimal {
		return "MINIMAL"
	}
	return "DEFAULT"
}

// inGroup is the strategy by which EKS updates the group in its place.
func (g *eksGroup) inGroup() string {
	if g.strategy(surge, minimal) == minimal {
		return minimal
	}
	return surge
}

// updateTimeout returns how long Terraform waits for an update of the group: the
// longest course that is planned for it, stretched to as many nodes as an autoscaler
// may run, at least an hour, in whole ten minutes.
func (g *eksGroup) updateTimeout() string {
	d := g.plannedUpdate()
	if d == 0 {
		d = g.longestUpdate()
	}
	return timeout(d)
}

// plannedUpdate returns the longest duration that the upgrade plan gives the
// group in a strategy by which EKS updates it in its place: of those that can be
// used, or of all when none can. It is 0 where no upgrade is planned.
func (g *eksGroup) plannedUpdate() time.Duration {
	if g.upgrade == nil {
		return 0
	}
	var usable, every time.Duration
	for i := range g.upgrade.Strategies {
		s := &g.upgrade.Strategies[i]
		if s.Name != surge && s.Name != minimal {
			continue
		}
		c := courseOf(s, g.courseName)
		if c == nil {
			continue
		}
		d := g.atMost(c)
		every = max(every, d)
		if len(s.BlockedBy) == 0 {
			usable = max(usable, d)
		}
	}
	if usable > 0 {
		return usable
	}
	return every
}

// atMost returns how long a planned course takes with the group's largest count, in
// rounds of as many nodes as it was planned with.
func (g *eksGroup) atMost(c *planner.UpgradeGroup) time.Duration {
	n, most := g.nodes, g.most
	if most <= n {
		return c.Duration
	}
	k := c.Parallel
	if k <= 0 {
		k = max(min(g.parallel(n), n), 1)
	}
	return stretched(c.Duration, rounds(n, k, k), rounds(most, k, g.parallel(most)))
}

// What bounds an update that nobody planned: images are updated between
// upgrades too. The drain limit and the wait after it are documented limits of
// EKS; boot, termination, set-up and scale-down are the times that our models
// assume, docs/models/upgrades.md.
const (
	setup            = 2 * time.Minute
	boot             = 90 * time.Second
	terminate        = time.Minute
	afterDrain       = time.Minute
	drainLimit       = 15 * time.Minute
	scaleDownPerNode = 30 * time.Second
)

// longestUpdate returns how long an update takes when every drain takes as long
// as EKS allows, with the steps of both strategies and the group's largest count N:
//
//	setup + boot + ceil(N/U) x (drain limit + wait + terminate + boot) + max(2 x zones, U) x scale-down
//
// U is that of the planned nodes in the rounds, which are more then, and that of the
// largest count for the nodes that are taken away.
func (g *eksGroup) longestUpdate() time.Duration {
	most := g.most
	batches := units.CeilDiv(most, g.parallel(g.nodes))
	extra := max(2*len(g.pool.NodesByZone), g.parallel(most))
	return setup + boot + repeated(drainLimit+afterDrain+terminate+boot, batches) + repeated(scaleDownPerNode, extra)
}
