package spec

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// leastRootDisk is the snapshot of the AL2023 root volume and of the Bottlerocket
// data volume of the EKS images: EC2 refuses a smaller volume.
const leastRootDisk = 20 * units.GiB

// checkDisk checks a declared disk against the image and the catalog.
func (b *builder) checkDisk(n *node, d planner.Disk) {
	if size, ok := get[units.Bytes](n, "size"); ok && size < leastRootDisk {
		b.add(OutOfRange, n.rng("size"), "The volume is made from the image's snapshot of %s, and EC2 refuses a smaller one.", bytesText(leastRootDisk))
		return
	}
	if b.catalog == nil || n == nil {
		return
	}
	i := slices.IndexFunc(b.catalog.Disks, func(k catalogs.Disk) bool { return k.Type == d.Type })
	if i < 0 {
		if n.has("type") && !n.attrs["type"].bad {
			var known []string
			for _, k := range b.catalog.Disks {
				known = append(known, k.Type)
			}
			b.add(DiskUnknown, n.rng("type"), "%s has no disk of type %q.%s", b.cluster.Region, short(d.Type), orElse(didYouMean(d.Type, known), known))
		}
		return
	}
	k := &b.catalog.Disks[i]
	if !b.diskSettings(n, d) {
		return
	}
	if size, ok := get[units.Bytes](n, "size"); ok && (k.MinSize > 0 && size < k.MinSize || k.MaxSize > 0 && size > k.MaxSize) {
		b.add(OutOfRange, n.rng("size"), "A %s disk has between %s and %s.", k.Type, bytesText(k.MinSize), bytesText(k.MaxSize))
	}
	if d.IOPS > 0 && d.IOPS < k.FreeIOPS {
		b.add(OutOfRange, n.rng("iops"), "A %s disk has %d operations a second anyway. Leave iops out.", k.Type, k.FreeIOPS)
	}
	if d.ThroughputMiBps > 0 && d.ThroughputMiBps < k.FreeMiBps {
		b.add(OutOfRange, n.rng("throughput_mib"), "A %s disk moves %d MiB a second anyway. Leave throughput_mib out.", k.Type, k.FreeMiBps)
	}
	if d.IOPS > 0 && k.MaxIOPS > 0 && d.IOPS > k.MaxIOPS {
		b.add(OutOfRange, n.rng("iops"), "A %s disk has at most %d operations a second.", k.Type, k.MaxIOPS)
	}
	if d.ThroughputMiBps > 0 && k.MaxMiBps > 0 && d.ThroughputMiBps > k.MaxMiBps {
		b.add(OutOfRange, n.rng("throughput_mib"), "A %s disk moves at most %d MiB a second.", k.Type, k.MaxMiBps)
	}
	b.diskShares(n, d, k)
}

// diskSettings refuses what Amazon EBS does not take: a root disk of type st1 or
// sc1, operations of a type that does not sell them, io1 and io2 without them,
// and throughput of any type but gp3 (Amazon EBS user guide, volume types).
func (b *builder) diskSettings(n *node, d planner.Disk) bool {
	if b.cluster.Provider != "aws" {
		return true
	}
	sells := slices.Contains([]string{"gp3", "io1", "io2"}, d.Type)
	provisioned := d.Type == "io1" || d.Type == "io2"
	switch {
	case d.Type == "st1" || d.Type == "sc1":
		b.add(DiskSetting, n.rng("type"), "A node cannot start from a disk of type %s. Write \"gp3\".", d.Type)
	case d.IOPS > 0 && !sells:
		b.add(DiskSetting, n.rng("iops"), "The operations of a %s disk follow from its size. Leave iops out, or use gp3.", d.Type)
	case d.ThroughputMiBps > 0 && d.Type != "gp3":
		b.add(DiskSetting, n.rng("throughput_mib"), "The throughput of a %s disk cannot be set. Leave throughput_mib out, or use gp3.", d.Type)
	case provisioned && !n.has("iops"):
		b.add(DiskSetting, n.rng("type"), "A %s disk needs iops: the operations a second that it is bought with.", d.Type)
	default:
		return true
	}
	return false
}

// iopsPerMiBps is the least ratio of operations to MiB a second that a gp3 disk
// takes: 0.25 MiB/s an operation (Amazon EBS user guide, gp3).
const iopsPerMiBps = 4

// diskShares holds operations to the disk's size, and throughput to operations.
func (b *builder) diskShares(n *node, d planner.Disk, k *catalogs.Disk) {
	if most := int(int64(d.Size/units.GiB) * int64(k.IOPSPerGiB) / int64(units.Whole)); k.IOPSPerGiB > 0 && d.IOPS > max(most, k.FreeIOPS) && d.IOPS <= k.MaxIOPS {
		b.add(OutOfRange, n.rng("iops"), "A %s disk of %s has at most %d operations a second. Ask for fewer, or raise size.", k.Type, bytesText(d.Size), max(most, k.FreeIOPS))
	}
	iops := max(d.IOPS, k.FreeIOPS)
	if k.Type == "gp3" && d.ThroughputMiBps*iopsPerMiBps > iops && d.ThroughputMiBps <= k.MaxMiBps {
		b.add(OutOfRange, n.rng("throughput_mib"), "With %d operations a second a gp3 disk moves at most %d MiB a second. Write iops = %d, or less throughput.",
			iops, iops/iopsPerMiBps, d.ThroughputMiBps*iopsPerMiBps)
	}
}
