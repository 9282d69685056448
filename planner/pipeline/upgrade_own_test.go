package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// ofTwo has 6 nodes in g and 3 in h, each full of one pod, which are replaced one at a time.
func ofTwo() *problem {
	p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, inPlace(given("w", 6, 1500, units.GiB))))
	addGroups(&p.cluster, group("h", planner.App, abc(), planner.Redundancy{}, inPlace(given("v", 3, 1500, units.GiB))))
	for i := range p.cluster.NodeGroups {
		p.cluster.NodeGroups[i].UpdateConfig.MaxUnavailable = units.Count(1)
	}
	p.cluster.Environment = planner.Development
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
	return p
}

// declare has a group declare a strategy, or have it by default.
func declare(p *problem, group int, strategy string, byDefault bool) {
	g := &p.cluster.NodeGroups[group]
	g.UpdateConfig.Strategy = strategy
	if !byDefault {
		p.cluster.Assumptions = slices.DeleteFunc(p.cluster.Assumptions, func(a planner.Assumption) bool { return strings.HasPrefix(a.Path, g.Path()+".") })
	}
}

// TestGroupsHaveTheirOwnStrategies, by hand. Nodes take 1 min of setup, 2 min to boot, and 1 min
// after their drain and 1 min to be gone; surplus nodes go in 1 min each; control plane and
// add-ons take 15 min before. Pods end in 30 s and start in 20 s; while nodes go first there is
// no place for them, so that nobody waits for their start.
//
//	surge    g: 60 + 120 + 6 x (50 + 120) + 6 x 60 = 1,560 s, 6 nodes for 1,500 s at 0.105 USD/h: $0.2625
//	         h: 60 + 120 + 3 x (50 + 120) + 6 x 60 = 1,050 s, 6 nodes for 990 s: $0.17325
//	minimal  g: 60 + 6 x (30 + 120 + 120) = 1,680 s
//	         h: 60 + 3 x (30 + 120 + 120) = 870 s
//
// A second group takes no strategy of a group, and the second cluster none.
func TestGroupsHaveTheirOwnStrategies(t *testing.T) {
	const start = 900
	type row struct {
		takes       time.Duration
		cost        units.USD
		g, h        string
		recommended bool
	}
	tests := map[string]struct {
		change func(p *problem)
		rows   map[string]row
	}{
		"all by default": {func(*problem) {}, map[string]row{
			"surge":   {start + 1560 + 1050, 435_750_000, "surge", "surge", false},
			"minimal": {start + 1680 + 870, 0, "minimal", "minimal", true},
		}},
		"h declares minimal": {func(p *problem) { declare(p, 1, "minimal", false) }, map[string]row{
			"surge":   {start + 1560 + 870, 262_500_000, "surge", "minimal", false},
			"minimal": {start + 1680 + 870, 0, "minimal", "minimal", true},
		}},
		"h has minimal since its machines are scarce": {func(p *problem) { declare(p, 1, "minimal", true) }, map[string]row{
			"surge":   {start + 1560 + 870, 262_500_000, "surge", "minimal", false},
			"minimal": {start + 1680 + 870, 0, "minimal", "minimal", true},
		}},
		"g declares surge": {func(p *problem) { declare(p, 0, "surge", false) }, map[string]row{
			"surge":   {start + 1560 + 1050, 435_750_000, "surge", "surge", false},
			"minimal": {start + 1560 + 870, 262_500_000, "surge", "minimal", true},
		}},
		// Both are the same upgrade: it is told by its name.
		"both declare surge": {func(p *problem) { declare(p, 0, "surge", false); declare(p, 1, "surge", false) }, map[string]row{
			"surge":   {start + 1560 + 1050, 435_750_000, "surge", "surge", true},
			"minimal": {start + 1560 + 1050, 435_750_000, "surge", "surge", false},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := ofTwo()
			test.change(p)
			u := p.mustMake(t).Upgrade
			for _, s := range u.Strategies {
				if s.Duration == 0 { // the ground does not have it
					continue
				}
				want, inGroups := test.rows[s.Name]
				if !inGroups {
					want.g, want.h = s.Name, s.Name
				}
				if s.Groups[0].Strategy != want.g || s.Groups[1].Strategy != want.h {
					t.Errorf("%s replaces g by %s and h by %s", s.Name, s.Groups[0].Strategy, s.Groups[1].Strategy)
				}
				said := slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "the group's own strategy") })
				if departs := want.g != s.Name || want.h != s.Name; said != departs {
					t.Errorf("%s says %q", s.Name, s.Notes)
				}
				if !inGroups {
					continue
				}
				if s.Duration != want.takes*time.Second || s.ExtraCost != want.cost || !s.Simulated || (u.Recommended == s.Name) != want.recommended {
					t.Errorf("%s takes %v and costs %d, want %d s and %d; recommended: %s", s.Name, s.Duration, s.ExtraCost, want.takes, want.cost, u.Recommended)
				}
			}
		})
	}
}

// TestVerifyKnowsWhatReplaces: a course by another strategy than the group's own is refused,
// and one that says the right name with the nodes of another.
func TestVerifyKnowsWhatReplaces(t *testing.T) {
	for name, change := range map[string]func(s *planner.UpgradeStrategy){
		"the upgrade's":  func(s *planner.UpgradeStrategy) { s.Groups[1].Strategy = "surge" },
		"another's":      func(s *planner.UpgradeStrategy) { s.Groups[0].Strategy = "minimal" },
		"nodes more":     func(s *planner.UpgradeStrategy) { s.Groups[1].PeakExtraNodes = 6 },
		"all stay ready": func(s *planner.UpgradeStrategy) { s.Groups[1].MinReadyNodes = 3 },
	} {
		p := ofTwo()
		declare(p, 1, "minimal", false)
		plan := p.mustMake(t)
		s := plan.Upgrade.Named("surge")
		s.Groups = slices.Clone(s.Groups)
		change(s)
		bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
		if !slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == "upgrade.group_strategy" }) {
			t.Errorf("%s: verify sees nothing wrong: %v", name, bad)
		}
	}
}

// TestWidthsOfOwnStrategies: a group whose own strategy has an open width gets one that suits
// that, whatever the upgrade replaces the others by: 12 nodes of one pod each that drains in
// 120 s. Where nodes go first more at a time are quicker and cost nothing, half of a drain's limit
// and what is left set the bound; a surge of EKS up to six at a time is cheapest.
func TestWidthsOfOwnStrategies(t *testing.T) {
	for _, strategy := range []string{"surge", "minimal"} {
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", 12, 1500, units.GiB))))
		p.provider.mechanics = eksTimes
		p.cluster.Environment = planner.Development
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
		widthOpen(&p.cluster)
		p.cluster.NodeGroups[0].UpdateConfig.Strategy = strategy
		p.cluster.Assumptions = slices.DeleteFunc(p.cluster.Assumptions, func(a planner.Assumption) bool { return strings.HasSuffix(a.Path, ".strategy") })
		plan := p.mustMake(t)
		u := plan.Upgrade
		got, other := u.Named("surge").Groups[0], u.Named("minimal").Groups[0]
		if got.Width != other.Width || got.Duration != other.Duration || got.Strategy != strategy || other.Strategy != strategy || got.Width.Declared {
			t.Errorf("%s is declared: %+v by %s in %v in one row, %+v by %s in %v in the other", strategy, got.Width, got.Strategy, got.Duration, other.Width, other.Strategy, other.Duration)
		}
		if want := (planner.UpgradeWidth{MaxSurge: 6, MaxUnavailable: 6}); strategy == "surge" && got.Width != want {
			t.Errorf("a surge of %+v, want %+v", got.Width, want)
		}
		if strategy == "minimal" && got.Width.MaxSurge != 0 {
			t.Errorf("%+v, and nodes go first", got.Width)
		}
		if !slices.ContainsFunc(plan.Assumptions, func(a planner.Assumption) bool {
			return a.Source == "upgrade" && strings.Contains(a.Value, "with "+strategy+":")
		}) {
			t.Errorf("%s is declared: no width of it is among %v", strategy, plan.Assumptions)
		}
	}
}

// TestAutoscaledBesideOwnStrategies: what GKE's autoscaled blue/green takes at most is of the
// groups that it replaces, where there are any: 3 nodes more of h for 120 + 30 s, three days,
// three drains of 50 s and 120 s at most, and of g what its surge takes.
func TestAutoscaledBesideOwnStrategies(t *testing.T) {
	for declared, most := range map[int]string{1: "3 nodes more", 2: ""} {
		p := ofTwo()
		p.provider.ground = hasSurge
		p.provider.mechanics = func(m *planner.Mechanics) {
			goesByZone(m)
			m.Strategies = slices.Insert(m.Strategies, 0, planner.UpgradeOption{Name: "gke_autoscaled_blue_green", Course: planner.CourseGKEAutoscaledBlueGreen})
			m.WaitForDrain = 72 * time.Hour
		}
		for g := range declared {
			declare(p, g, "surge", false)
		}
		s := p.mustMake(t).Upgrade.Named("gke_autoscaled_blue_green")
		at := slices.IndexFunc(s.Notes, func(n string) bool { return strings.Contains(n, "where pods leave blue's nodes one by one") })
		if (at >= 0) != (most != "") || at >= 0 && !strings.Contains(s.Notes[at], "takes up to "+most) {
			t.Errorf("%d groups declare surge: %q", declared, s.Notes)
		}
	}
}
