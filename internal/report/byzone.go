package report

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/planner"
)

// writtenNames returns the names under which the pools of each group are written where the
// plan stands, which runbooks have too.
func writtenNames(plan *planner.Plan) ([][]string, error) {
	longest := longestName
	if plan.ControlPlane.Mode != planner.SelfManaged {
		switch plan.Cluster.Provider {
		case onEKS:
			longest = longestOnEKS
		case onGKE:
			longest = longestOnGKE
		}
	}
	return emit.PoolNames(plan, longest)
}

// splitGroups says of the groups that are split by zone which groups of machines they are,
// by the names under which they are written, with the nodes of each.
func (p *page) splitGroups(plan *planner.Plan) {
	names, err := writtenNames(plan)
	if err != nil {
		return // emit says why
	}
	label := "BY ZONE"
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		if byZoneWords(g) == "" {
			continue
		}
		p.entry(label, plain, 2, splitItems(g, names[i])...)
		label = ""
	}
}

// splitItems are the groups of machines of a group that is split by zone.
func splitItems(g *planner.GroupPlan, names []string) []string {
	items := []string{g.Name + " is " + count(len(g.Pools), "group") + " of machines, each in its zone alone"}
	for j := range g.Pools {
		items = append(items, names[j]+" "+number(g.Pools[j].Nodes))
	}
	return items
}

// splitNames writes them in a line: "kafka-a 2, kafka-b 1".
func splitNames(plan *planner.Plan, g *planner.GroupPlan) string {
	names, err := writtenNames(plan)
	i := slices.IndexFunc(plan.NodeGroups, func(o planner.GroupPlan) bool { return o.Name == g.Name })
	if err != nil || i < 0 {
		return ""
	}
	return ": " + strings.Join(splitItems(g, names[i])[1:], ", ")
}
