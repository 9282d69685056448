package terraform

import (
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// maxGKEParallel is the most nodes of a pool that GKE replaces at a time: max_surge
// and max_unavailable together.
const maxGKEParallel = 20

// How long GKE keeps the blue pool after its last drain: its own default, with which
// upgrades are planned that say nothing else, and the longest that its API takes.
const (
	usualPoolSoak   = time.Hour
	longestPoolSoak = 7 * 24 * time.Hour
)

// poolSoak is that of the declared upgrade.
func (c *gkeCluster) poolSoak() time.Duration {
	if u := c.cluster.Upgrade; u != nil && u.Soak != nil {
		return min(*u.Soak, longestPoolSoak)
	}
	return usualPoolSoak
}

// strategy returns the name of the strategy by which GKE replaces the pool's
// nodes.
func (g *gkePool) strategy() string {
	s := g.group.strategy(gkeAutoscaledBlueGreen, gkeBlueGreen, minimal, surge)
	if s == gkeAutoscaledBlueGreen || s == gkeBlueGreen || s == minimal {
		return s
	}
	return surge
}

// rollout returns the keys that say how nodes are replaced.
func (g *gkePool) rollout() object {
	if g.strategy() == gkeBlueGreen {
		return object{
			"strategy":                "BLUE_GREEN",
			"batch_node_count":        g.batch(),
			"batch_soak_duration":     seconds(g.spec.UpdateConfig.Soak),
			"node_pool_soak_duration": seconds(g.cluster.poolSoak()),
		}
	}
	more, fewer := g.parallel()
	return object{"strategy": "SURGE", "max_surge": more, "max_unavailable": fewer}
}

// parallel returns how many nodes more, and how many fewer, GKE replaces them with.
func (g *gkePool) parallel() (more, fewer int) {
	more, fewer = g.pace(g.strategy())
	fewer = min(fewer, maxGKEParallel)
	return min(more, maxGKEParallel-fewer), fewer
}

// batch returns how many blue nodes are drained at a time.
func (g *gkePool) batch() int {
	if c := g.course(gkeBlueGreen); c != nil && c.Parallel > 0 {
		return c.Parallel
	}
	return g.atATime()
}

// seconds writes a duration as the API does, rounded up.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%ds", int64(units.CeilDiv(d, time.Second)))
}

// updateTime returns how long an update of the pool takes with as many nodes as an
// autoscaler may run: as planned for the strategy that is written, else the longest
// that it can be.
func (g *gkePool) updateTime() time.Duration {
	c := g.course(g.strategy())
	switch {
	case c == nil || c.Duration <= 0:
		return g.longestUpdate()
	case g.strategy() == gkeBlueGreen:
		return g.blueGreenAtMost(c)
	}
	return g.surgeAtMost(c)
}

// surgeAtMost returns how long a planned surge takes with the pool's largest count. It
// goes zone by zone, with the same number of nodes in each, and all of it is rounds.
func (g *gkePool) surgeAtMost(c *planner.UpgradeGroup) time.Duration {
	n, most := g.pool.NodesByZone[0].Nodes, g.mostByZone()
	if most <= n {
		return c.Duration
	}
	more, fewer := g.parallel()
	k := c.Parallel
	if k <= 0 {
		k = more + fewer
	}
	return stretched(c.Duration, rounds(n, k, k), rounds(most, k, more+fewer))
}

// blueGreenAtMost returns how long a planned blue/green takes with the pool's largest
// count: the batches that come on top are each a drain and a pause, in every round of
// the nodes, of which there is one for each minor on the way at most.
func (g *gkePool) blueGreenAtMost(c *planner.UpgradeGroup) time.Duration {
	k, zones := g.batch(), len(g.pool.NodesByZone)
	batches := units.CeilDiv(zones*g.mostByZone(), k) - units.CeilDiv(g.nodes, k)
	hops := max(len(g.upgrade.Hops), 1)
	return c.Duration + repeated(repeated(c.Drain+g.spec.UpdateConfig.Soak, batches), hops)
}

// What bounds an update that nobody planned. After the drain limit, which GKE
// documents, pods are deleted; the other times are what our models assume or
// more, docs/models/upgrades.md.
const (
	gkeDrainLimit = time.Hour
	gkeReplace    = 5 * time.Minute // a node deleted and another Ready
	gkePools      = 5 * time.Minute // green made, blue cordoned and deleted
)

// longestUpdate returns how long an update takes when every drain takes as long
// as GKE allows, with the pool's largest count N. A surge replaces k nodes at a
// time, one zone after another; blue/green drains batches of k of the whole pool:
//
//	surge:      zones x ceil(N/zones/k) x (drain limit + replace)
//	blue/green: pools + ceil(N/k) x (drain limit + batch soak) + pool soak
func (g *gkePool) longestUpdate() time.Duration {
	zones, most := len(g.pool.NodesByZone), g.mostByZone()
	if g.strategy() == gkeBlueGreen {
		batches := units.CeilDiv(zones*most, g.batch())
		return gkePools + repeated(gkeDrainLimit+g.spec.UpdateConfig.Soak, batches) + g.cluster.poolSoak()
	}
	more, fewer := g.parallel()
	return repeated(gkeDrainLimit+gkeReplace, zones*units.CeilDiv(most, more+fewer))
}
