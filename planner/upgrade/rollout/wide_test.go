package rollout_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// TestBoundsOfWideGroups: EKS replaces at most 100 nodes at a time and GKE 20, whatever is
// asked for; a roll and work in place know no bound. GKE's own blue/green has batches of any
// size. 300 nodes in one zone, 150 asked for at a time, drains of 120 s, by hand; of EKS's
// surge of 100 nodes each is taken away in 30 s.
func TestBoundsOfWideGroups(t *testing.T) {
	for _, test := range []struct {
		way     way
		surge   int
		seconds int
		peak    int
	}{
		{way{upgrade.CourseEKSDefault, false}, 0, 120 + 90 + 3*240 + 100*30, 100},
		{way{upgrade.CourseEKSMinimal, true}, 0, 120 + 3*330, 0},
		{way{upgrade.CourseGKESurge, false}, 150, 15 * 300, 20},
		{way{upgrade.CourseGKESurge, true}, 0, 15 * 300, 0},
		{way{upgrade.CourseGKEBlueGreen, false}, 0, 120 + 30 + 2*120 + 3600 + 120, 300},
		{way{upgrade.CourseInPlace, false}, 0, 2 * 330, 0},
		{way{upgrade.CourseRolling, false}, 150, 2 * 350, 150},
		{way{upgrade.CourseNodeGroupBlueGreen, false}, 0, 90 + 120 + 1800 + 3*120 + 3600 + 120, 300},
	} {
		g := moving(1, -1, 300)
		g.Workloads[0].Grace, g.MaxUnavailable, g.MaxSurge = 100*time.Second, units.Count(150), units.Count(0)
		if test.surge > 0 {
			g.MaxUnavailable, g.MaxSurge = units.Count(0), units.Count(test.surge)
		}
		want, got := both(test.way, g)
		if d := time.Duration(test.seconds) * time.Second; want.Groups[0].Duration != d || got.Pools[0].Duration != d {
			t.Errorf("%+v: by formula %v, simulated %v, by hand %v", test.way, want.Groups[0].Duration, got.Pools[0].Duration, d)
		}
		if want.PeakExtraNodes != test.peak || got.Pools[0].PeakExtraNodes != test.peak {
			t.Errorf("%+v: by formula +%d, simulated +%d, by hand +%d", test.way, want.PeakExtraNodes, got.Pools[0].PeakExtraNodes, test.peak)
		}
	}
}

// TestWaitForDrainIsAWeekAtMost: of a wait of ten days GKE's autoscaled blue/green keeps
// seven, in the simulation as in the formula: boot, cordon, the wait, a drain of 50 s for
// each of four nodes, which the new ones of the next are 120 s in coming for, and deletion.
func TestWaitForDrainIsAWeekAtMost(t *testing.T) {
	g := moving(1, -1, 4)
	w := way{upgrade.CourseGKEAutoscaledBlueGreen, false}
	p := problemOf(w, g)
	p.Times.WaitForDrain = 240 * time.Hour
	plan := simulated(&p, w)
	got := rollout.Run(&plan, rollout.Options{})
	if want := 168*time.Hour + (120+30+3*120+50+120)*time.Second; got.Pools[0].Duration != want {
		t.Errorf("takes %v, want %v", got.Pools[0].Duration, want)
	}
}
