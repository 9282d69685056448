package run_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestLatencyTable: 50 requests a second within 3 s, by service time and workers: what
// 80% utilization asks for, and the pods for a mean and a p99 of 3 s of one queue, in
// turn and at random. One queue and random are M/M/c, which the closed form gives: such
// as 0.5 s, one worker, random, p99: n >= 50 / (2 - ln 100 / 3) = 107.6. In turn, pods
// of one worker are GI/M/1 with a mean of S / (1 - s), s = (50 / (50 + (1 - s)/S))^n: for
// 2 s that is 3 s at s = 1/3, n = ln 3 / ln (1 + 1/150) = 165.3; for 1 s at s = 2/3,
// n = ln 1.5 / ln (1 + 1/150) = 61.02. The example's table says the same.
func TestLatencyTable(t *testing.T) {
	readme, err := os.ReadFile("../../examples/latency/README.md")
	if err != nil {
		t.Fatal(err)
	}
	const never = 0
	for _, row := range []struct {
		mean    time.Duration
		workers int
		busy    int
		pods    [3][2]int // of one queue, in turn, at random; for the mean and the p99
	}{
		{200 * time.Millisecond, 1, 13, [3][2]int{{11, 11}, {11, 13}, {11, 15}}},
		{500 * time.Millisecond, 1, 32, [3][2]int{{26, 27}, {28, 51}, {30, 108}}},
		{500 * time.Millisecond, 4, 8, [3][2]int{{7, 7}, {7, 8}, {7, 9}}},
		{600 * time.Millisecond, 4, 10, [3][2]int{{8, 9}, {8, 11}, {8, 13}}},
		{time.Second, 1, 63, [3][2]int{{51, never}, {62, never}, {75, never}}},
		{time.Second, 4, 16, [3][2]int{{13, never}, {14, never}, {14, never}}},
		{2 * time.Second, 1, 125, [3][2]int{{102, never}, {166, never}, {300, never}}},
		{2 * time.Second, 16, 8, [3][2]int{{7, never}, {7, never}, {7, never}}},
	} {
		cells := []string{row.mean.String(), fmt.Sprint(row.workers), fmt.Sprint(row.busy)}
		law, err := demand.Measured{Distribution: demand.Exponential, Mean: row.mean}.Law()
		if err != nil {
			t.Fatal(err)
		}
		pods := func(policy demand.Policy, most units.Ratio, targets ...demand.Target) int {
			n, err := demand.NewModel(demand.Load{
				Throughput: 50 * units.PerSecond, Targets: targets, MaxUtilization: most,
				Station: demand.Station{Law: law, Workers: row.workers, Policy: policy},
			}).Replicas()
			if _, gate := errors.AsType[*demand.InfeasibleError](err); gate {
				return never
			}
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := pods(demand.Random, 80*units.Percent); n != row.busy {
			t.Errorf("%v, %d workers: %d pods at 80%%, want %d", row.mean, row.workers, n, row.busy)
		}
		for i, policy := range []demand.Policy{demand.Pooled, demand.RoundRobin, demand.Random} {
			for j, s := range []demand.Statistic{demand.Mean, demand.P99} {
				want := row.pods[i][j]
				if n := pods(policy, 0, demand.Target{Statistic: s, Limit: 3 * time.Second}); n != want {
					t.Errorf("%v, %d workers, %s, %s: %d pods, want %d", row.mean, row.workers, policy, s, n, want)
				}
				text := "none"
				if want != never {
					text = fmt.Sprint(want)
				}
				cells = append(cells, text)
			}
		}
		if line := "| " + strings.Join(cells, " | ") + " |\n"; !strings.Contains(string(readme), line) {
			t.Errorf("the README lacks the row %s", line)
		}
	}
}
