package onetype_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
	"github.com/scantling-dev/scantling/planner/units"
)

func solve(t testing.TB, p problem, o onetype.Options) onetype.Result {
	t.Helper()
	r, err := onetype.Solve(t.Context(), p.classes, p.offers, o)
	if err != nil {
		t.Fatal(err)
	}
	p.checkResult(t, r)
	return r
}

// TestTinyAgainstBruteForce: bound <= optimum <= plan, for the whole and for each
// offer; what is said to be proved is the optimum, and all of it is proved.
func TestTinyAgainstBruteForce(t *testing.T) {
	solved := 0
	for seed := range uint64(3000) {
		p := tiny(seed)
		pods, best := 0, units.USDPerHour(0)
		fewest := make([]int, len(p.offers))
		for i := range p.classes {
			pods += p.classes[i].Count
		}
		for o := range p.offers {
			fewest[o] = p.fewest(o)
			if cost := p.offers[o].Price * units.USDPerHour(fewest[o]); fewest[o] > 0 && (best == 0 || cost < best) {
				best = cost
			}
		}
		r, err := onetype.Solve(t.Context(), p.classes, p.offers, onetype.Options{RelGap: -1})
		if _, none := errors.AsType[*onetype.NoOfferError](err); none || pods == 0 {
			if best != 0 || none == (pods == 0) {
				t.Fatalf("seed %d: %v, but the optimum is %d", seed, err, best)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		solved++
		p.checkResult(t, r)
		if r.LowerBound > best || r.Cost < best || r.Gap == 0 && r.Cost != best {
			t.Fatalf("seed %d: bound %d, optimum %d, cost %d", seed, r.LowerBound, best, r.Cost)
		}
		if r.Gap > 0 {
			t.Errorf("seed %d: a gap of %g in a tiny problem", seed, r.Gap)
		}
		for o, c := range r.Counts {
			unfit := fewest[o] == 0
			if unfit != (c.Status == onetype.StatusUnfit) || c.Least > fewest[o] || c.Found > 0 && c.Found < fewest[o] {
				t.Fatalf("seed %d: offer %d needs %d nodes, got %+v", seed, o, fewest[o], c)
			}
			if cost := p.offers[o].Price * units.USDPerHour(fewest[o]); c.Status == onetype.StatusBeaten && cost < r.Cost {
				t.Fatalf("seed %d: offer %d costs %d, which does not beat %d", seed, o, cost, r.Cost)
			}
		}
	}
	if solved < 2000 {
		t.Errorf("only %d of 3000 problems have a solution", solved)
	}
}

// TestQuickIsRight: without column generation and shaking bounds still hold.
func TestQuickIsRight(t *testing.T) {
	for seed := range uint64(500) {
		p := tiny(seed)
		exact, err := onetype.Solve(t.Context(), p.classes, p.offers, onetype.Options{})
		if err != nil || exact.Nodes == 0 {
			continue
		}
		quick := solve(t, p, onetype.Options{Runs: -1, Tries: -1})
		if quick.LowerBound > exact.Cost || quick.Cost < exact.Cost || quick.Stats.Runs > 0 {
			t.Errorf("seed %d: bound %d, cost %d, the least cost is %d", seed, quick.LowerBound, quick.Cost, exact.Cost)
		}
	}
}

// middling is too large for tables.
func middling(seed uint64) problem {
	rng := rand.New(rand.NewPCG(seed, 7))
	var p problem
	for t := range 12 {
		size := int64(1) << (1 + t%4)
		shape := int64(2 + 2*(t/4))
		p.offers = append(p.offers, colgen.Offer{
			Name: fmt.Sprintf("t%02d", t), Free: colgen.Vector{size*1000 - 80, size*shape*1024 - 600, 8 + 15*size},
			Price: units.USDPerHour(size * (20_000_000 + 5_000_000*shape + rng.Int64N(300_000))),
		})
	}
	for i := range 14 {
		p.classes = append(p.classes, colgen.Class{
			Name: fmt.Sprintf("c%02d", i), Count: 1 + rng.IntN(30), Request: colgen.Vector{50 + rng.Int64N(1500), 64 + rng.Int64N(3000), 1},
		})
	}
	return p
}

func TestInvariants(t *testing.T) {
	for seed := range uint64(20) {
		p := middling(seed)
		r := solve(t, p, onetype.Options{RelGap: -1})
		want := p.lines(r)

		shuffled := problem{append([]colgen.Class{}, p.classes...), append([]colgen.Offer{}, p.offers...)}
		rng := rand.New(rand.NewPCG(seed, 3))
		rng.Shuffle(len(shuffled.classes), func(i, j int) {
			shuffled.classes[i], shuffled.classes[j] = shuffled.classes[j], shuffled.classes[i]
		})
		rng.Shuffle(len(shuffled.offers), func(i, j int) {
			shuffled.offers[i], shuffled.offers[j] = shuffled.offers[j], shuffled.offers[i]
		})
		if got := shuffled.lines(solve(t, shuffled, onetype.Options{RelGap: -1})); got != want {
			t.Errorf("seed %d: shuffled input\n%swant\n%s", seed, got, want)
		}

		doubled := problem{p.classes, append([]colgen.Offer{}, p.offers...)}
		for i := range doubled.offers {
			doubled.offers[i].Price *= 2
		}
		twice := solve(t, doubled, onetype.Options{RelGap: -1})
		if twice.Cost != 2*r.Cost || twice.Offer != r.Offer {
			t.Errorf("seed %d: at twice the prices %d, once %d", seed, twice.Cost, r.Cost)
		}
	}
}

func TestProcessorsDoNotMatter(t *testing.T) {
	p := middling(5)
	want := p.lines(solve(t, p, onetype.Options{RelGap: -1}))
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for _, n := range []int{1, 3} {
		runtime.GOMAXPROCS(n)
		if got := p.lines(solve(t, p, onetype.Options{RelGap: -1})); got != want {
			t.Errorf("on %d processors\n%swant\n%s", n, got, want)
		}
	}
}

// TestMixedIsNotDearer: nodes of one type are nodes of any type, so the bound for
// mixed nodes is below their cost, and their bound is not above a plan that column
// generation happens to make of one type.
func TestMixedIsNotDearer(t *testing.T) {
	for seed := range uint64(5) {
		p := middling(seed)
		r := solve(t, p, onetype.Options{})
		mixed, err := colgen.Solve(t.Context(), p.classes, p.offers, colgen.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if mixed.LowerBound > r.Cost {
			t.Errorf("seed %d: one type for %d, any mix costs %d at least", seed, r.Cost, mixed.LowerBound)
		}
		one := true
		for _, g := range mixed.Groups {
			one = one && g.Offer == mixed.Groups[0].Offer
		}
		if one && r.LowerBound > mixed.Cost {
			t.Errorf("seed %d: one type costs %d at least, but there is a plan for %d", seed, r.LowerBound, mixed.Cost)
		}
	}
}

// TestTriplets fills nodes by threes: the planted number of nodes leaves nothing
// free, so it is the least, and at most one more is needed.
func TestTriplets(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 5))
		const size, nodes = 1000, 20
		p := problem{offers: []colgen.Offer{{Name: "t", Free: colgen.Vector{size}, Price: 7_000_000}}}
		for i := range nodes {
			a := 380 + rng.Int64N(100)
			b := 260 + rng.Int64N(60)
			for j, w := range []int64{a, b, size - a - b} {
				p.classes = append(p.classes, colgen.Class{Name: fmt.Sprint(i, j), Count: 1, Request: colgen.Vector{w}})
			}
		}
		r := solve(t, p, onetype.Options{})
		if r.LowerBound != nodes*7_000_000 || r.Nodes > nodes+1 {
			t.Errorf("seed %d: %d nodes, bound %d, planted are %d", seed, r.Nodes, r.LowerBound, nodes)
		}
	}
}

func TestErrors(t *testing.T) {
	offer := colgen.Offer{Name: "t", Free: colgen.Vector{10, 10}, Price: 5}
	other := colgen.Offer{Name: "u", Free: colgen.Vector{3, 30}, Price: 5}
	var none, first colgen.Set
	none, first = none.Add(9), first.Add(0)
	for name, tt := range map[string]struct {
		classes []colgen.Class
		offers  []colgen.Offer
		want    string
		input   bool
	}{
		"too large":   {classes: []colgen.Class{{Name: "a", Count: 1, Request: colgen.Vector{11}}}, want: "a: a pod fits on no allowed type"},
		"not allowed": {classes: []colgen.Class{{Name: "a", Count: 1, Offers: none}}, want: "a: a pod fits on no allowed type"},
		"none has all": {
			classes: []colgen.Class{{Name: "a", Count: 1}, {Name: "b", Count: 1, Offers: first}, {Name: "c", Count: 1, Request: colgen.Vector{1, 30}}},
			want:    "no one type holds all pods; those of b fit on 1 types",
		},
		"negative count":   {classes: []colgen.Class{{Name: "a", Count: -1}}, input: true, want: `class "a": a negative count or request: not a packing problem`},
		"negative request": {classes: []colgen.Class{{Name: "a", Request: colgen.Vector{-1}}}, input: true, want: `class "a": a negative count or request: not a packing problem`},
		"no price": {
			classes: []colgen.Class{{Name: "a", Count: 1}}, offers: []colgen.Offer{{Name: "t"}}, input: true,
			want: `type "t": a price that is not above zero, or negative resources: not a packing problem`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			offers := tt.offers
			if offers == nil {
				offers = []colgen.Offer{offer, other}
			}
			_, err := onetype.Solve(t.Context(), tt.classes, offers, onetype.Options{})
			if err == nil || err.Error() != tt.want || errors.Is(err, colgen.ErrInput) != tt.input {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestNoPods(t *testing.T) {
	for name, p := range map[string]problem{
		"no classes": {offers: []colgen.Offer{{Name: "t", Price: 5}}},
		"none of it": {classes: []colgen.Class{{Name: "a", Request: colgen.Vector{7}}}, offers: []colgen.Offer{{Name: "t", Price: 5}}},
		"nothing":    {},
	} {
		r, err := onetype.Solve(t.Context(), p.classes, p.offers, onetype.Options{})
		if err != nil || r.Offer != -1 || r.Nodes != 0 || r.Cost != 0 || r.Gap != 0 {
			t.Errorf("%s: %+v, %v, want no nodes", name, r, err)
		}
	}
}

// TestWeightless: pods that request nothing fill no node.
func TestWeightless(t *testing.T) {
	p := problem{
		classes: []colgen.Class{{Name: "a", Count: 1000}, {Name: "b", Count: 7}},
		offers:  []colgen.Offer{{Name: "t", Price: 5}, {Name: "u", Price: 4}},
	}
	if r := solve(t, p, onetype.Options{}); r.Nodes != 1 || r.Cost != 4 || r.Gap != 0 {
		t.Errorf("%d nodes for %d, want one for 4", r.Nodes, r.Cost)
	}
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	p := middling(1)
	if _, err := onetype.Solve(ctx, p.classes, p.offers, onetype.Options{}); !errors.Is(err, why) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

// 3 pods of 2.5 cores and 3 of 1.5 fill three nodes of 4 cores, 3 x 10 cents, but
// two nodes of 8 hold them too: 2 x 14 cents.
func ExampleSolve() {
	classes := []colgen.Class{
		{Name: "api", Count: 3, Request: colgen.Vector{2500}},
		{Name: "web", Count: 3, Request: colgen.Vector{1500}},
	}
	offers := []colgen.Offer{
		{Name: "small", Free: colgen.Vector{4000}, Price: 100 * units.DollarPerHour / 1000},
		{Name: "large", Free: colgen.Vector{8000}, Price: 140 * units.DollarPerHour / 1000},
	}
	r, err := onetype.Solve(context.Background(), classes, offers, onetype.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Nodes, offers[r.Offer].Name, r.Cost, r.LowerBound)
	for t, c := range r.Counts {
		fmt.Println(offers[t].Name, c.Status, c.Least)
	}
	// Output:
	// 2 large 280000000 280000000
	// small beaten 3
	// large best 2
}
