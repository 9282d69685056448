package layout

import (
	"math"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// FsyncBound is the longest that etcd's disk may take to sync, at p99 (etcd, "FAQ").
const FsyncBound = 10 * time.Millisecond

// Copies returns how many copies are kept and what they take, of data that is copied every
// interval and kept for retention:
//
//	copies  = ceil(retention / interval)
//	storage = data x copies                                       whole copies
//	storage = data + (copies - 1) x data x min(1, rate x interval / day)
//
// where a share of it, rate, is written over in a day and copies after the first hold what
// changed. Rounded up; what is larger than the largest number of bytes is that. interval
// must be positive.
func Copies(data units.Bytes, interval, retention time.Duration, rate *units.Ratio) (copies int, storage units.Bytes) {
	copies = max(int(units.CeilDiv(retention, interval)), 1)
	if rate == nil {
		return copies, Times(copies, data)
	}
	const day = 24 * time.Hour
	changed := min(product(int64(data), int64(*rate), int64(units.Whole)), data) // of a day
	changed = min(product(int64(changed), int64(interval/time.Second), int64(day/time.Second)), data)
	return copies, Sum(data, Times(copies-1, changed))
}

// Times returns what n copies of so many bytes take; what is larger than the largest number
// of bytes is that.
func Times(n int, data units.Bytes) units.Bytes { return product(int64(n), int64(data), 1) }

// Sum adds up bytes, none of them negative; what is larger than the largest number of bytes
// is that.
func Sum(parts ...units.Bytes) units.Bytes {
	sum := units.Bytes(0)
	for _, part := range parts {
		if sum += part; sum < 0 {
			return math.MaxInt64
		}
	}
	return sum
}

// TransferTime returns how long so many bytes take at so many MiB a second, in whole
// seconds, rounded up. mibps must be positive.
func TransferTime(data units.Bytes, mibps int) time.Duration {
	return time.Duration(units.CeilDiv(data, units.Bytes(mibps)*units.MiB)) * time.Second
}

// StretchedCommit is CommitLatency of members that are all a round trip away from the
// leader, on the slowest disk that etcd may have.
func StretchedCommit(members int, roundTrip time.Duration) time.Duration {
	trips := make([]time.Duration, max(members-1, 0))
	for i := range trips {
		trips[i] = roundTrip
	}
	return CommitLatency(trips, FsyncBound)
}
