package pipeline_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// TestMixFallsIntoAnyZone: a 2xlarge holds seven pods and a large one, so that one of each
// carries eight in one zone for less than two 2xlarge. But each is a node group of its own,
// which the provider may start in either zone: with one in each, a spread that is hard
// lets three run, one beside two. Where it is a wish all eight run, whoever is where.
func TestMixFallsIntoAnyZone(t *testing.T) {
	types := []catalogs.InstanceType{machine("m7a.large", 2, 8, 100), machine("m7a.2xlarge", 8, 32, 400)}
	for name, tc := range map[string]struct {
		spread planner.TopologySpread
		want   map[string]int
	}{
		"hard": {hard(planner.ZoneKey), map[string]int{"m7a.2xlarge": 2}},
		"soft": {planner.TopologySpread{Key: planner.ZoneKey, MaxSkew: 1}, map[string]int{"m7a.large": 1, "m7a.2xlarge": 1}},
	} {
		w := inPlace(given("w", 8, 1000, units.GiB))
		w.TopologySpread = []planner.TopologySpread{tc.spread}
		zones := []string{"a", "b"}
		p := &problem{cluster: cluster(zones, mixing(group("g", planner.App, zones, none(), w), 2)), catalog: catalog(types...)}
		plan := p.mustMake(t)
		got := map[string]int{}
		for _, pool := range plan.NodeGroups[0].Pools {
			got[pool.InstanceType] += pool.Nodes
		}
		if len(got) != len(tc.want) || got["m7a.large"] != tc.want["m7a.large"] || got["m7a.2xlarge"] != tc.want["m7a.2xlarge"] {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// TestVerifierTriesOtherZones: what was planned for pods whose spread is a wish is refused
// where it is a condition, though the nodes that the plan shows are all in one zone.
func TestVerifierTriesOtherZones(t *testing.T) {
	w := inPlace(given("w", 8, 1000, units.GiB))
	w.TopologySpread = []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1}}
	zones := []string{"a", "b"}
	p := &problem{
		cluster: cluster(zones, mixing(group("g", planner.App, zones, none(), w), 2)),
		catalog: catalog(machine("m7a.large", 2, 8, 100), machine("m7a.2xlarge", 8, 32, 400)),
	}
	plan := p.mustMake(t)
	p.cluster.NodeGroups[0].Workloads[0].TopologySpread[0].Hard = true
	plan.Cluster = p.cluster
	bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
	if !slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == "zones.falls" }) {
		t.Errorf("found %v", bad)
	}
}

// TestMixesOfSpreadPods: the verifier, which tries every way in which pools fall into the
// zones, accepts mixes for pods with rules of every kind.
func TestMixesOfSpreadPods(t *testing.T) {
	plans, mixed := 0, 0
	for seed := range uint64(sample(150)) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 21)))
		d := dice{rand.New(rand.NewPCG(seed, 22))}
		p.cluster.MaxUSDPerMonth, p.cluster.Growth, p.cluster.Upgrade = nil, planner.Growth{}, nil
		for i := range p.cluster.NodeGroups {
			g := &p.cluster.NodeGroups[i]
			g.Instances.MaxTypes = pick(d, 2, 3, 6)
			for j := range g.Workloads {
				if w := &g.Workloads[j]; d.chance(60) {
					w.TopologySpread = []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: d.between(1, 2), Hard: true}}
				}
			}
		}
		plan, err := p.make(t)
		if err != nil {
			if !errors.Is(err, planner.ErrInfeasible) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			continue
		}
		plans++
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
		for i := range plan.NodeGroups {
			if len(plan.NodeGroups[i].Pools) > 1 {
				mixed++
			}
		}
	}
	if plans < sample(50) || mixed < sample(10) {
		t.Errorf("%d plans, %d groups of several pools", plans, mixed)
	}
}

// TestArrangements: two of four zones have a node more in six ways.
func TestArrangements(t *testing.T) {
	got := pipeline.Arrangements([]int{3, 3, 2, 2})
	want := [][]int{{3, 3, 2, 2}, {3, 2, 3, 2}, {3, 2, 2, 3}, {2, 3, 3, 2}, {2, 3, 2, 3}, {2, 2, 3, 3}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}
