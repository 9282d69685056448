package baseline_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/baseline"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestKarpenterAgainstItsTwin(t *testing.T) {
	none := 0
	for seed := range uint64(2000) {
		p := draw(seed)
		got, err := baseline.Karpenter(p.classes, p.offers)
		lines, cost, ok := p.karpenter()
		if _, noFit := errors.AsType[*colgen.NoFitError](err); noFit || !ok {
			if noFit == ok {
				t.Fatalf("seed %d: %v", seed, err)
			}
			none++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if nodes := p.check(t, got); got.Cost != cost || !maps.Equal(nodes, lines) {
			t.Fatalf("seed %d: %d for\n%v, want %d for\n%v", seed, got.Cost, nodes, cost, lines)
		}
	}
	if none > 1000 {
		t.Errorf("%d of 2000 problems have no solution", none)
	}
}

func TestFirstFitAgainstItsTwin(t *testing.T) {
	solved := 0
	for seed := range uint64(2000) {
		p := draw(seed)
		fit, err := onetype.Fitting(p.classes, p.offers)
		if err != nil {
			if _, err := baseline.FirstFit(p.classes, p.offers); err == nil {
				t.Fatalf("seed %d: no one type holds all pods, but %v", seed, err)
			}
			if _, err := baseline.CheapestPerCore(p.classes, p.offers); err == nil {
				t.Fatalf("seed %d: no one type holds all pods, but %v", seed, err)
			}
			continue
		}
		solved++
		got, err := baseline.FirstFit(p.classes, p.offers)
		if err != nil {
			t.Fatal(err)
		}
		if p.check(t, got); got.Cost != p.cheapestFirstFit(fit) {
			t.Fatalf("seed %d: %d, want %d", seed, got.Cost, p.cheapestFirstFit(fit))
		}
		naive, err := baseline.CheapestPerCore(p.classes, p.offers)
		if err != nil {
			t.Fatal(err)
		}
		if p.check(t, naive); naive.Nodes > 0 && naive.Cost != p.cheapestFirstFit([]int{naive.Groups[0].Offer}) {
			t.Fatalf("seed %d: %d, want %d", seed, naive.Cost, p.cheapestFirstFit([]int{naive.Groups[0].Offer}))
		}
		for _, o := range fit {
			if g := naive.Groups; len(g) > 0 && price(p.offers[o]) < price(p.offers[g[0].Offer]) {
				t.Fatalf("seed %d: a core of %s costs less than of %s", seed, p.offers[o].Name, p.offers[g[0].Offer].Name)
			}
		}
	}
	if solved < 700 {
		t.Errorf("only %d of 2000 problems have a solution", solved)
	}
}

func price(o colgen.Offer) float64 { return float64(o.Price) / float64(o.Free[0]) }

// byHand are three types; a core costs 2.5 cents on a, 2.25 on b and 2.3 on c, and
// of c there is much memory.
func byHand() []colgen.Offer {
	return []colgen.Offer{
		{Name: "a", Free: colgen.Vector{4000, 8, 10}, Price: 100 * units.DollarPerHour / 1000},
		{Name: "b", Free: colgen.Vector{8000, 16, 10}, Price: 180 * units.DollarPerHour / 1000},
		{Name: "c", Free: colgen.Vector{10_000, 40, 10}, Price: 230 * units.DollarPerHour / 1000},
	}
}

// TestKarpenterByHand: four pods of 3 cores, then two of 1 core and 9 GiB.
//
// The first three go to one node, as c holds 9 cores; the fourth makes another.
// The first small pod goes to that, which has fewer pods; so does the second, as
// with 2 pods it still has fewer than 3. The nodes are of 9 cores, c, and of 5 cores
// with 20 GiB, which only c holds.
func TestKarpenterByHand(t *testing.T) {
	classes := []colgen.Class{
		{Name: "small", Count: 2, Request: colgen.Vector{1000, 9, 1}},
		{Name: "large", Count: 4, Request: colgen.Vector{3000, 2, 1}},
	}
	got, err := baseline.Karpenter(classes, byHand())
	want := "{460000000 2 [{2 1 [2 1]} {2 1 [0 3]}]}"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v, want %s", got, err, want)
	}
	// Large pods may use a and b only: b holds two of them. A small pod makes that 7
	// cores and 13 GiB; the other goes to the node that then has fewer pods.
	var set colgen.Set
	classes[1].Offers = set.Add(0).Add(1)
	got, err = baseline.Karpenter(classes, byHand())
	want = "{360000000 2 [{1 2 [1 2]}]}"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v, want %s", got, err, want)
	}
}

// TestFirstFitByHand: pods of 3, 3, 2, 2 and 2 cores, 12 in all. On a, 3 | 3 | 2 2 |
// 2 are four nodes, 0.40; on b 3 3 2 | 2 2 are two, 0.36; on c 3 3 2 2 | 2 are
// two, 0.46. The cheapest core is that of b.
func TestFirstFitByHand(t *testing.T) {
	classes := []colgen.Class{
		{Name: "two", Count: 3, Request: colgen.Vector{2000, 1, 1}},
		{Name: "three", Count: 2, Request: colgen.Vector{3000, 1, 1}},
	}
	want := "{360000000 2 [{1 1 [2 0]} {1 1 [1 2]}]}"
	for name, rule := range rules() {
		if name == "karpenter" {
			continue
		}
		got, err := rule(classes, byHand())
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %v, %v, want %s", name, got, err, want)
		}
	}
	// b has the cheapest core, but one pod fits on a alone.
	var set colgen.Set
	classes[0].Offers = set.Add(0)
	for name, rule := range rules() {
		if name == "karpenter" {
			continue
		}
		if got, err := rule(classes, byHand()); err != nil || got.Cost != 4*100*units.DollarPerHour/1000 {
			t.Errorf("%s: %v, %v, want four of a", name, got, err)
		}
	}
}

func rules() map[string]func([]colgen.Class, []colgen.Offer) (baseline.Purchase, error) {
	return map[string]func([]colgen.Class, []colgen.Offer) (baseline.Purchase, error){
		"first fit": baseline.FirstFit, "cheapest per core": baseline.CheapestPerCore, "karpenter": baseline.Karpenter,
	}
}

func TestNothingAndNonsense(t *testing.T) {
	for name, rule := range rules() {
		for _, offers := range [][]colgen.Offer{nil, byHand()} {
			got, err := rule([]colgen.Class{{Name: "a", Request: colgen.Vector{99_000}}}, offers)
			if err != nil || got.Cost != 0 || got.Nodes != 0 || got.Groups == nil || len(got.Groups) > 0 {
				t.Errorf("%s: %+v, %v, want nothing for no pods", name, got, err)
			}
		}
		if _, err := rule([]colgen.Class{{Name: "a", Count: -1}}, byHand()); !errors.Is(err, colgen.ErrInput) {
			t.Errorf("%s: %v for a negative count", name, err)
		}
		if got, err := rule([]colgen.Class{{Name: "a", Count: 1, Request: colgen.Vector{99_000}}}, byHand()); err == nil {
			t.Errorf("%s: %+v for a pod that fits nowhere", name, got)
		}
		// The input stays as it is.
		p := draw(7)
		before := fmt.Sprint(p)
		if _, err := rule(p.classes, p.offers); fmt.Sprint(p) != before {
			t.Errorf("%s: changed its input, %v", name, err)
		}
	}
}

// A node is made of all pods that some type holds: Karpenter buys one large node
// where two small ones would be cheaper.
func ExampleKarpenter() {
	classes := []colgen.Class{{Name: "web", Count: 4, Request: colgen.Vector{2000, 4, 1}}}
	offers := []colgen.Offer{
		{Name: "small", Free: colgen.Vector{4000, 8, 10}, Price: 100 * units.DollarPerHour / 1000},
		{Name: "large", Free: colgen.Vector{8000, 64, 10}, Price: 250 * units.DollarPerHour / 1000},
	}
	p, err := baseline.Karpenter(classes, offers)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range p.Groups {
		fmt.Println(g.Count, offers[g.Offer].Name, g.Pods, p.Cost)
	}
	// Output: 1 large [4] 250000000
}
