package practice

import (
	"fmt"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func spotRules() []rule {
	return []rule{
		{Rule{
			ID: "WN-25", Title: "A spot group has spot machines", DefaultSeverity: planner.Warning,
			What: "A group has capacity_type = \"spot\", and on_demand_base is as many nodes as are planned or more: none is bought as spot.",
			Why:  "The bill is that of on demand machines, where the spec reads as if they were spot.",
			Fix:  "Lower on_demand_base below the planned count, or write capacity_type = \"on_demand\".",
		}, noSpot},
	}
}

func noSpot(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		base, n := g.Instances.OnDemandBase, g.plan.Nodes
		all := base.IsRatio && base.Ratio >= units.Whole || !base.IsRatio && base.Count >= n
		if g.Instances.CapacityType != planner.Spot || n == 0 || base.IsZero() || !all {
			continue
		}
		asked := number(base.Count)
		if base.IsRatio {
			asked = "100%"
		}
		found = append(found, planner.Finding{
			Path:    g.Path() + ".instances.on_demand_base",
			Message: fmt.Sprintf("on_demand_base of %s keeps all of %s on demand: none is bought as spot", asked, count(n, "node")),
			Remedy:  "capacity_type = \"on_demand\", or a lower on_demand_base",
		})
	}
	return found
}
