package rollout_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// TestWorstMoment: four nodes in two zones with three pods of web on each, of which
// two may be away. With one of the first zone's nodes being drained, its replacement
// not yet there and ten pods ready, a failure of the other zone would leave four.
func TestWorstMoment(t *testing.T) {
	p := surging(shop(rollout.GKESurge, gkeTimes()), 0)
	tl := rollout.Run(&p, rollout.Options{})
	want := rollout.Low{At: 17 * time.Minute, Workload: "web", Ready: 10, During: "shop: 1 node being drained, in a"}
	if tl.Worst.At != want.At || tl.Worst.Workload != want.Workload || tl.Worst.Ready != want.Ready || tl.Worst.Holds || tl.Worst.During != want.During {
		t.Errorf("worst is %+v, want %+v", tl.Worst, want)
	}
	if w := tl.WorstAfterZone; w.Workload != "db" || w.Ready != 1 || w.Zone != "b" || w.Holds || w.At != 17*time.Minute {
		t.Errorf("after a zone's failure the worst is %+v", w)
	}
	// Each of the four drains: of three pods two leave, and after 50 s one more, so that
	// web has fewer than its eleven for 50 s.
	if tl.NoTarget != 4*50*time.Second || tl.Workloads[0].NoTarget != tl.NoTarget || tl.Workloads[1].NoTarget != 0 {
		t.Errorf("without targets for %v: %+v", tl.NoTarget, tl.Workloads)
	}
}

// TestFailuresOnTheWay: a zone that fails takes its pods with it; what has no place is
// reported, and waits until a node is there.
func TestFailuresOnTheWay(t *testing.T) {
	p := full(surging(shop(rollout.Rolling, ownTimes()), 0))
	for _, test := range []struct {
		strike   rollout.Event
		unplaced int
		finished bool
	}{
		// Eight of sixteen pods, and the two nodes of the other zone are full.
		{rollout.Event{At: time.Minute, Kind: rollout.ZoneFails, Zone: 1}, 8, false},
		// Four pods of a node that is replaced after its boot.
		{rollout.Event{At: time.Minute, Kind: rollout.NodeFails, Node: 0}, 4, true},
		{rollout.Event{At: time.Minute, Kind: rollout.NodeFails, Node: -1}, 4, true},
	} {
		tl := rollout.Run(&p, rollout.Options{Strikes: []rollout.Event{test.strike}})
		if tl.Unplaced < test.unplaced || tl.Finished != test.finished || tl.Finished != (len(tl.BlockedBy) == 0) {
			t.Errorf("%+v: %d without a place, finished %t: %q", test.strike, tl.Unplaced, tl.Finished, tl.BlockedBy)
		}
	}
}

// TestTrials: the worst failure of an upgrade of full nodes is that of a zone, whose
// pods have no place and use up the budgets.
func TestTrials(t *testing.T) {
	p := full(surging(shop(rollout.Rolling, ownTimes()), 0))
	worst, ok := rollout.Trials(&p, 100)
	if !ok || worst.Zone == "" || worst.Finished || worst.Unplaced < 8 || worst.During == "" || len(worst.BlockedBy) == 0 {
		t.Errorf("%+v, %t", worst, ok)
	}
	// With room for all pods on a node the upgrade ends whatever fails.
	p.Pools[0].Fits = room(16)
	p.Holds = func(int, int) bool { return true }
	if worst, ok = rollout.Trials(&p, 100); !ok || !worst.Finished || worst.NoTarget != 0 || worst.Unplaced != 0 {
		t.Errorf("with room: %+v, %t", worst, ok)
	}
}

// TestTrialsAreTheWorst: a slow twin looks for distinct counts of nodes among the
// moments of a calm run, and lets everything fail at the first of each.
func TestTrialsAreTheWorst(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 0))
	for i := range 100 {
		p := randomPlan(r, allWays()[i%len(allWays())])
		p.Holds = func(_, ready int) bool { return ready >= 6 }
		got, ok := rollout.Trials(&p, 1000)
		moments, _ := slowly(&p)
		known := make(map[string]bool)
		unfinished, unplaced, missed := -1, -1, time.Duration(-1)
		for _, m := range moments {
			counts := ""
			for pool := range p.Pools {
				for z := range p.Zones {
					counts += fmt.Sprint(m.state.Nodes(pool, z, ready), m.state.Nodes(pool, z, func(s rollout.Status) bool { return s == rollout.Ready }), " ")
				}
			}
			if known[counts] {
				continue
			}
			known[counts] = true
			strikes := []rollout.Event{{At: m.from, Kind: rollout.NodeFails, Node: -1}}
			for z := range p.Zones {
				strikes = append(strikes, rollout.Event{At: m.from, Kind: rollout.ZoneFails, Zone: int32(z)})
			}
			for _, s := range strikes {
				tl := rollout.Run(&p, rollout.Options{Strikes: []rollout.Event{s}})
				u := one(!tl.Finished)
				if cmp.Or(cmp.Compare(u, unfinished), cmp.Compare(tl.Unplaced, unplaced), cmp.Compare(tl.NoTarget, missed)) > 0 {
					unfinished, unplaced, missed = u, tl.Unplaced, tl.NoTarget
				}
			}
		}
		if !ok || one(!got.Finished) != unfinished || got.Unplaced != unplaced || got.NoTarget != missed {
			t.Errorf("case %d: %+v, %t; slowly %d, %d, %v", i, got, ok, unfinished, unplaced, missed)
		}
	}
}

// TestRollBack: in the soak, blue takes its pods again: green is drained one by one in
// 50 s or more and deleted, and no more than 8 nodes are paid for.
func TestRollBack(t *testing.T) {
	p := shop(rollout.NodeGroupBlueGreen, eksTimes())
	calm := rollout.Run(&p, rollout.Options{})
	at := calm.Duration - 30*time.Minute
	back := rollout.Run(&p, rollout.Options{Strikes: []rollout.Event{{At: at, Kind: rollout.RollBack}}})
	if !back.Finished || !back.RolledBack || back.PeakNodes != 8 || back.Duration <= at || back.Duration >= calm.Duration {
		t.Errorf("back after %v of %v, peak %d", back.Duration, calm.Duration, back.PeakNodes)
	}
	_, last := slowly(&p, rollout.Event{At: at, Kind: rollout.RollBack})
	for n := range last.Len() {
		if node := last.Node(n); (node.Version == 0) != (node.Status == rollout.Ready) {
			t.Errorf("node %d is %+v", n, node)
		}
	}
	// Once blue is being deleted it is too late.
	late := rollout.Run(&p, rollout.Options{Strikes: []rollout.Event{{At: calm.Duration - time.Minute, Kind: rollout.RollBack}}})
	if late.RolledBack || late.Duration != calm.Duration || !slices.ContainsFunc(late.Events, func(e rollout.Entry) bool { return e.Action == rollout.TooLate }) {
		t.Errorf("rolled back %t after %v", late.RolledBack, late.Duration)
	}
}

// TestEveryCourseTurnsBack: a change of mind at any time leaves the pool at the old
// version or, too late, at the new one, and never in between.
func TestEveryCourseTurnsBack(t *testing.T) {
	for _, w := range allWays() {
		p := shop(rollout.Course(w.course), timesOf(w.course))
		p.TerminateFirst = w.terminateFirst
		if p.Course == rollout.GKESurge || p.Course == rollout.Rolling {
			p.Pools[0].MaxSurge, p.Pools[0].MaxUnavailable = units.Count(1), units.Count(0)
		}
		p.ControlPlaneNodes = 0
		end := rollout.Run(&p, rollout.Options{}).Duration
		for i := range 60 {
			at := end * time.Duration(i) / 60
			_, last := slowly(&p, rollout.Event{At: at, Kind: rollout.RollBack})
			if last.Phase != rollout.Done {
				t.Fatalf("%s at %v: it stands in phase %d: %q", p.Course, at, last.Phase, last.Reasons)
			}
			want := int32(1)
			if last.RolledBack {
				want = 0
			}
			n := 0
			for i := range last.Len() {
				if node := last.Node(i); paid(node.Status) && node.Status != rollout.Terminating {
					n++
					if node.Version != want {
						t.Fatalf("%s at %v: node %d is %+v", p.Course, at, i, node)
					}
				}
			}
			if n != 4 {
				t.Fatalf("%s at %v: %d nodes in the end", p.Course, at, n)
			}
		}
	}
}

// TestWhatComesInstead: where machines are replaced, one that fails is: before its
// pool's turn by an old one, which is upgraded in turn, then by a new one. Nobody brings
// a machine for one that is upgraded where it stands, and none for a blue one, whose
// pods green has room for.
func TestWhatComesInstead(t *testing.T) {
	for name, test := range map[string]struct {
		course rollout.Course
		at     time.Duration
		node   int32
		// asked are the nodes that are requested beyond those of a calm run, left those
		// of the new version in the end.
		asked, left int
	}{
		"before its turn":     {rollout.EKSDefault, time.Minute, 3, 1, 4},
		"old, in its turn":    {rollout.EKSDefault, 26 * time.Minute, 3, 0, 4}, // its own replacement, early
		"new, in its turn":    {rollout.EKSDefault, 26 * time.Minute, 4, 1, 4},
		"new, while it boots": {rollout.EKSDefault, 23 * time.Minute, 4, 1, 4},
		"in the batch":        {rollout.EKSDefault, 24 * time.Minute, 0, 0, 4},
		"in place":            {rollout.InPlace, time.Minute, 3, 0, 3},
		"blue":                {rollout.NodeGroupBlueGreen, time.Hour, 3, 0, 4},
		"green":               {rollout.NodeGroupBlueGreen, time.Hour, 5, 1, 4},
		"old second cluster":  {rollout.ClusterBlueGreen, time.Hour, 0, 1, 4},
		"new second cluster":  {rollout.ClusterBlueGreen, time.Hour, 5, 1, 4},
	} {
		p := shop(test.course, eksTimes())
		if test.course == rollout.InPlace {
			p = shop(test.course, ownTimes())
		}
		p.Pools[0].Fits = nil
		strike := rollout.Event{At: test.at, Kind: rollout.NodeFails, Node: test.node}
		calm, struck := rollout.Run(&p, rollout.Options{}), rollout.Run(&p, rollout.Options{Strikes: []rollout.Event{strike}})
		if got := requested(&struck) - requested(&calm); got != test.asked || !struck.Finished {
			t.Errorf("%s: %d more nodes are requested, want %d; finished %t", name, got, test.asked, struck.Finished)
		}
		_, last := slowly(&p, strike)
		left := 0
		for i := range last.Len() {
			switch node := last.Node(i); {
			case !paid(node.Status):
			case node.Version == 1:
				left++
			default:
				t.Errorf("%s: node %d is %+v in the end", name, i, node)
			}
		}
		if left != test.left {
			t.Errorf("%s: %d nodes in the end, want %d", name, left, test.left)
		}
	}
}

func requested(t *rollout.Timeline) int {
	n := 0
	for _, e := range t.Events {
		if e.Action == rollout.Request {
			n += int(e.Count)
		}
	}
	return n
}

// TestEmptiestGoFirst: of EKS's surplus those without pods are taken away, though newer
// ones run all of them.
func TestEmptiestGoFirst(t *testing.T) {
	p := planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 2), units.Count(1), units.Count(0)))
	p.Place = func(s *rollout.State, d rollout.Displaced, put func(node, pods int)) {
		for n := s.Len() - 1; n >= 0; n-- {
			if s.Node(n).Status == rollout.Ready {
				put(n, d.Pods)
				return
			}
		}
	}
	tl := rollout.Run(&p, rollout.Options{Pods: true})
	shrinking := false
	for _, e := range tl.Events {
		shrinking = shrinking || e.Action == rollout.ScaleDown
		if shrinking && e.Action == rollout.Evict {
			t.Errorf("%d pods leave at %v", e.Count, e.At)
		}
	}
	if !shrinking || !tl.Finished {
		t.Errorf("finished %t", tl.Finished)
	}
}

// TestZonalPodsStay: pods with volumes go to nodes of their zone only. With one node in
// each of two zones and no surge there is none while it is replaced, whatever room the
// other zone has; with a surge there is.
func TestZonalPodsStay(t *testing.T) {
	for _, zonal := range []bool{false, true} {
		for _, surge := range []bool{false, true} {
			pool := rollout.Pool{
				Name: "db", MaxUnavailable: units.Count(one(!surge)), MaxSurge: units.Count(one(surge)),
				Nodes: []rollout.NodeClass{{Nodes: 1, Zone: 0, Pods: []int{1}}, {Nodes: 1, Zone: 1, Pods: []int{1}}},
			}
			p := planOf(rollout.GKESurge, gkeTimes(), pool)
			p.Workloads[0].Zonal = zonal
			tl := rollout.Run(&p, rollout.Options{})
			want := one(zonal && !surge)
			if !tl.Finished || tl.Unplaced != want {
				t.Errorf("zonal %t, surge %t: %d pods have no place, want %d; finished %t", zonal, surge, tl.Unplaced, want, tl.Finished)
			}
		}
	}
}
