package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// TestPlacesAgreeWithFormulas: nodes with so much room, and pods of one workload. Where
// nodes go before new ones come, the formulas count the pods that the rest cannot
// hold, and block where a budget lets fewer wait; the simulation finds the same
// number without a place, and stands still in the same cases.
func TestPlacesAgreeWithFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 0))
	blocked, waited := 0, 0
	for i := range 3000 {
		w := []way{{upgrade.CourseEKSMinimal, true}, {upgrade.CourseInPlace, false}, {upgrade.CourseRolling, true}}[i%3]
		n, space := 2+r.IntN(8), 1+r.IntN(8)
		u := 1 + r.IntN(n-1)
		pods := 1 + r.IntN(space)
		g := moving(pods, r.IntN(2*pods*u), n)
		g.Workloads[0].Allowed++
		g.Workloads[0].Budget = r.IntN(3) > 0
		g.MaxUnavailable = units.Count(u)
		g.Pending = func(nodes int, without func(string) int) (string, int) {
			if missing := n*pods - without("app") - nodes*space; missing > 0 {
				return "app", missing
			}
			return "", 0
		}
		p := problemOf(w, g)
		p.MayStop = true
		p.Times.DrainLimit = 0
		want := formula(p, w)
		plan := simulated(&p, w)
		plan.Pools, plan.Place = plan.Pools[:1], nil
		plan.Pools[0].Fits = room(space)
		got := rollout.Run(&plan, rollout.Options{})
		if got.Finished != (len(want.BlockedBy) == 0) {
			t.Fatalf("case %d: %+v: blocked by %q, simulated %t by %q: %d nodes by %d of %d pods, room for %d, %+v", i, w, want.BlockedBy, got.Finished, got.BlockedBy,
				n, u, pods, space, g.Workloads[0])
		}
		if !got.Finished {
			blocked++
			continue
		}
		missing := max(0, n*pods-(n-u)*space)
		waited += one(missing > 0)
		if got.Unplaced != missing || got.Workloads[0].Pending != missing {
			t.Fatalf("case %d: %+v: %d pods have no place, simulated %d", i, w, missing, got.Unplaced)
		}
	}
	if blocked < 200 || waited < 200 {
		t.Errorf("%d cases are blocked, in %d pods wait: the test shows little", blocked, waited)
	}
}

// The drains keep the budget of one; the surplus nodes that are taken away at the end
// ask none, so that a pod of each of two zones is away at once.
func ExampleRun() {
	plan := rollout.Plan{
		Course: rollout.EKSDefault, From: "1.35", Hops: []string{"1.36"}, Zones: []string{"a", "b"},
		Workloads: []rollout.Workload{{Name: "app", Budget: true, Allowed: 1, Grace: 30 * time.Second, Startup: 20 * time.Second}},
		Pools: []rollout.Pool{{
			Name: "web", Price: rollout.Rate{PerHour: 192 * units.DollarPerHour / 1000, Known: true}, MaxUnavailable: units.Count(1),
			Nodes: []rollout.NodeClass{{Nodes: 1, Zone: 0, Pods: []int{2}}, {Nodes: 1, Zone: 1, Pods: []int{2}}},
		}},
		Times: rollout.Times{
			ControlPlaneStep: 15 * time.Minute, Setup: 2 * time.Minute, Boot: 90 * time.Second, AfterDrain: time.Minute,
			Terminate: time.Minute, ScaleDownPerNode: 30 * time.Second,
		},
	}
	t := rollout.Run(&plan, rollout.Options{})
	fmt.Print(rollout.Story(&plan, &t))
	// Output:
	// EKS managed node groups, new nodes first: 1.35 to 1.36
	//   web: 2 nodes, 1 in a, 1 in b
	//   0:00:00           control plane to 1.36
	//   0:15:00           add-ons of 1.36
	//   0:15:00  web      update set up
	//   0:17:00  web      4 nodes requested: 2 in a, 2 in b
	//   0:18:30  web      4 nodes ready: 2 in a, 2 in b
	//   0:18:30  web      2 nodes cordoned: 1 in a, 1 in b
	//   0:18:30  web      1 node being drained, in a
	//   0:20:10  web      1 node drained, in a
	//   0:20:10  web      1 node being deleted, in a
	//   0:22:10  web      1 node gone, in a
	//   0:22:10  web      1 node requested, in a
	//   0:22:10  web      1 node being drained, in b
	//   0:23:40  web      1 node ready, in a
	//   0:23:50  web      1 node drained, in b
	//   0:23:50  web      1 node being deleted, in b
	//   0:25:50  web      1 node gone, in b
	//   0:25:50  web      1 node requested, in b
	//   0:25:50  web      1 node more than needed, being taken away, in a
	//   0:26:20  web      1 node more than needed, being taken away, in b
	//   0:26:50  web      1 node more than needed, being taken away, in a
	//   0:27:20  web      1 node more than needed, being taken away, in b
	//   0:27:50  web      4 nodes gone: 2 in a, 2 in b
	//   0:27:50           done
	//
	// takes 0:27:50, extra nodes and control planes for $0.14
	//   web: 0:12:50 in 1 round, 0.72 extra node-hours for $0.14, peak +4, at least 5 ready
	//   nodes at the peak 6: a 3 of 1, b 3 of 1
	//   app: at least 2 of 4 pods ready, first at 0:27:20; 1 if a zone fails, 1 if a node does; target missed for 0:04:20
	//   worst at 0:27:20, web: 1 node more than needed, being taken away, in b
}

// TestSmallerGroupsAskNoBudget: of four pods on two nodes a budget lets one go, and the drains
// keep three. As the example shows, EKS takes nodes with pods of two zones away 30 s apart: two
// are ready then. That is said where three must be, and not where two are enough, nor where
// drains without a budget take two and then all four, and no node is more than needed.
func TestSmallerGroupsAskNoBudget(t *testing.T) {
	for name, tc := range map[string]struct {
		course  rollout.Course
		budget  bool
		least   int
		ready   int
		unasked bool
	}{
		"three must be":     {rollout.EKSDefault, true, 3, 2, true},
		"two are enough":    {rollout.EKSDefault, true, 2, 2, false},
		"a drain takes all": {rollout.EKSMinimal, false, 3, 0, false},
	} {
		plan := rollout.Plan{
			Course: tc.course, From: "1.35", Hops: []string{"1.36"}, Zones: []string{"a", "b"}, Least: []int{tc.least},
			Workloads: []rollout.Workload{{Name: "app", Budget: tc.budget, Allowed: 1, Grace: 30 * time.Second, Startup: 20 * time.Second}},
			Pools: []rollout.Pool{{
				Name: "web", MaxUnavailable: units.Count(1),
				Nodes: []rollout.NodeClass{{Nodes: 1, Zone: 0, Pods: []int{2}}, {Nodes: 1, Zone: 1, Pods: []int{2}}},
			}},
			Times: rollout.Times{
				ControlPlaneStep: 15 * time.Minute, Setup: 2 * time.Minute, Boot: 90 * time.Second, AfterDrain: time.Minute,
				Terminate: time.Minute, ScaleDownPerNode: 30 * time.Second,
			},
		}
		line := rollout.Run(&plan, rollout.Options{})
		if w := &line.Workloads[0]; !line.Finished || w.MinReady != tc.ready || w.Unasked != tc.unasked || tc.unasked && line.Short == 0 {
			t.Errorf("%s: %d pods are ready at least, too few for %v, since the group got smaller: %t, want %t", name, w.MinReady, line.Short, w.Unasked, tc.unasked)
		}
	}
}
