package layout

import (
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// The names of etcd's classes of hardware.
const (
	EtcdSmall  = "small"
	EtcdMedium = "medium"
	EtcdLarge  = "large"
	EtcdXLarge = "xlarge"
)

// EtcdLadderNodes is the largest Kubernetes cluster for which etcd publishes
// hardware; a class for more is an extrapolation.
const EtcdLadderNodes = 3_000

// DiskNeed is what a disk of etcd should sustain.
type DiskNeed struct {
	// IOPS are concurrent operations a second, as clouds publish them.
	IOPS int
	// MiBps is the bandwidth. etcd publishes MB/s: the number is taken as MiB/s, a
	// fraction rounded up, so that it is never less.
	MiBps int
}

// EtcdClass is a row of etcd's hardware recommendations, for machines that etcd has
// to itself.
type EtcdClass struct {
	Name string
	// Nodes of the Kubernetes cluster that is its example, the most it is chosen for.
	Nodes int
	// Clients and Requests a second are fewer than these; 0 is any number.
	Clients, Requests int
	// Data is the most it stores, in decimal megabytes; 0 is any amount.
	Data units.Bytes
	// VCPUs and Memory of each member; published GB are taken as GiB.
	VCPUs  int
	Memory units.Bytes
	// AWS and GCE are the disks of the two examples: there the limit of the
	// instance, here what a PD SSD of 50, 150, 250 or 500 GB gives.
	AWS, GCE DiskNeed
}

// EtcdClasses returns etcd's classes of hardware, the smallest first (etcd
// operations guide, "Hardware recommendations").
func EtcdClasses() []EtcdClass {
	const mb = 1_000_000
	return []EtcdClass{
		{EtcdSmall, 50, 100, 200, 100 * mb, 2, 8 * units.GiB, DiskNeed{3_600, 57}, DiskNeed{1_500, 25}},
		{EtcdMedium, 250, 500, 1_000, 500 * mb, 4, 16 * units.GiB, DiskNeed{6_000, 94}, DiskNeed{4_500, 75}},
		{EtcdLarge, 1_000, 1_500, 10_000, 1_000 * mb, 8, 32 * units.GiB, DiskNeed{8_000, 125}, DiskNeed{7_500, 125}},
		{EtcdXLarge, EtcdLadderNodes, 0, 0, 0, 16, 64 * units.GiB, DiskNeed{16_000, 250}, DiskNeed{15_000, 250}},
	}
}

// Least returns what the more modest of the two examples has: etcd calls either
// enough.
func (c EtcdClass) Least() DiskNeed {
	return DiskNeed{IOPS: min(c.AWS.IOPS, c.GCE.IOPS), MiBps: min(c.AWS.MiBps, c.GCE.MiBps)}
}

// etcd needs 50 sequential operations a second of its disk and 500 under heavy
// load; published, concurrent figures can be ten times the sequential ones (etcd
// operations guide, "Hardware recommendations").
const (
	SequentialIOPS          = 50
	HeavySequentialIOPS     = 500
	ConcurrentPerSequential = 10
)

// LeastPublishedIOPS returns the fewest concurrent operations a second that a disk
// may be sold with and still sustain the sequential ones of the class. That large
// and xlarge are heavy load is an assumption.
func (c EtcdClass) LeastPublishedIOPS() int {
	if c.Name == EtcdLarge || c.Name == EtcdXLarge {
		return HeavySequentialIOPS * ConcurrentPerSequential
	}
	return SequentialIOPS * ConcurrentPerSequential
}

// EtcdLoad is what etcd has to carry. What is not known is 0.
type EtcdLoad struct {
	// Nodes of the Kubernetes cluster. Its API servers are etcd's clients, so that
	// Clients and RequestsPerSecond matter only where others use it too.
	Nodes, Clients, RequestsPerSecond int
	// Data at its peak.
	Data units.Bytes
}

// Extrapolated reports whether the load is of more nodes than any for which etcd
// publishes hardware.
func (l EtcdLoad) Extrapolated() bool { return l.Nodes > EtcdLadderNodes }

// ClassOf returns the highest class that any part of the load reaches, and the
// first part that does: "nodes", "clients", "requests" or "data".
func ClassOf(l EtcdLoad) (c EtcdClass, by string) {
	classes := EtcdClasses()
	last := len(classes) - 1
	reached := func(holds func(EtcdClass) bool) int {
		if i := slices.IndexFunc(classes[:last], holds); i >= 0 {
			return i
		}
		return last
	}
	highest := -1
	for _, part := range []struct {
		name  string
		class int
	}{
		{"nodes", reached(func(c EtcdClass) bool { return l.Nodes <= c.Nodes })},
		{"clients", reached(func(c EtcdClass) bool { return l.Clients < c.Clients })},
		{"requests", reached(func(c EtcdClass) bool { return l.RequestsPerSecond < c.Requests })},
		{"data", reached(func(c EtcdClass) bool { return l.Data <= c.Data })},
	} {
		if part.class > highest {
			highest, by = part.class, part.name
		}
	}
	return classes[highest], by
}

// What etcd stores of a cluster, in tenths of a KiB: objects of Kubernetes are of 10
// to 20 kB (etcd issue 22332 on pods); the others are assumptions.
const (
	podSize       = 120 // a pod
	eventsOfPod   = 20  // two events of 1 KiB in the hour that they are kept
	shareOfPod    = 6   // its share of endpoints, replica sets and the like
	nodeSize      = 120 // a node
	leaseAndOther = 10  // its lease and the rest
	tenths        = 10

	// peakPerLive: the history between two compactions and fragmentation are as much
	// again (etcd issue 22332 plans with two equal halves).
	peakPerLive = 2
)

// Database estimates the size of etcd's database for a cluster of so many nodes
// and pods, and its peak before compaction and defragmentation:
//
//	live = nodes x (12 + 1) KiB + pods x (12 + 2 x 1 + 0.6) KiB
//	peak = 2 x live
func Database(nodes, pods int) (live, peak units.Bytes) {
	sum := units.Bytes(nodes)*(nodeSize+leaseAndOther) + units.Bytes(pods)*(podSize+eventsOfPod+shareOfPod)
	live = units.CeilDiv(sum*units.KiB, tenths)
	return live, peakPerLive * live
}

// The limits of etcd's database: its default and the largest that it suggests
// (etcd documentation, "System limits").
const (
	DefaultQuota = 2 * units.GiB
	MaxQuota     = 8 * units.GiB
)

// quotaUse is how much of a quota the peak may take: room for a burst, since etcd
// refuses every write beyond its quota. An assumption.
const quotaUse = 80 * units.Percent

// Quota returns the limit to set for a database of such a peak: the default where
// the peak is at most 80% of it, otherwise the largest. It reports false where the
// peak is above 80% of that too.
func Quota(peak units.Bytes) (units.Bytes, bool) {
	for _, q := range []units.Bytes{DefaultQuota, MaxQuota} {
		if peak <= q*units.Bytes(quotaUse)/units.Bytes(units.Whole) {
			return q, true
		}
	}
	return 0, false
}
