package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
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
	b.checkMaxTypes(x, n, path)
	in.MaxTypes = 1
	in.MaxVCPUs, _ = get[int](n, "max_vcpus")
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
