package etcdcheck

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// serverEnv makes the test binary a server of the folder that it names.
const serverEnv = "ETCDCHECK_SERVER"

var (
	nodes    = flag.Int("nodes", 100, "nodes of the cluster")
	pods     = flag.Int("pods", 3000, "pods of the cluster")
	restarts = flag.Int("restarts", 3000, "pods that start an hour, and as many that end")
	interval = flag.Duration("interval", layout.CompactionInterval, "time between compactions; shorter ones write faster by as much")
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(serverEnv); dir != "" {
		if err := serve(dir, int64(layout.MaxQuota)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// within is how far a size may be from its prediction.
const within = 0.25

func TestDatabase(t *testing.T) {
	p := layout.Population{
		Nodes: *nodes, Pods: *pods, Workloads: *pods / 30, Namespaces: *pods / 100, OtherObjects: *pods / 10, OtherSize: 2 * units.KiB,
		PodsPerHour: *restarts, Servers: 3,
	}
	d := layout.DemandOf(p)
	kinds, err := kindsOf(d, p)
	if err != nil {
		t.Fatal(err)
	}
	m, err := start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := m.stop(); err != nil {
			t.Error(err)
		}
	}()
	speed := float64(layout.CompactionInterval) / float64(*interval)
	began := time.Now()
	got, err := run(t.Context(), m, kinds, *interval, speed)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d nodes, %d pods, %d restarts/h, %s between compactions, %s in all", *nodes, *pods, *restarts, *interval, time.Since(began).Round(time.Second))
	for _, k := range kinds {
		t.Logf("  %-15s %7d of %6d B (encoded %6d B) %8.1f writes/s", k.Kind, k.Count, k.Size, len(k.encoded), k.Writes.Float())
	}
	compare(t, "file", "MiB", mib(d.File), mib(got.file))
	t.Logf("  %-10s live %.1f, history %.1f, planned with %.1f MiB; in use at the most %.1f MiB", "", mib(d.Live), mib(d.History), mib(d.Peak), mib(got.inUse))
	compare(t, "writes", "/s", d.Writes.Float(), got.writes)
	// Memory is an upper bound: the log is counted at its longest.
	t.Logf("  %-10s predicted %8.1f  measured %8.1f MiB  (%+.0f%%)", "memory", mib(d.EtcdMemory), mib(got.memory), 100*(mib(d.EtcdMemory)/mib(got.memory)-1))
	if got.memory > d.EtcdMemory {
		t.Errorf("memory: measured %.1f MiB, above the bound of %.1f", mib(got.memory), mib(d.EtcdMemory))
	}
}

func mib(b units.Bytes) float64 { return float64(b) / float64(units.MiB) }

// compare logs a prediction beside its measurement, and fails where they are too far
// apart.
func compare(t *testing.T, what, unit string, predicted, got float64) {
	t.Helper()
	off := predicted/got - 1
	t.Logf("  %-10s predicted %8.1f  measured %8.1f %s  (%+.0f%%)", what, predicted, got, unit, 100*off)
	if off < -within || off > within {
		t.Errorf("%s: predicted %.1f %s, measured %.1f", what, predicted, unit, got)
	}
}
