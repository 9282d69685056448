package practice

import (
	"fmt"

	"github.com/scantling-dev/scantling/planner"
)

func growthRules() []rule {
	return []rule{{Rule{
		ID: "GR-01", Title: "Growth stays within the limits", DefaultSeverity: planner.Warning,
		What: "Within the horizon of growth a month cannot be planned, or costs more than max_usd_per_month.",
		Why:  "The plan holds today. The month in which it no longer does is the date to order by, or to talk about money.",
		Fix:  "Raise the limit that the message names before that month, or make the service cheaper to run.",
	}, growsBeyond}}
}

func growsBeyond(v *view) []planner.Finding {
	limit := v.c.MaxUSDPerMonth
	for _, m := range v.plan.Growth {
		when := fmt.Sprintf("in month %d (%s)", m.Month, m.Date)
		if m.Infeasible != "" {
			return []planner.Finding{{
				Path: "growth", Message: fmt.Sprintf("%s the load can no longer be planned: %s", when, m.Infeasible),
				Remedy: "raise the limit before that month",
			}}
		}
		if limit != nil && m.Cost.Known && m.Cost.Rate.PerMonth() > *limit {
			return []planner.Finding{{
				Path:    "max_usd_per_month",
				Message: fmt.Sprintf("%s growth costs %s USD/month, the budget is %s", when, usd(m.Cost.Rate.PerMonth()), usd(*limit)),
				Remedy:  "raise the budget before that month, or lower the growth",
			}}
		}
	}
	return nil
}
