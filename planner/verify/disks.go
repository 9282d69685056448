package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// What etcd's disk holds: four copies of a full database (its own, that of a
// defragmentation, a snapshot and a backup on its way out) and 20 GiB for logs; and
// 40 GiB at least. Both are assumptions that the models document.
const (
	leastEtcdDisk = 40 * units.GiB
	etcdCopies    = 4
	etcdLogs      = 20 * units.GiB
)

// etcdDisk checks the disk that etcd has to itself: what the spec says of it, and
// for the rest a type that is fast enough, large enough, with the operations and the
// throughput of its class.
func (k *checker) etcdDisk(e *planner.Etcd, s *etcdSize, path string) {
	says, d := k.c.ControlPlane.Etcd.Disk, e.Disk
	kept := (says.Type == "" || d.Type == says.Type) && (says.Size == 0 || d.Size == says.Size) &&
		(says.IOPS == 0 || d.IOPS == says.IOPS) && (says.ThroughputMiBps == 0 || d.ThroughputMiBps == says.ThroughputMiBps)
	k.need(kept, path, "etcd.disk", "%+v, the spec says %+v", d, says)
	holds := max(leastEtcdDisk, etcdCopies*min(e.Quota, mostQuota)+etcdLogs)
	k.need(says.Size > 0 || d.Size >= holds, path, "etcd.disk", "%s, at least %s are right", byteSize(d.Size), byteSize(holds))
	if k.terms.OwnMachines { // member checks the machine's
		k.need(d.IOPS >= s.least.iops, path, "etcd.iops", "%d operations a second are asked for, class %s needs %d", d.IOPS, s.class, s.least.iops)
		k.need(d.ThroughputMiBps >= s.least.throughput, path, "etcd.throughput", "%d MiB a second are asked for, class %s needs %d", d.ThroughputMiBps, s.class, s.least.throughput)
		return
	}
	k.need(slices.Contains(k.terms.EtcdDisks, d.Type), path, "etcd.disk", "a disk of type %q, etcd takes %v", d.Type, k.terms.EtcdDisks)
	c := k.diskType(d.Type)
	if !k.need(c != nil, path, "etcd.disk", "the catalog has no disk of type %q", d.Type) {
		return
	}
	k.sold(d, path, "etcd.disk")
	k.fastEnough(d, c, s, path)
}

// fastEnough checks that what the spec leaves open of etcd's disk makes it as fast as
// its class asks for.
func (k *checker) fastEnough(d planner.Disk, c *catalogs.Disk, s *etcdSize, path string) {
	says := k.c.ControlPlane.Etcd.Disk
	if k.bySize(c.Type) {
		got := c.IOPSPerGiB.Down(int(d.Size / units.GiB))
		k.need(says.Size > 0 || got >= s.least.iops, path, "etcd.iops", "%d operations a second, class %s asks for %d", got, s.class, s.least.iops)
		return
	}
	// What comes with the disk will do where it reaches the more modest example;
	// what is bought follows the other.
	enough := c.FreeIOPS >= s.least.iops || d.IOPS >= s.bought.iops
	k.need(says.IOPS > 0 || enough, path, "etcd.iops", "%d operations a second bought and %d free, class %s asks for %d", d.IOPS, c.FreeIOPS, s.class, s.bought.iops)
	if slices.Contains(k.terms.DisksFixedThroughput, c.Type) {
		return
	}
	enough = c.FreeMiBps >= s.least.throughput || d.ThroughputMiBps >= s.bought.throughput
	k.need(says.ThroughputMiBps > 0 || enough, path, "etcd.throughput", "%d MiB a second bought and %d free, class %s asks for %d", d.ThroughputMiBps, c.FreeMiBps, s.class, s.bought.throughput)
}

// diskType returns the catalog's row of a type of disk; nil where it has none.
func (k *checker) diskType(name string) *catalogs.Disk {
	i := slices.IndexFunc(k.cat.Disks, func(c catalogs.Disk) bool { return c.Type == name })
	if i < 0 {
		return nil
	}
	return &k.cat.Disks[i]
}

// bySize reports whether a disk's operations follow from its size.
func (k *checker) bySize(name string) bool { return slices.Contains(k.terms.DisksBySize, name) }

// sold checks that a disk can be bought as it is: its size, operations and throughput
// are within the bounds of its type, and no more operations are bought than its size
// admits. Of a disk whose operations follow from its size none are sold. What the
// catalog does not have it says nothing of.
func (k *checker) sold(d planner.Disk, path, rule string) {
	c := k.diskType(d.Type)
	if c == nil {
		return
	}
	within := d.Size >= c.MinSize && (c.MaxSize == 0 || d.Size <= c.MaxSize) &&
		(c.MaxIOPS == 0 || d.IOPS <= c.MaxIOPS) && (c.MaxMiBps == 0 || d.ThroughputMiBps <= c.MaxMiBps)
	k.need(within, path, rule, "%+v is beyond what %s can be", d, c.Type)
	if k.bySize(c.Type) {
		k.need(d.IOPS == 0, path, rule, "%d operations a second are bought, those of %s follow from its size", d.IOPS, c.Type)
		return
	}
	if c.IOPSPerGiB > 0 {
		most := max(c.IOPSPerGiB.Down(int(d.Size/units.GiB)), c.FreeIOPS)
		k.need(d.IOPS <= most, path, rule, "%d operations a second of %s, %s has at most %d", d.IOPS, byteSize(d.Size), c.Type, most)
	}
}
