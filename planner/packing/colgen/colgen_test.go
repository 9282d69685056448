package colgen_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

func solve(t testing.TB, p problem, o colgen.Options) colgen.Plan {
	t.Helper()
	plan, err := colgen.Solve(t.Context(), p.classes, p.offers, o)
	if err != nil {
		t.Fatal(err)
	}
	p.checkPlan(t, plan)
	return plan
}

func TestTinyAgainstBruteForce(t *testing.T) {
	exact, seeds := 0, 2500
	if testing.Short() {
		seeds = 600
	}
	for seed := range uint64(seeds) {
		p := tiny(seed)
		plan := solve(t, p, colgen.Options{})
		p.checkCertificate(t, plan.Certificate)
		best := p.optimum()
		dual := int64(plan.Certificate.Bound(p.classes))
		if dual > best || int64(plan.LowerBound) > best || int64(plan.Cost) < best {
			t.Fatalf("seed %d: certified %d, bound %d, optimum %d, plan %d", seed, dual, plan.LowerBound, best, plan.Cost)
		}
		if plan.Stage == colgen.StageExact {
			exact++
			if int64(plan.Cost) != best {
				t.Fatalf("seed %d: exact %d, optimum %d", seed, plan.Cost, best)
			}
		}
	}
	if exact < seeds*96/100 {
		t.Errorf("only %d of %d tiny problems were solved exactly", exact, seeds)
	}
}

// TestBoundOnly: without a plan the certificate still proves a bound, and on most
// problems one that is as good.
func TestBoundOnly(t *testing.T) {
	worse := 0
	for seed := range uint64(500) {
		p := tiny(seed)
		bound := solve(t, p, colgen.Options{BoundOnly: true, RelGap: 0.002, Rounds: 60, Nodes: 2000})
		p.checkCertificate(t, bound.Certificate)
		dual, best := int64(bound.Certificate.Bound(p.classes)), p.optimum()
		if dual > best {
			t.Fatalf("seed %d: certified %d, optimum %d", seed, dual, best)
		}
		full := int64(solve(t, p, colgen.Options{}).Certificate.Bound(p.classes))
		if dual < full-full/100 {
			worse++
		}
	}
	if worse > 5 {
		t.Errorf("%d of 500 bounds are more than 1%% below those of the whole search", worse)
	}
}

// middling is too large for the exact search.
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

// brief keeps tests short of problems whose gap does not close.
var brief = colgen.Options{Steps: 1000}

func TestInvariants(t *testing.T) {
	for seed := range uint64(12) {
		p := middling(seed)
		plan := solve(t, p, brief)
		want := p.lines(plan)

		shuffled := problem{append([]colgen.Class{}, p.classes...), append([]colgen.Offer{}, p.offers...)}
		rng := rand.New(rand.NewPCG(seed, 3))
		rng.Shuffle(len(shuffled.classes), func(i, j int) {
			shuffled.classes[i], shuffled.classes[j] = shuffled.classes[j], shuffled.classes[i]
		})
		rng.Shuffle(len(shuffled.offers), func(i, j int) {
			shuffled.offers[i], shuffled.offers[j] = shuffled.offers[j], shuffled.offers[i]
		})
		if got := shuffled.lines(solve(t, shuffled, brief)); got != want {
			t.Errorf("seed %d: shuffled input\n%swant\n%s", seed, got, want)
		}

		doubled := problem{p.classes, append([]colgen.Offer{}, p.offers...)}
		for i := range doubled.offers {
			doubled.offers[i].Price *= 2
		}
		twice := solve(t, doubled, brief)
		if got := doubled.lines(twice); got != want || twice.Cost != 2*plan.Cost {
			t.Errorf("seed %d: doubled prices cost %d, once %d\n%s", seed, twice.Cost, plan.Cost, got)
		}
	}
}

func TestProcessorsDoNotMatter(t *testing.T) {
	p := middling(50)
	want := p.lines(solve(t, p, colgen.Options{RelGap: -1, Steps: 60}))
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	for _, n := range []int{1, 3, 8} {
		runtime.GOMAXPROCS(n)
		if got := p.lines(solve(t, p, colgen.Options{RelGap: -1, Steps: 60})); got != want {
			t.Errorf("on %d processors\n%swant\n%s", n, got, want)
		}
	}
}

func TestOneMoreOfferNeverCostsMore(t *testing.T) {
	for seed := range uint64(300) {
		p := tiny(seed)
		all := solve(t, p, colgen.Options{})
		if len(p.offers) < 2 || all.Stage != colgen.StageExact {
			continue
		}
		fewer := problem{p.classes, p.offers[:len(p.offers)-1]}
		if less := solve(t, fewer, colgen.Options{}); less.Cost < all.Cost {
			t.Errorf("seed %d: %d with %d offers, %d with one more", seed, less.Cost, len(fewer.offers), all.Cost)
		}
	}
}

// TestTriplets fills nodes by threes: the planted number of nodes leaves nothing
// free, so it is the least.
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
		plan := solve(t, p, brief)
		if plan.LowerBound != nodes*7_000_000 {
			t.Errorf("seed %d: bound %d, the planted optimum is %d", seed, plan.LowerBound, nodes*7_000_000)
		}
		if plan.Cost > (nodes+1)*7_000_000 {
			t.Errorf("seed %d: cost %d, the planted optimum is %d", seed, plan.Cost, nodes*7_000_000)
		}
	}
}

func TestErrors(t *testing.T) {
	offer := colgen.Offer{Name: "t", Free: colgen.Vector{10, 10}, Price: 5}
	var none colgen.Set
	none = none.Add(9)
	for name, tt := range map[string]struct {
		class colgen.Class
		offer colgen.Offer
		noFit bool
		input bool
	}{
		"too large":      {class: colgen.Class{Name: "a", Count: 1, Request: colgen.Vector{11}}, offer: offer, noFit: true},
		"not allowed":    {class: colgen.Class{Name: "a", Count: 1, Request: colgen.Vector{1}, Offers: none}, offer: offer, noFit: true},
		"negative count": {class: colgen.Class{Name: "a", Count: -1}, offer: offer, input: true},
		"free node":      {class: colgen.Class{Name: "a", Count: 1}, offer: colgen.Offer{Name: "t"}, input: true},
		"none wanted":    {class: colgen.Class{Name: "a", Request: colgen.Vector{11}}, offer: offer},
		"weightless":     {class: colgen.Class{Name: "a", Count: 3}, offer: offer},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := colgen.Solve(t.Context(), []colgen.Class{tt.class}, []colgen.Offer{tt.offer}, colgen.Options{})
			var fit *colgen.NoFitError
			if errors.As(err, &fit) != tt.noFit || errors.Is(err, colgen.ErrInput) != tt.input || (err == nil) != (!tt.noFit && !tt.input) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	p := middling(1)
	if _, err := colgen.Solve(ctx, p.classes, p.offers, colgen.Options{}); !errors.Is(err, why) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

// TestResourceThatAGroupHasNot: pods of one class may run on offers alone that have none
// of what the other asks for, as those that a selector keeps off machines with GPUs. By
// hand: six pods of 4 on nodes of 10 at 1 are three nodes, four devices on nodes of two
// at 3 are two.
func TestResourceThatAGroupHasNot(t *testing.T) {
	p := problem{
		classes: []colgen.Class{
			{Name: "plain", Request: colgen.Vector{4, 0}, Count: 6, Offers: colgen.Set(nil).Add(0)},
			{Name: "device", Request: colgen.Vector{1, 1}, Count: 4},
		},
		offers: []colgen.Offer{
			{Name: "bare", Free: colgen.Vector{10, 0}, Price: 1000},
			{Name: "gpu", Free: colgen.Vector{10, 2}, Price: 3000},
		},
	}
	for _, o := range []colgen.Options{{}, {BoundOnly: true}} {
		if plan := solve(t, p, o); plan.Cost != 9000 {
			t.Errorf("%+v: a cost of %d, want 9000", o, plan.Cost)
		}
	}
}
