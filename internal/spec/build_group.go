package spec

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// groups reads the node groups.
func (b *builder) groups() {
	defaults := b.root.child("node_group_defaults")
	nodes := b.root.children("node_group")
	if len(nodes) == 0 && !b.root.refused["node_group"] {
		b.add(EmptyCluster, &b.root.def, "The cluster has no node group, so that nothing can run. Add node_group \"NAME\" { … }.")
	}
	slices.SortStableFunc(nodes, func(x, y *node) int { return cmp.Compare(x.label, y.label) })
	b.readManifests(nodes)
	for i, own := range nodes {
		n := b.fromManifests(merge(defaults, own))
		nodes[i] = n
		path := "node_group." + n.label
		b.place(path, n)
		b.cluster.NodeGroups = append(b.cluster.NodeGroups, b.group(n, path))
	}
	b.systemGroup(nodes)
}

// merge returns own with what only defaults give: attribute by attribute, block
// by block.
func merge(defaults, own *node) *node {
	if defaults == nil {
		return own
	}
	m := &node{
		schema: own.schema, label: own.label, labelRange: own.labelRange, misnamed: own.misnamed, def: own.def,
		spans: slices.Concat(own.spans, defaults.spans), attrs: maps.Clone(own.attrs), refused: maps.Clone(own.refused),
		partial: own.partial,
	}
	for name, v := range defaults.attrs {
		if m.attrs[name] == nil && !m.refused[name] {
			m.attrs[name] = v
		}
	}
	for name := range defaults.refused {
		m.refused[name] = true
	}
	same := func(x, y *node) bool { return x.schema.name == y.schema.name && x.label == y.label }
	for _, o := range own.blocks {
		i := slices.IndexFunc(defaults.blocks, func(d *node) bool { return same(d, o) })
		if i >= 0 {
			o = merge(defaults.blocks[i], o)
		}
		m.blocks = append(m.blocks, o)
	}
	for _, d := range defaults.blocks {
		if !slices.ContainsFunc(own.blocks, func(o *node) bool { return same(d, o) }) {
			m.blocks = append(m.blocks, d)
		}
	}
	return m
}

// groupContext is what the defaults of a group depend on.
type groupContext struct {
	node  *node
	path  string
	role  planner.Role
	def   roleDefaults
	zones []string
	// source names the role's defaults.
	source      string
	development bool
	redundancy  planner.Redundancy
	// controlPlane: the machines are the control plane's, not a group's.
	controlPlane bool
}

// group reads one node group, its defaults merged.
func (b *builder) group(n *node, path string) planner.NodeGroup {
	role := planner.Role(take(b, n, path, "role", string(planner.App), "app", "language"))
	x := &groupContext{
		node: n, path: path, role: role, def: defaultsOf(role), source: "role " + string(role),
		development: b.cluster.Environment == planner.Development,
	}
	x.zones = b.groupZones(n, path)
	g := planner.NodeGroup{Name: n.label, Role: role, Zones: x.zones}
	image := string(first(b.terms.Images))
	g.Image = planner.Image(take(b, n, path, "image", image, image, b.source()))
	g.Guarantee = planner.Guarantee(take(b, n, path, "guarantee", string(planner.Scheduled), "scheduled", "language"))
	labels, _ := get[textMap](n, "labels")
	b.checkLabels(&labels)
	g.Labels = labels.items
	g.Instances = b.instances(x)
	g.Disk = b.disk(x)
	g.Kubelet = b.kubelet(x)
	g.Taints = b.taints(x, g.Instances.GPU != nil || x.def.gpus)
	g.Autoscaling = x.node.child("autoscaling") != nil
	x.redundancy = b.redundancy(x)
	g.Redundancy = x.redundancy
	g.UpdateConfig = b.updateConfig(x)
	workloads := n.children("workload")
	slices.SortStableFunc(workloads, func(x, y *node) int { return cmp.Compare(x.label, y.label) })
	for _, w := range workloads {
		g.Workloads = append(g.Workloads, b.workload(x, w))
	}
	g.SplitByZone = b.splitByZone(x, &g)
	g.MinNodes, g.MaxNodes = b.autoscaling(x, g.Split())
	b.checkFurther(n, &g)
	b.checkCircles(workloads, &g)
	return g
}

// groupZones returns the group's zones, sorted.
func (b *builder) groupZones(n *node, path string) []string {
	list, ok := get[texts](n, "zones")
	if !ok {
		if !n.has("zones") && len(b.cluster.Zones) > 0 {
			b.assume(join(path, "zones"), strings.Join(b.cluster.Zones, ", "), "cluster")
		}
		return slices.Clone(b.cluster.Zones)
	}
	if len(list.items) == 0 {
		b.add(MissingAttribute, n.rng("zones"), "The group has no zone. Leave zones out for all zones of the cluster.")
	}
	for i, z := range list.items {
		if b.zonesGood() && !slices.Contains(b.cluster.Zones, z) {
			b.add(UnknownZone, &list.rngs[i], "%q is not among the cluster's zones: %s.", short(z), quoteAll(b.cluster.Zones))
		}
	}
	return slices.Sorted(slices.Values(list.items))
}

// zonesGood reports whether the cluster's zones are given and right.
func (b *builder) zonesGood() bool {
	return b.root.has("zones") && !b.root.attrs["zones"].bad && !b.zonesWrong && len(b.cluster.Zones) > 0
}

// The taint of nodes with GPUs: what NVIDIA's device plugin tolerates, with the value
// that GKE gives it itself (GKE, "About GPUs").
const (
	gpuTaint      = "nvidia.com/gpu"
	gpuTaintValue = "present"
)

// taints reads the taint blocks, or takes that of machines with GPUs or the role's.
func (b *builder) taints(x *groupContext, gpus bool) []planner.Taint {
	nodes := x.node.children("taint")
	if len(nodes) == 0 {
		if x.node.refused["taint"] {
			return nil
		}
		if gpus {
			b.assume(x.path+".taint", gpuTaint+"="+gpuTaintValue+":NoSchedule", "instances.gpu")
			return []planner.Taint{{Key: gpuTaint, Value: gpuTaintValue, Effect: planner.NoSchedule}}
		}
		if !x.def.tainted {
			b.assume(x.path+".taint", "none", x.source)
			return nil
		}
		b.assume(x.path+".taint", "group="+x.node.label+":NoSchedule", x.source)
		return []planner.Taint{{Key: "group", Value: x.node.label, Effect: planner.NoSchedule}}
	}
	var out []planner.Taint
	for _, n := range nodes {
		path := x.path + ".taint." + n.label
		t := planner.Taint{Key: n.label}
		t.Value, _ = get[string](n, "value")
		t.Effect = planner.TaintEffect(take(b, n, path, "effect", string(planner.NoSchedule), "NoSchedule", "language"))
		if t.Value != "" && !labelValue(t.Value) {
			b.add(InvalidLabel, n.rng("value"), "%q is no value of a taint: %s.", short(t.Value), labelValueRule)
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(x, y planner.Taint) int {
		return cmp.Or(cmp.Compare(x.Key, y.Key), cmp.Compare(x.Effect, y.Effect))
	})
	return out
}

// redundancy reads what the group survives.
func (b *builder) redundancy(x *groupContext) planner.Redundancy {
	n, path := x.node.child("redundancy"), x.path+".redundancy"
	nodes, zones := x.def.nodes, x.def.zones
	source := x.source
	if x.development {
		nodes, zones, source = 0, 0, "environment development"
	}
	var red planner.Redundancy
	red.Nodes = take(b, n, path, "nodes", nodes, itoa(nodes), source)
	if len(x.zones) == 1 && zones > 0 {
		zones, source = 0, "one zone"
	}
	red.Zones = take(b, n, path, "zones", zones, itoa(zones), source)
	red.AtOnce = take(b, n, path, "at_once", false, "false", "language")
	red.Recovery = planner.Recovery(take(b, n, path, "recovery", string(x.def.recovery), string(x.def.recovery), x.source))
	if red.AtOnce && (red.Nodes == 0 || red.Zones == 0) {
		b.add(OutOfRange, n.rng("at_once"), "at_once joins the loss of nodes and of zones, and one of them is 0. Raise it, or leave at_once out.")
	}
	if given, ok := get[int](n, "zones"); ok && given > 0 && len(x.zones) > 0 && b.zonesGood() && given >= len(x.zones) {
		b.add(TooManyZones, n.rng("zones"), "The group has %s: it can survive the loss of at most %d.", count(len(x.zones), "zone"), len(x.zones)-1)
	}
	return red
}

// systemGroup checks that CoreDNS has a group to run on, and that every other
// group has a workload.
func (b *builder) systemGroup(nodes []*node) {
	for _, n := range nodes {
		if n.has("role") && n.attrs["role"].bad {
			return // which group it is cannot be told
		}
		for _, t := range n.children("taint") {
			if t.has("effect") && t.attrs["effect"].bad {
				return
			}
		}
	}
	host, found := "", false
	for _, role := range []planner.Role{planner.System, planner.App} {
		for i := range b.cluster.NodeGroups {
			g := &b.cluster.NodeGroups[i]
			if !found && g.Role == role && (role == planner.System || !g.Tainted()) {
				host, found = g.Name, true
			}
		}
	}
	for i, n := range nodes {
		g := &b.cluster.NodeGroups[i]
		if len(g.Workloads) == 0 && g.Name != host && !n.refused["workload"] && !n.refused["manifests"] {
			b.add(EmptyGroup, &n.def, "Node group %q has no workload, so that it needs no node. Add workload \"NAME\" { … }.", short(n.label))
		}
	}
	if !found && len(nodes) > 0 {
		b.add(NoSystemGroup, &b.root.def, "CoreDNS has no node to run on: add a system or app group.")
	}
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return itoa(n) + " " + thing + "s"
}
