package demand_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// A server that batches: flat, then steep, with one point that is lower by chance.
func batching() demand.LoadCurve {
	return demand.LoadCurve{
		{Throughput: 10 * units.PerSecond, P99: 80 * ms},
		{Throughput: 20 * units.PerSecond, P99: 100 * ms},
		{Throughput: 30 * units.PerSecond, P99: 90 * ms},
		{Throughput: 40 * units.PerSecond, P99: 200 * ms},
	}
}

func TestLoadCurve(t *testing.T) {
	for limit, want := range map[time.Duration]units.Rate{
		80 * ms:    10 * units.PerSecond,
		90 * ms:    15 * units.PerSecond,
		100 * ms:   30 * units.PerSecond,
		150 * ms:   35 * units.PerSecond,
		199 * ms:   39_900_000,
		133*ms + 1: 33_300_000, // 33.3000000001, rounded down
		200 * ms:   40 * units.PerSecond,
		time.Hour:  40 * units.PerSecond, // never beyond what was measured
	} {
		got, err := batching().PerPod(limit)
		if err != nil || got != want {
			t.Errorf("limit %s: %d (%v), want %d", limit, got, err, want)
		}
		if at, ok := batching().P99(got); !ok || at > limit {
			t.Errorf("limit %s: %s at that throughput", limit, at)
		}
	}
	_, err := batching().PerPod(79 * ms)
	if infeasible, ok := errors.AsType[*demand.InfeasibleError](err); !ok || infeasible.Margin() != ms {
		t.Errorf("%v", err)
	}
	for throughput, want := range map[units.Rate]time.Duration{
		1:                    80 * ms,
		15 * units.PerSecond: 90 * ms,
		25 * units.PerSecond: 100 * ms,
		30 * units.PerSecond: 100 * ms,
		35 * units.PerSecond: 150 * ms,
	} {
		if got, ok := batching().P99(throughput); !ok || got < want || got > want+time.Microsecond {
			t.Errorf("%d: %s, want %s", throughput, got, want)
		}
	}
	if got, ok := batching().P99(40*units.PerSecond + 1); ok {
		t.Errorf("beyond the last point: %s", got)
	}
}

func ExampleLoadCurve() {
	curve := demand.LoadCurve{
		{Throughput: 10 * units.PerSecond, P99: 80 * time.Millisecond},
		{Throughput: 40 * units.PerSecond, P99: 200 * time.Millisecond},
	}
	test, err := curve.Test(1000*units.PerSecond, 150*time.Millisecond)
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := test.Replicas()
	p99, _ := curve.P99(test.Each(n))
	fmt.Println(test.PerPod.Float(), n, p99, err)
	// Output: 27.5 37 148.109ms <nil>
}
