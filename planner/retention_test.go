package planner_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const day = 24 * time.Hour

func metrics(interval, kept time.Duration) planner.MetricsRetention {
	return planner.MetricsRetention{ScrapeInterval: interval, Retention: kept, BytesPerSample: 2 * units.Whole, DiskShare: 80 * units.Percent}
}

// TestMetricsByHand: 500,000 series every 30 s are 16,667 samples a second; in 15 days, at
// two bytes each, 15 x 86,400 / 30 x 500,000 x 2 = 43.2 GB, which are 80% of 54 GB.
func TestMetricsByHand(t *testing.T) {
	m := metrics(30*time.Second, 15*day)
	if data := m.Data(500_000); data != 43_200_000_000 || m.Disk(data) != 54_000_000_000 {
		t.Errorf("%d bytes on %d", data, m.Disk(data))
	}
	// Half of the disk holds half as long, or as long with half of the samples.
	if got := m.Holds(27_000_000_000, 500_000); got != 180*time.Hour {
		t.Errorf("half of the disk holds %s", got)
	}
	if got := m.SlowestScrape(27_000_000_000, 500_000); got != time.Minute {
		t.Errorf("half of the disk takes a sample every %s", got)
	}
	// Five series every 7 s for an hour at 1.5 bytes: 5 x 3600 / 7 x 1.5 = 3,857.14.
	odd := planner.MetricsRetention{ScrapeInterval: 7 * time.Second, Retention: time.Hour, BytesPerSample: units.Whole * 3 / 2, DiskShare: 85 * units.Percent}
	if data := odd.Data(5); data != 3858 || odd.Disk(data) != 4539 { // 3858 / 0.85 = 4538.8
		t.Errorf("%d bytes on %d", data, odd.Disk(data))
	}
}

// TestLogsByHand: 5 MB a minute are 50.4 GB in a week of 10,080 minutes, and five
// generations 252 GB; the kubelet keeps 50 MiB of each container, 100 of two.
func TestLogsByHand(t *testing.T) {
	l := planner.LogRetention{PerMinute: 5_000_000, Rotation: 7 * day, Generations: 5, ContainersPerPod: 2, MaxSize: 10 * units.MiB, MaxFiles: 5}
	if l.Of() != 252_000_000_000 || l.Bound(110) != 11_000*units.MiB {
		t.Errorf("%d bytes, at most %d", l.Of(), l.Bound(110))
	}
}

// TestMetricsAreTheirOwnInverse: what a disk holds fits, a second more does not; the
// slowest scrape fits, one a second faster does not.
func TestMetricsAreTheirOwnInverse(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		m := planner.MetricsRetention{
			ScrapeInterval: time.Duration(1+rng.IntN(600)) * time.Second, Retention: time.Duration(1+rng.IntN(8760)) * time.Hour,
			BytesPerSample: units.Ratio(500_000 + rng.IntN(3_000_000)), DiskShare: units.Ratio(500_000 + rng.IntN(500_001)),
		}
		series, disk := 1000+rng.IntN(50_000_000), units.Bytes(1+rng.Int64N(16<<40))
		with := func(interval, kept time.Duration) units.Bytes {
			n := m
			n.ScrapeInterval, n.Retention = interval, kept
			return n.Data(series)
		}
		room := units.Bytes(float64(disk)*m.DiskShare.Float()) + 1
		if kept := m.Holds(disk, series); with(m.ScrapeInterval, kept) > room || kept < 290*365*day && with(m.ScrapeInterval, kept+time.Second) < room-1 {
			t.Errorf("%+v: %d series on %d bytes for %s take %d of %d", m, series, disk, kept, with(m.ScrapeInterval, kept), room)
		}
		slow := m.SlowestScrape(disk, series)
		if with(slow, m.Retention) > room || slow > time.Second && with(slow-time.Second, m.Retention) < room-1 {
			t.Errorf("%+v: %d series on %d bytes every %s take %d of %d", m, series, disk, slow, with(slow, m.Retention), room)
		}
	}
}

// TestRetentionStaysWithinNumbers: what is beyond all numbers is 4 EiB, or the longest time.
// Half a gibibyte a second of a year, a thousand times, is 1.7 x 10^19 bytes, of 4.6 x 10^18.
func TestRetentionStaysWithinNumbers(t *testing.T) {
	m := metrics(time.Nanosecond, 8760*time.Hour)
	if got := m.Data(1 << 40); got != 1<<62 {
		t.Errorf("%d bytes", got)
	}
	logs := planner.LogRetention{PerMinute: 30 * units.GiB, Rotation: 8760 * time.Hour, Generations: 1000, ContainersPerPod: 100, MaxSize: 1 << 60, MaxFiles: 1000}
	if of, bound := logs.Of(), logs.Bound(250); of != 1<<62 || bound != 1<<62 {
		t.Errorf("%d bytes of logs, %d at most", of, bound)
	}
	if got := m.Holds(1<<60, 0); got < 290*365*day {
		t.Errorf("no series are kept for %s", got)
	}
	if got := m.SlowestScrape(0, 5); got < 290*365*day {
		t.Errorf("no disk takes a sample every %s", got)
	}
}
