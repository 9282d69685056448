package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// zoneLabel is the well-known label of a node's zone (kubernetes.io, "Well-Known
// Labels, Annotations and Taints"). A provider's labels are beside it.
const zoneLabel = "topology.kubernetes.io/zone"

// selects reports whether a selector finds its labels on a node in a zone.
func selects(selector, labels map[string]string, zone string) bool {
	for key, value := range selector {
		if key == zoneLabel {
			if value != zone {
				return false
			}
			continue
		}
		if got, ok := labels[key]; !ok || got != value {
			return false
		}
	}
	return true
}

// selectsIn reports whether a selector finds its labels on a node in some of zones.
func selectsIn(selector, labels map[string]string, zones []string) bool {
	return slices.ContainsFunc(zones, func(zone string) bool { return selects(selector, labels, zone) })
}

// labelled reports whether anything in g asks for labels of nodes.
func (g *group) labelled() bool {
	return slices.ContainsFunc(g.loads, func(l *load) bool { return len(l.spec.NodeSelector) > 0 }) ||
		slices.ContainsFunc(g.daemons, func(d planner.DaemonSet) bool { return len(d.NodeSelector) > 0 })
}

// labels of g's nodes of a type; none where nobody asks for any.
func (k *checker) labels(g *group, t *catalogs.InstanceType, capacity planner.CapacityType) map[string]string {
	if !g.selective {
		return nil
	}
	return k.prov.NodeLabels(g.decl, t, capacity)
}

// daemonsOn returns the DaemonSets that run on nodes of g with those labels. One that
// selects a zone is counted on every node: it takes room where it runs.
func (g *group) daemonsOn(labels map[string]string) []planner.DaemonSet {
	if !g.selective {
		return g.daemons
	}
	var out []planner.DaemonSet
	for _, d := range g.daemons {
		if len(d.NodeSelector) == 0 || selectsIn(d.NodeSelector, labels, g.decl.Zones) {
			out = append(out, d)
		}
	}
	return out
}

// collectDaemons finds the DaemonSets that may run in g: those of the provider and of
// the spec that are meant for it and tolerate its taints.
func (k *checker) collectDaemons(g *group) {
	all := slices.Clone(k.prov.DaemonSets(k.c, g.decl))
	for _, d := range k.c.DaemonSets {
		if len(d.NodeGroups) == 0 || slices.Contains(d.NodeGroups, g.decl.Name) {
			all = append(all, d)
		}
	}
	for i := range all {
		if tolerates(&all[i], g.decl.Taints) {
			g.daemons = append(g.daemons, all[i])
		}
	}
}

// tolerates reports whether a DaemonSet may run on nodes with those taints.
// PreferNoSchedule keeps nobody out (kubernetes.io, "Taints and Tolerations").
func tolerates(d *planner.DaemonSet, taints []planner.Taint) bool {
	return !d.OwnTolerations || !slices.ContainsFunc(taints, func(t planner.Taint) bool {
		return t.Effect != planner.PreferNoSchedule && !slices.Contains(d.Tolerations, t.Key)
	})
}

// place is where nodes of a group are: a pool and a zone, by their indices.
func (g *group) place(pool, zone int) int { return pool*len(g.decl.Zones) + zone }

// admission works out which places each load's selector admits; nil is all of them.
func (g *group) admission() {
	for _, l := range g.loads {
		if len(l.spec.NodeSelector) == 0 {
			continue
		}
		l.admits = make([]bool, len(g.pools)*len(g.decl.Zones))
		for p := range g.pools {
			for z, zone := range g.decl.Zones {
				l.admits[g.place(p, z)] = selects(l.spec.NodeSelector, g.pools[p].labels, zone)
			}
		}
	}
}

// at reports whether the selector of l admits nodes at a place.
func (l *load) at(place int) bool { return l.admits == nil || l.admits[place] }
