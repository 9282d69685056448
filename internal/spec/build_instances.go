package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// instances reads the instances block.
func (b *builder) instances(x *groupContext) planner.Instances {
	n, path := x.node.child("instances"), x.path+".instances"
	burstable := (x.def.burstable || x.development) && !b.terms.OwnMachines
	source := x.source
	if x.development && !x.def.burstable {
		source = "environment development"
	}
	var in planner.Instances
	in.Types = b.patterns(n, "types", typeName)
	in.Exclude = b.patterns(n, "exclude", typeName)
	in.GPU = b.gpu(x, n, path)
	switch {
	case n.has("families"):
		in.Families = b.patterns(n, "families", familyName)
	case n.has("types"): // the names alone decide
	case in.GPU != nil: // and so do the GPUs
		b.assume(path+".families", "all", "instances.gpu")
	default:
		in.Families = b.families(x.role, burstable)
		b.assume(path+".families", cmp.Or(strings.Join(in.Families, ", "), "all"), source)
	}
	if b.terms.OwnMachines {
		b.refuse(n, "allow", "Machines of one's own have no classes that are left out: what a machine block declares may be used. Leave allow out; families and types choose among them.")
	} else if allow, ok := get[texts](n, "allow"); ok {
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
	in.CapacityType = b.capacity(x, n, path)
	in.MaxTypes = max(x.def.maxTypes, 1)
	in.MaxTypes = take(b, n, path, "max_types", in.MaxTypes, itoa(in.MaxTypes), x.source)
	in.MaxVCPUs, _ = get[int](n, "max_vcpus")
	in.MaxNodeShare, _ = get[units.Ratio](n, "max_node_share")
	in.OnDemandBase = b.onDemandBase(n, in.CapacityType)
	b.checkMix(x, n, &in)
	b.checkAdmitted(n, &in)
	return in
}

// families returns the ground's patterns for a role, sorted; none where every
// family will do.
func (b *builder) families(role planner.Role, burstable bool) []string {
	list := slices.Clone(b.terms.Families[role])
	if len(list) > 0 && burstable {
		list = append(list, b.terms.Burstable...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// capacity reads how machines are bought.
func (b *builder) capacity(x *groupContext, n *node, path string) planner.CapacityType {
	def, source := x.def.capacity, x.source
	if def == planner.Spot && !b.terms.Spot {
		def, source = planner.OnDemand, b.source()
	}
	got := planner.CapacityType(take(b, n, path, "capacity_type", string(def), string(def), source))
	switch {
	case got != planner.Spot || b.ground == nil:
	case !b.terms.Spot:
		b.add(NotOnGround, n.rng("capacity_type"), "%s has no spot capacity: nobody takes the machines away, or sells them for less. Leave capacity_type out.", b.title())
	case x.controlPlane:
		b.add(ControlPlaneUnfit, n.rng("capacity_type"), "Spot machines are taken away at short notice, several at a time, and quorum with them. Leave capacity_type out.")
	}
	return got
}

// onDemandBase reads what a spot group keeps on demand.
func (b *builder) onDemandBase(n *node, capacity planner.CapacityType) units.CountOrRatio {
	base, ok := get[units.CountOrRatio](n, "on_demand_base")
	if ok && capacity != planner.Spot && !base.IsZero() {
		b.add(OutOfRange, n.rng("on_demand_base"), "The group buys on demand: all of its nodes are. Leave on_demand_base out, or set capacity_type = \"spot\".")
	}
	return base
}

// leastNodeShare is the smallest part of a group that one node may be bounded to:
// below it the attribute asks for more nodes than any cluster has use for.
const leastNodeShare = units.Percent

// checkMix refuses mixes where machines are of one type, and shares that are next to
// nothing.
func (b *builder) checkMix(x *groupContext, n *node, in *planner.Instances) {
	if n.has("max_node_share") && in.MaxNodeShare < leastNodeShare {
		b.add(OutOfRange, n.rng("max_node_share"), "max_node_share is at least %s: a group of 100 nodes.", ratioText(leastNodeShare))
	}
	if !x.controlPlane {
		return
	}
	if in.MaxTypes > 1 {
		b.add(ControlPlaneUnfit, n.rng("max_types"), "The machines of a control plane are of one type, so that each carries what any other does. Leave max_types out.")
	}
	if in.MaxNodeShare > 0 {
		b.add(ControlPlaneUnfit, n.rng("max_node_share"), "How many machines a control plane has follows from quorum and redundancy. Leave max_node_share out.")
	}
}

// ownDisks reports whether machines bring their disks, and refuses a disk block
// there.
func (b *builder) ownDisks(n *node) bool {
	if !b.terms.OwnMachines {
		return false
	}
	b.refuse(n, "disk", "Machines bring their disks: write disk { … } in the machine block, and leave it out here.")
	return true
}

// disk reads the disk block.
func (b *builder) disk(x *groupContext) planner.Disk {
	if b.ownDisks(x.node) {
		return planner.Disk{}
	}
	n, path := x.node.child("disk"), x.path+".disk"
	var d planner.Disk
	d.Type = take(b, n, path, "type", b.terms.DiskType, b.terms.DiskType, b.source())
	d.Size = take(b, n, path, "size", x.def.diskSize, bytesText(x.def.diskSize), x.source)
	d.IOPS, _ = get[int](n, "iops")
	d.ThroughputMiBps, _ = get[int](n, "throughput_mib")
	b.checkDisk(n, d)
	return d
}
