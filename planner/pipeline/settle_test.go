package pipeline_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// following has one pod of its own, and from three nodes on two.
type following struct{ fakeProvider }

func (following) SystemWorkloads(_ *planner.Cluster, size planner.Size) []planner.Workload {
	w := inPlace(given("dns", 1, 1900, units.GiB))
	w.System, w.Recovery = true, planner.Reschedule
	if size.Nodes > 2 {
		w.Demand.Replicas = 2
	}
	return []planner.Workload{w}
}

// TestProvidersPodsToAndFro: each pod takes a large machine to itself, an xlarge two. With
// two pods of the spec and one of the provider's three large ones cost least, 0.315 USD an
// hour with their disks, and three nodes ask for a second pod of the provider's. Four pods
// take two xlarge for 0.370 or four large for 0.420, and two nodes ask for one. The plan
// has room for both.
func TestProvidersPodsToAndFro(t *testing.T) {
	p := market(alone(given("w", 2, 1900, units.GiB)), machine("m7a.large", 2, 8, 100), machine("m7a.xlarge", 4, 16, 180))
	plan, err := pipeline.Make(t.Context(), p.cluster, p.catalog, following{}, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := verify.Plan(&p.cluster, &p.catalog, following{}, &plan); err != nil {
		t.Errorf("verify refuses the plan:\n%v", err)
	}
	kind, n := nodes(&plan)
	if dns := &plan.NodeGroups[0].Workloads[0]; kind != "m7a.xlarge" || n != 2 || dns.Name != "dns" || dns.Replicas != 2 {
		t.Errorf("%d x %s and %d of %s, want 2 x m7a.xlarge and 2 of dns", n, kind, dns.Replicas, dns.Name)
	}
	plan.NodeGroups[0].Workloads[0].Replicas = 3 // more than any number of nodes asks for
	if verify.Plan(&p.cluster, &p.catalog, following{}, &plan) == nil {
		t.Error("verify accepts any number of the provider's pods")
	}
}
