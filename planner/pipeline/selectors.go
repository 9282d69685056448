package pipeline

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// zoneLabel is the label of a node's zone: the nodes of a pool differ in it.
const zoneLabel = "topology.kubernetes.io/zone"

// matches reports whether labels have all that a selector asks for, the zone apart.
func matches(selector, labels map[string]string) bool {
	for key, value := range selector {
		if have, ok := labels[key]; key != zoneLabel && (!ok || have != value) {
			return false
		}
	}
	return true
}

// zonesFor returns which zones the selector of w admits; nil is all.
func zonesFor(w *planner.Workload, zones []string) []bool {
	only, ok := w.NodeSelector[zoneLabel]
	if !ok {
		return nil
	}
	admitted := make([]bool, len(zones))
	for i, z := range zones {
		admitted[i] = z == only
	}
	return admitted
}

// admits reports whether the selector of w admits nodes of o, the zone apart.
func (o *offer) admits(w *planner.Workload) bool {
	return len(w.NodeSelector) == 0 || matches(w.NodeSelector, o.labels)
}

// poolsFor returns which of the pools the selector of w admits; nil is all.
func poolsFor(w *planner.Workload, pools ...*offer) []bool {
	if !slices.ContainsFunc(pools, func(o *offer) bool { return !o.admits(w) }) {
		return nil
	}
	admitted := make([]bool, len(pools))
	for i, o := range pools {
		admitted[i] = o.admits(w)
	}
	return admitted
}

// labelled returns the labels of nodes of type t in g where a selector of a workload
// asks for any beside the zone.
func (m *maker) labelled(g *planner.NodeGroup, t *catalogs.InstanceType, capacity planner.CapacityType) map[string]string {
	for i := range g.Workloads {
		for key := range g.Workloads[i].NodeSelector {
			if key != zoneLabel {
				return m.provider.NodeLabels(g, t, capacity)
			}
		}
	}
	return nil
}

// excludes returns the first workload of g whose selector does not admit o; nil where
// there is none.
func (o *offer) excludes(g *planner.NodeGroup) *planner.Workload {
	for i := range g.Workloads {
		if w := &g.Workloads[i]; !o.admits(w) {
			return w
		}
	}
	return nil
}

// admittedByNone returns the first workload of g whose selector admits none of the offers;
// nil where there is none.
func admittedByNone(g *planner.NodeGroup, offers []offer) *planner.Workload {
	for i := range g.Workloads {
		w := &g.Workloads[i]
		if !slices.ContainsFunc(offers, func(o offer) bool { return o.admits(w) }) {
			return w
		}
	}
	return nil
}

// tolerates reports whether the pods of d may run on nodes with these taints.
func tolerates(d *planner.DaemonSet, taints []planner.Taint) bool {
	return !d.OwnTolerations || !slices.ContainsFunc(taints, func(t planner.Taint) bool {
		return t.Effect != planner.PreferNoSchedule && !slices.Contains(d.Tolerations, t.Key)
	})
}

// daemonSets returns what may run on nodes of g, whatever their labels: the provider's
// and the declared ones that name the group and tolerate its taints, sorted by name.
func (m *maker) daemonSets(g *planner.NodeGroup) []planner.DaemonSet {
	out := slices.Clone(m.provider.DaemonSets(&m.cluster, g))
	for _, d := range m.cluster.DaemonSets {
		if (len(d.NodeGroups) == 0 || slices.Contains(d.NodeGroups, g.Name)) && tolerates(&d, g.Taints) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b planner.DaemonSet) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// selected returns those of daemons whose selectors admit nodes of type t in g; daemons
// itself where all do.
func (m *maker) selected(daemons []planner.DaemonSet, g *planner.NodeGroup, t *catalogs.InstanceType, capacity planner.CapacityType) []planner.DaemonSet {
	if !slices.ContainsFunc(daemons, func(d planner.DaemonSet) bool { return len(d.NodeSelector) > 0 }) {
		return daemons
	}
	labels := m.provider.NodeLabels(g, t, capacity)
	return slices.DeleteFunc(slices.Clone(daemons), func(d planner.DaemonSet) bool { return !matches(d.NodeSelector, labels) })
}

// unselected says that no admitted type has the labels that the pods of w ask for: which
// labels none has, and the values that there are.
func (m *maker) unselected(g *planner.NodeGroup, w *planner.Workload) error {
	path := g.Path() + ".workload." + w.Name + ".node_selector"
	if err := m.unusable(g, w); err != nil {
		return &planner.Infeasible{
			Path:       path,
			Constraint: "no type of these labels can be used: " + err.Error(),
			Remedy:     "change what stands in their way, or leave the label out of the selector",
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.NodeSelector)) {
		if key == zoneLabel {
			continue
		}
		values := m.labelValues(g, key)
		if slices.Contains(values, w.NodeSelector[key]) {
			continue
		}
		bad := &planner.Infeasible{
			Path:       path,
			Constraint: fmt.Sprintf("no node of the group has the label %s = %q", key, w.NodeSelector[key]),
			Margin:     "no admitted type has the label at all",
			Remedy:     fmt.Sprintf("add %q to labels of the group, or leave it out of the selector", key),
		}
		if len(values) > 0 {
			bad.Margin = fmt.Sprintf("of the types that the group admits it is %s", fewOf(values))
			bad.Remedy = "write one of these, admit other types, or leave the label out of the selector"
		}
		if arch := m.otherArchitecture(g, w); arch != "" && key == archLabel {
			bad.Remedy = arch
		}
		return bad
	}
	return &planner.Infeasible{
		Path:       path,
		Constraint: "no admitted type has all labels that the pods of the group ask for together",
		Remedy:     "ask for less, or run the workload in a group of its own",
	}
}

// unusable says why no type can be sized that g and the selector of w admit; nil where
// some can, or none is admitted.
func (m *maker) unusable(g *planner.NodeGroup, w *planner.Workload) error {
	var why error
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		if ok, _ := admits(&g.Instances, t); !ok || !matches(w.NodeSelector, m.provider.NodeLabels(g, t, g.Instances.CapacityType)) {
			continue
		}
		_, err := m.nodeOf(g, t)
		if err == nil {
			return nil
		}
		why = cmp.Or(why, err)
	}
	return why
}

// archLabel is the label of a node's architecture.
const archLabel = "kubernetes.io/arch"

// otherArchitecture is what to write for a selector of an architecture that g leaves out;
// empty where no type of it would do either.
func (m *maker) otherArchitecture(g *planner.NodeGroup, w *planner.Workload) string {
	other := *g
	other.Instances.Architectures = []string{w.NodeSelector[archLabel]}
	if slices.Contains(g.Instances.Architectures, w.NodeSelector[archLabel]) {
		return ""
	}
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		if ok, _ := admits(&other.Instances, t); !ok || !matches(w.NodeSelector, m.provider.NodeLabels(&other, t, other.Instances.CapacityType)) {
			continue
		}
		if _, err := m.nodeOf(&other, t); err == nil {
			return fmt.Sprintf("write instances { architectures = [%q] }, if the images are built for it, or leave the label out of the selector", t.Architecture)
		}
	}
	return ""
}

// labelValues returns what a label is on nodes of the types that g admits, sorted.
func (m *maker) labelValues(g *planner.NodeGroup, key string) []string {
	var out []string
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		if ok, _ := admits(&g.Instances, t); !ok {
			continue
		}
		for _, capacity := range capacities(g) {
			if v, ok := m.provider.NodeLabels(g, t, capacity)[key]; ok && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	slices.Sort(out)
	return out
}

// fewOf lists words, the first of many.
func fewOf(words []string) string {
	const most = 5
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}

// pinned says that every zone in which the pods of w may run is lost with the declared
// losses, and that they have to run on; nil where that is not so.
func (p *problem) pinned(w *work) error {
	zones, lost := w.zonesOf(len(p.group.Zones)), p.losses.Zones
	if zones > lost || lost == 0 || !w.reschedules() && w.need == 0 {
		return nil
	}
	bad := &planner.Infeasible{
		Path:       w.path + ".node_selector",
		Constraint: fmt.Sprintf("its pods may run in %d of the %d zones of the group, and the loss of any %d is declared", zones, len(p.group.Zones), lost),
		Margin:     fmt.Sprintf("%d zone%s too few", lost+1-zones, plural(lost+1-zones)),
		Remedy:     "leave the zone out of the selector, or run the workload in a group of that zone alone",
	}
	if zones == 0 {
		bad.Constraint = fmt.Sprintf("the group has no zone %q", w.spec.NodeSelector[zoneLabel])
		bad.Margin, bad.Remedy = "its zones are "+strings.Join(p.group.Zones, ", "), "write one of these"
	}
	return bad
}
