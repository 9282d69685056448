package verify

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// What Kubernetes leaves of each pod that stands: two events an hour (an assumption of the
// models), of a KiB, kept for an hour; large clusters keep them in an etcd of their own
// (kubernetes.io, "Considerations for large clusters"), here from 1,000 nodes on.
const (
	eventsOfPod     = 2
	sizeOfEvent     = units.KiB
	nodesWithShared = 1_000
)

// events checks the etcd that events have of their own: that they have one where the spec
// or the size of the cluster asks for it, that it holds them, and its disk.
func (k *checker) events(e *planner.Etcd, nodes int) {
	path := "control_plane.etcd.events"
	says := k.c.ControlPlane.Etcd.Events
	apart := e.Events != nil
	switch {
	case says != "":
		k.need(apart == (says == planner.EventsSeparate), path, "etcd.events", "apart: %t, the spec says %s", apart, says)
	case k.terms.OwnMachines:
		k.need(!apart, path, "etcd.events", "they are apart, on machines with one disk")
	default:
		k.need(apart || nodes <= nodesWithShared, path, "etcd.events", "they share an etcd with everything else of %d nodes", nodes)
	}
	if !apart {
		return
	}
	ev := e.Events
	least := halves * eventsOfPod * sizeOfEvent * units.Bytes(k.clusterPods())
	k.need(ev.Database >= least, path, "etcd.events", "a database of %s, those of standing pods take %s", byteSize(ev.Database), byteSize(least))
	k.need(ev.Quota <= mostQuota && ev.Quota/100*quotaFill >= ev.Database, path, "etcd.events", "a quota of %s for a database of %s; at most %d%% of it may be used", byteSize(ev.Quota), byteSize(ev.Database), quotaFill)
	holds := max(leastEtcdDisk, etcdCopies*min(ev.Quota, mostQuota)+etcdLogs)
	k.need(ev.Disk.Size >= holds && ev.Disk.Type == e.Disk.Type, path, "etcd.events", "a disk of %s of type %s, %s of type %s are right", byteSize(ev.Disk.Size), ev.Disk.Type, byteSize(holds), e.Disk.Type)
	k.sold(ev.Disk, path, "etcd.events")
	smallest := etcdSizes()[0]
	if c := k.diskType(ev.Disk.Type); k.need(c != nil, path, "etcd.events", "the catalog has no disk of type %q", ev.Disk.Type) {
		has := max(c.FreeIOPS, ev.Disk.IOPS)
		if k.bySize(c.Type) {
			has = c.IOPSPerGiB.Down(int(ev.Disk.Size / units.GiB))
		}
		k.need(has >= smallest.least.iops, path, "etcd.events", "%d operations a second, the least class asks for %d", has, smallest.least.iops)
	}
}
