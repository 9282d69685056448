package practice

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

func daemonRules() []rule {
	return []rule{
		{Rule{
			ID: "WN-24", Title: "Every DaemonSet runs somewhere", DefaultSeverity: planner.Warning,
			What: "A daemonset block is on no node of the plan: the taints of its groups, which it does not tolerate, or its node_selector, which the chosen types do not match, keep it away. A selector that no admitted type matches is an error of the spec.",
			Why:  "Nobody notices that an agent for logs, networks or security is missing, and no node keeps room for it.",
			Fix:  "Tolerate the taint of a group, or change the selector; leave the block out where it is for nodes to come.",
		}, idleDaemons},
	}
}

func idleDaemons(v *view) []planner.Finding {
	var found []planner.Finding
	for i := range v.c.DaemonSets {
		d := &v.c.DaemonSets[i]
		if slices.ContainsFunc(v.groups, func(g group) bool { return g.runs(d.Name) }) || len(v.groups) == 0 {
			continue
		}
		f := planner.Finding{Path: "daemonset." + d.Name + ".node_selector", Remedy: "leave node_selector out, or write one that a type of the plan matches"}
		f.Message = fmt.Sprintf("%s runs on no node of the plan: none has the labels that it selects", d.Name)
		if d.OwnTolerations && len(d.NodeSelector) == 0 {
			f.Path = "daemonset." + d.Name + ".tolerations"
			f.Message = fmt.Sprintf("%s runs on no node of the plan: it does not tolerate the taints of its groups", d.Name)
			f.Remedy = "name the key of a taint in tolerations, or leave tolerations out for all"
		} else if d.OwnTolerations {
			f.Message = fmt.Sprintf("%s runs on no node of the plan: where its tolerations let it, no node has the labels that it selects", d.Name)
		}
		found = append(found, f)
	}
	return found
}

// runs reports whether a DaemonSet is on nodes of the group.
func (g *group) runs(name string) bool {
	return slices.ContainsFunc(g.plan.Pools, func(p planner.Pool) bool {
		return slices.ContainsFunc(p.DaemonSets, func(d planner.DaemonSet) bool { return d.Name == name })
	})
}
