package terraform_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// chooses has the planner choose how many nodes of a group a strategy replaces at a time.
func chooses(strategy, group string, w planner.UpgradeWidth) func(*planner.Plan) {
	return func(p *planner.Plan) {
		s := p.Upgrade.Named(strategy)
		p.Upgrade.Recommended, s.BlockedBy = strategy, nil
		at := max(w.MaxSurge+w.MaxUnavailable, w.Batch)
		for i := range s.Groups {
			if s.Groups[i].Name == group {
				s.Groups[i].Width, s.Groups[i].Parallel = w, at
				return
			}
		}
		s.Groups = append(s.Groups, planner.UpgradeGroup{Name: group, Duration: time.Hour, Parallel: at, Width: w})
	}
}

// both makes two changes.
func both(a, b func(*planner.Plan)) func(*planner.Plan) {
	return func(p *planner.Plan) {
		a(p)
		b(p)
	}
}

// ownOf has a group be replaced by a strategy of its own in a course of another.
func ownOf(strategy, group, own string) func(*planner.Plan) {
	return func(p *planner.Plan) {
		s := p.Upgrade.Named(strategy)
		for i := range s.Groups {
			if s.Groups[i].Name == group {
				s.Groups[i].Strategy = own
			}
		}
		for i := range p.Cluster.NodeGroups {
			if g := &p.Cluster.NodeGroups[i]; g.Name == group {
				g.UpdateConfig.Strategy = own
				p.Cluster.Assumptions = slices.DeleteFunc(p.Cluster.Assumptions, func(a planner.Assumption) bool { return strings.HasPrefix(a.Path, g.Path()+".") })
			}
		}
	}
}

// TestEKSWritesChosenWidths: batch declares 33%, which a chosen width replaces, in the
// strategy that is carried out and as a number of nodes.
func TestEKSWritesChosenWidths(t *testing.T) {
	const config = "shop_node_groups batch update_config"
	w := planner.UpgradeWidth{MaxSurge: 6, MaxUnavailable: 4}
	blocked := func(p *planner.Plan) { p.Upgrade.Named("surge").BlockedBy = []string{"it takes too long"} }
	declared := w
	declared.Declared = true
	changes(t, eksPlan, checkEKSTypes, map[string]change{
		"chosen":                     {chooses("surge", "batch", w), config, "map[max_unavailable:4 update_strategy:DEFAULT]"},
		"chosen, nodes go first":     {chooses("minimal", "batch", planner.UpgradeWidth{MaxUnavailable: 2}), config, "map[max_unavailable:2 update_strategy:MINIMAL]"},
		"of another group":           {chooses("surge", "web", w), config, "map[max_unavailable_percentage:33 update_strategy:DEFAULT]"},
		"of what is not carried out": {both(chooses("minimal", "batch", w), chooses("surge", "web", w)), config, "map[max_unavailable_percentage:33 update_strategy:DEFAULT]"},
		"of what is blocked":         {both(chooses("surge", "batch", w), blocked), config, "map[max_unavailable_percentage:33 update_strategy:DEFAULT]"},
		// Of a group that declares minimal the width is that in the upgrade that is recommended.
		"of its own strategy": {
			both(both(chooses("minimal", "batch", planner.UpgradeWidth{MaxUnavailable: 2}), chooses("surge", "batch", planner.UpgradeWidth{MaxUnavailable: 3})), ownOf("surge", "batch", "minimal")),
			config, "map[max_unavailable:3 update_strategy:MINIMAL]",
		},
		"of its own one alone": {
			both(both(chooses("minimal", "batch", planner.UpgradeWidth{MaxUnavailable: 2}), chooses("surge", "web", w)), ownOf("minimal", "batch", "minimal")),
			config, "map[max_unavailable:2 update_strategy:MINIMAL]",
		},
		"declared": {chooses("surge", "batch", declared), config, "map[max_unavailable_percentage:33 update_strategy:DEFAULT]"},
	})
}

// TestGKEWritesChosenWidths: web declares a surge of 33% of its 4 nodes a zone.
func TestGKEWritesChosenWidths(t *testing.T) {
	const web = "shop_node_groups web "
	surge, away, batch := planner.UpgradeWidth{MaxSurge: 5}, planner.UpgradeWidth{MaxUnavailable: 2}, planner.UpgradeWidth{Batch: 7}
	changes(t, gkePlan, checkGKETypes, map[string]change{
		"a surge":               {chooses("surge", "web", surge), web + "max_surge", "5"},
		"takes none away":       {chooses("surge", "web", surge), web + "max_unavailable", "0"},
		"nodes go first":        {chooses("minimal", "web", away), web + "max_unavailable", "2"},
		"and none is added":     {chooses("minimal", "web", away), web + "max_surge", "0"},
		"batches of blue/green": {chooses("gke_blue_green", "web", batch), web + "batch_node_count", "7"},
		"its own blue/green":    {both(chooses("surge", "web", batch), ownOf("surge", "web", "gke_blue_green")), web + "batch_node_count", "7"},
	})
}
