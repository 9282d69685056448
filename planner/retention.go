package planner

import (
	"math/big"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Retention is how long metrics and logs are kept.
type Retention struct {
	// Metrics are sorted by workload.
	Metrics []MetricsRetention
	// Logs is nil where nothing is declared of them.
	Logs *LogRetention
}

// MetricsRetention is what each replica of a workload keeps of metrics.
type MetricsRetention struct {
	// Workload is the address of what keeps them.
	Workload string
	// Volume is where they lie; empty is the node's disk, as local storage of the pod.
	Volume string
	// Series are there whatever runs; SeriesPerPod and SeriesPerNode come with each pod,
	// those of DaemonSets among them, and with each node of the cluster.
	Series, SeriesPerPod, SeriesPerNode int
	// ScrapeInterval is the time between two samples of a series, Retention how long a
	// sample is kept.
	ScrapeInterval, Retention time.Duration
	// BytesPerSample on the disk, compressed.
	BytesPerSample units.Ratio
	// DiskShare is what of the disk the samples may take: the rest is for the write-ahead
	// log and for compaction.
	DiskShare units.Ratio
}

// SeriesOf returns the series of a cluster of so many pods and nodes.
func (m *MetricsRetention) SeriesOf(pods, nodes int) int {
	return m.Series + m.SeriesPerPod*pods + m.SeriesPerNode*nodes
}

// Data returns what the samples of so many series take, rounded up, at most 4 EiB:
//
//	retention x series / scrape interval x bytes per sample
//
// Source: Prometheus, "Storage", operational aspects.
func (m *MetricsRetention) Data(series int) units.Bytes {
	times := product(int64(series), int64(m.Retention), int64(m.BytesPerSample))
	return bytesUp(times, product(int64(m.ScrapeInterval), int64(units.Whole)))
}

// Disk returns how large a disk is on which so much data takes DiskShare.
func (m *MetricsRetention) Disk(data units.Bytes) units.Bytes {
	return bytesUp(product(int64(data), int64(units.Whole)), product(int64(m.DiskShare)))
}

// Holds returns for how long a disk holds the samples of so many series, in whole seconds
// rounded down; the longest time that there is where it is longer.
func (m *MetricsRetention) Holds(disk units.Bytes, series int) time.Duration {
	divisor := product(int64(series), int64(m.BytesPerSample), int64(time.Second))
	if divisor.Sign() == 0 {
		return longest
	}
	seconds := new(big.Int).Div(product(int64(disk), int64(m.DiskShare), int64(m.ScrapeInterval)), divisor)
	if !seconds.IsInt64() || seconds.Int64() > int64(longest/time.Second) {
		return longest
	}
	return time.Duration(seconds.Int64()) * time.Second
}

// SlowestScrape returns the shortest time between samples, in whole seconds, with which a
// disk holds the samples of so many series for Retention.
func (m *MetricsRetention) SlowestScrape(disk units.Bytes, series int) time.Duration {
	divisor := product(int64(disk), int64(m.DiskShare), int64(time.Second))
	if divisor.Sign() == 0 {
		return longest
	}
	seconds := ceil(product(int64(series), int64(m.Retention), int64(m.BytesPerSample)), divisor)
	if !seconds.IsInt64() || seconds.Int64() > int64(longest/time.Second) {
		return longest
	}
	return time.Duration(seconds.Int64()) * time.Second
}

// longest is the longest time in whole seconds.
const longest = time.Duration(1<<63-1) / time.Second * time.Second

// LogRetention is what nodes keep of logs.
type LogRetention struct {
	// NodeGroups are the names of the groups whose nodes keep them, sorted; empty is all.
	NodeGroups []string
	// PerMinute is what a node writes.
	PerMinute units.Bytes
	// Rotation is how long a file is written to, Generations how many files are kept, the
	// one that is written to among them.
	Rotation    time.Duration
	Generations int
	// ContainersPerPod, MaxSize and MaxFiles are what bounds the kubelet's own rotation:
	// it keeps MaxFiles files of MaxSize of each container at most.
	ContainersPerPod int
	MaxSize          units.Bytes
	MaxFiles         int
}

// Of returns what a node keeps: the rate x the rotation x the generations, rounded up.
func (l *LogRetention) Of() units.Bytes {
	return bytesUp(product(int64(l.PerMinute), int64(l.Rotation), int64(l.Generations)), product(int64(time.Minute)))
}

// Bound returns what the kubelet keeps of so many pods at most.
func (l *LogRetention) Bound(pods int) units.Bytes {
	return bytesUp(product(int64(pods), int64(l.ContainersPerPod), int64(l.MaxSize), int64(l.MaxFiles)), product(1))
}

func product(factors ...int64) *big.Int {
	out := big.NewInt(1)
	for _, f := range factors {
		out.Mul(out, big.NewInt(f))
	}
	return out
}

func ceil(a, b *big.Int) *big.Int {
	q, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func bytesUp(a, b *big.Int) units.Bytes {
	if q := ceil(a, b); q.IsInt64() && q.Int64() < int64(mostBytes) {
		return units.Bytes(q.Int64())
	}
	return mostBytes
}

// mostBytes stands for all that is more: 4 EiB, so that sums of two stay numbers.
const mostBytes = units.Bytes(1) << 62

// RetentionPlan is what is kept, and the disks that it is kept on.
type RetentionPlan struct {
	// Metrics in the order of the declaration.
	Metrics []MetricsPlan
	// Logs of each pool of machines, sorted by group and pool.
	Logs []NodeLogs
}

// MetricsPlan is what each replica of a workload keeps.
type MetricsPlan struct {
	Workload string
	Replicas int
	// Series now, and what their samples take; Need is the disk for it.
	Series     int
	Data, Need units.Bytes
	// Disk is what there is, and Holds for how long that is enough.
	Disk  units.Bytes
	Holds time.Duration
	// SeriesAtHorizon and NeedAtHorizon are those of the last month of growth that can be
	// planned; what they are now where nothing grows.
	SeriesAtHorizon int
	NeedAtHorizon   units.Bytes
	// FullIn is the first month of growth in which the disk is too small; 0 is none.
	FullIn int
}

// NodeLogs is what each node of a pool keeps of logs.
type NodeLogs struct {
	Group, Pool string
	// Need for them, and Pods of the fullest node, DaemonSets among them, with the Bound
	// that the kubelet's own rotation sets.
	Need  units.Bytes
	Pods  int
	Bound units.Bytes
	// Requested is the most local storage that pods of one node ask for, and Room what
	// the kubelet leaves to pods and logs.
	Requested, Room units.Bytes
}

// RetentionSource is the source of a size that is filled in for what is kept.
const RetentionSource = "model retention"
