package spec

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// tenancyBlock says how many share the cluster.
func tenancyBlock() block {
	return block{
		name: "tenancy", doc: "Tenants that share the load evenly, and what it costs to give each a cluster, a virtual cluster or namespaces of this one. The plan is of the last.",
		attributes: []attribute{
			{name: "tenants", kind: kindCount, least: 2, most: 1000, required: true, doc: "How many there are."},
		},
		blocks: []block{{
			name: "virtual_control_plane", doc: "What the control plane of one virtual cluster needs of this one, as measured. Without it virtual clusters are not known.",
			attributes: []attribute{
				{name: "cpu", kind: kindCPU, required: true, doc: "CPU request of each replica, its store and DNS included."},
				{name: "memory", kind: kindBytes, required: true, doc: "Memory request of each replica."},
				{name: "replicas", kind: kindCount, least: 1, most: 7, def: "1", doc: "Replicas of each tenant."},
				{name: "volume_size", kind: kindBytes, def: "none", doc: "Volume of each replica, of the ground's type."},
				{name: "node_group", kind: kindText, def: "that of CoreDNS", doc: "Group that runs them."},
			},
		}},
	}
}

// tenancy reads how many share the cluster.
func (b *builder) tenancy() {
	n := b.root.child("tenancy")
	if n == nil || b.ground == nil {
		return
	}
	if b.terms.OwnMachines {
		b.refuse(b.root, "tenancy", "Machines of one's own are there once, and several clusters would share them. Write a spec for each cluster, and compare the plans.")
		return
	}
	t := &planner.Tenancy{}
	t.Tenants, _ = get[int](n, "tenants")
	if v := n.child("virtual_control_plane"); v != nil {
		t.Virtual = b.virtual(v)
	}
	b.cluster.Tenancy = t
}

func (b *builder) virtual(n *node) *planner.VirtualControlPlane {
	const path = "tenancy.virtual_control_plane"
	v := &planner.VirtualControlPlane{}
	v.CPU, _ = get[units.MilliCPU](n, "cpu")
	v.Memory, _ = get[units.Bytes](n, "memory")
	v.Replicas = take(b, n, path, "replicas", 1, "1", "language")
	home := ""
	var names []string
	for _, role := range []planner.Role{planner.App, planner.System} {
		for i := len(b.cluster.NodeGroups) - 1; i >= 0; i-- {
			if g := &b.cluster.NodeGroups[i]; g.Role == role && (role == planner.System || !g.Tainted()) {
				home = g.Name
			}
		}
	}
	for i := range b.cluster.NodeGroups {
		names = append(names, b.cluster.NodeGroups[i].Name)
	}
	v.NodeGroup = take(b, n, path, "node_group", home, home, "language")
	at := slices.Index(names, v.NodeGroup)
	if at < 0 {
		if n.has("node_group") {
			b.add(UnknownGroup, n.rng("node_group"), "There is no node group named %q.%s", short(v.NodeGroup), orElse(didYouMean(v.NodeGroup, names), names))
		}
		return v
	}
	for _, w := range b.cluster.NodeGroups[at].Workloads {
		if w.Name == planner.VirtualControlPlaneName {
			b.add(DuplicateName, n.rng("node_group"), "Group %q has a workload named %s, which is the name that virtual control planes are planned under. Choose another name or group.", v.NodeGroup, w.Name)
		}
	}
	if size, ok := get[units.Bytes](n, "volume_size"); ok {
		v.Volume = &planner.Volume{Name: "data", Type: b.terms.DiskType, Size: size, Zonal: true}
		if b.catalog != nil {
			for _, d := range b.catalog.Disks {
				if d.Type == v.Volume.Type && (size < d.MinSize || d.MaxSize > 0 && size > d.MaxSize) {
					b.add(OutOfRange, n.rng("volume_size"), "%s disk has between %s and %s.", capital(indefinite(d.Type)), bytesText(d.MinSize), bytesText(d.MaxSize))
				}
			}
		}
	}
	return v
}
