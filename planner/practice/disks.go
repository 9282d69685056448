package practice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// paysForMachines reports whether a line of the bill pays for machines of the catalog.
func (v *view) paysForMachines(path string) bool {
	if slices.Contains([]string{"control_plane.nodes", "control_plane.etcd_nodes", "control_plane.load_balancer_nodes"}, path) {
		return true
	}
	return slices.ContainsFunc(v.plan.NodeGroups, func(g planner.GroupPlan) bool { return slices.Contains(g.NodesPaths(), path) })
}

// wantedDisk is a disk of the spec, and what its ground refuses of one of another type.
type wantedDisk struct {
	planner.Disk
	refused func(d planner.Disk, k *catalogs.Disk, declared func(string) bool) (attribute, problem string)
}

// pricedVolumes names the types with a known price for the volumes that a line of the
// bill pays for.
func (v *view) pricedVolumes(l *planner.CostLine) string {
	var disks []wantedDisk
	for _, g := range v.groups {
		for _, w := range g.loads {
			for _, vol := range w.Volumes {
				if l.Path == g.Path()+".volumes" && strings.HasSuffix(l.Detail, ", "+vol.Name+" of "+w.Name) {
					d := planner.Disk{Type: vol.Type, Size: vol.Size, IOPS: vol.IOPS, ThroughputMiBps: vol.ThroughputMiBps}
					disks = append(disks, wantedDisk{d, v.terms.VolumeProblem})
				}
			}
		}
	}
	return v.priced("volume", disks)
}

// pricedDisks names the types with a known price for the disks whose types stand at
// these addresses.
func (v *view) pricedDisks(paths []string) string {
	var disks []wantedDisk
	for _, g := range v.groups {
		if slices.Contains(paths, g.Path()+".disk.type") {
			disks = append(disks, wantedDisk{g.Disk, v.terms.RootDiskProblem})
		}
	}
	if root := v.c.ControlPlane.Disk; slices.Contains(paths, "control_plane.disk.type") && root.Type != "" {
		disks = append(disks, wantedDisk{root, v.terms.RootDiskProblem})
	}
	if slices.Contains(paths, "control_plane.etcd.disk.type") {
		disks = append(disks, wantedDisk{v.c.ControlPlane.Etcd.Disk, v.etcdDiskProblem})
	}
	return v.priced("disk", disks)
}

// etcdDiskProblem says what is wrong with a disk for etcd: it has to be of a type that the
// ground has for it, and of figures that such a type takes.
func (v *view) etcdDiskProblem(d planner.Disk, k *catalogs.Disk, _ func(string) bool) (attribute, problem string) {
	if !slices.Contains(v.terms.EtcdDisks, k.Type) {
		return "type", "too slow for etcd"
	}
	if v.terms.DataDiskProblem == nil {
		return "", ""
	}
	return v.terms.DataDiskProblem(d, k)
}

// priced names the types with a known price that the spec may write for all of these
// disks as they are, or says what has to go for it.
func (v *view) priced(block string, disks []wantedDisk) string {
	if types := v.typesFor(block, disks); types != "" {
		return types
	}
	if slices.ContainsFunc(disks, func(d wantedDisk) bool { return d.IOPS > 0 || d.ThroughputMiBps > 0 }) {
		bare := slices.Clone(disks)
		for i := range bare {
			bare[i].IOPS, bare[i].ThroughputMiBps = 0, 0
		}
		if types := v.typesFor(block, bare); types != "" {
			return types + ", without iops and throughput_mib; or ask the provider"
		}
	}
	return "ask the provider: the catalog has no price there of a disk that would do"
}

// typesFor lists the types that all of the disks may be and whose price is then known,
// with where prices are from that are not listed; empty where there is none.
func (v *view) typesFor(block string, disks []wantedDisk) string {
	var names []string
	for i := range v.cat.Disks {
		k := &v.cat.Disks[i]
		if !k.PerGiB.Known() || slices.ContainsFunc(disks, func(d wantedDisk) bool { return !d.mayBe(k) }) {
			continue
		}
		name := fmt.Sprintf("%s { type = %q }", block, k.Type)
		switch k.PerGiB.Basis {
		case catalogs.Secondary:
			name += " (its price is from third parties)"
		case catalogs.Estimated, catalogs.Family, catalogs.Recalled:
			name += " (its price is estimated)"
		case catalogs.Declared, catalogs.Listed:
		}
		names = append(names, name)
	}
	return strings.Join(names, " or ")
}

// mayBe reports whether a disk of type k takes what is declared of d, within its bounds,
// and has a price that is known.
func (d *wantedDisk) mayBe(k *catalogs.Disk) bool {
	as := d.Disk
	as.Type = k.Type
	declared := func(attribute string) bool {
		return attribute == "type" || attribute == "iops" && d.IOPS > 0 || attribute == "throughput_mib" && d.ThroughputMiBps > 0
	}
	if d.refused != nil {
		if _, problem := d.refused(as, k, declared); problem != "" {
			return false
		}
	}
	if k.MaxIOPS > 0 && d.IOPS > k.MaxIOPS || k.MaxMiBps > 0 && d.ThroughputMiBps > k.MaxMiBps || k.MinSize > 0 && d.Size > 0 && d.Size < k.MinSize || k.MaxSize > 0 && d.Size > k.MaxSize {
		return false
	}
	// A size that is left open is made large enough for the operations.
	if k.IOPSPerGiB > 0 && d.Size > 0 && int64(d.IOPS) > max(int64(d.Size/units.GiB)*int64(k.IOPSPerGiB)/int64(units.Whole), int64(k.FreeIOPS)) {
		return false
	}
	return (d.IOPS <= k.FreeIOPS || k.PerIOPS.Known()) && (d.ThroughputMiBps <= k.FreeMiBps || k.PerMiBps.Known())
}
