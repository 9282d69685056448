package layout_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

const ms = time.Millisecond

func TestTiming(t *testing.T) {
	tests := []struct {
		roundTrip, heartbeat, election time.Duration
		verdict                        layout.Verdict
	}{
		{0, 100 * ms, time.Second, layout.VerdictOK},
		{500 * time.Microsecond, 100 * ms, time.Second, layout.VerdictOK},
		{2 * ms, 100 * ms, time.Second, layout.VerdictOK},
		{10 * ms, 100 * ms, time.Second, layout.VerdictOK},
		{50*ms - 1, 100 * ms, time.Second, layout.VerdictOK},
		{50 * ms, 100 * ms, time.Second, layout.VerdictEdge},
		{100*ms - 1, 100 * ms, time.Second, layout.VerdictEdge},
		{100 * ms, 100 * ms, time.Second, layout.VerdictSlow},
		{100*ms + 1, 101 * ms, 1_010 * ms, layout.VerdictSlow},
		{130 * ms, 130 * ms, 1_300 * ms, layout.VerdictSlow},   // the continental United States
		{350 * ms, 350 * ms, 3_500 * ms, layout.VerdictTooFar}, // the United States and Japan
		{400 * ms, 400 * ms, 4 * time.Second, layout.VerdictTooFar},
		{5 * time.Second, 5 * time.Second, 50 * time.Second, layout.VerdictTooFar},
		{time.Minute, 5 * time.Second, 50 * time.Second, layout.VerdictTooFar},
	}
	for _, test := range tests {
		heartbeat, election, verdict := layout.Timing(test.roundTrip)
		if heartbeat != test.heartbeat || election != test.election || verdict != test.verdict {
			t.Errorf("%v: heartbeat %v, election %v, %s; want %+v", test.roundTrip, heartbeat, election, verdict, test)
		}
	}
}

// etcd's advice, for every round trip that its limit allows.
func TestTimingHoldsTheRules(t *testing.T) {
	for roundTrip := time.Duration(0); roundTrip <= 5*time.Second; roundTrip += 777 * time.Microsecond {
		heartbeat, election, _ := layout.Timing(roundTrip)
		switch {
		case heartbeat < roundTrip, heartbeat < 100*ms, heartbeat%ms != 0:
			t.Fatalf("%v: heartbeat %v", roundTrip, heartbeat)
		case election < 10*roundTrip, election < 10*heartbeat, election < time.Second, election > 50*time.Second:
			t.Fatalf("%v: election %v", roundTrip, election)
		}
	}
}

func TestCommitLatency(t *testing.T) {
	tests := []struct {
		roundTrips []time.Duration
		want       time.Duration
	}{
		{nil, 2 * ms},                                          // a lone member
		{[]time.Duration{9 * ms}, 11 * ms},                     // of two both are needed
		{[]time.Duration{40 * ms, ms}, 3 * ms},                 // of three the leader and the nearer
		{[]time.Duration{40 * ms, 8 * ms, ms, 5 * ms}, 7 * ms}, // of five the leader and two
	}
	for _, test := range tests {
		before := slices.Clone(test.roundTrips)
		if got := layout.CommitLatency(test.roundTrips, 2*ms); got != test.want {
			t.Errorf("%v: got %v", test, got)
		}
		if !slices.Equal(before, test.roundTrips) {
			t.Errorf("%v was changed to %v", before, test.roundTrips)
		}
	}
	// etcd's benchmark: one client writes 583 times a second at 1.6 ms on average.
	if got := layout.SequentialWrites(1_600 * time.Microsecond); got != 625 || math.Abs(float64(got)/583-1) > 0.08 {
		t.Errorf("%d writes a second, measured are 583", got)
	}
}

func TestBackups(t *testing.T) {
	const day, db = 24 * time.Hour, 200 * units.MiB
	tests := map[string]struct {
		interval, retention time.Duration
		copies              int
	}{
		"kops":                      {15 * time.Minute, 90 * day, 168 + 90},
		"hourly":                    {time.Hour, 90 * day, 168 + 90},
		"every two hours":           {2 * time.Hour, 90 * day, 84 + 90},
		"every five hours":          {5 * time.Hour, 90 * day, 34 + 90}, // 33.6
		"every two days":            {2 * day, 90 * day, 4 + 45},        // 3.5
		"two years":                 {15 * time.Minute, 730 * day, 168 + 730},
		"a week":                    {15 * time.Minute, 7 * day, 168 + 7},
		"two days":                  {15 * time.Minute, 2 * day, 48 + 2},
		"a day and an hour":         {time.Hour, 25 * time.Hour, 25 + 2},
		"nothing kept":              {time.Hour, 0, 0},
		"an interval not yet known": {0, day, 24 + 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			copies, storage := layout.Backups(db, test.interval, test.retention)
			if copies != test.copies || storage != units.Bytes(test.copies)*db {
				t.Errorf("%d copies of %d bytes in all, want %d", copies, storage, test.copies)
			}
		})
	}
	// 258 x 200 MiB = 51,600 MiB = 50.4 GiB.
	if _, storage := layout.Backups(db, 15*time.Minute, 90*day); storage != 51_600*units.MiB {
		t.Errorf("%d bytes", storage)
	}
}

// etcd's "Storage memory usage benchmark", the index alone, in MB.
func TestIndexMemory(t *testing.T) {
	tests := []struct{ keys, keySize, versions, mb int }{
		{100_000, 64, 1, 22},
		{100_000, 64, 5, 39},
		{1_000_000, 64, 1, 218},
		{1_000_000, 64, 5, 432},
		{100_000, 256, 1, 41},
		{100_000, 256, 5, 65},
		{1_000_000, 256, 1, 409},
		{1_000_000, 256, 5, 506},
	}
	for _, test := range tests {
		got := float64(layout.IndexMemory(test.keys, test.keySize, test.versions)) / 1e6
		if math.Abs(got/float64(test.mb)-1) > 0.15 {
			t.Errorf("%+v: %.1f MB", test, got)
		}
	}
}

// etcd's "Watch memory usage benchmark", of the whole process, in MB.
func TestWatchMemory(t *testing.T) {
	tests := []struct{ clients, streams, watches, mb int }{ // streams per client, watches in all
		{1_000, 1, 1_000, 50},
		{2_000, 1, 2_000, 90},
		{5_000, 1, 5_000, 200},
		{1_000, 10, 10_000, 217},
		{2_000, 10, 20_000, 417},
		{5_000, 10, 50_000, 980},
		{1_000, 50, 50_000, 1_001},
		{2_000, 50, 100_000, 1_960},
		{5_000, 50, 250_000, 4_700},
		{1_000, 50, 500_000, 1_171},
		{2_000, 50, 1_000_000, 2_371},
		{5_000, 50, 2_500_000, 5_710},
		{1_000, 50, 5_000_000, 2_380},
		{2_000, 50, 10_000_000, 4_672},
	}
	for _, test := range tests {
		got := float64(layout.WatchMemory(test.clients, test.clients*test.streams, test.watches)) / 1e6
		if off := math.Abs(got - float64(test.mb)); off > max(20, 0.15*float64(test.mb)) {
			t.Errorf("%+v: %.1f MB", test, got)
		}
	}
}
