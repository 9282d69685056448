package pipeline_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestCompare: three pods of 1.5 cores, as in TestMix. Of a large with 1.9 cores at 0.1
// USD an hour and an xlarge with 3.9 at 0.18, one of each is 0.28, three large 0.3. A
// core of an xlarge is the cheaper, 0.18 / 3.9 against 0.1 / 1.9: two of it are 0.36.
// Karpenter's first node takes two pods and is an xlarge, its second one and is a large.
func TestCompare(t *testing.T) {
	p := market(alone(given("w", 3, 1500, units.GiB)), machine("m7a.large", 2, 8, 100), machine("m7a.xlarge", 4, 16, 180), machine("m7x.large", 2, 8, 0))
	plan := p.mustMake(t)
	got, err := pipeline.Compare(t.Context(), &plan, p.catalog, p.provider)
	if err != nil {
		t.Fatal(err)
	}
	both := []planner.TypeCount{{InstanceType: "m7a.large", Nodes: 1}, {InstanceType: "m7a.xlarge", Nodes: 1}}
	three := []planner.TypeCount{{InstanceType: "m7a.large", Nodes: 3}}
	row := func(rule string, nodes int, types []planner.TypeCount, thousandths units.USDPerHour, ratio units.Ratio) planner.Bought {
		return planner.Bought{Rule: rule, Nodes: nodes, Types: types, Cost: planner.Amount{Rate: thousandths * 1_000_000, Known: true}, Ratio: ratio}
	}
	want := planner.GroupComparison{
		Group: "g", Pods: 3, Types: 2, LowerBound: 280_000_000,
		Packed: []planner.Bought{
			row(planner.PackedMixed, 2, both, 280, units.Whole),
			row(planner.PackedOne, 3, three, 300, 1_071_429),
			row(planner.FirstFit, 3, three, 300, 1_071_429),
			row(planner.CheapestCore, 2, []planner.TypeCount{{InstanceType: "m7a.xlarge", Nodes: 2}}, 360, 1_285_715),
			row(planner.KarpenterRule, 2, both, 280, units.Whole),
		},
		Plan: row(planner.Planned, 3, three, 300, 1_071_429),
	}
	if len(got.Groups) != 1 || !reflect.DeepEqual(got.Groups[0], want) {
		t.Errorf("%+v\nwant %+v", got.Groups, want)
	}
}

// TestCompareRequiredRules: Karpenter keeps pods apart that have to be, and its rule here
// does not know that: no figure is better than one that misleads.
func TestCompareRequiredRules(t *testing.T) {
	w := given("w", 3, 1500, units.GiB)
	w.AntiAffinity = planner.AntiAffinity{Mode: planner.AffinityRequired, Key: planner.HostnameKey}
	p := market(alone(w), machine("m7a.xlarge", 4, 16, 180))
	plan := p.mustMake(t)
	if got := plan.NodeGroups[0].NotInBound; !slices.Contains(got, "required anti-affinity") {
		t.Errorf("not in the bound: %v", got)
	}
	got, err := pipeline.Compare(t.Context(), &plan, p.catalog, p.provider)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range got.Groups[0].Packed {
		if row.Rule == planner.KarpenterRule && (row.Cost.Known || row.Why == "") {
			t.Errorf("%+v", row)
		}
	}
}
