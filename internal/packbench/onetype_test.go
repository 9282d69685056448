package packbench_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/internal/packbench"
	"github.com/scantling-dev/scantling/planner/packing/baseline"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
	"github.com/scantling-dev/scantling/planner/units"
)

// instance is one problem of the comparison, and what it costs with mixed types.
type instance struct {
	name    string
	classes []colgen.Class
	offers  []colgen.Offer
	mixed   units.USDPerHour
}

// instances calls f with the 90 instances that BenchmarkMixed solves, and the trace.
func instances(b *testing.B, f func(i *instance)) {
	offers, err := packbench.Offers()
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{10, 50, 200} {
		for _, pods := range []int{1000, 10_000, 100_000} {
			for seed := uint64(301); seed <= 310; seed++ {
				f(&instance{
					name:    fmt.Sprintf("classes=%d/pods=%d/seed=%d", n, pods, seed),
					classes: packbench.Classes(seed, n, pods), offers: offers,
				})
			}
		}
	}
	trace, tooLarge, err := packbench.Trace(offers)
	if err != nil || tooLarge > 0 {
		b.Fatalf("%d pods are too large: %v", tooLarge, err)
	}
	f(&instance{name: "openb", classes: trace, offers: offers})
}

// report says what a purchase costs over that of mixed types, which is found once.
func (i *instance) report(b *testing.B, cost units.USDPerHour, nodes int) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms")
	b.ReportMetric(float64(nodes), "nodes")
	if i.mixed == 0 {
		plan, err := colgen.Solve(b.Context(), i.classes, i.offers, colgen.Options{})
		if err != nil {
			b.Fatal(err)
		}
		i.mixed = plan.Cost
	}
	b.ReportMetric(float64(cost)/float64(i.mixed), "of-mixed")
}

// BenchmarkOneType scans all types for the cheapest nodes of one.
func BenchmarkOneType(b *testing.B) {
	instances(b, func(i *instance) {
		b.Run(i.name, func(b *testing.B) {
			var r onetype.Result
			var err error
			for b.Loop() {
				if r, err = onetype.Solve(b.Context(), i.classes, i.offers, onetype.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			i.report(b, r.Cost, r.Nodes)
			b.ReportMetric(100*r.Gap, "gap-%")
			b.ReportMetric(float64(r.Stats.Survivors), "survivors")
			b.ReportMetric(float64(r.Stats.Runs), "runs")
		})
	})
}

// capped leaves types of more than 64 vCPUs out, or of more than 128 where pods need
// as many: Karpenter fills the largest nodes that it may use, whatever they cost, so
// that a cap is fairer to it.
func capped(classes []colgen.Class, offers []colgen.Offer) []colgen.Offer {
	most := int64(64_000)
	if slices.ContainsFunc(classes, func(c colgen.Class) bool { return c.Request[0] > 32_000 }) {
		most = 128_000
	}
	return slices.DeleteFunc(slices.Clone(offers), func(o colgen.Offer) bool { return o.Free[0] > most })
}

// BenchmarkBaseline buys what others would buy.
func BenchmarkBaseline(b *testing.B) {
	rules := []struct {
		name string
		buy  func([]colgen.Class, []colgen.Offer) (baseline.Purchase, error)
	}{{"first_fit", baseline.FirstFit}, {"cheapest_per_core", baseline.CheapestPerCore}, {"karpenter", baseline.Karpenter}, {"karpenter_capped", func(c []colgen.Class, o []colgen.Offer) (baseline.Purchase, error) {
		return baseline.Karpenter(c, capped(c, o))
	}}}
	instances(b, func(i *instance) {
		for _, rule := range rules {
			b.Run(i.name+"/rule="+rule.name, func(b *testing.B) {
				var p baseline.Purchase
				var err error
				for b.Loop() {
					if p, err = rule.buy(i.classes, i.offers); err != nil {
						b.Fatal(err)
					}
				}
				i.report(b, p.Cost, p.Nodes)
			})
		}
	})
}
