package rollout_test

import (
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// TestPitfallSurgeOfOneNode: EKS adds two nodes a zone even to a group of one, so that
// one becomes seven, and each of three subnets needs room for its share.
func TestPitfallSurgeOfOneNode(t *testing.T) {
	pool := with(uniform(m5xlarge, 1), units.Count(1), units.Count(0))
	pool.Zones = []int{0, 1, 2}
	p := planOf(rollout.EKSDefault, eksTimes(), pool)
	tl := rollout.Run(&p, rollout.Options{})
	if tl.PeakNodes != 7 || !slices.Equal(tl.PeakByZone, []int{3, 2, 2}) || !tl.Finished {
		t.Errorf("%d nodes at the peak, by zone %v", tl.PeakNodes, tl.PeakByZone)
	}
	if last := tl.Events[len(tl.Events)-1]; last.Action != rollout.Finish {
		t.Errorf("ends with %+v", last)
	}
}

// TestPitfallOldNodesGoFirst: nodes that take half an hour to join are waited for where
// a strategy starts them first, and at most max_unavailable are missing from then on.
func TestPitfallOldNodesGoFirst(t *testing.T) {
	for _, course := range []rollout.Course{rollout.EKSDefault, rollout.GKESurge, rollout.GKEBlueGreen, rollout.NodeGroupBlueGreen} {
		pool := with(uniform(m5xlarge, 4, 4, 4), units.Count(4), units.Count(0))
		least := 12
		if course == rollout.EKSDefault {
			least = 8
		}
		if course == rollout.GKESurge {
			pool.MaxSurge, pool.MaxUnavailable = units.Count(4), units.Count(0)
		}
		p := planOf(course, eksTimes(), pool)
		p.Times.Boot = 30 * time.Minute
		tl := rollout.Run(&p, rollout.Options{})
		first := func(a rollout.Action) time.Duration {
			return tl.Events[slices.IndexFunc(tl.Events, func(e rollout.Entry) bool { return e.Action == a })].At
		}
		if first(rollout.Drain) < first(rollout.BecomeReady) || !tl.Finished {
			t.Errorf("%s: the first node is drained at %v, the first new one is ready at %v", course, first(rollout.Drain), first(rollout.BecomeReady))
		}
		if got := tl.Pools[0].MinReadyNodes; got < least {
			t.Errorf("%s: %d of 12 nodes are ready, want %d", course, got, least)
		}
	}
}
