package pipeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// TestVerifySaysAWrongEndOnce: of a course that ends long after the time that it is said to
// take one event says so, and that it does not end with the upgrade.
func TestVerifySaysAWrongEndOnce(t *testing.T) {
	p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", 6, 1500, units.GiB))))
	p.provider.mechanics = eksTimes
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
	plan := p.mustMake(t)
	s := plan.Upgrade.Named(plan.Upgrade.Recommended)
	s.Duration /= 2
	after := 0
	for _, e := range s.Timeline {
		if e.Until > s.Duration {
			after++
		}
	}
	var orders []verify.Violation
	for _, v := range verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan)) {
		if v.Rule == "upgrade.order" {
			orders = append(orders, v)
		}
	}
	if after < 3 || len(orders) != 2 {
		t.Errorf("%d events after the end, of which verify says %v", after, orders)
	}
}

// TestVerifySeesUpgrades breaks what a good plan says of two minors by surge, of six nodes
// of one pod each in three zones, and has verify see it.
func TestVerifySeesUpgrades(t *testing.T) {
	surge := func(p *planner.Plan) *planner.UpgradeStrategy { return p.Upgrade.Named("surge") }
	work := func(p *planner.Plan) *planner.UpgradeWorkload { return &surge(p).Workloads[0] }
	dearer := func(of *units.USD, s *planner.UpgradeStrategy) {
		*of, s.ExtraCost = *of+units.Dollar/1000, s.ExtraCost+units.Dollar/1000
	}
	for name, tc := range map[string]struct {
		rule   string
		change func(c *planner.Cluster, p *planner.Plan)
	}{
		"nodes that do not follow":      {"upgrade.rounds", func(_ *planner.Cluster, p *planner.Plan) { p.Upgrade.NodeRounds = []string{"1.37"} }},
		"a group's rounds":              {"upgrade.rounds", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Groups[0].Rounds = 1 }},
		"a second cluster's rounds":     {"upgrade.rounds", func(_ *planner.Cluster, p *planner.Plan) { p.Upgrade.Named("cluster_blue_green").Groups[0].Rounds = 2 }},
		"a blocked one among the best":  {"upgrade.pareto", func(_ *planner.Cluster, p *planner.Plan) { p.Upgrade.Pareto = append(p.Upgrade.Pareto, "minimal") }},
		"the choice not among the best": {"upgrade.pareto", func(_ *planner.Cluster, p *planner.Plan) { p.Upgrade.Pareto = []string{"cluster_blue_green"} }},
		"longer than asked for":         {"upgrade.asked_for", func(c *planner.Cluster, _ *planner.Plan) { c.Upgrade.FinishWithin = time.Hour }},
		"dearer than asked for":         {"upgrade.asked_for", func(c *planner.Cluster, _ *planner.Plan) { c.Upgrade.MaxExtra = new(units.Dollar / 100) }},
		"an unknown cost, asked for":    {"upgrade.asked_for", func(_ *planner.Cluster, p *planner.Plan) { surge(p).ExtraCostKnown = false }},
		"capacity away":                 {"upgrade.asked_for", func(_ *planner.Cluster, p *planner.Plan) { surge(p).MinReady = units.Whole / 2 }},
		"losses not survived": {"upgrade.asked_for", func(c *planner.Cluster, p *planner.Plan) {
			c.Upgrade.Keep, surge(p).NoRedundancy = planner.UpgradeKeepNPlusOne, time.Second
		}},
		"targets away": {"upgrade.asked_for", func(c *planner.Cluster, p *planner.Plan) {
			c.Upgrade.Keep, surge(p).NoTarget = planner.UpgradeKeepTargets, time.Second
		}},
		"below what budgets leave": {"upgrade.asked_for", func(_ *planner.Cluster, p *planner.Plan) {
			work(p).MinReady, work(p).AfterNode, work(p).AfterZone, work(p).Need = 3, 2, 1, 5
		}},
		"not simulated":              {"upgrade.asked_for", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Simulated = false }},
		"a cost that is no sum":      {"upgrade.cost", func(_ *planner.Cluster, p *planner.Plan) { surge(p).ExtraCost++ }},
		"hours at another price":     {"upgrade.cost", func(_ *planner.Cluster, p *planner.Plan) { dearer(&surge(p).Groups[0].ExtraCost, surge(p)) }},
		"fewer hours for the price":  {"upgrade.cost", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Groups[0].ExtraNodeHours -= 0.01 }},
		"a control plane for a pool": {"upgrade.cost", func(_ *planner.Cluster, p *planner.Plan) { dearer(&surge(p).ControlPlaneCost, surge(p)) }},
		"a dearer second control plane": {"upgrade.cost", func(_ *planner.Cluster, p *planner.Plan) {
			s := p.Upgrade.Named("cluster_blue_green")
			dearer(&s.ControlPlaneCost, s)
		}},
		"more nodes at the peak": {"upgrade.peak", func(_ *planner.Cluster, p *planner.Plan) { surge(p).PeakNodes++ }},
		"more vCPUs at the peak": {"upgrade.peak", func(_ *planner.Cluster, p *planner.Plan) { surge(p).PeakVCPUs++ }},
		"a pool's vCPUs":         {"upgrade.peak", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Groups[0].PeakVCPUs-- }},
		"fewer in the zones":     {"upgrade.peak", func(_ *planner.Cluster, p *planner.Plan) { surge(p).PeakByZone = surge(p).PeakByZone[1:] }},
		"zones that are swapped": {"upgrade.peak", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Groups[0].PeakByZone[0].Nodes = 1 }},
		"less of the quota":      {"upgrade.limits", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Limits[0].Used-- }},
		"above the quota": {"upgrade.limits", func(_ *planner.Cluster, p *planner.Plan) {
			p.Limits[0].Limit = 20
			for i := range p.Upgrade.Strategies {
				if l := p.Upgrade.Strategies[i].Limits; len(l) > 0 {
					l[0].Limit = 20
				}
			}
		}},
		"no limits":              {"upgrade.limits", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Limits = nil }},
		"more pods than planned": {"upgrade.pods", func(_ *planner.Cluster, p *planner.Plan) { work(p).Pods++ }},
		"a target missed in no time": {"upgrade.pods", func(_ *planner.Cluster, p *planner.Plan) {
			work(p).Need = work(p).Pods
		}},
		"more after a failure": {"upgrade.pods", func(_ *planner.Cluster, p *planner.Plan) { work(p).AfterNode = work(p).MinReady + 1 }},
		"a workload less":      {"upgrade.pods", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Workloads = nil }},
		"time that runs back":  {"upgrade.order", func(_ *planner.Cluster, p *planner.Plan) { slices.Reverse(surge(p).Timeline) }},
		"an end before its end": {"upgrade.order", func(_ *planner.Cluster, p *planner.Plan) {
			last := &surge(p).Timeline[len(surge(p).Timeline)-1]
			last.At, last.Until = last.At-time.Second, last.Until-time.Second
		}},
		"no end":                    {"upgrade.order", func(_ *planner.Cluster, p *planner.Plan) { surge(p).Timeline = surge(p).Timeline[:1] }},
		"something away for longer": {"upgrade.duration", func(_ *planner.Cluster, p *planner.Plan) { surge(p).AfterZone = surge(p).Duration + 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			w := slow(given("w", 6, 1500, units.GiB))
			w.PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(1))}
			p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, w))
			p.provider.mechanics = eksTimes
			declareWidth(p, "surge", 1)
			p.cluster.Quota.OnDemandVCPUs = 100
			p.cluster.Upgrade = &planner.Upgrade{
				To: "1.37", Strategy: "compare", Keep: planner.UpgradeKeepCapacity, FinishWithin: 72 * time.Hour, MaxExtra: new(100 * units.Dollar),
			}
			plan := p.mustMake(t)
			if plan.Upgrade.Recommended != "surge" || len(plan.Upgrade.Named("minimal").BlockedBy) == 0 || work(&plan).MinReady != 5 {
				t.Fatalf("%s is recommended, %+v", plan.Upgrade.Recommended, plan.Upgrade)
			}
			tc.change(&p.cluster, &plan)
			bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
			if !slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == tc.rule }) {
				t.Errorf("verify does not see it: %v", bad)
			}
		})
	}
}
