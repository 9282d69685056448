package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// wayWords say how nodes are paid for.
func wayWords(w planner.PaymentWay) string {
	switch w {
	case planner.ForThreeYears:
		return "for 3 years"
	case planner.ForOneYear:
		return "for 1 year"
	case planner.PayOnDemand:
		return "on demand"
	case planner.PaySpot:
		return "as spot"
	}
	return string(w)
}

// splitWords writes how the nodes of a type are bought: "2 for 3 years, 1 on demand".
func splitWords(s *planner.CommitmentSplit) string {
	var parts []string
	if s.Bought > 0 {
		parts = append(parts, number(s.Bought)+" under contract")
	}
	for _, p := range s.Parts {
		parts = append(parts, number(p.Nodes)+" "+wayWords(p.Way))
	}
	return strings.Join(parts, ", ")
}

// toCommit writes how many nodes of each type to commit to, where that saves anything
// against on demand.
func (p *page) toCommit(plan *planner.Plan) {
	const label, hang = "COMMIT TO", 2
	shown := label
	for i := range plan.ToCommit {
		s := &plan.ToCommit[i]
		if s.Saving() <= 0 {
			continue
		}
		saving := s.Saving() * 100 / s.OnDemand // in percent, rounded down
		p.entry(shown, plain, hang, s.InstanceType+": "+splitWords(s),
			usd(s.Cost.PerMonth())+" USD/month", fmt.Sprintf("saves %s (%d%% of on demand)", usd(s.Saving().PerMonth()), saving))
		shown = ""
	}
}

// explainSplit adds how the nodes of a group's types are bought.
func explainSplit(t *table, plan *planner.Plan, g *planner.GroupPlan) {
	for i := range plan.ToCommit {
		s := &plan.ToCommit[i]
		if !slices.ContainsFunc(s.Paths, func(path string) bool { return slices.Contains(g.NodesPaths(), path) }) {
			continue
		}
		of := ""
		if len(s.Paths) > 1 {
			of = " of all that the cluster has"
		}
		for _, p := range s.Parts {
			how := number(p.Nodes) + " x " + s.InstanceType + of
			if p.Payment != "" {
				how += ", paid " + strings.ReplaceAll(p.Payment, "_", " ")
			}
			how += fmt.Sprintf(", each needed at least %s of the day", percent(p.LeastUse))
			t.add("buy "+wayWords(p.Way), usd(p.Cost.PerMonth())+" USD/month", how)
		}
	}
}
