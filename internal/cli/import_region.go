package cli

import (
	"cmp"
	"path"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// regionOffers answers what an import has to know of the machines of a region.
type regionOffers struct {
	ground  *planner.Ground
	cat     *catalogs.Catalog
	cluster planner.Cluster
}

// admitted reports whether groups of a role that say nothing take a type.
func (r *regionOffers) admitted(role planner.Role, t *catalogs.InstanceType) bool {
	families := r.ground.Terms.Families[role]
	return len(families) == 0 || slices.ContainsFunc(families, func(pattern string) bool {
		ok, err := path.Match(pattern, t.Family)
		return ok && err == nil
	})
}

// offers returns what a type leaves to pods with a root disk of a type; not ok where it
// does not start from it.
func (r *regionOffers) offers(t *catalogs.InstanceType, disk string) (planner.Allocatable, bool) {
	g := planner.NodeGroup{Zones: r.cluster.Zones, Disk: planner.Disk{Type: disk, Size: r.ground.Terms.NodeDisk}}
	if len(r.ground.Terms.Images) > 0 {
		g.Image = r.ground.Terms.Images[0]
	}
	a, err := r.ground.New(r.cat).Allocatable(&r.cluster, &g, t)
	return a, err == nil
}

// bootDisk returns the disk that the admitted machines of an architecture start from, where
// none of them starts from the one that groups have by themselves.
func (r *regionOffers) bootDisk(role planner.Role, architecture string) string {
	boots := func(disk string) bool {
		return slices.ContainsFunc(r.cat.Types, func(t catalogs.InstanceType) bool {
			if t.Architecture != architecture || !r.admitted(role, &t) {
				return false
			}
			_, ok := r.offers(&t, disk)
			return ok
		})
	}
	if boots(r.ground.Terms.DiskType) {
		return ""
	}
	for _, d := range r.cat.Disks {
		if boots(d.Type) {
			return d.Type
		}
	}
	return ""
}

// everywhere reports whether all zones of the cluster have a type.
func (r *regionOffers) everywhere(t *catalogs.InstanceType) bool {
	return t.Zones == nil || !slices.ContainsFunc(r.cluster.Zones, func(z string) bool { return !slices.Contains(t.Zones, z) })
}

// What the pods of a node beside those that are planned take at the most, with room to
// spare.
const (
	besideCPU    = units.Core
	besideMemory = 2 * units.GiB
)

// holds returns the cheapest machine of the region that has room for a pod, and the disk
// that it starts from where it is not the group's own; no machine where an admitted one has
// room, not ok where none of the region has.
func (r *regionOffers) holds(role planner.Role, architecture string, pod *planner.Pod) (typ, disk string, ok bool) {
	var best *catalogs.InstanceType
	for i := range r.cat.Types {
		t := &r.cat.Types[i]
		if t.Architecture != architecture || t.GPUs.Milli > 0 || t.PreviousGeneration || !r.everywhere(t) || units.MilliCPU(t.VCPUs)*units.Core < pod.CPU || t.Memory < pod.Memory {
			continue
		}
		boot := r.ground.Terms.DiskType
		a, starts := r.offers(t, boot)
		for at := 0; !starts && at < len(r.cat.Disks); at++ {
			boot = r.cat.Disks[at].Type
			a, starts = r.offers(t, boot)
		}
		if !starts || a.CPU < pod.CPU+besideCPU || a.Memory < pod.Memory+besideMemory {
			continue
		}
		usual := boot == r.ground.Terms.DiskType
		if usual && r.admitted(role, t) && !t.Burstable && !t.Flex && !t.Metal {
			return "", "", true
		}
		known := t.OnDemand.Known()
		if known && (best == nil || cmp.Or(cmp.Compare(t.OnDemand.Rate, best.OnDemand.Rate), cmp.Compare(t.Name, best.Name)) < 0) {
			if best, disk = t, boot; usual {
				disk = ""
			}
		}
	}
	if best == nil {
		return "", "", false
	}
	return best.Name, disk, true
}
