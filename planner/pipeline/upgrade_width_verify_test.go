package pipeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// TestVerifyHoldsWidths makes good plans on three grounds, changes a width or what is said of
// its alternatives, and has verify see it.
func TestVerifyHoldsWidths(t *testing.T) {
	first := func(p *planner.Plan) *planner.UpgradeGroup { return &p.Upgrade.Named("surge").Groups[0] }
	// worth makes an alternative one that breaks nothing, of so many nodes at a time.
	worth := func(nodes int, takes time.Duration, cost units.USD) func(*planner.Plan) {
		return func(p *planner.Plan) {
			first(p).WidthOthers = append(first(p).WidthOthers, planner.UpgradeWidthOther{
				Width: planner.UpgradeWidth{MaxUnavailable: nodes}, Duration: takes, ExtraCost: cost,
			})
		}
	}
	row := func(p *planner.Plan) *planner.UpgradeStrategy { return p.Upgrade.Named("surge") }
	for name, tc := range map[string]struct {
		role      planner.Role
		mechanics func(*planner.Mechanics)
		ground    func(*planner.Terms)
		declared  bool
		change    func(*planner.Plan)
	}{
		"EKS, declared":       {planner.App, eksTimes, nil, true, func(p *planner.Plan) { first(p).Width.MaxUnavailable = 2 }},
		"EKS, its surplus":    {planner.App, eksTimes, nil, true, func(p *planner.Plan) { first(p).Width.MaxSurge = 7 }},
		"GKE, declared":       {planner.App, goesByZone, hasSurge, true, func(p *planner.Plan) { first(p).Width.MaxSurge = 2 }},
		"GKE, batches":        {planner.App, goesByZone, hasSurge, true, func(p *planner.Plan) { p.Upgrade.Named("gke_blue_green").Groups[0].Width.Batch = 2 }},
		"a roll, declared":    {planner.App, rolls, hasSurge, true, func(p *planner.Plan) { first(p).Width.MaxSurge = 2 }},
		"a roll, in place":    {planner.App, rolls, hasSurge, true, func(p *planner.Plan) { p.Upgrade.Named("in_place").Groups[0].Width.Batch = 2 }},
		"cheaper, and within": {planner.App, eksTimes, nil, false, func(p *planner.Plan) { worth(7, row(p).Duration, row(p).ExtraCost-1)(p) }},
		"not within": {planner.App, eksTimes, nil, false, func(p *planner.Plan) {
			worth(7, p.Cluster.Upgrade.FinishWithin+1, row(p).ExtraCost+1)(p)
		}},
		"a careful role, a narrower one": {planner.Stateful, eksTimes, nil, false, func(p *planner.Plan) {
			worth(1, p.Cluster.Upgrade.FinishWithin, row(p).ExtraCost+1)(p)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := onePerNode(group("g", tc.role, abc(), planner.Redundancy{}, slow(given("w", 12, 1500, units.GiB))))
			p.provider.mechanics, p.provider.ground = tc.mechanics, tc.ground
			declareWidth(p, "surge", 1)
			p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "surge", FinishWithin: 15*time.Minute + 3209*time.Second}
			if tc.declared {
				p.cluster.Upgrade.FinishWithin = 0
			} else {
				widthOpen(&p.cluster)
			}
			plan := p.mustMake(t)
			if first(&plan).Width.Declared != tc.declared {
				t.Fatalf("%+v", first(&plan).Width)
			}
			plan.Upgrade.Strategies = slices.Clone(plan.Upgrade.Strategies)
			tc.change(&plan)
			bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
			if !slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == "upgrade.width" }) {
				t.Errorf("verify sees nothing wrong with the width: %v", bad)
			}
		})
	}
}

// TestVerifyOfWideDeclarations: what is declared may be more than there are nodes.
func TestVerifyOfWideDeclarations(t *testing.T) {
	for name, ground := range map[string]struct {
		mechanics func(*planner.Mechanics)
		terms     func(*planner.Terms)
	}{"EKS": {eksTimes, nil}, "GKE": {goesByZone, hasSurge}, "a roll": {rolls, hasSurge}} {
		for _, nodes := range []int{3, 5, 12} {
			for _, asked := range []units.CountOrRatio{units.Count(7), units.Count(150), percentOf(1), percentOf(40), percentOf(100)} {
				for _, strategy := range []string{"surge", "minimal"} {
					p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", nodes, 1500, units.GiB))))
					p.provider.mechanics, p.provider.ground = ground.mechanics, ground.terms
					u := &p.cluster.NodeGroups[0].UpdateConfig
					declareWidth(p, strategy, 1)
					if u.Strategy = strategy; u.MaxSurge.IsZero() {
						u.MaxUnavailable = asked
					} else {
						u.MaxSurge = asked
					}
					p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
					plan := p.mustMake(t)
					for _, v := range verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan)) {
						if v.Rule == "upgrade.width" {
							t.Errorf("%s, %d nodes, %s with %v: %v", name, nodes, strategy, asked, v)
						}
					}
					if name == "EKS" && asked == units.Count(7) && nodes == 5 {
						want := planner.UpgradeWidth{MaxSurge: 7, MaxUnavailable: 5, Declared: true}
						if strategy == "minimal" { // it stays where machines are scarce
							want.MaxSurge = 0
						}
						if got := plan.Upgrade.Named("surge").Groups[0].Width; got != want {
							t.Errorf("7 of 5 nodes at a time in three zones: %+v, want %+v", got, want)
						}
					}
				}
			}
		}
	}
}

// TestVerifyOfIdleMachines: on machines of one's own a surge has as many nodes more as stand
// idle in the group's zones, of the four that it asks for, and one for which it is blocked
// where none does. What goes first takes four all the same. Of the machines that stand
// there six are the group's.
func TestVerifyOfIdleMachines(t *testing.T) {
	for name, test := range map[string]struct {
		counts []int
		surge  int
	}{"two idle": {[]int{3, 3, 2}, 2}, "more than are asked for": {[]int{4, 4, 4}, 4}, "none": {[]int{2, 2, 2}, 1}} {
		t.Run(name, func(t *testing.T) {
			p := site([]planner.Machine{bosses(1, 1, 1), stands("work", 2, 8, "ssd", test.counts...)},
				group("g", planner.App, abc(), planner.Redundancy{}, inPlace(given("w", 6, 1500, units.GiB))))
			p.cluster.NodeGroups[0].Instances.Types = []string{"work"}
			p.cluster.NodeGroups[0].UpdateConfig = planner.UpdateConfig{Strategy: "in_place", MaxUnavailable: units.Count(4)}
			p.cluster.Environment = planner.Development
			p.provider.mechanics = rolls
			p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
			plan := p.mustMake(t) // which is verified
			surge, minimal := plan.Upgrade.Named("surge"), plan.Upgrade.Named("minimal")
			if got, want := surge.Groups[0].Width, (planner.UpgradeWidth{MaxSurge: test.surge, Declared: true}); got != want {
				t.Errorf("surge: %+v, want %+v", got, want)
			}
			if got, want := minimal.Groups[0].Width, (planner.UpgradeWidth{MaxUnavailable: 4, Declared: true}); got != want {
				t.Errorf("minimal: %+v, want %+v", got, want)
			}
			if blocked := len(surge.BlockedBy) > 0; blocked != (name == "none") {
				t.Errorf("surge is blocked by %q", surge.BlockedBy)
			}
			// Alone too, as the upgrade of a document that is not its spec's is verified.
			if err := verify.Upgrade(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
				t.Error(err)
			}
			for i := range plan.Upgrade.Strategies {
				if s := &plan.Upgrade.Strategies[i]; s.Name == "surge" {
					s.Groups[0].Width.MaxSurge++
				}
			}
			bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
			if !slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == "upgrade.width" }) {
				t.Errorf("verify sees nothing wrong with a node more: %v", bad)
			}
		})
	}
}
