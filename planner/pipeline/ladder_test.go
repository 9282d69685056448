package pipeline_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestLadder: twelve pods of 0.9 cores and 1 GiB. Of each size 100m and 1 GiB are
// reserved, and the disk is 0.005 USD an hour: a useful core is the price with the disk
// by what is left. A large holds two pods (1.9 cores), an xlarge four (3.9), a 2xlarge
// eight (7.9); at 25 pods a node memory and pods never end sooner.
//
//	large    0.110 / 1.9 = 0.05789   6 nodes
//	xlarge   0.205 / 3.9 = 0.05256   3 nodes
//	2xlarge  0.405 / 7.9 = 0.05127   2 nodes
//	4xlarge  0.805 / 15.9 = 0.05063  1 node
//
// An xlarge saves 9.2% over a large, a 2xlarge 2.5% over an xlarge: that is the knee.
func TestLadder(t *testing.T) {
	g := alone(given("w", 12, 900, units.GiB))
	plan := market(g, machine("m7a.large", 2, 8, 105), machine("m7a.xlarge", 4, 16, 200), machine("m7a.2xlarge", 8, 32, 400), machine("m7a.4xlarge", 16, 64, 800), machine("c7a.xlarge", 4, 8, 900)).mustMake(t).NodeGroups[0]
	want := []planner.SizeStep{
		{InstanceType: "m7a.large", Nodes: 6, UsefulCPU: 1900, CorePrice: planner.Amount{Rate: 57_894_736}, LargestNodeShare: 166_667},
		{InstanceType: "m7a.xlarge", Nodes: 3, UsefulCPU: 3900, CorePrice: planner.Amount{Rate: 52_564_102}, LargestNodeShare: 333_334, Knee: true},
		{InstanceType: "m7a.2xlarge", Nodes: 2, UsefulCPU: 7900, CorePrice: planner.Amount{Rate: 51_265_822}, LargestNodeShare: 500_000},
		{InstanceType: "m7a.4xlarge", Nodes: 1, UsefulCPU: 15900, CorePrice: planner.Amount{Rate: 50_628_930}, LargestNodeShare: 1_000_000},
	}
	rates := []units.USDPerHour{660_000_000, 615_000_000, 810_000_000, 805_000_000}
	if len(plan.Ladder) != len(want) {
		t.Fatalf("%+v", plan.Ladder)
	}
	for i, w := range want {
		w.Family, w.CorePrice.Known, w.Cost, w.Chosen = "m7a", true, planner.Amount{Rate: rates[i], Known: true}, w.InstanceType == "m7a.xlarge"
		if plan.Ladder[i] != w {
			t.Errorf("%+v, want %+v", plan.Ladder[i], w)
		}
	}
}

// TestLadderByPods: where the number of pods ends first, a large node is no better for
// it: 12 pods a vCPU, 110 at most, of 10m each: 240m of a large, 1.1 cores of a
// 16xlarge, which costs 32 times as much.
func TestLadderByPods(t *testing.T) {
	g := alone(given("w", 20, 10, 16*units.MiB))
	plan := market(g, machine("m7a.large", 2, 8, 100), machine("m7a.16xlarge", 64, 256, 3200)).mustMake(t).NodeGroups[0]
	if l := plan.Ladder; len(l) != 2 || l[0].UsefulCPU != 240 || l[1].UsefulCPU != 1100 || !l[0].Knee || l[1].Knee {
		t.Errorf("%+v", l)
	}
}

// TestMaxNodeShare: one node may be a quarter of the group, so that there are four
// where one would do, and that is what binds.
func TestMaxNodeShare(t *testing.T) {
	g := alone(given("w", 4, 500, units.GiB))
	g.Instances.MaxNodeShare = 25 * units.Percent
	plan := market(g, machine("m7a.large", 2, 8, 100), machine("m7a.xlarge", 4, 16, 190)).mustMake(t).NodeGroups[0]
	if plan.Nodes != 4 || plan.Pools[0].InstanceType != "m7a.large" || plan.Binding.Resource != "max_node_share" {
		t.Errorf("%d of %s, binds %+v; want 4 of m7a.large for max_node_share", plan.Nodes, plan.Pools[0].InstanceType, plan.Binding)
	}
}

// TestDifferenceOfAlternatives: 74 GiB of disk are 0.0074 USD an hour, so that machines of
// 0.009 and 0.012 are 0.0164 and 0.0194, which is 18.2926% more.
func TestDifferenceOfAlternatives(t *testing.T) {
	g := alone(given("w", 1, 500, units.GiB))
	g.Disk.Size = 74 * units.GiB
	plan := market(g, machine("m7a.large", 2, 8, 9), machine("m7a.xlarge", 4, 16, 12)).mustMake(t)
	if others := plan.NodeGroups[0].Alternatives; len(others) != 1 || others[0].Difference != 182_926 {
		t.Errorf("got %+v", others)
	}
}
