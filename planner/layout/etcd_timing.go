package layout

import (
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Verdict is how well etcd's members stand for each other.
type Verdict string

// The verdicts, from near to far.
const (
	// VerdictOK: etcd's defaults hold with room.
	VerdictOK Verdict = "ok"
	// VerdictEdge: 50 ms or more, where Red Hat wants less between members; the
	// defaults still hold.
	VerdictEdge Verdict = "edge"
	// VerdictSlow: 100 ms or more, where the defaults end; every write takes as long.
	VerdictSlow Verdict = "slow"
	// VerdictTooFar: 350 ms or more, as between continents. That a control plane does
	// not work there is an assumption.
	VerdictTooFar Verdict = "too_far"
)

// etcd's defaults and limits (etcd documentation, "Tuning").
const (
	DefaultHeartbeat = 100 * time.Millisecond
	DefaultElection  = time.Second
	MaxElection      = 50 * time.Second

	electionPerHeartbeat = 10
)

// Where verdicts begin: Red Hat's bound between etcd members, the longest round
// trip that the default heartbeat covers, and the shorter figure of etcd's
// documentation between the United States and Japan.
const (
	edgeFrom   = 50 * time.Millisecond
	slowFrom   = 100 * time.Millisecond
	tooFarFrom = 350 * time.Millisecond
)

// Timing returns the heartbeat and the election timeout to set on every member,
// whole milliseconds, for the longest round trip between two:
//
//	heartbeat = max(100 ms, round trip)
//	election  = max(1 s, 10 x heartbeat), 50 s at most
//
// so that both are at least etcd's defaults, and the election timeout ten round
// trips and ten heartbeats.
func Timing(roundTrip time.Duration) (heartbeat, election time.Duration, verdict Verdict) {
	whole := units.CeilDiv(roundTrip, time.Millisecond) * time.Millisecond
	heartbeat = min(max(DefaultHeartbeat, whole), MaxElection/electionPerHeartbeat)
	election = max(DefaultElection, electionPerHeartbeat*heartbeat)
	switch {
	case roundTrip >= tooFarFrom:
		verdict = VerdictTooFar
	case roundTrip >= slowFrom:
		verdict = VerdictSlow
	case roundTrip >= edgeFrom:
		verdict = VerdictEdge
	default:
		verdict = VerdictOK
	}
	return heartbeat, election, verdict
}

// CommitLatency returns the least time from a write to its commit, for the round
// trips from the leader to each other member and the time of an fdatasync:
//
//	round trip to the slowest member of the fastest majority + fdatasync
//
// A lone member waits for its disk alone.
func CommitLatency(roundTrips []time.Duration, sync time.Duration) time.Duration {
	acks := Quorum(len(roundTrips)+1) - 1 // the leader is the first of the majority
	if acks == 0 {
		return sync
	}
	sorted := slices.Clone(roundTrips)
	slices.Sort(sorted)
	return sorted[acks-1] + sync
}

// SequentialWrites returns how many writes a second a client gets through that
// waits for each: 1 s / latency, rounded down. latency must be positive.
func SequentialWrites(latency time.Duration) int { return int(time.Second / latency) }

// How kops keeps backups of etcd: hourly ones for a week, daily ones after
// (kops documentation, "Etcd backup, restore and encryption").
const (
	hourlyBackups = time.Hour
	hourlyKept    = 7 * 24 * time.Hour
	dailyBackups  = 24 * time.Hour
)

// Backups returns how many snapshots of a database of db bytes are kept, and what
// they take: one an hour for a week, and one a day for the retention,
//
//	copies = 7 x 24 + days
//
// The interval between snapshots is how much can be lost. It changes the number kept
// only where it is longer than an hour, or a day; a retention of less than a week
// also ends the hourly ones. Parts are rounded up.
func Backups(db units.Bytes, interval, retention time.Duration) (copies int, storage units.Bytes) {
	hourly := units.CeilDiv(min(hourlyKept, retention), max(hourlyBackups, interval))
	daily := units.CeilDiv(retention, max(dailyBackups, interval))
	copies = int(hourly + daily)
	return copies, units.Bytes(copies) * db
}

// What etcd's index takes (etcd documentation, "Storage memory usage benchmark").
const (
	indexPerKey     = 120 // beside the key itself
	indexPerVersion = 30 + 8
)

// IndexMemory returns the memory of etcd's index of so many keys of keySize bytes,
// each with so many versions between compactions:
//
//	keys x (120 + keySize) + keys x versions x (30 + 8)
//
// It is within 15% of the measurements that etcd publishes.
func IndexMemory(keys, keySize, versions int) units.Bytes {
	return units.Bytes(keys) * units.Bytes(indexPerKey+keySize+versions*indexPerVersion)
}

// What watching takes (etcd documentation, "Watch memory usage benchmark").
const (
	perConnection = 17_000
	perStream     = 18_000
	perWatch      = 350
)

// WatchMemory returns the memory of so many connections, streams and watches, each
// counted in all:
//
//	connections x 17 kB + streams x 18 kB + watches x 350 B
//
// It is within 15% or 20 MB of the measurements that etcd publishes.
func WatchMemory(connections, streams, watches int) units.Bytes {
	return units.Bytes(connections)*perConnection + units.Bytes(streams)*perStream + units.Bytes(watches)*perWatch
}
