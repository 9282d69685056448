package verify

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// serverSize is what one node of a control plane needs for so many nodes: the
// envelope of what OpenShift, RKE2 and Kubernetes' own former sizes ask for.
type serverSize struct {
	upTo   int
	vcpus  int
	memory units.Bytes
}

func serverSizes() []serverSize {
	return []serverSize{
		{10, 2, 8 * units.GiB},
		{100, 4, 16 * units.GiB},
		{250, 8, 32 * units.GiB},
		{500, 16, 64 * units.GiB},
		{1000, 16, 96 * units.GiB},
		{5000, 32, 128 * units.GiB},
	}
}

// etcdSize is a row of etcd's "Hardware recommendations": machines by the nodes of
// an example cluster and by the size of the data. iops are those of an Amazon gp3
// disk (whose free 3,000 stand for the 3,600 of the small class's machine) and of a
// Google SSD persistent disk.
type etcdSize struct {
	class     string
	upToNodes int
	upToData  units.Bytes
	vcpus     int
	memory    units.Bytes
	iops      map[string]int
}

func etcdSizes() []etcdSize {
	const withoutEnd = math.MaxInt // of the last class
	iops := func(aws, gcp int) map[string]int { return map[string]int{"aws": aws, "gcp": gcp} }
	return []etcdSize{
		{"small", 50, 100 * units.MiB, 2, 8 * units.GiB, iops(3000, 1500)},
		{"medium", 250, 500 * units.MiB, 4, 16 * units.GiB, iops(6000, 4500)},
		{"large", 1000, units.GiB, 8, 32 * units.GiB, iops(8000, 7500)},
		{"xlarge", withoutEnd, withoutEnd, 16, 64 * units.GiB, iops(16000, 15000)},
	}
}

// etcdRank returns the place of a class; -1 where it is none.
func etcdRank(class string) int {
	return slices.IndexFunc(etcdSizes(), func(s etcdSize) bool { return s.class == class })
}

// clusterNodes is the most nodes that the groups may have.
func (k *checker) clusterNodes() int {
	n := 0
	for i := range k.plan.NodeGroups {
		n += min(max(k.plan.NodeGroups[i].MaxNodes, 0), maxNodes)
	}
	return n
}

// sized checks that what a role's machines must have is what the cluster's size
// asks for.
func (k *checker) sized(m *planner.ControlPlaneMachines, state *planner.Etcd, path string) {
	nodes := k.clusterNodes()
	if m.Role == planner.RoleControlPlane {
		i := slices.IndexFunc(serverSizes(), func(s serverSize) bool { return nodes <= s.upTo })
		if k.need(i >= 0, path, "control_plane.least", "no size is published for %d nodes", nodes) {
			s := serverSizes()[i]
			k.need(m.LeastVCPUs >= s.vcpus && m.LeastMemory >= s.memory, path, "control_plane.least",
				"at least %d vCPUs and %d bytes for %d nodes, published are %d and %d", m.LeastVCPUs, m.LeastMemory, nodes, s.vcpus, s.memory)
		}
	}
	if i := etcdRank(state.Class); m.Role == k.stateRole() && i >= 0 {
		s := etcdSizes()[i]
		k.need(m.LeastVCPUs >= s.vcpus && m.LeastMemory >= s.memory, path, "control_plane.least",
			"at least %d vCPUs and %d bytes, etcd of class %s asks for %d and %d", m.LeastVCPUs, m.LeastMemory, s.class, s.vcpus, s.memory)
	}
}

// Of the state of a cluster, what its pods and nodes alone take: an object of
// either is 10 to 20 kB (etcd issue 22332), and as much again is history between
// compactions.
const (
	objectSize = 12 * units.KiB
	halves     = 2
)

// Limits of etcd (etcd, "System limits", "Tuning" and "Configuration options").
const (
	mostQuota      = 8 * units.GiB
	quotaFill      = 80 // percent of the quota that the database may take
	leastHeartbeat = 100 * time.Millisecond
	mostElection   = 50 * time.Second
)

// etcd checks how the state is kept: class, disk, quota, times and backups.
func (k *checker) etcd(e *planner.Etcd) {
	path := "control_plane.etcd"
	spec := &k.c.ControlPlane.Etcd
	nodes := k.clusterNodes()
	rank := etcdRank(e.Class)
	if k.need(rank >= 0, path, "etcd.class", "no class is named %q", e.Class) {
		s := etcdSizes()[rank]
		k.need(nodes <= s.upToNodes && e.Database <= s.upToData, path, "etcd.class", "class %s for %d nodes and a database of %d bytes; it ends at %d and %d", e.Class, nodes, e.Database, s.upToNodes, s.upToData)
		k.etcdDisk(e, &s, path+".disk")
	}
	least := halves * objectSize * units.Bytes(nodes+k.clusterPods())
	k.need(e.Database >= least, path, "etcd.database", "a database of %d bytes, pods and nodes alone take %d", e.Database, least)
	k.need(e.Quota <= mostQuota && e.Quota/100*quotaFill >= e.Database, path, "etcd.quota", "a quota of %d bytes for a database of %d; at most %d%% of it may be used, and it ends at %d", e.Quota, e.Database, quotaFill, mostQuota)
	k.need(e.Heartbeat >= leastHeartbeat && e.ElectionTimeout >= 10*spec.RoundTrip && e.ElectionTimeout >= 5*e.Heartbeat && e.ElectionTimeout <= mostElection,
		path, "etcd.timing", "a heartbeat of %v and an election timeout of %v for round trips of %v", e.Heartbeat, e.ElectionTimeout, spec.RoundTrip)
	k.need(e.BackupInterval == spec.BackupInterval && e.BackupRetention == spec.BackupRetention, path, "etcd.backup", "a backup every %v for %v, the spec says %v for %v",
		e.BackupInterval, e.BackupRetention, spec.BackupInterval, spec.BackupRetention)
	k.need(e.BackupInterval <= 0 || e.BackupStorage >= e.Database, path, "etcd.backup", "backups take %d bytes, one of them %d", e.BackupStorage, e.Database)
}

// clusterPods is the number of pods of the plan, of DaemonSets as many as each node
// has at least.
func (k *checker) clusterPods() int {
	n := 0
	for i := range k.plan.NodeGroups {
		g := &k.plan.NodeGroups[i]
		for _, w := range g.Workloads {
			n += min(max(w.Replicas, 0), maxReplicas)
		}
		daemons := 0
		for j, p := range g.Pools {
			if j == 0 || len(p.DaemonSets) < daemons {
				daemons = len(p.DaemonSets)
			}
		}
		n += min(max(g.MaxNodes, 0), maxNodes) * daemons
	}
	return n
}

// etcdDisk checks the disk that etcd has to itself: what the spec says of it, and
// for the rest a type that is fast enough, large enough, with the operations of its
// class.
func (k *checker) etcdDisk(e *planner.Etcd, s *etcdSize, path string) {
	says, d := k.c.ControlPlane.Etcd.Disk, e.Disk
	kept := (says.Type == "" || d.Type == says.Type) && (says.Size == 0 || d.Size == says.Size) &&
		(says.IOPS == 0 || d.IOPS == says.IOPS) && (says.ThroughputMiBps == 0 || d.ThroughputMiBps == says.ThroughputMiBps)
	k.need(kept, path, "etcd.disk", "%+v, the spec says %+v", d, says)
	k.need(says.Size > 0 || d.Size >= leastEtcdDisk, path, "etcd.disk", "%d bytes, at least %d are right", d.Size, leastEtcdDisk)
	if k.terms.OwnMachines {
		return // member checks the machine's
	}
	k.need(slices.Contains(k.terms.EtcdDisks, d.Type), path, "etcd.disk", "a disk of type %q, etcd takes %v", d.Type, k.terms.EtcdDisks)
	i := slices.IndexFunc(k.cat.Disks, func(c catalogs.Disk) bool { return c.Type == d.Type })
	if !k.need(i >= 0, path, "etcd.disk", "the catalog has no disk of type %q", d.Type) {
		return
	}
	c := &k.cat.Disks[i]
	within := d.Size >= c.MinSize && (c.MaxSize == 0 || d.Size <= c.MaxSize) && (c.MaxIOPS == 0 || d.IOPS <= c.MaxIOPS) && (c.MaxMiBps == 0 || d.ThroughputMiBps <= c.MaxMiBps)
	k.need(within, path, "etcd.disk", "%+v is beyond what %s can be", d, c.Type)
	if says.Type == "" && says.Size == 0 && says.IOPS == 0 {
		got, need := operations(d, c), s.iops[k.c.Provider]
		k.need(got >= need, path, "etcd.iops", "%d operations a second, class %s asks for %d", got, s.class, need)
	}
}

// operations returns what a disk does a second: what is bought or what the type
// gives free; of Google's persistent disks what the size brings, since what is free
// belongs to the machine; of Amazon's gp2 the larger of both.
func operations(d planner.Disk, c *catalogs.Disk) int {
	bySize := c.IOPSPerGiB.Down(int(d.Size / units.GiB))
	switch {
	case strings.HasPrefix(c.Type, "pd-"):
		return max(d.IOPS, bySize)
	case c.Type == "gp2":
		return max(c.FreeIOPS, bySize)
	}
	return max(d.IOPS, c.FreeIOPS)
}
