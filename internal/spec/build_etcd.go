package spec

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// etcdDisk reads the disk that each member of etcd has to itself. What is not
// given is left to the planner.
func (b *builder) etcdDisk(etcd *node) planner.Disk {
	if b.ownDisks(etcd) {
		return planner.Disk{}
	}
	n := etcd.child("disk")
	var d planner.Disk
	typ, given := get[string](n, "type")
	d.Type = typ
	d.Size, _ = get[units.Bytes](n, "size")
	d.IOPS, _ = get[int](n, "iops")
	d.ThroughputMiBps, _ = get[int](n, "throughput_mib")
	if n == nil {
		return d
	}
	if _, ok := get[units.Bytes](n, "size"); ok && d.Size < leastEtcdDisk {
		b.add(EtcdDiskUnfit, n.rng("size"), "etcd keeps its database, a copy while it defragments, its log and its snapshots there: write %s or more.", bytesText(leastEtcdDisk))
	}
	if d.IOPS > 0 && d.IOPS < leastEtcdIOPS {
		b.add(EtcdDiskUnfit, n.rng("iops"), "etcd waits for its disk at every write. It needs 50 writes a second one after another, and what is published of disks, many at once, can be ten times that. Write %d or more, or leave iops out.", leastEtcdIOPS)
		return d
	}
	if n.has("type") && !given {
		return d
	}
	meant := d
	if !given {
		meant.Type = b.terms.EtcdDiskType
	}
	k := b.findDisk(n, meant, func(_ planner.Disk, k *catalogs.Disk) bool { return slices.Contains(b.terms.EtcdDisks, k.Type) })
	switch {
	case k == nil:
	case given && !slices.Contains(b.terms.EtcdDisks, typ):
		b.add(EtcdDiskUnfit, n.rng("type"), "etcd waits for its disk at every write, and needs an SSD that syncs within 10ms: %s is none. Write %s.", typ, quoteAll(b.etcdDisksHere()))
	default:
		b.checkDataDisk(n, meant, k)
	}
	return d
}

// leastEtcdIOPS is what a disk for any etcd is published to do: 50 sequential
// operations a second, and published figures, of concurrent ones, can be ten times
// the sequential (etcd documentation, Hardware recommendations, Disks).
const leastEtcdIOPS = 500

// checkDataDisk checks a disk that nodes do not start from.
func (b *builder) checkDataDisk(n *node, d planner.Disk, k *catalogs.Disk) {
	if b.terms.DataDiskProblem != nil {
		if at, problem := b.terms.DataDiskProblem(d, k); problem != "" {
			b.add(DiskSetting, n.rng(at), "%s", problem)
			return
		}
	}
	b.checkFigures(n, d, k)
}

// etcdDisksHere are the types of disks for etcd that the region has; all of them where it
// is not known what it has.
func (b *builder) etcdDisksHere() []string {
	if b.catalog == nil {
		return b.terms.EtcdDisks
	}
	var here []string
	for _, name := range b.terms.EtcdDisks {
		if _, sold := b.catalog.Disk(name); sold {
			here = append(here, name)
		}
	}
	if len(here) == 0 {
		return b.terms.EtcdDisks
	}
	return here
}

// checkMachineDisks refuses machines for etcd whose disk is too slow or too small:
// those that a pattern names alone, and all that there are where no pattern
// is given. n is the instances block; it may be nil, as may cp.
func (b *builder) checkMachineDisks(n, cp *node, in *planner.Instances) {
	if !b.terms.OwnMachines || b.catalog == nil {
		return
	}
	given := false
	for _, name := range []string{"families", "types"} {
		list, _ := get[texts](n, name)
		for i, glob := range list.items {
			given = true
			b.checkEtcdMachines(matching(b.cluster.Machines, glob), &list.rngs[i])
		}
	}
	if given {
		return
	}
	rng := &b.root.def
	if cp != nil {
		rng = &cp.def
	}
	var admitted []planner.Machine
	for _, m := range b.cluster.Machines {
		left := slices.ContainsFunc(in.Exclude, func(g string) bool { return catalogs.Match(g, m.Name) })
		if !left && slices.Contains(in.Architectures, m.Architecture) {
			admitted = append(admitted, m)
		}
	}
	b.checkEtcdMachines(admitted, rng)
}

// matching returns the machines whose name a pattern matches.
func matching(machines []planner.Machine, glob string) []planner.Machine {
	var out []planner.Machine
	for _, m := range machines {
		if catalogs.Match(glob, m.Name) {
			out = append(out, m)
		}
	}
	return out
}

// checkEtcdMachines reports machines none of which has a disk for etcd.
func (b *builder) checkEtcdMachines(machines []planner.Machine, rng *hcl.Range) {
	var unfit []string
	for _, m := range machines {
		switch {
		case m.Disk.Type == "hdd":
			unfit = append(unfit, m.Name+" (an HDD)")
		case m.Disk.Size > 0 && m.Disk.Size < leastEtcdDisk:
			unfit = append(unfit, m.Name+" (a disk of "+bytesText(m.Disk.Size)+")")
		default:
			return // this one will do
		}
	}
	if len(unfit) > 0 {
		b.add(EtcdDiskUnfit, rng, "etcd waits for its disk at every write, and needs an SSD of at least %s. Here it could only have %s. Name other machines in instances, or declare them.",
			bytesText(leastEtcdDisk), orList(unfit))
	}
}
