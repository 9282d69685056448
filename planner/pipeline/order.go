package pipeline

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// inOrder returns c with its groups, their workloads and its DaemonSets sorted by
// name, as the rest of the package takes them; c itself where they are.
func inOrder(c planner.Cluster) planner.Cluster {
	c.NodeGroups = sortedBy(c.NodeGroups, func(g *planner.NodeGroup) string { return g.Name })
	c.DaemonSets = sortedBy(c.DaemonSets, func(d *planner.DaemonSet) string { return d.Name })
	for i := range c.NodeGroups {
		works := c.NodeGroups[i].Workloads
		sorted := sortedBy(works, func(w *planner.Workload) string { return w.Name })
		if len(works) > 0 && &sorted[0] != &works[0] {
			c.NodeGroups = slices.Clone(c.NodeGroups)
			c.NodeGroups[i].Workloads = sorted
		}
	}
	return c
}

// typesInOrder returns cat with its types sorted by name.
func typesInOrder(cat catalogs.Catalog) catalogs.Catalog {
	cat.Types = sortedBy(cat.Types, func(t *catalogs.InstanceType) string { return t.Name })
	return cat
}

// sortedBy returns list if it is sorted by name, else a sorted copy.
func sortedBy[T any](list []T, name func(*T) string) []T {
	sorted := true
	for i := 1; i < len(list) && sorted; i++ {
		sorted = name(&list[i-1]) <= name(&list[i])
	}
	if sorted {
		return list
	}
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b T) int { return strings.Compare(name(&a), name(&b)) })
	return out
}
