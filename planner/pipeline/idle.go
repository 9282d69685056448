package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// idleDaemonSets joins an error for each declared DaemonSet whose selector no type
// matches that its groups admit: whatever is chosen, it runs nowhere, and no node keeps
// room for it. One that taints or the choice of types keep from every node is a matter
// of practice.
func (m *maker) idleDaemonSets() error {
	var errs []error
	for i := range m.cluster.DaemonSets {
		d := &m.cluster.DaemonSets[i]
		groups := m.groupsOf(d)
		if len(d.NodeSelector) == 0 || len(groups) == 0 || slices.ContainsFunc(groups, func(g *planner.NodeGroup) bool { return m.selects(d, g) }) {
			continue
		}
		errs = append(errs, m.idle(d, groups))
	}
	return errors.Join(errs...)
}

// groupsOf returns the groups on whose nodes the taints and node_groups of d let it.
func (m *maker) groupsOf(d *planner.DaemonSet) []*planner.NodeGroup {
	var out []*planner.NodeGroup
	for i := range m.cluster.NodeGroups {
		g := &m.cluster.NodeGroups[i]
		if (len(d.NodeGroups) == 0 || slices.Contains(d.NodeGroups, g.Name)) && tolerates(d, g.Taints) {
			out = append(out, g)
		}
	}
	return out
}

// selects reports whether some type that g admits has the labels that d asks for, or
// whether g admits none, which is another mistake.
func (m *maker) selects(d *planner.DaemonSet, g *planner.NodeGroup) bool {
	none := true
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		if ok, _ := admits(&g.Instances, t); !ok {
			continue
		}
		none = false
		for _, capacity := range capacities(g) {
			if matches(d.NodeSelector, m.provider.NodeLabels(g, t, capacity)) {
				return true
			}
		}
	}
	return none
}

// capacities are the ways in which machines of g may be bought.
func capacities(g *planner.NodeGroup) []planner.CapacityType {
	if g.Instances.CapacityType == planner.Spot && !g.Instances.OnDemandBase.IsZero() {
		return []planner.CapacityType{planner.Spot, planner.OnDemand}
	}
	return []planner.CapacityType{g.Instances.CapacityType}
}

// idle says which label of its selector keeps d from every node.
func (m *maker) idle(d *planner.DaemonSet, groups []*planner.NodeGroup) error {
	const remedy = "write %s, or leave the label out of the selector"
	bad := &planner.Infeasible{
		Path:       "daemonset." + d.Name + ".node_selector",
		Constraint: "it would run nowhere: no type that its groups admit has all of these labels together",
		Remedy:     "ask for fewer labels",
	}
	for _, key := range slices.Sorted(maps.Keys(d.NodeSelector)) {
		var values []string
		for _, g := range groups {
			values = append(values, m.labelValues(g, key)...)
		}
		slices.Sort(values)
		values = slices.Compact(values)
		if slices.Contains(values, d.NodeSelector[key]) {
			continue
		}
		bad.Constraint = fmt.Sprintf("it would run nowhere: no node of its groups has the label %s = %q", key, d.NodeSelector[key])
		bad.Margin, bad.Remedy = "on their nodes it is "+fewOf(values), fmt.Sprintf(remedy, "one of these")
		if len(values) == 0 {
			var names []string
			for _, g := range groups {
				names = append(names, g.Name)
			}
			bad.Margin = "none has the label at all: " + fewOf(names)
			bad.Remedy = fmt.Sprintf("add %q to labels of a group, or leave it out of the selector", key)
		}
		return bad
	}
	return bad
}
