package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// selecting is a workload whose pods ask for labels of nodes.
func selecting(selector map[string]string) planner.Workload {
	w := given("w", 3, 500, units.GiB)
	w.NodeSelector = selector
	return w
}

// TestSelectorsChooseTypes: the cheaper type has not the label that the pods ask for.
func TestSelectorsChooseTypes(t *testing.T) {
	arm := machine("m7g.xlarge", 4, 16, 100)
	arm.Architecture = catalogs.ARM64
	g := alone(selecting(map[string]string{"kubernetes.io/arch": "amd64", "team": "shop"}))
	g.Instances.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
	g.Labels = map[string]string{"team": "shop"}
	plan := market(g, arm, machine("m7i.xlarge", 4, 16, 200)).mustMake(t)
	if name, _ := nodes(&plan); name != "m7i.xlarge" {
		t.Errorf("%s, want the type that the selector admits", name)
	}
}

// TestSelectorsPinToAZone: 9 pods of which a node carries three all run in zone b,
// whatever stands in the others.
func TestSelectorsPinToAZone(t *testing.T) {
	w := inPlace(given("w", 9, 1200, units.GiB))
	w.NodeSelector = map[string]string{"topology.kubernetes.io/zone": "b"}
	g := group("g", planner.App, abc(), planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, w)
	p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.xlarge", 4, 16, 200))}
	plan := p.mustMake(t)
	// Three nodes carry them in b, and one more is for a node that is lost there; the
	// group's nodes are even over its zones, b has as few as any: 4 in each.
	if _, n := nodes(&plan); n != 12 {
		t.Errorf("%d nodes, want 12", n)
	}
	for _, p := range plan.NodeGroups[0].Placement {
		if p.Zone != "b" && len(p.Pods) > 0 {
			t.Errorf("pods %v run in zone %s", p.Pods, p.Zone)
		}
	}
}

// TestAnyOrderInAZone: a node carries both pods, and a second one in b is for the
// loss of a node. Of four nodes b may have one alone, of six it has two whichever zones
// have more.
func TestAnyOrderInAZone(t *testing.T) {
	w := inPlace(given("w", 2, 1000, units.GiB))
	w.NodeSelector = map[string]string{"topology.kubernetes.io/zone": "b"}
	g := group("g", planner.App, abc(), planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, w)
	p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.xlarge", 4, 16, 200))}
	plan := p.mustMake(t)
	for _, row := range plan.NodeGroups[0].Guarantees {
		if row.Nodes != 6 {
			t.Errorf("%s takes %d nodes, want 6", row.Guarantee, row.Nodes)
		}
	}
}

func TestSelectorsThatNothingMatches(t *testing.T) {
	zoned := func(zone string, r planner.Redundancy) *problem {
		w := selecting(map[string]string{"topology.kubernetes.io/zone": zone})
		return &problem{cluster: cluster(abc(), group("g", planner.App, abc(), r, w)), catalog: catalog(machine("m7i.xlarge", 4, 16, 200))}
	}
	one := planner.Redundancy{Zones: 1, Recovery: planner.Reschedule}
	arm := machine("m7g.xlarge", 4, 16, 100)
	arm.Architecture = catalogs.ARM64
	unsized := arm
	unsized.ENIs = 0
	both := alone(selecting(map[string]string{"kubernetes.io/arch": "arm64"}))
	both.Instances.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
	tests := map[string]struct {
		p                          *problem
		constraint, margin, remedy string
	}{
		"a value that no type has": {
			market(alone(selecting(map[string]string{"kubernetes.io/arch": "arm64"})), machine("m7i.xlarge", 4, 16, 200)),
			`no node of the group has the label kubernetes.io/arch = "arm64"`, "it is amd64", "write one of these",
		},
		"an architecture that is left out": {
			market(alone(selecting(map[string]string{"kubernetes.io/arch": "arm64"})), arm, machine("m7i.xlarge", 4, 16, 200)),
			`no node of the group has the label kubernetes.io/arch = "arm64"`, "it is amd64", `write instances { architectures = ["arm64"] }`,
		},
		"types that cannot be sized": {
			market(both, unsized, machine("m7i.xlarge", 4, 16, 200)),
			"no type of these labels can be used: its network cards are not known", "", "change what stands in their way",
		},
		"a label that none has": {
			market(alone(selecting(map[string]string{"disk": "fast"})), machine("m7i.xlarge", 4, 16, 200)),
			`the label disk = "fast"`, "at all", `add "disk" to labels`,
		},
		"a zone that is lost": {zoned("b", one), "1 of the 3 zones of the group, and the loss of any 1 is declared", "1 zone too few", "group of that zone alone"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bad := test.p.infeasible(t)
			if bad.Path != "node_group.g.workload.w.node_selector" || !strings.Contains(bad.Constraint, test.constraint) || !strings.Contains(bad.Margin, test.margin) || !strings.Contains(bad.Remedy, test.remedy) {
				t.Errorf("got %+v", bad)
			}
		})
	}
}

// TestDaemonSetsThatRunNowhere: a selector that no type of the groups matches is a
// mistake; one that some type matches is not, though another type is bought.
func TestDaemonSetsThatRunNowhere(t *testing.T) {
	arm := machine("m7g.xlarge", 4, 16, 300)
	arm.Architecture = catalogs.ARM64
	g := alone(given("w", 3, 500, units.GiB))
	g.Labels = map[string]string{"team": "shop"}
	g.Instances.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
	planned := func(d planner.DaemonSet) *problem {
		p := market(g, arm, machine("m7i.xlarge", 4, 16, 200))
		d.Name = "x"
		p.cluster.DaemonSets = []planner.DaemonSet{d}
		return p
	}
	for name, test := range map[string]struct {
		selector           map[string]string
		constraint, margin string
	}{
		"no such label":  {map[string]string{"foo": "bar"}, `no node of its groups has the label foo = "bar"`, "none has the label at all: g"},
		"no such value":  {map[string]string{"team": "mail"}, `team = "mail"`, "it is shop"},
		"never together": {map[string]string{"kubernetes.io/arch": "arm64", "node.kubernetes.io/instance-type": "m7i.xlarge"}, "all of these labels together", ""},
	} {
		bad := planned(planner.DaemonSet{NodeSelector: test.selector}).infeasible(t)
		if bad.Path != "daemonset.x.node_selector" || !strings.Contains(bad.Constraint, test.constraint) || !strings.Contains(bad.Margin, test.margin) {
			t.Errorf("%s: %+v", name, bad)
		}
	}
	for name, d := range map[string]planner.DaemonSet{
		"a label of the group":        {NodeSelector: map[string]string{"team": "shop"}},
		"a type that is not chosen":   {NodeSelector: map[string]string{"kubernetes.io/arch": "arm64"}},
		"kept away by taints, if any": {OwnTolerations: true},
	} {
		plan := planned(d).mustMake(t)
		if said := slices.ContainsFunc(plan.Findings, func(f planner.Finding) bool { return f.Rule == "WN-24" }); said != (name == "a type that is not chosen") {
			t.Errorf("%s: findings %+v", name, plan.Findings)
		}
	}
}
