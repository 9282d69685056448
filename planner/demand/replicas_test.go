package demand_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

func zones(lost, of int) demand.Loss { return demand.Loss{Lost: lost, Domains: of} }

func TestReplicas(t *testing.T) {
	quarter := demand.Rollout{MaxSurge: units.Share(25 * units.Percent)}
	oneByOne := demand.Rollout{MaxUnavailable: units.Count(1)}
	for name, c := range map[string]struct {
		in   demand.Rules
		want demand.Reasons
	}{
		"load alone":              {demand.Rules{Load: 5}, demand.Reasons{Load: 5}},
		"n+1":                     {demand.Rules{Load: 21, Spare: 1, Minimum: 2, Rollout: quarter}, demand.Reasons{Load: 21, Spare: 1}},
		"minimum":                 {demand.Rules{Load: 1, Spare: 1, Minimum: 3}, demand.Reasons{Load: 1, Spare: 1, Minimum: 1}},
		"the spare is the one":    {demand.Rules{Load: 3, Spare: 1, Rollout: oneByOne}, demand.Reasons{Load: 3, Spare: 1}},
		"rollout without a spare": {demand.Rules{Load: 3, Rollout: oneByOne}, demand.Reasons{Load: 3, Rollout: 1}},
		// 3 stay of N over 3 zones: N = 5 loses 2; one node is less than that.
		"ingress": {
			demand.Rules{Load: 3, Spare: 1, Minimum: 3, Rollout: oneByOne, Static: demand.Static{Ready: 3, Nodes: zones(2, 5), Zones: zones(1, 3)}},
			demand.Reasons{Load: 3, Spare: 1, Node: 1},
		},
		"zone after node": {
			demand.Rules{Load: 10, Spare: 1, Static: demand.Static{Ready: 10, Nodes: zones(1, 6), Zones: zones(1, 3)}},
			demand.Reasons{Load: 10, Spare: 1, Node: 1, Zone: 3}, // 12−2, 15−5
		},
		"nothing": {demand.Rules{}, demand.Reasons{}},
	} {
		got, err := c.in.Replicas()
		if err != nil || got != c.want {
			t.Errorf("%s: %+v (%v), want %+v", name, got, err, c.want)
		}
	}
	if got := demand.Given(6); got.Replicas() != 6 || got.Load != 6 {
		t.Errorf("a given count became %+v", got)
	}
}

func TestZoneNeeds(t *testing.T) {
	for _, c := range []struct{ ready, lost, of, want int }{
		{10, 1, 3, 15}, {10, 1, 2, 20}, {67, 1, 3, 101}, {1, 1, 3, 2}, {2, 1, 3, 3}, {3, 1, 3, 5}, {10, 2, 3, 30}, {10, 1, 6, 12}, {0, 1, 3, 0},
	} {
		got, err := demand.Rules{Static: demand.Static{Ready: c.ready, Zones: zones(c.lost, c.of)}}.Replicas()
		if err != nil || got.Replicas() != c.want || got.Zone != c.want-c.ready || got.Minimum != c.ready {
			t.Errorf("%d of N after %d of %d zones: %+v (%v), want %d", c.ready, c.lost, c.of, got, err, c.want)
		}
	}
}

func TestRolloutNeeds(t *testing.T) {
	share := func(percent units.Ratio) units.CountOrRatio { return units.Share(percent * units.Percent) }
	for name, c := range map[string]struct {
		rollout    demand.Rollout
		load, want int
	}{
		"surge only":             {demand.Rollout{MaxSurge: share(25)}, 10, 10},
		"one away":               {demand.Rollout{MaxUnavailable: units.Count(1)}, 10, 11},
		"three away":             {demand.Rollout{MaxUnavailable: units.Count(3)}, 10, 13},
		"quarter away":           {demand.Rollout{MaxUnavailable: share(25)}, 10, 13}, // 13−3
		"half away":              {demand.Rollout{MaxUnavailable: share(50)}, 10, 19}, // 19−9
		"quarter of three is 1":  {demand.Rollout{MaxUnavailable: share(25)}, 2, 3},   // both come to 0: Kubernetes takes 1
		"quarter, surge instead": {demand.Rollout{MaxUnavailable: share(25), MaxSurge: share(25)}, 2, 2},
		"none":                   {demand.Rollout{}, 10, 10},
	} {
		got, err := c.rollout.Need(c.load)
		if err != nil || got != c.want {
			t.Errorf("%s: %d (%v), want %d", name, got, err, c.want)
		}
	}
	for name, r := range map[string]demand.Rules{
		"all away":      {Load: 1, Rollout: demand.Rollout{MaxUnavailable: share(100)}},
		"every zone":    {Load: 1, Static: demand.Static{Ready: 1, Zones: zones(3, 3)}},
		"the only node": {Load: 1, Static: demand.Static{Ready: 1, Nodes: zones(1, 1)}},
	} {
		_, err := r.Replicas()
		if _, ok := errors.AsType[*demand.UnreachableError](err); !ok {
			t.Errorf("%s: %v, want an UnreachableError", name, err)
		}
	}
	_, err := demand.Rules{Load: 100, Rollout: demand.Rollout{MaxUnavailable: units.Share(999_999)}}.Replicas()
	if _, ok := errors.AsType[*demand.LimitError](err); !ok {
		t.Errorf("all but a millionth away: %v, want a LimitError", err)
	}
}

// worstLoss returns the most that the fullest domains hold in any spread of n, by
// trying each; -1 where there is none.
func worstLoss(n, domains, lost, low, high int) int {
	if domains == 0 {
		if n == 0 {
			return 0
		}
		return -1
	}
	best := -1
	for x := low; x <= min(high, n); x++ { // the domains come fullest first
		if rest := worstLoss(n-x, domains-1, lost-1, low, x); rest >= 0 {
			if lost > 0 {
				rest += x
			}
			best = max(best, rest)
		}
	}
	return best
}

// Counting every spread by hand: the worst loss.
func TestLossAgainstBruteForce(t *testing.T) {
	for domains := 1; domains <= 4; domains++ {
		for lost := 1; lost <= domains; lost++ {
			for skew := 1; skew <= 3; skew++ {
				loss := demand.Loss{Lost: lost, Domains: domains, MaxSkew: skew}
				for n := range 14 {
					want := 0
					for low := 0; low <= n; low++ {
						want = max(want, worstLoss(n, domains, lost, low, low+skew))
					}
					if got := loss.Of(n); got != want {
						t.Errorf("%+v of %d: %d, want %d", loss, n, got, want)
					}
				}
			}
		}
	}
}

// randomRules returns rules of a few replicas.
func randomRules(rng *rand.Rand) demand.Rules {
	part := func() units.CountOrRatio {
		if rng.IntN(2) == 0 {
			return units.Count(rng.IntN(4))
		}
		return units.Share(units.Ratio(rng.IntN(90)) * units.Percent)
	}
	domains := 2 + rng.IntN(5)
	r := demand.Rules{
		Load: rng.IntN(30), Spare: rng.IntN(3), Minimum: rng.IntN(6),
		Rollout: demand.Rollout{MaxSurge: part(), MaxUnavailable: part()},
		Static: demand.Static{
			Ready: rng.IntN(30), Nodes: zones(rng.IntN(3), 3+rng.IntN(8)), Zones: zones(rng.IntN(domains), domains),
			AtOnce: rng.IntN(4) == 0,
		},
	}
	if r.Static.AtOnce {
		r.Static.Nodes.Domains = 3 * domains // a node must remain
	}
	return r
}

// The least N, found by trying.
func TestNeedsAgainstBruteForce(t *testing.T) {
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 5))
		r := randomRules(rng)
		holds := func(n int) bool {
			return n >= r.Load+r.Spare && n >= r.Minimum && n-r.Rollout.Unavailable(n) >= r.Load && r.Static.Survivors(n) >= r.Static.Ready
		}
		want := 0
		for !holds(want) {
			want++
		}
		got, err := r.Replicas()
		if err != nil || got.Replicas() != want {
			t.Fatalf("seed %d: %+v: %+v (%v), want %d", seed, r, got, err, want)
		}
		for n := want; n < want+20; n++ {
			if !holds(n) {
				t.Fatalf("seed %d: %+v holds with %d but not with %d", seed, r, want, n)
			}
		}
		for _, x := range []int{got.Load, got.Spare, got.Minimum, got.Rollout, got.Node, got.Zone} {
			if x < 0 {
				t.Fatalf("seed %d: %+v", seed, got)
			}
		}
	}
}

// A zone and a node at once: 6 nodes in 3 zones with 2, 2, 1, 1, 1, 1 pods lose
// at most 4 of 8, in the fullest zone and on the next fullest node.
func TestLossesAtOnce(t *testing.T) {
	s := demand.Static{Nodes: zones(1, 6), Zones: zones(1, 3), AtOnce: true}
	for n, want := range map[int]int{6: 3, 7: 3, 8: 3, 12: 6, 0: 0} {
		if got := s.Survivors(n); got != want {
			t.Errorf("%d pods: %d survive, want %d", n, got, want)
		}
	}
}

func TestGrow(t *testing.T) {
	for _, c := range []struct {
		percent, months int64
		want            units.Rate // of a million requests a second: all digits of the factor
	}{
		{2, 12, 1_268_241_794_563}, // 1.02^12 = 1.268241794562545…
		{5, 12, 1_795_856_326_023}, // 1.05^12 = 1.795856326022129…
		{10, 12, 3_138_428_376_721},
		{0, 12, 1_000_000_000_000},
		{2, 0, 1_000_000_000_000},
		{-50, 2, 250_000_000_000},
	} {
		got, ok := demand.Grow(1_000_000*units.PerSecond, units.Ratio(c.percent)*units.Percent, int(c.months))
		if !ok || got != c.want {
			t.Errorf("%d%% for %d months: %d, want %d", c.percent, c.months, got, c.want)
		}
	}
	if got, ok := demand.Grow(10, 5*units.Percent, 1); !ok || got != 11 {
		t.Errorf("10 replicas grow to %d, want 11 of 10.5", got)
	}
	if _, ok := demand.Grow(1_000_000*units.PerSecond, 10*units.Whole, 100); ok {
		t.Error("an overflow went unseen")
	}
}

func ExampleRules_Replicas() {
	reasons, _ := demand.Rules{
		Load:    10,
		Spare:   1,
		Rollout: demand.Rollout{MaxUnavailable: units.Count(1)},
		Static:  demand.Static{Ready: 10, Zones: demand.Loss{Lost: 1, Domains: 3}},
	}.Replicas()
	fmt.Printf("%+v = %d\n", reasons, reasons.Replicas())
	// Output: {Load:10 Spare:1 Minimum:0 Rollout:0 Node:0 Zone:4} = 15
}
