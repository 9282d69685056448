package rollout_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// both runs a group by its formula and event by event.
func both(w way, g upgrade.Group) (upgrade.Strategy, rollout.Timeline) {
	g.Beside = 1
	p := problemOf(w, g)
	plan := simulated(&p, w)
	return formula(p, w), rollout.Run(&plan, rollout.Options{})
}

// moving is a group by zone with so many pods on each node, of which so many may be
// away, 50 s a batch; a negative budget is none.
func moving(pods, allowed int, zones ...int) upgrade.Group {
	g := upgrade.Group{
		Name: "web", Zones: len(zones), NodesByZone: zones, Price: upgrade.Rate{PerHour: m5xlarge, Known: true},
		MaxUnavailable: units.Count(1), Workloads: []upgrade.Workload{{
			Name: "app", Budget: allowed >= 0, Allowed: allowed, Grace: 30 * time.Second, Startup: 20 * time.Second,
		}},
	}
	n := 0
	for _, z := range zones {
		n += z
	}
	g.Nodes = []upgrade.NodeClass{{Nodes: n, Pods: []upgrade.PodCount{{Workload: "app", Pods: pods}}}}
	return g
}

var gkeSurge = way{upgrade.CourseGKESurge, false}

// A surge of 3 is 3 nodes more in a zone of 7 but for its last batch of one, and never
// in zones of 2 and 1: 3 x (3 + 3 + 1 + 2 + 1) batches of 230 s against 3 for all five.
func TestUnevenZonesNeedFewerNodes(t *testing.T) {
	g := moving(1, -1, 7, 2, 1)
	g.MaxSurge, g.MaxUnavailable = units.Count(3), units.Count(0)
	want, got := both(gkeSurge, g)
	if got.Duration != want.Duration || got.Pools[0].Duration != 5*230*time.Second {
		t.Errorf("takes %v, simulated %v", want.Duration, got.Duration)
	}
	near := func(hours, want float64) bool { return hours-want < 1e-9 && want-hours < 1e-9 }
	if !near(want.ExtraNodeHours, 3*5*230/3600.0) || !near(got.Pools[0].ExtraNodeHours, (3+3+1+2+1)*230/3600.0) {
		t.Errorf("%v extra node-hours, simulated %v", want.ExtraNodeHours, got.Pools[0].ExtraNodeHours)
	}
}

// Seven nodes by three: the last batch has one node and three waves of its pods to
// move, the others nine. The formula charges nine to each.
func TestLastBatchIsShorter(t *testing.T) {
	g := moving(3, 1, 7)
	g.MaxUnavailable = units.Count(3)
	want, got := both(way{upgrade.CourseNodeGroupBlueGreen, false}, g)
	if d := want.Duration - got.Duration; d != (9-3)*50*time.Second {
		t.Errorf("takes %v, simulated %v", want.Duration, got.Duration)
	}
}

// Two nodes with eight pods and two with one: the formula charges eight waves to each.
func TestUnlikeNodes(t *testing.T) {
	g := moving(8, 1, 4)
	g.Nodes = []upgrade.NodeClass{{Nodes: 2, Pods: g.Nodes[0].Pods}, {Nodes: 2, Pods: []upgrade.PodCount{{Workload: "app", Pods: 1}}}}
	want, got := both(way{upgrade.CourseInPlace, false}, g)
	if want.Groups[0].Duration != 4*(400+210)*time.Second || got.Pools[0].Duration != (400+400+50+50+4*210)*time.Second {
		t.Errorf("takes %v, simulated %v", want.Groups[0].Duration, got.Pools[0].Duration)
	}
}

// A budget that lets nothing go: the formula says that it blocks and counts no time for
// its drains; an update of EKS gives up after 15 minutes, GKE goes on after an hour as
// its formula says, and a roll waits for ever.
func TestStuckBudget(t *testing.T) {
	g := moving(2, 0, 4)
	want, got := both(way{upgrade.CourseEKSDefault, false}, g)
	reason := "web/app: its disruption budget lets no pod go, so that its nodes never drain"
	if !slices.Equal(want.BlockedBy, []string{reason}) || !slices.Equal(got.BlockedBy, []string{reason}) || got.Finished {
		t.Errorf("blocked by %q, simulated %q", want.BlockedBy, got.BlockedBy)
	}
	if want.Groups[0].Drain != 0 || got.Duration != (1200+120+90+900)*time.Second {
		t.Errorf("drains in %v, simulated until %v", want.Groups[0].Drain, got.Duration)
	}
	want, got = both(gkeSurge, g)
	if !want.Forces || got.Forced != 4*2 || got.Duration != want.Duration || got.Pools[0].Duration != 4*(180+3600)*time.Second {
		t.Errorf("takes %v, simulated %v with %d pods", want.Duration, got.Duration, got.Forced)
	}
	want, got = both(way{upgrade.CourseRolling, false}, g)
	if !slices.Equal(want.BlockedBy, []string{reason}) || !slices.Equal(got.BlockedBy, []string{reason}) || got.Finished || want.Duration == got.Duration {
		t.Errorf("blocked by %q after %v, simulated %q after %v", want.BlockedBy, want.Duration, got.BlockedBy, got.Duration)
	}
}

// Ten pods one by one take 1000 s for two nodes: EKS's update fails after 900 s.
func TestSlowDrainFails(t *testing.T) {
	g := moving(10, 1, 4)
	g.MaxUnavailable = units.Count(2)
	want, got := both(way{upgrade.CourseEKSMinimal, true}, g)
	if len(want.BlockedBy) != 1 || got.Finished || len(got.BlockedBy) != 1 || !strings.HasSuffix(got.BlockedBy[0], "not left after 900 s, and the update fails (PodEvictionFailure)") {
		t.Errorf("blocked by %q, simulated %q", want.BlockedBy, got.BlockedBy)
	}
}

// EKS starts a replacement when a node is gone and does not wait for it: where drains
// are shorter than a boot, the next nodes are empty before it is there. Of 12 nodes
// and 6 more, four at a time, 14 would be ready if somebody waited, and 10 are with drains
// of 50 s and boots of 90 s, two batches being away. The promise of max_unavailable, 8,
// holds.
func TestSlowBootRunsShort(t *testing.T) {
	g := moving(1, -1, 4, 4, 4)
	g.MaxUnavailable = units.Count(4)
	want, got := both(way{upgrade.CourseEKSDefault, false}, g)
	if want.Groups[0].MinReadyNodes != 10 || got.Pools[0].MinReadyNodes != 10 || got.Duration != want.Duration {
		t.Errorf("%d ready, simulated %d", want.Groups[0].MinReadyNodes, got.Pools[0].MinReadyNodes)
	}
}

// With 20 at a time at most, a surge of 20 leaves no node to go first, so that all 100
// stay ready where 95 are promised.
func TestBoundLeavesSurge(t *testing.T) {
	g := moving(1, -1, 100)
	g.MaxSurge, g.MaxUnavailable = units.Count(20), units.Count(5)
	want, got := both(gkeSurge, g)
	if want.Groups[0].MinReadyNodes != 95 || got.Pools[0].MinReadyNodes != 100 || got.Duration != want.Duration || got.ExtraCost != want.ExtraCost {
		t.Errorf("%d ready, simulated %d", want.Groups[0].MinReadyNodes, got.Pools[0].MinReadyNodes)
	}
}

// A node that goes first is drained while the ones for two others boot: with 2 + 1 and
// six pods each, one by one, the 18 pods have left after 900 s, of which the first
// node's took 300 s. The formula drains all three together, after the boot.
func TestDrainsApart(t *testing.T) {
	g := moving(6, 1, 3)
	g.MaxSurge, g.MaxUnavailable = units.Count(2), units.Count(1)
	want, got := both(gkeSurge, g)
	if want.Groups[0].Duration != (120+900+60)*time.Second || got.Pools[0].Duration != (900+60)*time.Second {
		t.Errorf("takes %v, simulated %v", want.Groups[0].Duration, got.Pools[0].Duration)
	}
}

// Pods that find a place on nodes that are still to be drained move again. In place,
// four nodes of six pods, one pod at a time, 50 s each, and pods go where the fewest
// are: the first node's go to the others, two each; then each node's eight go to the
// one before, which came back empty.
func TestPodsMoveAgain(t *testing.T) {
	inPlace := way{upgrade.CourseInPlace, false}
	p := problemOf(inPlace, moving(6, 1, 4))
	plan := simulated(&p, inPlace)
	plan.Pools, plan.Place = plan.Pools[:1], nil
	got := rollout.Run(&plan, rollout.Options{})
	want := formula(p, inPlace)
	if want.Groups[0].Duration != 4*(300+210)*time.Second || got.Pools[0].Duration != ((6+8+8+8)*50+4*210)*time.Second {
		t.Errorf("takes %v, simulated %v", want.Groups[0].Duration, got.Pools[0].Duration)
	}
}

// The autoscaled blue/green has a bound and no formula: where drains take at least a
// boot, the time is the bound's, and the cost is below it.
func TestAutoscaledIsBelowItsBound(t *testing.T) {
	g := moving(4, 1, 5, 2)
	want, got := both(way{upgrade.CourseGKEAutoscaledBlueGreen, false}, g)
	if got.Duration != want.Duration || got.ExtraCost >= want.ExtraCost || got.Pools[0].PeakExtraNodes > want.PeakExtraNodes || !got.Finished {
		t.Errorf("takes %v for %d, simulated %v for %d", want.Duration, want.ExtraCost, got.Duration, got.ExtraCost)
	}
}
