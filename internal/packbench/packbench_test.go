package packbench_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/internal/packbench"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
)

// TestInstances holds the generator to what it says of itself.
func TestInstances(t *testing.T) {
	offers, err := packbench.Offers()
	if err != nil || len(offers) < 300 {
		t.Fatalf("%d types, %v", len(offers), err)
	}
	for _, n := range []int{10, 50, 200} {
		classes, pods := packbench.Classes(1, n, 1000), 0
		for _, c := range classes {
			pods += c.Count
			if c.Count < 1 || c.Request[0] < 50 || c.Request[0] > 4000 || c.Request[1] <= 0 || c.Request[2] != 1 {
				t.Errorf("%+v", c)
			}
		}
		if len(classes) != n || pods != 1000 {
			t.Errorf("%d classes of %d pods, want %d of 1000", len(classes), pods, n)
		}
	}
}

// BenchmarkMixed solves the 90 instances of the comparison: seeds 301 to 310, on
// which nothing is tuned.
func BenchmarkMixed(b *testing.B) { mixed(b, 301, 310) }

// BenchmarkTuning solves instances for tuning on.
func BenchmarkTuning(b *testing.B) { mixed(b, 1, 5) }

func mixed(b *testing.B, first, last uint64) {
	offers, err := packbench.Offers()
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{10, 50, 200} {
		for _, pods := range []int{1000, 10_000, 100_000} {
			for seed := first; seed <= last; seed++ {
				classes := packbench.Classes(seed, n, pods)
				b.Run(fmt.Sprintf("classes=%d/pods=%d/seed=%d", n, pods, seed), func(b *testing.B) {
					var plan colgen.Plan
					for b.Loop() {
						if plan, err = colgen.Solve(b.Context(), classes, offers, colgen.Options{}); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(100*plan.Gap, "gap-%")
					b.ReportMetric(float64(plan.Stats.Rounds), "rounds")
					b.ReportMetric(float64(plan.Stats.Pivots), "pivots")
					b.ReportMetric(float64(plan.Stats.Steps), "steps")
					b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms")
				})
			}
		}
	}
}
