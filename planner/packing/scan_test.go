package packing_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/units"
)

// table is a scan whose verdicts are listed: offer i holds with holds[i] nodes or
// more, 0 for never, with a free share of free[i].
type table struct {
	offers []packing.Offer
	start  []int
	holds  []int
	free   []units.Ratio
}

func (tb *table) problem(pods int) packing.Problem {
	return packing.Problem{
		Items: []packing.Item{item("web", pods, 1, 1)},
		Start: func(o int) (int, bool) { return tb.start[o], tb.start[o] > 0 },
		Try: func(o, n int) packing.Verdict {
			return packing.Verdict{Holds: tb.holds[o] > 0 && n >= tb.holds[o], FreeCPU: tb.free[o], Payload: fmt.Sprint(o, n)}
		},
	}
}

func (tb *table) add(name string, price units.USDPerHour, start, holds int, free units.Ratio) {
	tb.offers = append(tb.offers, packing.Offer{Name: name, Price: price, Known: price > 0, Free: node(10, 10, 10), VCPUs: 4})
	tb.start, tb.holds, tb.free = append(tb.start, start), append(tb.holds, holds), append(tb.free, free)
}

func TestScanChooses(t *testing.T) {
	var tb table
	tb.add("dear", 100, 2, 2, 0)
	tb.add("more-nodes", 10, 3, 6, 50)  // 60, free 50
	tb.add("fewer-nodes", 30, 1, 2, 50) // 60, free 50, fewer nodes
	tb.add("tighter", 20, 1, 3, 40)     // 60, free 40
	tb.add("same-name-b", 30, 2, 2, 50) // as fewer-nodes; loses by name
	tb.add("impossible", 1, 0, 0, 0)
	tb.add("too-dear", 70, 4, 4, 99) // 280 at the least: pruned
	result, err := packing.Scan(t.Context(), tb.offers, tb.problem(8))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range append([]packing.Candidate{result.Best}, result.Alternatives...) {
		got = append(got, fmt.Sprintf("%s %d x %d", tb.offers[c.Offer].Name, c.Nodes, c.Cost))
	}
	want := []string{"fewer-nodes 2 x 60", "same-name-b 2 x 60", "more-nodes 6 x 60", "tighter 3 x 60"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if result.Scanned != 4 || result.Pruned != 2 || result.Excluded != 1 {
		t.Errorf("scanned %d, pruned %d, excluded %d, want 4, 2, 1", result.Scanned, result.Pruned, result.Excluded)
	}
	if result.Best.Verdict.Payload != "2 2" || !result.Best.TriedOneLess || result.Best.OneLess.Payload != "2 1" {
		t.Errorf("best %+v: want the payloads of 2 nodes and of 1", result.Best)
	}
}

// TestScanIsExact compares with trying everything, in every order of offers.
func TestScanIsExact(t *testing.T) {
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 0))
		var tb table
		for i := range 1 + r.IntN(12) {
			start := r.IntN(5)
			holds := start + r.IntN(5)
			if start == 0 || r.IntN(6) == 0 {
				holds = 0
			}
			tb.add(fmt.Sprint(i), units.USDPerHour(r.IntN(12)), start, holds, units.Ratio(r.IntN(3)))
			tb.offers[i].Named = r.IntN(3) == 0
		}
		wanted := r.IntN(4)
		p := tb.problem(10)
		p.Alternatives = wanted
		if wanted == 0 {
			p.Alternatives = -1
		}
		result, err := packing.Scan(t.Context(), tb.offers, p)
		want := everything(&tb, wanted)
		if len(want) == 0 {
			if none, ok := errors.AsType[*packing.NoCountError](err); !ok {
				t.Fatalf("seed %d: %v, want no count", seed, err)
			} else if none.Nodes > 0 && none.Last.Holds {
				t.Errorf("seed %d: the last verdict holds", seed)
			}
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var got []string
		for _, c := range append([]packing.Candidate{result.Best}, result.Alternatives...) {
			got = append(got, fmt.Sprint(tb.offers[c.Offer].Name, c.Nodes))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %v, want %v", seed, got, want)
		}
	}
}

// TestScanInSteps keeps counts to multiples: seven nodes become nine, and the
// cheaper offer of the two is another than without the rule.
func TestScanInSteps(t *testing.T) {
	var tb table
	tb.add("small", 10, 4, 7, 0) // 70; nine are 90
	tb.add("large", 25, 2, 3, 0) // 75 both ways
	for step, want := range map[int]string{0: "small 7", 1: "small 7", 3: "large 3"} {
		p := tb.problem(8)
		p.Step = step
		result, err := packing.Scan(t.Context(), tb.offers, p)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %d", tb.offers[result.Best.Offer].Name, result.Best.Nodes); got != want {
			t.Errorf("step %d: %s, want %s", step, got, want)
		}
		if step == 3 && (len(result.Alternatives) != 1 || result.Alternatives[0].Nodes != 9) {
			t.Errorf("alternatives %+v, want nine of small", result.Alternatives)
		}
	}
}

// everything returns the names and counts of the best offers by trying all.
func everything(tb *table, alternatives int) []string {
	class := func(o packing.Offer) int {
		switch {
		case o.Known:
			return 0
		case o.Named:
			return 1
		}
		return 2
	}
	var held []int
	for i := range tb.offers {
		if tb.holds[i] > 0 {
			held = append(held, i)
		}
	}
	cost := func(i int) units.USDPerHour {
		if tb.offers[i].Known {
			return tb.offers[i].Price * units.USDPerHour(tb.holds[i])
		}
		return units.USDPerHour(tb.offers[i].VCPUs * tb.holds[i])
	}
	slices.SortFunc(held, func(a, b int) int {
		return cmp.Or(cmp.Compare(class(tb.offers[a]), class(tb.offers[b])), cmp.Compare(cost(a), cost(b)),
			cmp.Compare(tb.free[b], tb.free[a]), cmp.Compare(tb.holds[a], tb.holds[b]), cmp.Compare(tb.offers[a].Name, tb.offers[b].Name))
	})
	var names []string
	for _, i := range held {
		if class(tb.offers[i]) == class(tb.offers[held[0]]) && len(names) <= alternatives {
			names = append(names, fmt.Sprint(tb.offers[i].Name, tb.holds[i]))
		}
	}
	return names
}

// TestScanWithoutPrices: unpriced types are for want of a priced one, the named
// before the others.
func TestScanWithoutPrices(t *testing.T) {
	for name, tt := range map[string]struct {
		priced, named, other int
		want                 string
	}{
		"priced":      {4, 2, 2, "priced"},
		"named":       {0, 3, 2, "named"},
		"other":       {0, 0, 2, "other"},
		"only priced": {4, 0, 0, "priced"},
	} {
		var tb table
		tb.add("priced", 1000, 1, tt.priced, 0)
		tb.add("named", 0, 1, tt.named, 0)
		tb.add("other", 0, 1, tt.other, 0)
		tb.offers[1].Named = true
		result, err := packing.Scan(t.Context(), tb.offers, tb.problem(9))
		if err != nil {
			t.Fatal(err)
		}
		best := tb.offers[result.Best.Offer]
		if best.Name != tt.want || result.Best.Known != best.Known {
			t.Errorf("%s: %s, want %s", name, best.Name, tt.want)
		}
	}
}

func TestScanCountsWithinLimits(t *testing.T) {
	var tb table
	tb.add("a", 5, 2, 6, 0)
	p := tb.problem(9)
	p.MaxNodes = 5
	_, err := packing.Scan(t.Context(), tb.offers, p)
	none, ok := errors.AsType[*packing.NoCountError](err)
	if !ok || none.Nodes != 5 || none.OfferName != "a" || none.Last.Payload != "0 5" || none.Tried != 1 {
		t.Errorf("error %+v, want 5 nodes of a tried last", err)
	}
	p.MaxNodes, p.MinNodes = 0, 8
	result, err := packing.Scan(t.Context(), tb.offers, p)
	if err != nil || result.Best.Nodes != 8 {
		t.Errorf("%d nodes, %v, want the minimum of 8", result.Best.Nodes, err)
	}
	tries := 0
	p.MinNodes, p.Try = 0, func(int, int) packing.Verdict {
		tries++
		return packing.Verdict{Never: true}
	}
	if _, err := packing.Scan(t.Context(), tb.offers, p); err == nil || tries != 1 {
		t.Errorf("%d tries, %v, want one that says never", tries, err)
	}
}

// TestNoFit: the pod of 9 GiB exceeds the closest type's 8 GiB by 1; the other
// type has half the cores that it needs.
func TestNoFit(t *testing.T) {
	offers := []packing.Offer{
		{Name: "small", Price: 1, Known: true, Free: node(2000, 16*units.GiB, 29)},
		{Name: "large", Price: 2, Known: true, Free: node(8000, 8*units.GiB, 58)},
	}
	p := packing.Problem{Items: []packing.Item{item("web", 3, 500, units.GiB), item("cache", 1, 4000, 9*units.GiB), item("none", 0, 99000, 1)}}
	_, err := packing.Scan(t.Context(), offers, p)
	want := &packing.NoFitError{
		Item: 1, Name: "cache", Offer: 1, OfferName: "large", Resource: packing.Memory,
		Request: int64(9 * units.GiB), Offers: int64(8 * units.GiB),
	}
	if got, ok := errors.AsType[*packing.NoFitError](err); !ok || !reflect.DeepEqual(got, want) || got.Short() != int64(units.GiB) {
		t.Errorf("error %+v, want %+v", err, want)
	}
	if _, err := packing.Scan(t.Context(), nil, p); !errors.Is(err, packing.ErrNoOffers) {
		t.Errorf("error %v, want no offers", err)
	}
}

func TestScanStops(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("interrupted")
	cancel(reason)
	var tb table
	tb.add("a", 5, 2, 6, 0)
	if _, err := packing.Scan(ctx, tb.offers, tb.problem(9)); !errors.Is(err, reason) {
		t.Errorf("error %v, want the cause of the context's end", err)
	}
}

// TestScanStopsInATry: a Try that gave up says nothing of its count.
func TestScanStopsInATry(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("interrupted")
	var tb table
	tb.add("a", 5, 2, 6, 0)
	p := tb.problem(9)
	tries := 0
	p.Try = func(int, int) packing.Verdict {
		tries++
		cancel(reason)
		return packing.Verdict{Stopped: true}
	}
	if _, err := packing.Scan(ctx, tb.offers, p); !errors.Is(err, reason) || tries != 1 {
		t.Errorf("error %v after %d tries, want the cause of the context's end after one", err, tries)
	}
}

func ExampleLowerBound() {
	offers := []packing.Offer{{
		Name: "c7g.xlarge", Price: 145 * units.DollarPerHour / 1000, Known: true,
		Free: packing.Resources{CPU: 3625, Memory: 6 * units.GiB, Pods: 54},
	}}
	b := packing.LowerBound(packing.Resources{CPU: 7250, Memory: 3 * units.GiB, Pods: 10}, offers)
	fmt.Println(b.Cost, b.Resource, b.Duals.Core)
	// Output: 290000000 cpu 40000000
}

func BenchmarkScan(b *testing.B) {
	for _, types := range []int{60, 600} {
		b.Run(fmt.Sprintf("types=%d", types), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 0))
			var tb table
			for i := range types {
				cpu := 2 << r.IntN(6)
				start := 1 + 100/cpu
				tb.add(fmt.Sprint(i), units.USDPerHour(cpu*(40+r.IntN(30))), start, start+r.IntN(4), 0)
			}
			var result packing.Result
			for b.Loop() {
				result, _ = packing.Scan(b.Context(), tb.offers, tb.problem(60))
			}
			b.ReportMetric(float64(result.Best.Nodes), "nodes")
			b.ReportMetric(float64(result.Tries), "tries")
		})
	}
}
