package spec

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// checkDisk checks a declared root disk against the ground and the catalog.
func (b *builder) checkDisk(n *node, d planner.Disk) {
	if size, ok := get[units.Bytes](n, "size"); ok && size < b.terms.LeastRootDisk {
		b.add(OutOfRange, n.rng("size"), "%s", b.terms.LeastRootDiskWhy)
		return
	}
	k := b.findDisk(n, d.Type)
	if k == nil {
		return
	}
	if b.terms.RootDiskProblem != nil {
		if at, problem := b.terms.RootDiskProblem(d, k, n.has); problem != "" {
			b.add(DiskSetting, n.rng(at), "%s", problem)
			return
		}
	}
	b.checkFigures(n, d, k)
}

// findDisk returns the catalog's disk of that type, and reports a declared type
// that the catalog does not have; nil where nothing can be said.
func (b *builder) findDisk(n *node, typ string) *catalogs.Disk {
	if b.catalog == nil || n == nil {
		return nil
	}
	i := slices.IndexFunc(b.catalog.Disks, func(k catalogs.Disk) bool { return k.Type == typ })
	if i >= 0 {
		return &b.catalog.Disks[i]
	}
	if n.has("type") && !n.attrs["type"].bad {
		var known []string
		for _, k := range b.catalog.Disks {
			known = append(known, k.Type)
		}
		b.add(DiskUnknown, n.rng("type"), "%s has no disk of type %q.%s", b.cluster.Region, short(typ), orElse(didYouMean(typ, known), known))
	}
	return nil
}

// checkFigures holds a disk's figures to the bounds of its type.
func (b *builder) checkFigures(n *node, d planner.Disk, k *catalogs.Disk) {
	disk := capital(indefinite(k.Type)) + " disk"
	if size, ok := get[units.Bytes](n, "size"); ok && (k.MinSize > 0 && size < k.MinSize || k.MaxSize > 0 && size > k.MaxSize) {
		b.add(OutOfRange, n.rng("size"), "%s has between %s and %s.", disk, bytesText(k.MinSize), bytesText(k.MaxSize))
	}
	if d.IOPS > 0 && d.IOPS < k.FreeIOPS {
		b.add(OutOfRange, n.rng("iops"), "%s has %d operations a second anyway. Leave iops out.", disk, k.FreeIOPS)
	}
	if d.ThroughputMiBps > 0 && d.ThroughputMiBps < k.FreeMiBps {
		b.add(OutOfRange, n.rng("throughput_mib"), "%s moves %d MiB a second anyway. Leave throughput_mib out.", disk, k.FreeMiBps)
	}
	if d.IOPS > 0 && k.MaxIOPS > 0 && d.IOPS > k.MaxIOPS {
		b.add(OutOfRange, n.rng("iops"), "%s has at most %d operations a second.", disk, k.MaxIOPS)
	}
	if d.ThroughputMiBps > 0 && k.MaxMiBps > 0 && d.ThroughputMiBps > k.MaxMiBps {
		b.add(OutOfRange, n.rng("throughput_mib"), "%s moves at most %d MiB a second.", disk, k.MaxMiBps)
	}
	most := int(int64(d.Size/units.GiB) * int64(k.IOPSPerGiB) / int64(units.Whole))
	if d.Size > 0 && k.IOPSPerGiB > 0 && d.IOPS > max(most, k.FreeIOPS) && d.IOPS <= k.MaxIOPS {
		b.add(OutOfRange, n.rng("iops"), "%s of %s has at most %d operations a second. Ask for fewer, or raise size.", disk, bytesText(d.Size), max(most, k.FreeIOPS))
	}
}
