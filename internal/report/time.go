package report

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// limits writes what the plan takes of each limit that is declared.
func (p *page) limits(plan *planner.Plan) {
	var items []string
	for _, l := range plan.Limits {
		items = append(items, fmt.Sprintf("%s %s of %s", l.Resource, thousands(l.Used), thousands(l.Limit)))
	}
	if len(items) > 0 {
		p.labelled("LIMITS", plain, items...)
	}
}

// runsOut writes which groups do not get through the horizon of growth.
func (p *page) runsOut(plan *planner.Plan) {
	label := "RUNS OUT"
	for i := range plan.RunsOut {
		r := &plan.RunsOut[i]
		resource, of := strings.CutPrefix(r.Resource, groupPrefix+r.Group+".")
		words := fmt.Sprintf("%s runs out of %s on %s", r.Group, resource, r.Date)
		switch {
		case r.Need > 0:
			words += fmt.Sprintf(" (needs %s of %s)", thousands(r.Need), thousands(r.Limit))
		case of || r.Resource == groupPrefix+r.Group:
			words = fmt.Sprintf("%s cannot be planned from %s on: %s", r.Group, r.Date, r.Reason)
		}
		p.labelled(label, plain, words)
		label = ""
	}
	if len(plan.RunsOut) > 0 && len(plan.RunsOut) < len(plan.NodeGroups) {
		p.labelled(label, dim, "no other group runs out "+within(plan))
	}
}

// within names the horizon of growth.
func within(plan *planner.Plan) string {
	return "within " + count(plan.Cluster.Growth.HorizonMonths, "month")
}
