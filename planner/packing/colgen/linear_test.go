package colgen_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// linearCase is a problem and its linear bound by hand.
type linearCase struct {
	offers  []colgen.Offer
	classes []colgen.Class
	want    units.USDPerHour
}

func linearCases() map[string]linearCase {
	type (
		offers  = []colgen.Offer
		classes = []colgen.Class
	)
	onlyB := colgen.Set{}.Add(1)
	return map[string]linearCase{
		// 900 of 10: 90 nodes.
		"one resource": {
			offers:  offers{{Name: "a", Free: colgen.Vector{10}, Price: 1_000_000}},
			classes: classes{{Name: "p", Count: 300, Request: colgen.Vector{3}}},
			want:    90_000_000,
		},
		// The second is scarce: 300 x 4 of 10 are 120 nodes, 300 x 3 only 90.
		"the scarce one of two": {
			offers:  offers{{Name: "a", Free: colgen.Vector{10, 10}, Price: 1_000_000}},
			classes: classes{{Name: "p", Count: 300, Request: colgen.Vector{3, 4}}},
			want:    120_000_000,
		},
		// 600 and 1800: x of (4, 8) and y of (4, 16) with 4x + 4y = 600 and
		// 8x + 16y = 1800 are 75 and 75, at 2 and 3 millions.
		"a mix of two types": {
			offers: offers{
				{Name: "a", Free: colgen.Vector{4, 8}, Price: 2_000_000},
				{Name: "b", Free: colgen.Vector{4, 16}, Price: 3_000_000},
			},
			classes: classes{{Name: "p", Count: 300, Request: colgen.Vector{2, 6}}},
			want:    375_000_000,
		},
		// A type at the price of its parts joins the mix without changing its cost.
		"a third type between them": {
			offers: offers{
				{Name: "a", Free: colgen.Vector{4, 8}, Price: 2_000_000},
				{Name: "b", Free: colgen.Vector{4, 16}, Price: 3_000_000},
				{Name: "c", Free: colgen.Vector{8, 24}, Price: 5_000_000},
			},
			classes: classes{{Name: "p", Count: 300, Request: colgen.Vector{2, 6}}},
			want:    375_000_000,
		},
		// 1000 of the first and 2000 of the second are 250 nodes of a, but q is allowed
		// on b only, where it needs 400 of the first: 100 nodes of b, and 150 of a.
		"a class that one type may hold": {
			offers: offers{
				{Name: "a", Free: colgen.Vector{4, 8}, Price: 2_000_000},
				{Name: "b", Free: colgen.Vector{4, 16}, Price: 3_000_000},
			},
			classes: classes{
				{Name: "p", Count: 300, Request: colgen.Vector{2, 4}},
				{Name: "q", Count: 100, Request: colgen.Vector{4, 8}, Offers: onlyB},
			},
			want: 600_000_000,
		},
		// q needs 100 nodes of b for 1600 of the second, which leaves 200 of the first.
		// With 50 further ones p has 400 and 800 on b, 200 of its pods, and the other
		// 100 fill 50 of a: 450 and 100 millions. Up to there each further b saves two
		// of a, which cost more; from there on it saves one.
		"groups that share nodes": {
			offers: offers{
				{Name: "a", Free: colgen.Vector{4, 8}, Price: 2_000_000},
				{Name: "b", Free: colgen.Vector{4, 16}, Price: 3_000_000},
			},
			classes: classes{
				{Name: "p", Count: 300, Request: colgen.Vector{2, 4}},
				{Name: "q", Count: 100, Request: colgen.Vector{2, 16}, Offers: onlyB},
			},
			want: 550_000_000,
		},
	}
}

// TestLinearBound holds the bound without column generation to sums by hand. The
// certificate's rounding may cost one unit.
func TestLinearBound(t *testing.T) {
	for name, tt := range linearCases() {
		t.Run(name, func(t *testing.T) {
			p := problem{tt.classes, tt.offers}
			plan := solve(t, p, colgen.Options{Rounds: -1, Steps: -1, RelGap: -1})
			if got := plan.Certificate.Bound(p.classes); got > tt.want || got < tt.want-1 {
				t.Errorf("bound %d, want %d", got, tt.want)
			}
		})
	}
}

// planted cuts full nodes of types whose price is the sum of their resources' into
// pods, so that the nodes' cost is the least: at these prices of the resources no
// plan can cost less than its pods.
func planted(seed uint64, nodes int) (problem, units.USDPerHour) {
	rng := rand.New(rand.NewPCG(seed, 11))
	p := problem{offers: []colgen.Offer{
		{Name: "c", Free: colgen.Vector{47_000, 94_000, 250}},
		{Name: "m", Free: colgen.Vector{47_000, 188_000, 250}},
		{Name: "r", Free: colgen.Vector{47_000, 376_000, 250}},
		{Name: "small", Free: colgen.Vector{3_000, 12_000, 58}},
	}}
	for i := range p.offers {
		// The small one costs a tenth more than its resources.
		f := &p.offers[i].Free
		p.offers[i].Price = units.USDPerHour(20_000*f[0]+2_500*f[1]) * units.USDPerHour(10+i/3) / 10
	}
	var cost units.USDPerHour
	counts := map[colgen.Vector]int{}
	for range nodes {
		o := &p.offers[rng.IntN(3)]
		cost += o.Price
		cpu, memory := cut(rng, o.Free[0]/1000, 14), cut(rng, o.Free[1]/1000, 14)
		for i := range cpu {
			counts[colgen.Vector{1000 * cpu[i], 1000 * memory[i], 1}]++
		}
	}
	var requests []colgen.Vector
	for w := range counts {
		requests = append(requests, w)
	}
	slices.SortFunc(requests, func(a, b colgen.Vector) int { return slices.Compare(a[:], b[:]) })
	for i, w := range requests {
		p.classes = append(p.classes, colgen.Class{Name: fmt.Sprint(i), Request: w, Count: counts[w]})
	}
	return p, cost
}

// cut divides a whole into parts of at least one.
func cut(rng *rand.Rand, whole int64, parts int) []int64 {
	at := []int64{0, whole}
	for _, n := range rng.Perm(int(whole) - 1)[:parts-1] {
		at = append(at, int64(n)+1)
	}
	slices.Sort(at)
	var out []int64
	for i := 1; i < len(at); i++ {
		out = append(out, at[i]-at[i-1])
	}
	return out
}

func TestPlantedMix(t *testing.T) {
	for seed := range uint64(10) {
		p, least := planted(seed, 300)
		plan := solve(t, p, colgen.Options{})
		if plan.LowerBound > least {
			t.Errorf("seed %d: bound %d, the planted optimum is %d", seed, plan.LowerBound, least)
		}
		if over := float64(plan.Cost)/float64(least) - 1; over > 0.005 || plan.Stage != colgen.StageGreedy {
			t.Errorf("seed %d: %s is %.2f%% above the planted optimum", seed, plan.Stage, 100*over)
		}
	}
}
