package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func replayText(t *testing.T, r *planner.Replay, o report.Options) string {
	t.Helper()
	plan := planner.Plan{Cluster: planner.Cluster{Name: "shop"}}
	var b bytes.Buffer
	if err := report.Replay(&b, &plan, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// lossy is a replay in which everything that can go wrong does.
func lossy() planner.Replay {
	return planner.Replay{
		Kills: []planner.Kill{{Zone: "us-east-1a"}, {Nodes: 2}},
		Groups: []planner.GroupCase{{
			Group: "web", Event: "us-east-1a and any 2 nodes", Ways: 593_775, Tried: 10_000, Held: 400, Lost: "us-east-1a and 2 nodes in us-east-1b",
			Nodes: 9, Left: 4, Missing: 3, NotReady: 1, FreeCPU: 125 * units.Percent / 10,
			Workloads: []planner.WorkloadCase{
				{
					Name: "api", Replicas: 7, Displaced: 3, Placed: 2, Landed: []planner.ZonePods{{Zone: "us-east-1b", Pods: 2}}, Short: "cpu", ForPeak: 5,
					Latency: []planner.LatencyCase{{Statistic: planner.P99, Target: 250 * time.Millisecond, AtOnce: 310 * time.Millisecond, After: 80 * time.Millisecond}},
				},
				{Name: "broker", Replicas: 6, Displaced: 3, Short: "spread", MayWait: true, MinReady: 4},
				{Name: "cart", Replicas: 6, Displaced: 2, Short: "pods", ForPeak: 5, Latency: []planner.LatencyCase{{Statistic: planner.Mean, Target: time.Second}}},
				{Name: "quiet", Replicas: 2},
			},
		}},
		ControlPlane: []planner.ControlPlaneCase{{Event: "us-east-1a and any 2 nodes", Tried: 3, Lost: "us-east-1a and 2 etcd members in us-east-1b", Members: 2, Of: 5, Quorum: 3, Servers: 1, BalancersOf: 2}},
		Untouched:    []string{"batch"},
	}
}

func TestReplayText(t *testing.T) {
	r := lossy()
	got := replayText(t, &r, report.Options{Width: 200})
	words := strings.Join(strings.Fields(got), " ") // the layout is for TestReplayFits
	for _, want := range []string{
		"shop · killed together: zone=us-east-1a, nodes=2",
		"10,000 400 4 of 9 12.5% us-east-1a and 2 nodes in us-east-1b, of those that were tried: there are 593,775",
		"web/api 3 of 7 us-east-1b 2 1: no CPU 4 -> 6 - p99 250 ms: 310 ms at once, 80 ms after",
		"web/broker 3 of 6 - 3: spread rules, may wait 3 4 -",
		"web/cart 2 of 6 - 2: no pod slots 4 - mean 1 s: no end of waiting at once",
		"UNTOUCHED batch",
		"The plan does not survive this.",
		"web/api: 1 pod has no place after the loss of us-east-1a and 2 nodes in us-east-1b: no CPU.",
		"web/broker: 3 ready after the loss of us-east-1a and 2 nodes in us-east-1b, min_ready is 4.",
		"The control plane is lost",
		"2 of 5 3 1 0 of 2",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "quiet") || strings.Contains(got, "broker: 3 pods have no place") {
		t.Errorf("says what does not matter:\n%s", got)
	}
}

// TestReplayFits holds the width, and gives up no workload for it.
func TestReplayFits(t *testing.T) {
	for width := 60; width <= 200; width += 7 {
		for _, kills := range [][]planner.Kill{nil, lossy().Kills} {
			r := lossy()
			r.Kills = kills
			got := replayText(t, &r, report.Options{Width: width})
			for line := range strings.Lines(got) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("width %d: %d columns: %s", width, n, line)
				}
			}
			for _, want := range []string{"api", "broker", "cart", "3 of 7", "may wait"} {
				if !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
					t.Errorf("width %d: no %q in\n%s", width, want, got)
				}
			}
		}
	}
}
