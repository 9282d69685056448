package packing_test

import (
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestOneTypeBound(t *testing.T) {
	need := packing.Resources{CPU: 10_000, Memory: 9 * units.GiB, Pods: 12}
	offers := []packing.Offer{
		// 10 cores on nodes of 4 are 3 nodes: 0.30.
		{Name: "a", Price: 100_000_000, Known: true, Free: packing.Resources{CPU: 4000, Memory: 8 * units.GiB, Pods: 50}},
		// 9 GiB on nodes of 4 are 3 nodes: 0.27.
		{Name: "b", Price: 90_000_000, Known: true, Free: packing.Resources{CPU: 8000, Memory: 4 * units.GiB, Pods: 50}},
		// 12 pods on nodes of 3 are 4 nodes: 0.28.
		{Name: "c", Price: 70_000_000, Known: true, Free: packing.Resources{CPU: 8000, Memory: 8 * units.GiB, Pods: 3}},
		// No price, and no CPU: they bound nothing.
		{Name: "d", Price: 1, Free: packing.Resources{CPU: 80_000, Memory: 80 * units.GiB, Pods: 300}},
		{Name: "e", Price: 1, Known: true, Free: packing.Resources{Memory: 80 * units.GiB, Pods: 300}},
	}
	if got, ok := packing.OneTypeBound(need, offers); !ok || got != 270_000_000 {
		t.Errorf("bound %d, %t; 3 nodes of b cost 270000000", got, ok)
	}
	if _, ok := packing.OneTypeBound(need, offers[3:]); ok {
		t.Error("a bound without a priced offer that has all resources")
	}
}

func TestOneTypeBoundIsNotBelowTheMixedOne(t *testing.T) {
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		draw := func() packing.Resources {
			return packing.Resources{
				CPU: units.MilliCPU(1 + rng.IntN(20_000)), Memory: units.Bytes(1+rng.IntN(64)) * units.GiB, Pods: 1 + rng.IntN(60),
			}
		}
		var offers []packing.Offer
		for range 1 + rng.IntN(6) {
			offers = append(offers, packing.Offer{Price: units.USDPerHour(1 + rng.IntN(1_000_000_000)), Known: true, Free: draw()})
		}
		need := draw()
		one, ok := packing.OneTypeBound(need, offers)
		if mixed := packing.LowerBound(need, offers); !ok || one < mixed.Cost {
			t.Fatalf("seed %d: one type %d, any mix %d", seed, one, mixed.Cost)
		}
	}
}
