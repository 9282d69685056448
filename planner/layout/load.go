package layout

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Kinds of objects that Load counts, in its order.
const (
	KindPods           = "pods"
	KindNodes          = "nodes"
	KindLeases         = "leases"
	KindEvents         = "events"
	KindEndpointSlices = "endpointslices"
	KindReplicaSets    = "replicasets"
	KindOthers         = "others"
)

// Population is what a cluster holds and how it moves: what its API servers and etcd
// have to carry.
type Population struct {
	// Nodes, Pods and Workloads that run, and the namespaces that they are in.
	Nodes, Pods, Workloads, Namespaces int
	// Autoscalers are the HorizontalPodAutoscalers.
	Autoscalers int
	// OtherObjects are config maps, secrets, custom resources and the like, and
	// OtherSize is what one of them takes.
	OtherObjects int
	OtherSize    units.Bytes
	// PodsPerHour and NodesPerHour are started and, as many, ended in the busiest hour.
	PodsPerHour, NodesPerHour int
	// WatchesPerNode are those of kubelet, kube-proxy and the DaemonSets of a node, and
	// Watchers those of controllers and operators.
	WatchesPerNode, Watchers int
	// Servers are the API servers.
	Servers int
}

// ObjectLoad is what the objects of a kind take.
type ObjectLoad struct {
	Kind  string
	Count int
	// Size of one in etcd.
	Size units.Bytes
	// Writes of the kind, creations, updates and deletions, and Superseded those of
	// them that leave an older revision behind: all but creations.
	Writes, Superseded units.Rate
}

// Demand is what a population asks of API servers and etcd.
type Demand struct {
	// Objects by kind, in the order of the kinds.
	Objects []ObjectLoad
	// Live is the sum of the objects, History what was written over and is not
	// compacted yet, File what both take on the disk, and Peak what is planned with.
	Live, History, File, Peak units.Bytes
	// Writes to etcd and Reads from the API servers a second.
	Writes, Reads units.Rate
	// Watches on the API servers, and EtcdWatches that they hold on etcd.
	Watches, EtcdWatches int
	// EtcdMemory is what a member's process takes, beside the pages of the file that
	// the system keeps in memory.
	EtcdMemory units.Bytes
}

// Intervals of Kubernetes' components (kubernetes.io: kubelet, nodeLeaseDurationSeconds
// of 40 s renewed every quarter of it, nodeStatusReportFrequency; kube-apiserver,
// --etcd-compaction-interval and --event-ttl; kube-controller-manager,
// --horizontal-pod-autoscaler-sync-period; leader election, a renewal every 2 s by the
// scheduler and the controller manager).
const (
	LeaseRenewal       = 10 * time.Second
	NodeStatusReport   = 5 * time.Minute
	CompactionInterval = 5 * time.Minute
	EventTTL           = time.Hour
	autoscalerSync     = 15 * time.Second
	leaderRenewal      = 2 * time.Second
	leaders            = 2
)

// HistoryWindow is the longest for which a revision that was written over is kept:
// every compaction takes away what was old at the one before it.
const HistoryWindow = 2 * CompactionInterval

// EventsApartFrom is the number of nodes above which events get an etcd of their own.
// Kubernetes advises it for large clusters and has no number ("Considerations for large
// clusters"); etcd's hardware recommendations call 1,000 nodes large.
const EventsApartFrom = 1_000

// What happens in the life of a pod. Assumptions: it is created, bound and reported on
// by its kubelet three times while it starts, and marked, reported on and taken away at
// its end; each start leaves five events (Scheduled, Pulled, Created and Started, one
// more) and each end one; it enters its slice of endpoints and leaves it; the status of
// its replica set follows both times.
const (
	writesPerPod       = 8
	eventsPerPod       = 6
	sliceWritesPerPod  = 2
	ownerWritesPerPod  = 2
	writesPerNode      = 8 // of its object, while it joins and leaves
	podsPerSlice       = 100
	keptReplicaSets    = 10 // of a Deployment: revisionHistoryLimit
	eventsOfStanding   = 2  // events an hour of a pod that only runs
	readsPerAutoscaler = 3  // a scale, its pods, their metrics
	watchedByServer    = 100
)

// Sizes in etcd, beside those of Database. Assumptions: a replica set is a pod's
// template and its status; an endpoint is 200 bytes of its slice.
const (
	leaseSize      = 512
	eventSize      = units.KiB
	replicaSetSize = 4 * units.KiB
	endpointSize   = 200
	sliceBase      = units.KiB
)

// filePerData is what etcd's file takes of each byte that is stored in it: its pages
// are filled to 90%, hold at least two keys, and are left in part when keys between
// others go. Measured by `make etcd-check`.
const filePerData = units.Whole + 25*units.Percent

// What a member holds in memory beside its index: the process itself, and the entries
// of its log that others may still want (etcd, --snapshot-count and
// --snapshot-catchup-entries). The process is an assumption, measured by
// `make etcd-check`.
const (
	etcdProcess = 25 * units.MiB
	logEntries  = 10_000 + 5_000
)

// DemandOf returns what p asks of API servers and etcd. Sizes round up:
//
//	live    = sum of count x size
//	history = sum of (updates + deletions) x size x 10 min
//	file    = 1.25 x (live + history)
//	peak    = max(2 x live, file)
//	memory  = 25 MiB + index + watches + 15,000 x mean size of a write
//
// Twice the live objects is the rule that Database has, and leaves room for what is
// not foreseen; with many writes for each object, history is more.
func DemandOf(p Population) Demand { return demandOf(&p, objectsOf(p)) }

// EventsApart returns what the two members on a machine are asked for where events have
// an etcd of their own, and the rest another. Reads and watches are counted with the
// rest, events' own are few.
func EventsApart(p Population) (rest, events Demand) {
	var of [2][]ObjectLoad
	for _, o := range objectsOf(p) {
		i := 0
		if o.Kind == KindEvents {
			i = 1
		}
		of[i] = append(of[i], o)
	}
	return demandOf(&p, of[0]), demandOf(&p, of[1])
}

// demandOf is what the objects, some of those of p, ask for.
func demandOf(p *Population, objects []ObjectLoad) Demand {
	d := Demand{Objects: objects}
	keys, written := 0, units.Bytes(0)
	for _, o := range d.Objects {
		keys += o.Count
		d.Live += units.Bytes(o.Count) * o.Size
		d.Writes += o.Writes
		written += units.Bytes(o.Writes) * o.Size
		d.History += units.CeilDiv(units.Bytes(o.Superseded)*o.Size*units.Bytes(HistoryWindow/time.Second), units.Bytes(units.PerSecond))
	}
	d.File = units.ScaleUp(d.Live+d.History, filePerData)
	d.Peak = max(peakPerLive*d.Live, d.File)
	d.Reads = every(p.Nodes, LeaseRenewal) + every(readsPerAutoscaler*p.Autoscalers, autoscalerSync) + perHour(p.PodsPerHour*writesPerPod)
	d.Watches = p.Nodes*p.WatchesPerNode + p.Watchers
	d.EtcdWatches = p.Servers * watchedByServer
	d.EtcdMemory = etcdProcess + WatchMemory(p.Servers, d.EtcdWatches, d.EtcdWatches)
	if keys > 0 {
		versions := 1 + units.CeilDiv(int64(d.Writes)*int64(HistoryWindow/time.Second), int64(units.PerSecond)*int64(keys))
		d.EtcdMemory += IndexMemory(keys, keySize, int(versions))
	}
	if d.Writes > 0 {
		d.EtcdMemory += units.CeilDiv(logEntries*written, units.Bytes(d.Writes))
	}
	return d
}

// keySize is that of a key such as /registry/pods/NAMESPACE/NAME. An assumption.
const keySize = 64

// objectsOf counts the objects of each kind and what is written of them.
func objectsOf(p Population) []ObjectLoad {
	slices := units.CeilDiv(p.Pods, podsPerSlice) + p.Workloads
	slice := units.Bytes(sliceBase)
	if slices > 0 {
		slice += units.CeilDiv(units.Bytes(p.Pods)*endpointSize, units.Bytes(slices))
	}
	events := eventsOfStanding*p.Pods + eventsPerPod*p.PodsPerHour
	status, renewed := every(p.Nodes, NodeStatusReport), every(p.Nodes, LeaseRenewal)+every(leaders, leaderRenewal)
	moved := func(writes, ends, n int) (written, superseded units.Rate) {
		return perHour(writes * n), perHour((writes - ends) * n)
	}
	pods, podsOver := moved(writesPerPod, 1, p.PodsPerHour)
	nodes, nodesOver := moved(writesPerNode, 1, p.NodesPerHour)
	// Events are written once, and taken away an hour later.
	logged, loggedOver := moved(2, 1, events)
	sliced, _ := moved(sliceWritesPerPod, 0, p.PodsPerHour)
	owned, _ := moved(ownerWritesPerPod, 0, p.PodsPerHour)
	return []ObjectLoad{
		{KindPods, p.Pods, podSize * units.KiB / tenths, pods, podsOver},
		{KindNodes, p.Nodes, nodeSize * units.KiB / tenths, status + nodes, status + nodesOver},
		{KindLeases, p.Nodes + leaders, leaseSize, renewed, renewed},
		{KindEvents, events, eventSize, logged, loggedOver},
		{KindEndpointSlices, slices, slice, sliced, sliced},
		{KindReplicaSets, (1 + keptReplicaSets) * p.Workloads, replicaSetSize, owned, owned},
		{KindOthers, p.OtherObjects + p.Namespaces, p.OtherSize, 0, 0},
	}
}

// every returns the rate of n things that each happen once in d, which is whole
// milliseconds, rounded up.
func every(n int, d time.Duration) units.Rate {
	return units.CeilDiv(units.Rate(n)*units.PerSecond*1000, units.Rate(d/time.Millisecond))
}

// perHour returns the rate of n things an hour, rounded up.
func perHour(n int) units.Rate { return every(n, time.Hour) }
