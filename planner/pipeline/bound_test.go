package pipeline_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestCertifiedBound: a node of 3.9 cores at 0.2 USD an hour holds two pods of 1.5
// cores, not 2.6, so that a pod costs 0.1 at least: nine of them 0.9. The sums of
// requests need four nodes, 0.8; the plan has five, a ninth more than the bound.
func TestCertifiedBound(t *testing.T) {
	for _, types := range []int{1, 3} {
		g := market(mixing(alone(given("w", 9, 1500, units.GiB)), types), machine("m7a.xlarge", 4, 16, 200)).mustMake(t).NodeGroups[0]
		if g.Nodes != 5 || g.LowerBound < 899_999_999 || g.LowerBound > 900_000_000 || g.Gap < 111_111 || g.Gap > 111_113 {
			t.Errorf("%d nodes, bound %d, gap %d; want 5, 900000000 and 111112", g.Nodes, g.LowerBound, g.Gap)
		}
		c := g.Certificate
		if len(c.Pods) != 1 || c.Pods[0].Workload != "w" || c.Pods[0].Pods != 9 {
			t.Fatalf("certificate %+v", c)
		}
		if each := float64(c.Pods[0].Price) / float64(c.Scale); each > 100_000_000 || each < 99_999_999 {
			t.Errorf("a pod is worth %f, want 0.1 USD an hour", each)
		}
	}
}

// TestBoundByBurstableTypes: in production a burstable node of 0.4 of a core for good
// at 0.02 USD an hour bounds nine pods of 0.25 core by its sums alone, since it is not
// mixed: 2.25 cores are six of them, 0.12, less than any certificate of the others.
func TestBoundByBurstableTypes(t *testing.T) {
	burst := machine("t3.large", 2, 8, 20)
	burst.Burstable, burst.BaselineCPU = true, 400
	g := mixing(alone(given("w", 9, 250, units.GiB)), 3)
	g.Instances.Allow = []string{"burstable"}
	plan := market(g, burst, machine("m7a.xlarge", 4, 16, 200)).mustMake(t).NodeGroups[0]
	if plan.Pools[0].InstanceType != "t3.large" || plan.LowerBound > 120_000_000 || plan.LowerBound == 0 {
		t.Errorf("%s, bound %d; want t3.large and no more than 120000000", plan.Pools[0].InstanceType, plan.LowerBound)
	}
}

// TestNotInBound names what the cost pays for and the bound leaves out.
func TestNotInBound(t *testing.T) {
	if got := market(alone(given("w", 2, 500, units.GiB)), machine("m7a.xlarge", 4, 16, 200)).mustMake(t).NodeGroups[0].NotInBound; !slices.Equal(got, []string{"that the scheduler chooses the nodes"}) {
		t.Errorf("alone: %q", got)
	}
	w := given("w", 6, 500, units.GiB)
	w.TopologySpread = []planner.TopologySpread{hard(planner.ZoneKey)}
	g := group("g", planner.App, abc(), planner.Redundancy{Nodes: 2, Zones: 1, Recovery: planner.Reschedule}, w)
	p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7a.xlarge", 4, 16, 200))}
	want := []string{"the loss of any 2 nodes or any 1 zone", "room for rollouts", "hard topology spread", "that the scheduler chooses the nodes"}
	if got := p.mustMake(t).NodeGroups[0].NotInBound; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
