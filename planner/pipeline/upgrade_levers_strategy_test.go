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

// scarce are g and h of ofTwo in production, where no pod may be without a place, which
// groups by default replaces by minimal since their machines are scarce.
func scarce(groups ...int) *problem {
	p := ofTwo()
	p.cluster.Environment = planner.Production
	for _, g := range groups {
		declare(p, g, "minimal", true)
	}
	return p
}

// TestStrategyOfScarceMachines: a full group that is replaced by minimal by default blocks
// surge and minimal. Declared surge opens the surge that TestGroupsHaveTheirOwnStrategies has by
// hand: 900 + 1,560 + 1,050 s for $0.43575, less than that of a second group of each, which is
// recommended. Of two such groups one that surges leaves the other, so that both are named.
func TestStrategyOfScarceMachines(t *testing.T) {
	const alone, both = "node_group.h.update_config.strategy", "node_group.g.update_config and node_group.h.update_config.strategy"
	way := planner.UpgradeWay{Strategy: "surge", Duration: (900 + 1560 + 1050) * time.Second, ExtraCost: 435_750_000, ExtraCostKnown: true}
	for name, test := range map[string]struct {
		p        *problem
		declared []int
		change   func(u *planner.Upgrade)
		want     string
	}{
		"h":                    {scarce(1), []int{1}, func(*planner.Upgrade) {}, alone},
		"both":                 {scarce(0, 1), []int{0, 1}, func(*planner.Upgrade) {}, both},
		"surge is asked for":   {scarce(1), []int{1}, func(u *planner.Upgrade) { u.Strategy = "surge" }, alone},
		"in time":              {scarce(1), []int{1}, func(u *planner.Upgrade) { u.FinishWithin = way.Duration }, alone},
		"not in time":          {scarce(1), []int{1}, func(u *planner.Upgrade) { u.FinishWithin = way.Duration - 1 }, ""},
		"for the money":        {scarce(1), []int{1}, func(u *planner.Upgrade) { u.MaxExtra = new(way.ExtraCost) }, alone},
		"not for the money":    {scarce(1), []int{1}, func(u *planner.Upgrade) { u.MaxExtra = new(way.ExtraCost - 1) }, ""},
		"another is asked for": {scarce(1), []int{1}, func(u *planner.Upgrade) { u.Strategy = "node_group_blue_green" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			test.change(test.p.cluster.Upgrade)
			u := test.p.mustMake(t).Upgrade
			if row := u.Named("surge"); len(row.BlockedBy) == 0 {
				t.Fatalf("surge is not blocked, and %s is recommended", u.Recommended)
			}
			var levers []planner.UpgradeLever
			for _, l := range u.Levers {
				if strings.HasSuffix(l.Path, ".strategy") {
					levers = append(levers, l)
				}
			}
			var want []planner.UpgradeLever
			if test.want != "" {
				want = []planner.UpgradeLever{{Path: test.want, Value: "surge", Way: way}}
			}
			if !slices.Equal(levers, want) {
				t.Fatalf("%+v, want %+v", levers, want)
			}
			for _, g := range test.declared {
				declare(test.p, g, "surge", false)
			}
			other := test.p.mustMake(t).Upgrade
			row := other.Named("surge")
			if test.want != "" && (other.Recommended != "surge" || row.Duration != way.Duration || row.ExtraCost != way.ExtraCost) {
				t.Errorf("declared, %s is recommended, and surge takes %v and costs %d", other.Recommended, row.Duration, row.ExtraCost)
			}
		})
	}
}

// TestVerifyKnowsStrategyLevers: a group that does not exist, one that follows the upgrade
// anyway, the strategy that a group has, and what is dearer than what is recommended are refused.
func TestVerifyKnowsStrategyLevers(t *testing.T) {
	for name, change := range map[string]func(l *planner.UpgradeLever){
		"no group":     func(l *planner.UpgradeLever) { l.Path = "node_group.x.update_config.strategy" },
		"not scarce":   func(l *planner.UpgradeLever) { l.Path = "node_group.g.update_config.strategy" },
		"one too many": func(l *planner.UpgradeLever) { l.Path = "node_group.g.update_config and " + l.Path },
		"what it has":  func(l *planner.UpgradeLever) { l.Value = "minimal" },
		"a second one": func(l *planner.UpgradeLever) { l.Value = "node_group_blue_green" },
		"dearer":       func(l *planner.UpgradeLever) { l.Way.ExtraCost += 1000 * units.Dollar },
	} {
		p := scarce(1)
		plan := p.mustMake(t)
		change(&plan.Upgrade.Levers[0])
		bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
		if !slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == "upgrade.lever" }) {
			t.Errorf("%s: verify sees nothing wrong: %v", name, bad)
		}
	}
}
