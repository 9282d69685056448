package verify

import (
	"math"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// serverSize is what one node of a control plane needs for so many nodes.
type serverSize struct {
	upTo   int
	vcpus  int
	memory units.Bytes
}

// serverSizes are the tables of OpenShift 4.10, RKE2 and Kubernetes' own former sizes,
// and the planner's between them. Published GB are held to as GiB.
func serverSizes(profile planner.SizeProfile) []serverSize {
	switch profile {
	case "", planner.GeneralSize:
		return []serverSize{
			{10, 2, 8 * units.GiB},
			{100, 4, 16 * units.GiB},
			{250, 8, 32 * units.GiB},
			{500, 16, 64 * units.GiB},
			{1000, 16, 96 * units.GiB},
			{5000, 32, 128 * units.GiB},
		}
	case planner.KubeUpSize: // 3.75, 7.5 … are published; kubeadm asks for 2 vCPUs where 1 is
		return []serverSize{
			{5, 2, 15 * units.GiB / 4},
			{10, 2, 15 * units.GiB / 2},
			{100, 4, 15 * units.GiB},
			{250, 8, 30 * units.GiB},
			{500, 16, 60 * units.GiB},
			{5000, 32, 120 * units.GiB},
		}
	case planner.OpenShiftSize:
		return []serverSize{
			{24, 4, 16 * units.GiB},
			{120, 8, 32 * units.GiB},
			{252, 16, 64 * units.GiB},
			{501, 16, 96 * units.GiB},
		}
	case planner.RKE2Size:
		return []serverSize{
			{225, 2, 4 * units.GiB},
			{450, 4, 8 * units.GiB},
			{1300, 8, 16 * units.GiB},
			{5000, 16, 32 * units.GiB},
		}
	}
	return nil
}

// etcdSize is a row of etcd's "Hardware recommendations": machines by the nodes of
// an example cluster and by the size of the data. Each class has two examples, with
// disks that are bought with their operations and with disks that grow faster with
// their size: the second are the more modest, and etcd calls either enough.
type etcdSize struct {
	class         string
	upToNodes     int
	upToData      units.Bytes
	vcpus         int
	memory        units.Bytes
	bought, least speed
}

// speed of a disk: operations and MiB a second.
type speed struct{ iops, throughput int }

func etcdSizes() []etcdSize {
	const (
		withoutEnd = math.MaxInt // of the last class
		megabyte   = 1_000_000
	)
	return []etcdSize{
		{"small", 50, 100 * megabyte, 2, 8 * units.GiB, speed{3600, 57}, speed{1500, 25}},
		{"medium", 250, 500 * megabyte, 4, 16 * units.GiB, speed{6000, 94}, speed{4500, 75}},
		{"large", 1000, 1000 * megabyte, 8, 32 * units.GiB, speed{8000, 125}, speed{7500, 125}},
		{"xlarge", withoutEnd, withoutEnd, 16, 64 * units.GiB, speed{16000, 250}, speed{15000, 250}},
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
		sizes := serverSizes(k.c.ControlPlane.Profile)
		i := slices.IndexFunc(sizes, func(s serverSize) bool { return nodes <= s.upTo })
		if k.need(i >= 0, path, "control_plane.least", "profile %q has no size for %d nodes", k.c.ControlPlane.Profile, nodes) {
			s := sizes[i]
			k.need(m.LeastVCPUs >= s.vcpus && m.LeastMemory >= s.memory, path, "control_plane.least",
				"at least %d vCPUs and %s for %d nodes, published are %d and %s", m.LeastVCPUs, byteSize(m.LeastMemory), nodes, s.vcpus, byteSize(s.memory))
		}
	}
	if i := etcdRank(state.Class); m.Role == k.stateRole() && i >= 0 {
		s := etcdSizes()[i]
		k.need(m.LeastVCPUs >= s.vcpus && m.LeastMemory >= s.memory, path, "control_plane.least",
			"at least %d vCPUs and %s, etcd of class %s asks for %d and %s", m.LeastVCPUs, byteSize(m.LeastMemory), s.class, s.vcpus, byteSize(s.memory))
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
	all := e.Database
	if e.Events != nil {
		all += e.Events.Database
	}
	if k.need(rank >= 0, path, "etcd.class", "no class is named %q", e.Class) {
		s := etcdSizes()[rank]
		k.need(nodes <= s.upToNodes && all <= s.upToData, path, "etcd.class", "class %s for %d nodes and databases of %s; it ends at %d and %s", e.Class, nodes, byteSize(all), s.upToNodes, byteSize(s.upToData))
		k.etcdDisk(e, &s, path+".disk")
	}
	k.events(e, nodes)
	least := halves * objectSize * units.Bytes(nodes+k.clusterPods())
	k.need(e.Database >= least, path, "etcd.database", "a database of %s, pods and nodes alone take %s", byteSize(e.Database), byteSize(least))
	k.need(e.Quota <= mostQuota && e.Quota/100*quotaFill >= e.Database, path, "etcd.quota", "a quota of %s for a database of %s; at most %d%% of it may be used, and it ends at %s", byteSize(e.Quota), byteSize(e.Database), quotaFill, byteSize(mostQuota))
	k.need(e.Heartbeat >= leastHeartbeat && e.ElectionTimeout >= 10*spec.RoundTrip && e.ElectionTimeout >= 5*e.Heartbeat && e.ElectionTimeout <= mostElection,
		path, "etcd.timing", "a heartbeat of %v and an election timeout of %v for round trips of %v", e.Heartbeat, e.ElectionTimeout, spec.RoundTrip)
	k.need(e.BackupInterval == spec.BackupInterval && e.BackupRetention == spec.BackupRetention, path, "etcd.backup", "a backup every %v for %v, the spec says %v for %v",
		e.BackupInterval, e.BackupRetention, spec.BackupInterval, spec.BackupRetention)
	if spec.BackupInterval > 0 {
		n := backupsKept(spec.BackupInterval, spec.BackupRetention)
		k.need(e.BackupStorage == units.Bytes(n)*e.Database, path, "etcd.backup", "backups take %s; %d are kept, of %s each", byteSize(e.BackupStorage), n, byteSize(e.Database))
	}
}

// backupsKept counts the backups that are kept as kops does it (kops documentation,
// "Etcd backup, restore and encryption"): of the last week one an hour, and one a
// day for as long as they are kept at all. Nothing is kept for longer than that, and
// where backups are made less often there are fewer.
func backupsKept(interval, retention time.Duration) int {
	const day = 24 * time.Hour
	n := 0
	for _, kept := range []struct{ every, span time.Duration }{{time.Hour, min(7*day, retention)}, {day, retention}} {
		for age := time.Duration(0); age < kept.span; age += max(kept.every, interval) {
			n++
		}
	}
	return n
}

// clusterPods is the number of pods with which the cluster is as full as planned when
// every group has as many nodes as it may: those of workloads grow with the nodes,
// and of DaemonSets each node has as many as any has at least.
func (k *checker) clusterPods() int {
	n := 0
	for i := range k.plan.NodeGroups {
		g := &k.plan.NodeGroups[i]
		pods, room, daemons := 0, 0, 0
		for _, w := range g.Workloads {
			pods += min(max(w.Replicas, 0), maxReplicas)
		}
		for j := range g.Pools {
			p := &g.Pools[j]
			if j == 0 || len(p.DaemonSets) < daemons {
				daemons = len(p.DaemonSets)
			}
			room = max(room, p.Free().Pods)
		}
		nodes, most := min(max(g.Nodes, 0), maxNodes), min(max(g.MaxNodes, 0), maxNodes)
		if nodes > 0 && most > nodes {
			pods = min(units.CeilDiv(pods*most, nodes), most*room)
		}
		n += pods + most*daemons
	}
	return n
}
