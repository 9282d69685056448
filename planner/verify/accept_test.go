package verify_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestTypesAndFamilies is the rule of docs/decisions/0001: a type named in full
// is admitted whatever its family and class, a glob narrows what families admit.
func TestTypesAndFamilies(t *testing.T) {
	for name, tc := range map[string]struct {
		families, types []string
		want            bool // m7.large, of family m7
	}{
		"no filter":                    {nil, nil, true},
		"in full, of another family":   {[]string{"c7"}, []string{"m7.large"}, true},
		"in full, beside a glob":       {[]string{"c7"}, []string{"*.xlarge", "m7.large"}, true},
		"another in full":              {[]string{"m7"}, []string{"c7.large"}, true},
		"another in full, no families": {nil, []string{"c7.large"}, false},
		"a glob":                       {nil, []string{"*.large"}, true},
		"a glob and the family":        {[]string{"m?"}, []string{"*.large"}, true},
		"a glob of another size":       {[]string{"m7"}, []string{"*.2xlarge"}, false},
		"a glob of another family":     {[]string{"c7"}, []string{"*.large"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := good()
			p.respec(func(c *planner.Cluster) {
				c.NodeGroups[1].Instances.Families, c.NodeGroups[1].Instances.Types = tc.families, tc.types
			})
			if got := !slices.Contains(rules(p.verify()), "pool.admitted"); got != tc.want {
				t.Errorf("admitted: %t, want %t", got, tc.want)
			}
		})
	}
}

// TestReadyAtWorstOfAllPlacements: the figure holds for every placement that the
// scheduler may give, of which the plan shows one; 3 of api stay ready in that.
func TestReadyAtWorstOfAllPlacements(t *testing.T) {
	for says, want := range map[int][]string{0: nil, 2: nil, 3: nil, 4: {"loss.ready_at_worst"}, -1: {"loss.ready_at_worst"}} {
		p := good()
		p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[0].MinReady = nil })
		p.web().Workloads[0].ReadyAtWorst = says
		if got := rules(p.verify()); !slices.Equal(got, want) {
			t.Errorf("%d of 3: found %v, want %v", says, got, want)
		}
	}
	p := good() // min_ready is 3
	p.web().Workloads[0].ReadyAtWorst = 2
	if got := rules(p.verify()); !slices.Equal(got, []string{"loss.ready_at_worst"}) {
		t.Errorf("2 where min_ready is 3: found %v", got)
	}
}

// TestMinReadyIsAMinimum: of a computed count that must keep 3 pods ready, 3 are
// needed before anything is lost; its load is 2.
func TestMinReadyIsAMinimum(t *testing.T) {
	for reasons, want := range map[planner.ReplicaReasons][]string{
		{Load: 2, Minimum: 1}: nil,
		{Load: 2, Spare: 1}:   {"replicas.reasons"},
		{Load: 2, Zone: 1}:    {"replicas.reasons"},
	} {
		p := good()
		p.respec(func(c *planner.Cluster) {
			w := &c.NodeGroups[1].Workloads[1]
			w.SpareReplicas, w.MinReady = 0, new(units.Count(3))
			c.NodeGroups[1].Redundancy = planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}
		})
		p.web().Workloads[2].Reasons = reasons
		p.web().Survives = p.web().Survives[:1]
		got := slices.DeleteFunc(rules(p.verify()), func(rule string) bool { return rule != "replicas.reasons" })
		if !slices.Equal(got, want) {
			t.Errorf("%+v: found %v, want %v", reasons, got, want)
		}
	}
}

// TestUnpricedWithinMaxNodes: where max_nodes may keep the priced types out, a
// type without a price is no violation.
func TestUnpricedWithinMaxNodes(t *testing.T) {
	for most, want := range map[int]bool{0: true, 5: false} {
		p := good()
		p.respec(func(c *planner.Cluster) { c.NodeGroups[1].MaxNodes = most })
		p.web().Pools[0].InstanceType, p.web().Pools[0].Price = "m7.mystery", catalogs.Price{}
		if got := slices.Contains(rules(p.verify()), "pool.unpriced"); got != want {
			t.Errorf("max_nodes %d: reported: %t, want %t", most, got, want)
		}
	}
}
