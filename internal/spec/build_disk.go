package spec

import (
	"cmp"
	"fmt"
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
	k := b.findDisk(n, d, func(d planner.Disk, k *catalogs.Disk) bool {
		if b.terms.RootDiskProblem == nil {
			return true
		}
		_, problem := b.terms.RootDiskProblem(d, k, n.has)
		return problem == ""
	})
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

// findDisk returns the catalog's disk of a type, and reports a declared type that the
// catalog does not have, with the closest one that it has and that fits; nil where nothing
// can be said.
func (b *builder) findDisk(n *node, d planner.Disk, fits func(d planner.Disk, k *catalogs.Disk) bool) *catalogs.Disk {
	if b.catalog == nil || n == nil {
		return nil
	}
	i := slices.IndexFunc(b.catalog.Disks, func(k catalogs.Disk) bool { return k.Type == d.Type })
	if i >= 0 {
		return &b.catalog.Disks[i]
	}
	if n.has("type") && !n.attrs["type"].bad {
		b.add(DiskUnknown, n.rng("type"), "%s has no disk of type %q.%s", b.cluster.Region, short(d.Type), b.instead(d, fits))
	}
	return nil
}

// instead says what to write in place of a type of disks that the region does not have. Of
// those that are sold elsewhere it is what fits and is of the same use, else what fits, and
// of those the cheapest; what is no type at all is taken for a slip of the pen.
func (b *builder) instead(d planner.Disk, fits func(d planner.Disk, k *catalogs.Disk) bool) string {
	var known []string
	for _, k := range b.catalog.Disks {
		known = append(known, k.Type)
	}
	use := slices.IndexFunc(b.terms.DiskUses, func(types []string) bool { return slices.Contains(types, d.Type) })
	if use < 0 {
		return orElse(didYouMean(d.Type, known), known)
	}
	var best *catalogs.Disk
	for i := range b.catalog.Disks {
		k, as := &b.catalog.Disks[i], d
		as.Type = k.Type
		if fits(as, k) && carries(k, d) && (best == nil || b.closer(k, best, b.terms.DiskUses[use])) {
			best = k
		}
	}
	switch {
	case best == nil:
		return orElse("", known)
	case slices.Contains(b.terms.DiskUses[use], best.Type):
		return fmt.Sprintf(" The closest that it has is %q.", best.Type)
	case !best.PerGiB.Known():
		return fmt.Sprintf(" Nothing of its kind does here, but %q does.", best.Type)
	}
	return fmt.Sprintf(" Nothing of its kind does here: of what does, %q is the cheapest whose price is known.", best.Type)
}

// closer reports whether a disk is nearer to a use than another: of the use, then without
// operations that have to be bought, then of a price that is known, then cheaper, then by name.
func (b *builder) closer(k, best *catalogs.Disk, use []string) bool {
	rank := func(yes bool) int {
		if yes {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(rank(slices.Contains(use, k.Type)), rank(slices.Contains(use, best.Type))),
		cmp.Compare(rank(!boughtByOperation(k)), rank(!boughtByOperation(best))),
		cmp.Compare(rank(k.PerGiB.Known()), rank(best.PerGiB.Known())),
		cmp.Compare(k.PerGiB.Amount, best.PerGiB.Amount), cmp.Compare(k.Type, best.Type),
	) < 0
}

// boughtByOperation reports whether a disk does nothing but what is paid for beside its size.
func boughtByOperation(k *catalogs.Disk) bool { return k.PerIOPS.Known() && k.FreeIOPS == 0 }

// carries reports whether what is declared of a disk is within the bounds of a type.
func carries(k *catalogs.Disk, d planner.Disk) bool {
	size := d.Size == 0 || d.Size >= k.MinSize && (k.MaxSize == 0 || d.Size <= k.MaxSize)
	return size && (k.MaxIOPS == 0 || d.IOPS <= k.MaxIOPS) && (k.MaxMiBps == 0 || d.ThroughputMiBps <= k.MaxMiBps)
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
