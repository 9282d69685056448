package layout_test

import (
	"math"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestCopies by hand: 30 days of daily copies of 1,200 GiB are 36,000 GiB; where 2% change a
// day 1,200 + 29 x 24 = 1,896 GiB. Every six hours a quarter of that changes, 6 GiB, in 120
// copies: 1,200 + 119 x 6 = 1,914 GiB. No more can change than there is: with 100% a day and
// a copy a week each copy is whole.
func TestCopies(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		data                units.Bytes
		interval, retention time.Duration
		rate                units.Ratio
		copies              int
		storage             units.Bytes
	}{
		"whole":        {1200 * units.GiB, day, 30 * day, 0, 30, 36_000 * units.GiB},
		"what changed": {1200 * units.GiB, day, 30 * day, 2 * units.Percent, 30, 1896 * units.GiB},
		"six hours":    {1200 * units.GiB, 6 * time.Hour, 30 * day, 2 * units.Percent, 120, 1914 * units.GiB},
		"all of it":    {10 * units.GiB, 7 * day, 28 * day, units.Whole, 4, 40 * units.GiB},
		"one":          {10 * units.GiB, day, day, 2 * units.Percent, 1, 10 * units.GiB},
		"a part":       {units.GiB, 7 * time.Hour, day, 0, 4, 4 * units.GiB},
		"nothing":      {0, day, 30 * day, 2 * units.Percent, 30, 0},
		// 525,600 copies of 2.8 PiB are 1.5 x 2^70 bytes, and 2^63 are one too many to count.
		"too much":   {2880 * units.TiB, time.Minute, 365 * day, 0, 525_600, math.MaxInt64},
		"every byte": {1 << 62, day, 2 * day, units.Whole, 2, math.MaxInt64},
	} {
		rate := &c.rate
		if c.rate == 0 {
			rate = nil
		}
		if copies, storage := layout.Copies(c.data, c.interval, c.retention, rate); copies != c.copies || storage != c.storage {
			t.Errorf("%s: got %d and %d, want %d and %d", name, copies, storage, c.copies, c.storage)
		}
	}
}

// TestTransferTime: 1,200 GiB at 200 MiB/s are 6,144 s. etcd's own figure: 100 MB/s recovers
// 1 GB in 15 s; the transfer alone is 10.
func TestTransferTime(t *testing.T) {
	if got := layout.TransferTime(1200*units.GiB, 200); got != 6144*time.Second {
		t.Errorf("got %v", got)
	}
	if got := layout.TransferTime(200*units.MiB+1, 200); got != 2*time.Second {
		t.Errorf("a part of a second: got %v", got)
	}
}

// TestStretchedCommit: a majority of three or five is one round trip away, and 10 ms of
// disk; Red Hat's 50 ms between peers make 60 ms and 16 writes a second one after another,
// 90 ms between them its bound of 100 ms for network and disk.
func TestStretchedCommit(t *testing.T) {
	for members, want := range map[int]time.Duration{1: 10 * time.Millisecond, 3: 60 * time.Millisecond, 5: 60 * time.Millisecond} {
		if got := layout.StretchedCommit(members, 50*time.Millisecond); got != want {
			t.Errorf("%d members: got %v, want %v", members, got, want)
		}
	}
	if got := layout.SequentialWrites(layout.StretchedCommit(3, 50*time.Millisecond)); got != 16 {
		t.Errorf("got %d writes a second", got)
	}
}
