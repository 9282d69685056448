package pipeline_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner/units"
)

// TestPlansHoldInFurtherOrders: a pod that fills a node and sixty small ones, which go one
// to a node while any is empty. On n nodes the large one is stuck in 61 - n of 61 orders.
// 43 nodes hold in eight shuffles by luck; of 240 orders more, the chance that none fails
// is below 1 in 100,000 on 58 nodes or fewer.
func TestPlansHoldInFurtherOrders(t *testing.T) {
	p := market(alone(given("big", 1, 3900, units.GiB), given("small", 60, 195, 256*units.MiB)), machine("m7.xlarge", 4, 64, 100))
	plan := p.mustMake(t)
	g := &plan.NodeGroups[0]
	if g.Nodes < 59 || g.Nodes > 61 {
		t.Errorf("planned %d nodes, want 59 to 61", g.Nodes)
	}
	scheduled := g.Guarantees[1]
	if scheduled.Nodes != g.Nodes || !strings.HasPrefix(scheduled.Proof, "the modelled kube-scheduler places every pod, in ") {
		t.Errorf("priced %+v", scheduled)
	}
	// One node fewer failed in an order, so that something binds.
	if g.Binding.Workload != "big" {
		t.Errorf("binds %+v, want big", g.Binding)
	}
}
