package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestMinimalUpgradeAsksForPlaces: nodes of 1900m hold one pod of 1500m, so that
// as many pods as nodes have no place when nodes are away.
func TestMinimalUpgradeAsksForPlaces(t *testing.T) {
	tests := map[string]struct {
		environment planner.Environment
		replicas, u int
		lost        planner.Redundancy
		nodes       int
		want        string
	}{
		"none to spare": {planner.Production, 6, 2, planner.Redundancy{}, 6, "g/w: 2 pods have no place while 2 of 6 nodes are replaced"},
		// 5 pods survive the loss of a node on 6, and on 5 they do not. Each of 6 nodes is
		// away for a minute after its drain, a minute of deletion and two of boot.
		"a node to spare": {planner.Production, 5, 1, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, 6, "keep = n_plus_one: declared losses not survived for 24 min"},
		"outage":          {planner.Production, 3, 3, planner.Redundancy{}, 3, "g: an outage: no node is ready while 3 of 3 nodes are replaced"},
		"development":     {planner.Development, 3, 3, planner.Redundancy{}, 3, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			g := group("g", planner.App, abc(), test.lost, inPlace(given("w", test.replicas, 1500, units.GiB)))
			g.UpdateConfig.MaxUnavailable = units.Count(test.u)
			p := onePerNode(g)
			p.cluster.Environment = test.environment
			p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
			plan := p.mustMake(t)
			if _, n := nodes(&plan); n != test.nodes {
				t.Fatalf("%d nodes, want %d", n, test.nodes)
			}
			for _, s := range plan.Upgrade.Strategies {
				if s.Name != "minimal" {
					continue
				}
				if got := append(s.BlockedBy, "")[0]; got != test.want {
					t.Errorf("blocked by %q, want %q", got, test.want)
				}
			}
		})
	}
}

// TestUpgradesAreHeldToTheSpec: six nodes in three zones, replaced two more a zone first
// and one at a time. A second cluster runs for 48 h, and six nodes more are twelve.
func TestUpgradesAreHeldToTheSpec(t *testing.T) {
	tests := map[string]struct {
		change   func(c *planner.Cluster)
		strategy string
		want     string
	}{
		"in time":      {func(c *planner.Cluster) { c.Upgrade.FinishWithin = 48 * time.Hour }, "cluster_blue_green", ""},
		"too long":     {func(c *planner.Cluster) { c.Upgrade.FinishWithin = 47 * time.Hour }, "cluster_blue_green", "takes 2 d, and finish_within is 1 d 23 h"},
		"for nothing":  {func(c *planner.Cluster) { c.Upgrade.MaxExtra = new(units.USD(0)) }, "minimal", ""},
		"enough vCPUs": {func(c *planner.Cluster) { c.Quota.OnDemandVCPUs = 24 }, "surge", ""},
		"a quota":      {func(c *planner.Cluster) { c.Quota.OnDemandVCPUs = 23 }, "surge", "quota.on_demand_vcpus: 24 vCPUs on demand at the peak, and the limit is 23"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, inPlace(given("w", 6, 1500, units.GiB))))
			p.cluster.Environment = planner.Development
			p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
			test.change(&p.cluster)
			plan := p.mustMake(t)
			s := plan.Upgrade.Named(test.strategy)
			if s == nil {
				t.Fatalf("no %s", test.strategy)
			}
			got := strings.Join(s.BlockedBy, "; ")
			if test.strategy == "minimal" { // pods of a node that goes first have no place
				got = strings.Join(slices.DeleteFunc(slices.Clone(s.BlockedBy), func(b string) bool { return !strings.Contains(b, "max_extra") }), "; ")
			}
			if got != test.want {
				t.Errorf("blocked by %q, want %q; limits %v", got, test.want, s.Limits)
			}
		})
	}
}
