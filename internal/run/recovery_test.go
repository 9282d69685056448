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
	if len(p.Recovery.Regions) != 3 || p.NodeGroups[0].Nodes != p.Recovery.Regions[0].Nodes || p.NodeGroups[0].Workloads[0].Throughput != 500*units.PerSecond {
		t.Errorf("%d regions, and the plan is not of the first: %d nodes for %d", len(p.Recovery.Regions), p.NodeGroups[0].Nodes, p.NodeGroups[0].Workloads[0].Throughput)
	}
	if d := p.Recovery.Survives; len(d) != 1 || d[0].Tried != 3 || d[0].Held != 3 || d[0].FreeCPU != 0 {
		t.Errorf("losses of regions: %+v", d)
	}
}

// TestEachRegionHasAPlanOfItsOwn by declared shares, of which the region sized for most is
// not the spec's own: 20%, 30% and 50% of 1,000. Whichever is lost, the others have 400, 600
// and 714.286 at the most.
func TestEachRegionHasAPlanOfItsOwn(t *testing.T) {
	file := smallCluster("aws", "us-east-1", virginia, "disaster_recovery {\n mode = \"active_active\"\n regions = [\"us-west-2\", \"eu-west-1\"]\n shares = {\n us-east-1 = \"20%\"\n us-west-2 = \"30%\"\n eu-west-1 = \"50%\"\n }\n}", "")
	want := map[string][3]int64{"us-east-1": {200_000, 400_000, 400}, "us-west-2": {300_000, 600_000, 600}, "eu-west-1": {500_000, 714_286, 715}}
	p := planOf(t, file)
	for i, r := range p.Recovery.Regions {
		w, own := want[r.Region], p
		if int64(r.Carries) != w[0] || int64(r.Sized) != w[1] {
			t.Errorf("%s carries %d, of at most %d, want %d", r.Region, r.Carries, r.Sized, w)
		}
		if i > 0 {
			s := load(t, file)
			if !run.InRegion(s, r.Region) {
				t.Fatalf("no cluster in %s", r.Region)
			}
			var err error
			if own, err = run.Plan(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		carried := int64(own.NodeGroups[0].Workloads[0].Throughput)
		if own.Cluster.Region != r.Region || own.NodeGroups[0].Nodes != r.Nodes || own.Cost.Known != r.Known || carried > w[2]*int64(units.PerSecond) || carried < (w[2]-1)*int64(units.PerSecond) {
			t.Errorf("%s: its own plan has %d nodes for %d, the regions' %+v", r.Region, own.NodeGroups[0].Nodes, carried, r)
		}
	}
	if run.InRegion(load(t, file), "eu-west-9") {
		t.Error("a region that is not named has a cluster")
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
		"recovery.regions":  func(r *planner.RecoveryPlan) { r.Regions[1].Zones = r.Regions[0].Zones },
		"recovery.share":    func(r *planner.RecoveryPlan) { r.Regions[1].Waiting = units.Whole },
		"recovery.own":      func(r *planner.RecoveryPlan) { r.Regions[0].Nodes++ },
		"recovery.nodes":    func(r *planner.RecoveryPlan) { r.Regions[1].Nodes = 0 },
		"recovery.sum":      func(r *planner.RecoveryPlan) { r.Known-- },
		"recovery.survives": func(r *planner.RecoveryPlan) { r.Survives[0].Held-- },
		"recovery.known":    func(r *planner.RecoveryPlan) { r.Regions[0].Known-- },
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
