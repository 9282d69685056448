package pipeline_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// mixing lets a group have up to so many types.
func mixing(g planner.NodeGroup, most int) planner.NodeGroup {
	g.Instances.MaxTypes = most
	return g
}

// TestMix: three pods of 1.5 cores. A large has 1.9 for one of them at 0.105 USD an
// hour with its disk, an xlarge 3.9 for two at 0.185: three large are 0.315, two xlarge
// 0.370, one of each 0.290. A pod of 3.8 cores and one of 1.5 have places on one of each
// too, but where the small one comes first the scheduler puts it on the xlarge, which is
// then the less allocated: that is two xlarge, unless all that is asked for is that
// places exist.
func TestMix(t *testing.T) {
	types := []catalogs.InstanceType{machine("m7a.large", 2, 8, 100), machine("m7a.xlarge", 4, 16, 180)}
	three, unlike := alone(given("w", 3, 1500, units.GiB)), alone(given("big", 1, 3800, units.GiB), given("small", 1, 1500, units.GiB))
	packed := unlike
	packed.Guarantee = planner.Packed
	for name, tc := range map[string]struct {
		group planner.NodeGroup
		want  map[string]int
		usd   units.USDPerHour
	}{
		"one type":             {mixing(three, 1), map[string]int{"m7a.large": 3}, 300_000_000},
		"two types":            {mixing(three, 2), map[string]int{"m7a.large": 1, "m7a.xlarge": 1}, 280_000_000},
		"unlike pods, one":     {mixing(unlike, 1), map[string]int{"m7a.xlarge": 2}, 360_000_000},
		"unlike pods, several": {mixing(unlike, 6), map[string]int{"m7a.xlarge": 2}, 360_000_000},
		"unlike pods, packed":  {mixing(packed, 6), map[string]int{"m7a.large": 1, "m7a.xlarge": 1}, 280_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			g := market(tc.group, types...).mustMake(t).NodeGroups[0]
			got := map[string]int{}
			for _, pool := range g.Pools {
				got[pool.InstanceType] = pool.Nodes
			}
			if len(got) != len(tc.want) || got["m7a.large"] != tc.want["m7a.large"] || got["m7a.xlarge"] != tc.want["m7a.xlarge"] || g.Cost.Rate != tc.usd {
				t.Errorf("%v at %d, want %v at %d", got, g.Cost.Rate, tc.want, tc.usd)
			}
		})
	}
}

// TestMixForSelectors: 20 pods of a core and 7 of half a core and 20 GiB run on amd64, one
// pod on arm64: no type admits all. Of two types the one is the arm64 one and the other has
// to hold 20 GiB: 23.5 cores take 7 r7a of 3.9. Of three, 3 r7a hold the 7 large pods and 7
// of the others, and 2 c7a of 7.9 cores the other 13: where small pods come first in some
// order they take room of the large ones, so places are all that is asked. A pod of 7 cores
// takes a third type.
func TestMixForSelectors(t *testing.T) {
	arm := machine("m7g.large", 2, 8, 90)
	arm.Architecture = catalogs.ARM64
	types := []catalogs.InstanceType{machine("m7a.large", 2, 8, 100), machine("r7a.xlarge", 4, 64, 300), machine("c7a.2xlarge", 8, 16, 320), arm}
	on := func(arch string, w planner.Workload) planner.Workload {
		w.NodeSelector = map[string]string{"kubernetes.io/arch": arch}
		return w
	}
	pods := []planner.Workload{
		on(catalogs.AMD64, given("many", 20, 1000, units.GiB)), on(catalogs.AMD64, given("memory", 7, 500, 20*units.GiB)), on(catalogs.ARM64, given("other", 1, 500, units.GiB)),
	}
	for most, want := range map[int]map[string]int{
		2: {"m7g.large": 1, "r7a.xlarge": 7},
		3: {"m7g.large": 1, "r7a.xlarge": 3, "c7a.2xlarge": 2},
	} {
		g := mixing(alone(slices.Clone(pods)...), most)
		g.Guarantee = planner.Packed
		g.Instances.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
		got := map[string]int{}
		for _, pool := range market(g, types...).mustMake(t).NodeGroups[0].Pools {
			got[pool.InstanceType] = pool.Nodes
		}
		if !maps.Equal(got, want) {
			t.Errorf("of %d types %v, want %v", most, got, want)
		}
	}
	g := mixing(alone(append(slices.Clone(pods), on(catalogs.AMD64, given("large", 1, 7000, units.GiB)))...), 2)
	g.Instances.Architectures = []string{catalogs.AMD64, catalogs.ARM64}
	if bad := market(g, types...).infeasible(t); bad.Path != "node_group.g.instances.max_types" || !strings.Contains(bad.Remedy, "raise max_types") {
		t.Errorf("got %+v", bad)
	}
}

// TestMixesAreNotDearer: what may be mixed is never dearer than one type, the
// verifier accepts it, and it is cheaper often enough to be worth the search.
func TestMixesAreNotDearer(t *testing.T) {
	mixed, cheaper := 0, 0
	var one, many units.USDPerHour
	for seed := range uint64(sample(300)) {
		single, several := randomProblem(rand.New(rand.NewPCG(seed, 9))), randomProblem(rand.New(rand.NewPCG(seed, 9)))
		single.cluster.MaxUSDPerMonth, several.cluster.MaxUSDPerMonth = nil, nil
		oneType(single)
		for i := range several.cluster.NodeGroups {
			several.cluster.NodeGroups[i].Instances.MaxTypes = 2 + int(seed)%5
		}
		before, err := single.make(t)
		if err != nil {
			continue
		}
		after, err := several.make(t)
		if err != nil {
			if !errors.Is(err, planner.ErrInfeasible) {
				t.Fatal(err)
			}
			continue // a month of growth may need other types
		}
		if err := verify.Plan(&several.cluster, &several.catalog, several.provider, &after); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
		for i := range after.NodeGroups {
			a, b := &before.NodeGroups[i], &after.NodeGroups[i]
			if typesOf(b) > several.cluster.NodeGroups[i].Instances.MaxTypes {
				t.Errorf("seed %d: %s has %d types", seed, b.Name, typesOf(b))
			}
			if typesOf(b) > 1 {
				mixed++
			}
			if !a.Cost.Known || !b.Cost.Known {
				continue
			}
			one, many = one+a.Cost.Rate, many+b.Cost.Rate
			if b.Cost.Rate < a.Cost.Rate {
				cheaper++
			}
		}
		if before.Cost.Total.Known && after.Cost.Total.Known && after.Cost.Total.Rate > before.Cost.Total.Rate {
			t.Errorf("seed %d: %d mixed, %d of one type", seed, after.Cost.Total.Rate, before.Cost.Total.Rate)
		}
	}
	t.Logf("%d groups mixed, %d cheaper; %.1f%% saved in all", mixed, cheaper, 100*(1-float64(many)/float64(one)))
	if mixed < sample(30) || cheaper < sample(30) {
		t.Errorf("%d groups mixed, %d cheaper", mixed, cheaper)
	}
}

// typesOf counts the instance types of a group.
func typesOf(g *planner.GroupPlan) int {
	types := map[string]bool{}
	for _, pool := range g.Pools {
		types[pool.InstanceType] = true
	}
	return len(types)
}

// TestMixWhereNoTypeHoldsAll: a pod of 6 cores fits on the c alone, one of 20 GiB on the
// r alone. One type cannot be, two are one of each.
func TestMixWhereNoTypeHoldsAll(t *testing.T) {
	g := alone(given("cpu", 1, 6000, units.GiB), given("memory", 1, 1000, 20*units.GiB))
	types := []catalogs.InstanceType{machine("c7a.2xlarge", 8, 8, 200), machine("r7a.large", 2, 32, 150)}
	if err := func() error { _, err := market(mixing(g, 1), types...).make(t); return err }(); !errors.Is(err, planner.ErrInfeasible) {
		t.Errorf("one type: %v", err)
	}
	plan := market(mixing(g, 2), types...).mustMake(t).NodeGroups[0]
	if len(plan.Pools) != 2 || plan.Pools[0].Nodes != 1 || plan.Pools[1].Nodes != 1 || plan.Cost.Rate != 350_000_000 || plan.LowerBound > 350_000_000 || plan.LowerBound < 349_000_000 {
		t.Errorf("%+v, bound %d; want one of each at 350000000, and so the bound", plan.Pools, plan.LowerBound)
	}
}
