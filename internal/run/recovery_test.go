package run_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestRegionsCarryWhatOneLoses plans each region by itself, as a spec of its own for its
// share: a thousand requests a second over three regions are 500 in each of two.
func TestRegionsCarryWhatOneLoses(t *testing.T) {
	p := planOf(t, smallCluster("aws", "us-east-1", virginia, "disaster_recovery {\n mode = \"active_active\"\n regions = [\"us-west-2\", \"eu-west-1\"]\n}", ""))
	for _, r := range p.Recovery.Regions {
		zones := `["` + strings.Join(r.Zones, `", "`) + `"]`
		half := smallCluster("aws", r.Region, zones, "", "")
		half.Content = []byte(strings.Replace(string(half.Content), "throughput         = 1000", "throughput         = 500", 1))
		alone := planOf(t, half)
		if r.Sized != units.Whole/2 || r.Carries != 333_334 || r.Nodes != alone.NodeGroups[0].Nodes || r.Known != alone.Cost.Known || r.Cost != alone.Cost.Total || r.WaitingNodes != r.Nodes {
			t.Errorf("%+v; alone it has %d nodes for %v", r, alone.NodeGroups[0].Nodes, alone.Cost.Total)
		}
	}
	if len(p.Recovery.Regions) != 3 {
		t.Errorf("%d regions", len(p.Recovery.Regions))
	}
}

// TestStandbyWaitsWithItsShare: hot it is the cluster of a spec for that region; with a
// tenth of the load it costs less and is of no other type.
func TestStandbyWaitsWithItsShare(t *testing.T) {
	of := func(more string) *planner.RecoveryPlan {
		return planOf(t, smallCluster("aws", "us-east-1", virginia, "disaster_recovery {\n regions = [\"us-west-2\"]\n"+more+"}", "")).Recovery
	}
	hot, light := of("").Regions[1], of("share = \"10%\"\n").Regions[1]
	if hot.Carries != 0 || hot.Waiting != units.Whole || hot.WaitingKnown != hot.Known || hot.WaitingNodes != hot.Nodes {
		t.Errorf("hot: %+v", hot)
	}
	if light.Nodes != hot.Nodes || light.Known != hot.Known || light.Waiting != units.Whole/10 || light.WaitingKnown >= hot.Known {
		t.Errorf("a tenth of %+v: %+v", hot, light)
	}
}

// TestVerifySeesRegions breaks what a plan says of its regions.
func TestVerifySeesRegions(t *testing.T) {
	for rule, wrong := range map[string]func(r *planner.RecoveryPlan){
		"recovery.regions": func(r *planner.RecoveryPlan) { r.Regions[1].Zones = r.Regions[0].Zones },
		"recovery.share":   func(r *planner.RecoveryPlan) { r.Regions[1].Waiting = units.Whole },
		"recovery.own":     func(r *planner.RecoveryPlan) { r.Regions[0].Nodes++ },
		"recovery.nodes":   func(r *planner.RecoveryPlan) { r.Regions[1].Nodes = 0 },
		"recovery.sum":     func(r *planner.RecoveryPlan) { r.Known-- },
		"recovery.known":   func(r *planner.RecoveryPlan) { r.Regions[0].Known-- },
	} {
		p, err := document.Decode(encode(t, examplePlan(t, "two-regions")))
		if err != nil {
			t.Fatal(err)
		}
		wrong(p.Recovery)
		if _, err := run.Verify(run.Offers{}, p); err == nil || !strings.Contains(err.Error(), "["+rule+"]") {
			t.Errorf("%s: verify says %v", rule, err)
		}
	}
}

// TestVerifySeesCopies breaks what a plan says of its copies and of what a disaster costs.
func TestVerifySeesCopies(t *testing.T) {
	for rule, wrong := range map[string]func(r *planner.RecoveryPlan){
		"recovery.copies":      func(r *planner.RecoveryPlan) { r.Backup.Storage-- },
		"recovery.copies_cost": func(r *planner.RecoveryPlan) { r.Backup.Cost.Rate-- },
		"recovery.rpo":         func(r *planner.RecoveryPlan) { r.RPO.Least-- },
		"recovery.rto":         func(r *planner.RecoveryPlan) { r.RTO.Least-- },
		"recovery.term":        func(r *planner.RecoveryPlan) { r.RTO.Terms[0].Takes, r.RTO.Least = 0, r.RTO.Least-r.RTO.Terms[0].Takes },
		"recovery.pattern":     func(r *planner.RecoveryPlan) { r.Backup = nil },
		"recovery.regions":     func(r *planner.RecoveryPlan) { r.Regions = make([]planner.RegionPlan, 1) },
	} {
		p, err := document.Decode(encode(t, examplePlan(t, "payments-kubeadm")))
		if err != nil {
			t.Fatal(err)
		}
		wrong(p.Recovery)
		if _, err := run.Verify(run.Offers{}, p); err == nil || !strings.Contains(err.Error(), "["+rule+"]") {
			t.Errorf("%s: verify says %v", rule, err)
		}
	}
}
