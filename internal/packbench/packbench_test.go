package packbench_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/internal/packbench"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
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

// TestTrace holds the trace to the sums of its source.
func TestTrace(t *testing.T) {
	offers, err := packbench.Offers()
	if err != nil {
		t.Fatal(err)
	}
	classes, tooLarge, err := packbench.Trace(offers)
	if err != nil {
		t.Fatal(err)
	}
	var pods, cpu, memory int64
	for _, c := range classes {
		pods += int64(c.Count)
		cpu += int64(c.Count) * c.Request[0]
		memory += int64(c.Count) * c.Request[1]
	}
	// 17,391 cores and 60,477 GiB, rounded.
	if len(classes) != 73 || tooLarge != 0 || pods != 1631 || (cpu+500)/1000 != 17_391 || (memory+1<<29)>>30 != 60_477 {
		t.Errorf("%d classes, %d pods and %d that are too large, %d m, %d bytes", len(classes), pods, tooLarge, cpu, memory)
	}
	small := offers[:0:0]
	for _, o := range offers {
		if o.Free[0] < 64_000 {
			small = append(small, o)
		}
	}
	// Only pods of 64 cores, 64.2 and 88 do not fit on these.
	want := 0
	for _, c := range classes {
		if c.Request[0] >= 64_000 {
			want += c.Count
		}
	}
	if _, tooLarge, err = packbench.Trace(small); err != nil || tooLarge != want || want == 0 {
		t.Errorf("%d are too large for small types, want %d: %v", tooLarge, want, err)
	}
}

// TestQuality holds plans to the gap that is promised, where there are many
// classes: by the nodes of the linear bound's mix, without column generation.
func TestQuality(t *testing.T) {
	offers, err := packbench.Offers()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{50, 200} {
		for seed := range uint64(4) {
			plan, err := colgen.Solve(t.Context(), packbench.Classes(1+seed, n, 10_000), offers, colgen.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if plan.Gap > 0.005 || plan.Stage != colgen.StageGreedy {
				t.Errorf("%d classes, seed %d: %s is within %.2f%%", n, 1+seed, plan.Stage, 100*plan.Gap)
			}
		}
	}
}

// TestHeavyClass solves an instance of which one class is more than half: pods of
// 3.5 cores and 20 GiB, of which 8 fill the memory of a node of the linear bound's
// mix and not its CPU. The linear bound is then more than 1% too low, and a sketch's
// prices of few classes show it.
func TestHeavyClass(t *testing.T) {
	offers, err := packbench.Offers()
	if err != nil {
		t.Fatal(err)
	}
	classes := packbench.Classes(72, 200, 10_000)
	bound := func(o colgen.Options) units.USDPerHour {
		plan, err := colgen.Solve(t.Context(), classes, offers, o)
		if err != nil {
			t.Fatal(err)
		}
		return plan.LowerBound
	}
	linear, sketched := bound(colgen.Options{Rounds: -1, Steps: -1}), bound(colgen.Options{Rounds: 1, Steps: -1})
	if sketched < linear+linear/100 {
		t.Errorf("bound %d, the linear one is %d", sketched, linear)
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
				solve(b, fmt.Sprintf("classes=%d/pods=%d/seed=%d", n, pods, seed), classes, offers)
			}
		}
	}
}

// BenchmarkMixedTrace solves the real trace, without its GPUs.
func BenchmarkMixedTrace(b *testing.B) {
	offers, err := packbench.Offers()
	if err != nil {
		b.Fatal(err)
	}
	classes, tooLarge, err := packbench.Trace(offers)
	if err != nil || tooLarge > 0 {
		b.Fatalf("%d pods are too large: %v", tooLarge, err)
	}
	solve(b, "openb", classes, offers)
}

func solve(b *testing.B, name string, classes []colgen.Class, offers []colgen.Offer) {
	b.Run(name, func(b *testing.B) {
		var plan colgen.Plan
		var err error
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
