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

// rooms are six machines of 2 vCPU with a pod each, two in each zone, and idle ones beside
// them; two are replaced at a time.
func rooms(idle ...int) *problem {
	counts := make([]int, 3)
	for z := range counts {
		counts[z] = 2 + idle[z]
	}
	p := site([]planner.Machine{stands("big", 2, 8, "ssd", counts...), bosses(1, 1, 1)},
		group("g", planner.App, abc(), none(), slow(given("w", 6, 1500, units.GiB))))
	g := &p.cluster.NodeGroups[0]
	g.Instances.Types = []string{"big"}
	g.UpdateConfig.MaxUnavailable = units.Count(2)
	p.provider.mechanics = func(m *planner.Mechanics) {
		rolls(m)
		m.Strategies = slices.Insert(m.Strategies, 2, planner.UpgradeOption{Name: "node_group_blue_green", Course: planner.CourseNodeGroupBlueGreen})
	}
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "surge"}
	return p
}

// TestSurgeOfIdleMachines: two machines stand idle in c, and none in a and b. Those of c are
// replaced by them, ready after 15 + 150 s, with 120 s of drain and 65 s to go. Then two join
// in 165 s, two batches of two drain for 120 s, are gone 65 s later and back after 165 s, and
// two of c leave in 185 s: 1400 s with two machines more.
func TestSurgeOfIdleMachines(t *testing.T) {
	p := rooms(0, 0, 2)
	plan := p.mustMake(t)
	s := plan.Upgrade.Named("surge")
	g := &s.Groups[0]
	if len(s.BlockedBy) > 0 || g.Duration != 1400*time.Second || g.PeakExtraNodes != 2 || g.ExtraNodeHours != 2*1400.0/3600 || g.Width.MaxSurge != 2 {
		t.Errorf("blocked by %q: %+v", s.BlockedBy, g)
	}
	if got := byZone(g.PeakByZone); !slices.Equal(got, []int{2, 2, 4}) {
		t.Errorf("at the peak %v", got)
	}
	const want = "g: 6 machines are needed more for a while, and 2 of the kind stand idle"
	if got := strings.Join(plan.Upgrade.Named("node_group_blue_green").BlockedBy, "; "); got != want {
		t.Errorf("a second group is blocked by %q, want %q", got, want)
	}
}

// TestSecondGroupStandsWhereTheFirstDoes: six machines that stand idle elsewhere are none.
func TestSecondGroupStandsWhereTheFirstDoes(t *testing.T) {
	for _, tc := range []struct {
		idle []int
		want string
	}{
		{[]int{2, 1, 3}, "g: 6 machines are needed more for a while, and of the kind too few stand idle in the zones: 1 of 2 in b"},
		{[]int{2, 2, 2}, ""},
	} {
		plan := rooms(tc.idle...).mustMake(t)
		if got := strings.Join(plan.Upgrade.Named("node_group_blue_green").BlockedBy, "; "); got != tc.want {
			t.Errorf("%v idle: blocked by %q, want %q", tc.idle, got, tc.want)
		}
	}
}

// TestIdleMachinesArePaidAnyway: a machine of one's own that stands there costs the same idle
// and in use, so that a surge of two for 1400 s costs nothing more, whatever a machine costs,
// but the fee of 7.30 a month that each node has: 0.01 an hour. Its hours are told.
func TestIdleMachinesArePaidAnyway(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(c *planner.Cluster)
		cost   units.USD
	}{
		"declared price": {func(*planner.Cluster) {}, 0},
		"no price":       {func(c *planner.Cluster) { c.Machines[0].USDPerMonth = nil }, 0},
		"nothing to pay": {func(c *planner.Cluster) { c.Upgrade.MaxExtra = new(units.USD(0)) }, 0},
		// 2 x 1400 s at 0.01 an hour, rounded up.
		"a fee": {func(c *planner.Cluster) { c.Pricing.PerNode = new(730 * units.Dollar / 100) }, 7_777_778},
	} {
		p := rooms(0, 0, 2)
		tc.change(&p.cluster)
		if p.cluster.Machines[0].USDPerMonth == nil {
			for i := range p.catalog.Types {
				if p.catalog.Types[i].Name == "big" {
					p.catalog.Types[i].OnDemand.Basis = ""
				}
			}
		}
		plan := p.mustMake(t)
		s := plan.Upgrade.Named("surge")
		if len(s.BlockedBy) > 0 || s.ExtraCost != tc.cost || !s.ExtraCostKnown || s.Groups[0].ExtraNodeHours != 2*1400.0/3600 {
			t.Errorf("%s: %d more (known %t) for %f hours, blocked by %q", name, s.ExtraCost, s.ExtraCostKnown, s.Groups[0].ExtraNodeHours, s.BlockedBy)
		}
		s.ExtraCost++
		s.Groups[0].ExtraCost++
		bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
		if seen := slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == "upgrade.cost" }); seen == (name == "a fee") {
			t.Errorf("%s: verify sees a price of machines: %t", name, seen)
		}
		const said = "machines that stand idle are used for 0.8 hours: they are paid for anyway"
		if !slices.Contains(s.Notes, said) {
			t.Errorf("%s: notes %q", name, s.Notes)
		}
	}
}
