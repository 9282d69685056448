package terraform

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// maxParallel is the most nodes that EKS updates at a time.
const maxParallel = 100

// updateConfig returns the module's update_config, which replaces the module's
// own as a whole. It holds exactly one of the two counts. A declared share that
// is no whole percentage is written as the number of nodes that it means here,
// rounded down, at least 1: the parallelism that was planned.
func (g *eksGroup) updateConfig() object {
	c := object{"update_strategy": g.updateStrategy()}
	if percent, ok := g.percentage(); ok {
		c["max_unavailable_percentage"] = percent
	} else {
		c["max_unavailable"] = g.parallel()
	}
	return c
}

// percentage returns the declared share in whole percent, 1 to 100.
func (g *eksGroup) percentage() (int, bool) {
	u := g.spec.UpdateConfig.MaxUnavailable
	if !u.IsRatio || u.Ratio < units.Percent || u.Ratio%units.Percent != 0 {
		return 0, false
	}
	return int(min(u.Ratio/units.Percent, 100)), true
}

// parallel returns how many nodes are updated at a time.
func (g *eksGroup) parallel() int {
	return min(max(g.spec.UpdateConfig.MaxUnavailable.Down(g.plan.Nodes), 1), maxParallel)
}

// updateStrategy is MINIMAL, which starts no node before it takes one away, where
// the group declares it or where the upgrade is recommended that way.
func (g *eksGroup) updateStrategy() string {
	if g.spec.UpdateConfig.Strategy == minimal || g.recommends(minimal) {
		return "MINIMAL"
	}
	return "DEFAULT"
}

// updateTimeout returns how long Terraform waits for an update of the group: the
// longest course that is planned for it, at least an hour, in whole ten minutes.
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
		c := courseOf(s, g.plan.Name)
		if c == nil {
			continue
		}
		d := c.Duration
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
// as EKS allows, with the steps of both strategies:
//
//	setup + boot + ceil(N/U) x (drain limit + wait + terminate + boot) + max(2 x zones, U) x scale-down
func (g *eksGroup) longestUpdate() time.Duration {
	n, u := g.plan.Nodes, g.parallel()
	rounds := time.Duration(units.CeilDiv(n, u))
	extra := time.Duration(max(2*len(g.pool.NodesByZone), u))
	return setup + boot + rounds*(drainLimit+afterDrain+terminate+boot) + extra*scaleDownPerNode
}
