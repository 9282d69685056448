package spec

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// groups reads the node groups.
func (b *builder) groups() {
	defaults := b.root.child("node_group_defaults")
	nodes := b.root.children("node_group")
	if len(nodes) == 0 && !b.root.refused["node_group"] {
		b.add(EmptyCluster, &b.root.def, "The cluster has no node group, so that nothing can run. Add node_group \"NAME\" { … }.")
	}
	slices.SortStableFunc(nodes, func(x, y *node) int { return cmp.Compare(x.label, y.label) })
	for i, own := range nodes {
		n := merge(defaults, own)
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
	m := &node{schema: own.schema, label: own.label, labelRange: own.labelRange, def: own.def, attrs: maps.Clone(own.attrs), refused: maps.Clone(own.refused)}
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
	g.Image = planner.Image(take(b, n, path, "image", string(planner.AL2023), "al2023", "provider "+b.cluster.Provider))
	g.Guarantee = planner.Guarantee(take(b, n, path, "guarantee", string(planner.Scheduled), "scheduled", "language"))
	labels, _ := get[textMap](n, "labels")
	b.checkLabels(labels)
	g.Labels = labels.items
	g.Instances = b.instances(x)
	g.Disk = b.disk(x)
	g.Taints = b.taints(x)
	g.MinNodes, g.MaxNodes = b.autoscaling(n)
	x.redundancy = b.redundancy(x)
	g.Redundancy = x.redundancy
	g.UpdateConfig = b.updateConfig(x)
	workloads := n.children("workload")
	slices.SortStableFunc(workloads, func(x, y *node) int { return cmp.Compare(x.label, y.label) })
	for _, w := range workloads {
		g.Workloads = append(g.Workloads, b.workload(x, w))
	}
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

// instances reads the instances block.
func (b *builder) instances(x *groupContext) planner.Instances {
	n, path := x.node.child("instances"), x.path+".instances"
	burstable := x.def.burstable || x.development
	source := x.source
	if x.development && !x.def.burstable {
		source = "environment development"
	}
	var in planner.Instances
	in.Types = b.patterns(n, "types", typeName)
	in.Exclude = b.patterns(n, "exclude", typeName)
	switch {
	case n.has("families"):
		in.Families = b.patterns(n, "families", familyName)
	case n.has("types"): // the names alone decide
	default:
		in.Families = slices.Sorted(slices.Values(x.def.families(burstable)))
		b.assume(path+".families", strings.Join(in.Families, ", "), source)
	}
	if allow, ok := get[texts](n, "allow"); ok {
		in.Allow = slices.Sorted(slices.Values(allow.items))
	} else if burstable && !n.has("allow") {
		in.Allow = []string{"burstable"}
		b.assume(path+".allow", "burstable", source)
	}
	if list, ok := get[texts](n, "architectures"); ok {
		in.Architectures = slices.Sorted(slices.Values(list.items))
		if len(list.items) == 0 {
			b.add(MissingAttribute, n.rng("architectures"), "The list is empty, so that no machine fits. Write [\"amd64\"], [\"arm64\"] or both.")
		}
	} else {
		in.Architectures = []string{"amd64"}
		if !n.has("architectures") {
			b.assume(path+".architectures", "amd64", "language")
		}
	}
	in.CapacityType = planner.CapacityType(take(b, n, path, "capacity_type", string(x.def.capacity), string(x.def.capacity), x.source))
	b.checkMaxTypes(x, n, path)
	in.MaxTypes = 1
	in.MaxVCPUs, _ = get[int](n, "max_vcpus")
	b.checkAdmitted(n, &in)
	return in
}

// checkMaxTypes holds max_types to 1 until mixes of types are built.
func (b *builder) checkMaxTypes(x *groupContext, n *node, path string) {
	if given, ok := get[int](n, "max_types"); ok && given > 1 {
		b.add(NotSupportedYet, n.rng("max_types"), "A group of %d types is not supported yet. Write 1, or leave max_types out.", given)
		return
	}
	source := x.source
	if x.def.maxTypes > 1 {
		source += ", " + itoa(x.def.maxTypes) + " once mixes are built"
	}
	take(b, n, path, "max_types", 1, "1", source)
}

// disk reads the disk block.
func (b *builder) disk(x *groupContext) planner.Disk {
	n, path := x.node.child("disk"), x.path+".disk"
	var d planner.Disk
	d.Type = take(b, n, path, "type", "gp3", "gp3", "provider "+b.cluster.Provider)
	d.Size = take(b, n, path, "size", x.def.diskSize, bytesText(x.def.diskSize), x.source)
	d.IOPS, _ = get[int](n, "iops")
	d.ThroughputMiBps, _ = get[int](n, "throughput_mib")
	b.checkDisk(n, d)
	return d
}

// taints reads the taint blocks, or takes the role's.
func (b *builder) taints(x *groupContext) []planner.Taint {
	nodes := x.node.children("taint")
	if len(nodes) == 0 {
		if x.node.refused["taint"] {
			return nil
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

// autoscaling reads the bounds of the node count.
func (b *builder) autoscaling(n *node) (least, most int) {
	a := n.child("autoscaling")
	least, _ = get[int](a, "min_nodes")
	most, _ = get[int](a, "max_nodes")
	if least > 0 && most > 0 && least > most {
		b.add(BoundsCrossed, a.rng("min_nodes"), "min_nodes is %d, above max_nodes of %d. Lower it, or raise max_nodes.", least, most)
	}
	return least, most
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
	if given, ok := get[int](n, "zones"); ok && given > 0 && len(x.zones) > 0 && given >= len(x.zones) {
		b.add(TooManyZones, n.rng("zones"), "The group has %s: it can survive the loss of at most %d.", count(len(x.zones), "zone"), len(x.zones)-1)
	}
	return red
}

// updateConfig reads how nodes are replaced.
func (b *builder) updateConfig(x *groupContext) planner.UpdateConfig {
	n, path := x.node.child("update_config"), x.path+".update_config"
	var u planner.UpdateConfig
	u.Strategy = take(b, n, path, "strategy", "surge", "surge", x.source)
	u.MaxUnavailable = take(b, n, path, "max_unavailable", x.def.update, portionText(x.def.update), x.source)
	if v, ok := get[units.CountOrRatio](n, "max_unavailable"); ok && v.IsZero() {
		b.add(OutOfRange, n.rng("max_unavailable"), "No node would ever be replaced. Write 1 or more.")
	}
	return u
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
