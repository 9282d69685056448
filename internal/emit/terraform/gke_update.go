package terraform

import (
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// maxGKEParallel is the most nodes of a pool that GKE replaces at a time: max_surge
// and max_unavailable together.
const maxGKEParallel = 20

// poolSoak is how long GKE keeps the blue pool after its last drain: its own
// default, with which upgrades are planned.
const poolSoak = time.Hour

// strategy returns the name of the strategy by which GKE replaces the pool's
// nodes. A group that declares minimal has no room for nodes more; otherwise what
// the planned upgrade recommends goes before what the group declares, if GKE does
// it in a pool's place.
func (g *gkePool) strategy() string {
	if own := g.spec.UpdateConfig.Strategy; own == minimal || own == gkeBlueGreen {
		return own
	}
	for _, s := range []string{gkeAutoscaledBlueGreen, gkeBlueGreen, minimal} {
		if g.recommends(s) {
			return s
		}
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
			"node_pool_soak_duration": seconds(poolSoak),
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

// updateTime returns how long an update of the pool takes: as planned for the
// strategy that is written, else the longest that it can be.
func (g *gkePool) updateTime() time.Duration {
	if c := g.course(g.strategy()); c != nil && c.Duration > 0 {
		return c.Duration
	}
	return g.longestUpdate()
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
// as GKE allows. A surge replaces k nodes at a time, one zone after another;
// blue/green drains batches of k of the whole pool:
//
//	surge:      sum over zones of ceil(N_zone/k) x (drain limit + replace)
//	blue/green: pools + ceil(N/k) x (drain limit + batch soak) + pool soak
func (g *gkePool) longestUpdate() time.Duration {
	if g.strategy() == gkeBlueGreen {
		batches := time.Duration(units.CeilDiv(g.plan.Nodes, g.batch()))
		return gkePools + batches*(gkeDrainLimit+g.spec.UpdateConfig.Soak) + poolSoak
	}
	more, fewer := g.parallel()
	var rounds time.Duration
	for _, z := range g.pool.NodesByZone {
		rounds += time.Duration(units.CeilDiv(z.Nodes, more+fewer))
	}
	return rounds * (gkeDrainLimit + gkeReplace)
}
