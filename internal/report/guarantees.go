package report

import (
	"cmp"
	"fmt"

	"github.com/scantling-dev/scantling/planner"
)

// certainty writes for each group what its guarantee costs beside the others: how
// many nodes each takes, and the cost of any order where it is not the plan's own.
func (p *page) certainty(plan *planner.Plan) {
	const mostHang = 12
	label := "CERTAINTY"
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		own := cmp.Or(guaranteeOf(plan, g.Name), planner.Scheduled)
		items := certaintyItems(g, own)
		if len(items) == 0 && len(g.Pools) > 1 {
			items = []string{guaranteeWords(own) + " " + number(g.Nodes) + " (the plan)", "the others are not counted for a group of several pools"}
		}
		if len(items) == 0 {
			continue
		}
		items[0] = g.Name + ": " + items[0]
		p.entry(label, plain, min(runes(g.Name+": "), mostHang), items...)
		label = ""
	}
}

// certaintyItems are a group's guarantees: "packed 8", "scheduled 9 (the plan)",
// "any order 12 nodes (1,340.00 USD/month)".
func certaintyItems(g *planner.GroupPlan, own planner.Guarantee) []string {
	var items []string
	for i, r := range g.Guarantees {
		words := guaranteeWords(r.Guarantee)
		chosen := r.Guarantee == own && i < guaranteeCount
		switch {
		case r.Nodes == 0 || r.NotProved != "":
			words += " not proved (" + r.NotProved + ")"
		case i >= guaranteeCount:
			words = fmt.Sprintf("any order is cheaper on %s x %s (%s)", r.InstanceType, number(r.Nodes), monthlyWords(r.Cost))
		case chosen:
			words += " " + number(r.Nodes) + " (the plan)"
		case r.Guarantee == planner.AnyOrder:
			words = fmt.Sprintf("%s %s (%s)", words, count(r.Nodes, "node"), monthlyWords(r.Cost))
		default:
			words += " " + number(r.Nodes)
		}
		items = append(items, words)
	}
	return items
}

// guaranteeCount is how many guarantees there are.
const guaranteeCount = 3

// monthlyWords writes a cost with its unit.
func monthlyWords(a planner.Amount) string {
	if !a.Known {
		return notKnown
	}
	return monthly(a) + " USD/month"
}

func guaranteeWords(g planner.Guarantee) string {
	if g == planner.AnyOrder {
		return "any order"
	}
	return string(g)
}
