package spec

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// volumes reads the disks of each replica, sorted by name.
func (b *builder) volumes(n *node, path string, w *planner.Workload) []planner.Volume {
	if b.terms.OwnMachines {
		b.refuse(n, "volume", "Machines of one's own have no network disks that are known. Leave the block out; what pods need of the machine's own disk is ephemeral_storage.")
		return nil
	}
	var out []planner.Volume
	for _, v := range n.children("volume") {
		if w.Kind != planner.StatefulSet {
			b.add(VolumeUnfit, &v.def, "The replicas of a Deployment share their claims, so that a disk of each is not to be had. Write kind = \"StatefulSet\".")
		}
		at := path + ".volume." + v.label
		d := planner.Volume{Name: v.label}
		d.Size, _ = get[units.Bytes](v, "size")
		d.Type = take(b, v, at, "type", b.terms.DiskType, b.terms.DiskType, b.source())
		d.IOPS, _ = get[int](v, "iops")
		d.ThroughputMiBps, _ = get[int](v, "throughput_mib")
		d.Zonal = take(b, v, at, "zonal", true, "true", "language")
		if !d.Zonal {
			b.add(NotSupportedYet, v.rng("zonal"), "Volumes that are in more than one zone are not supported yet. Leave zonal out: the pods then stay in the zone of their volume.")
		}
		if v.has("size") {
			b.checkVolume(v, d)
		} else {
			b.unsized = append(b.unsized, unsized{v, path})
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(x, y planner.Volume) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

// checkVolume checks a volume against the ground and the catalog.
func (b *builder) checkVolume(n *node, v planner.Volume) {
	d := planner.Disk{Type: v.Type, Size: v.Size, IOPS: v.IOPS, ThroughputMiBps: v.ThroughputMiBps}
	k := b.findDisk(n, d, b.volumeFits(n))
	if k == nil {
		return
	}
	if b.terms.VolumeProblem != nil {
		if at, problem := b.terms.VolumeProblem(d, k, n.has); problem != "" {
			b.add(DiskSetting, n.rng(at), "%s", problem)
			return
		}
	}
	b.checkFigures(n, d, k)
}

// volumeFits reports whether pods may be given a disk.
func (b *builder) volumeFits(n *node) func(d planner.Disk, k *catalogs.Disk) bool {
	return func(d planner.Disk, k *catalogs.Disk) bool {
		if b.terms.VolumeProblem == nil {
			return true
		}
		_, problem := b.terms.VolumeProblem(d, k, n.has)
		return problem == ""
	}
}

// volumeSurvivors asks how many pods outlive the loss of a zone where volumes keep
// those of it from coming back elsewhere, and nothing says so.
func (b *builder) volumeSurvivors(x *groupContext, n *node, w *planner.Workload) {
	zonal := slices.IndexFunc(w.Volumes, func(v planner.Volume) bool { return v.Zonal })
	if zonal < 0 || x.redundancy.Zones == 0 || w.MinReady != nil || w.Recovery != planner.Reschedule || n.has("min_ready") {
		return
	}
	b.add(SurvivorsMissing, &n.children("volume")[0].def, "The volumes stay in their zone, so that the pods of a lost zone cannot be rescheduled as redundancy asks. "+
		"Say how many must outlive it with min_ready, or write redundancy { zones = 0 } in the group.")
}
