package placement_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
)

// TestDecide: what sums say of groups, worked out by hand.
func TestDecide(t *testing.T) {
	four := placement.Pool{Allocatable: cores(4, 64)}
	surge := pods("a", 10, 1, 1)
	surge.Surge = 2
	spread := pods("a", 3, 1, 1)
	spread.Spread = []placement.Spread{{Key: placement.Host, MaxSkew: 1, Hard: true}}
	odd := []placement.Workload{pods("a", 10, 1, 1), pods("odd", 1, 0.3, 1)}
	for name, tc := range map[string]struct {
		works []placement.Workload
		// sure and never: the least nodes that hold in any order with one more lost, and
		// the most that cannot hold.
		sure, never int
	}{
		// Four of 1000 fill a node: 10 others block 2, though 10 of 3001 would be 3.3.
		"equal pods": {[]placement.Workload{pods("a", 11, 1, 1)}, 3, 2},
		// By steps of 1000 each is a quarter, the odd one too: 10 others make 2.5.
		"an odd one":  {odd, 3, 2},
		"a surge":     {[]placement.Workload{surge}, 3, 2},
		"hard spread": {[]placement.Workload{spread}, 0, 0},
		// Two of 2500 do not share a node, whatever their sum.
		"more than half": {[]placement.Workload{pods("a", 3, 2.5, 1)}, 3, 2},
		"nothing":        {[]placement.Workload{pods("a", 0, 1, 1)}, 0, -1},
	} {
		for n := range 8 {
			g := placement.Group{Pools: []placement.Pool{four}, Workloads: tc.works}
			g.Pools[0].NodesByZone = []int{n}
			holds, known := placement.Decide(&g, placement.Losses{})
			if wantHolds := tc.sure > 0 && n >= tc.sure || tc.never < 0; holds != wantHolds || known != (wantHolds || n <= tc.never) {
				t.Errorf("%s, %d nodes: holds %v, known %v", name, n, holds, known)
			}
			if holds && tc.sure > 0 {
				if holds, _ = placement.Decide(&g, placement.Losses{Nodes: 1}); holds != (n > tc.sure) {
					t.Errorf("%s, %d nodes, one lost: holds %v", name, n, holds)
				}
			}
		}
	}
}

// TestDecideAgainstTheWorstPlacement: what is decided to hold does on as few nodes as an
// adversary, who shares pods out in every way, leaves a place for each; it is decided more
// often than by a certificate.
func TestDecideAgainstTheWorstPlacement(t *testing.T) {
	sharper, sure := 0, 0
	for seed := range uint64(sample(3000)) {
		r := rand.New(rand.NewPCG(seed, 7))
		g := certainGroup(r)
		if seed%2 == 0 {
			unlike(r, &g)
		} else {
			g.Pools[0].NodesByZone = []int{0, 0}
		}
		for p := range g.Pools {
			g.Pools[p].NodesByZone = []int{r.IntN(3), r.IntN(3)}
		}
		holds, known := placement.Decide(&g, placement.Losses{})
		if !holds || !known {
			continue
		}
		sure++
		for j := range g.Workloads {
			if g.Workloads[j].Replicas == 0 {
				continue
			}
			nodes := 0
			for p := range g.Pools {
				for z, n := range g.Pools[p].NodesByZone {
					if admitted(&g, &g.Workloads[j], p, z) {
						nodes += n
					}
				}
			}
			if want := worst(&g, j); want == 0 || nodes < want {
				t.Fatalf("seed %d: %d nodes are decided to hold %s, an adversary takes %d: %+v", seed, nodes, g.Workloads[j].Name, want, g)
			}
		}
		if c, void := placement.Certify(&g, placement.Losses{}); void != nil || c.Check(g.Pools, placement.Losses{}) != nil {
			sharper++
		}
	}
	if sure < sample(50) || sharper < sample(5) {
		t.Errorf("%d groups are sure, %d of them to no certificate: the test shows little", sure, sharper)
	}
}

// TestDecideAgreesWithCheck: what is decided is what the modelled scheduler finds.
func TestDecideAgreesWithCheck(t *testing.T) {
	checker := placement.NewChecker()
	held, failed := 0, 0
	for seed := range uint64(sample(20_000)) {
		r := rand.New(rand.NewPCG(seed, 8))
		g, l, o := randomGroup(r)
		if seed%2 == 0 {
			mix(r, &g)
		}
		if seed%3 == 0 {
			bind(r, &g)
		}
		before := slices.Clone(g.Workloads)
		holds, known := placement.Decide(&g, l)
		if !known {
			continue
		}
		if _, failure := checker.Check(g, l, o); (failure == nil) != holds || !holds && failure.During != placement.Normal && failure.During != placement.Rollout {
			t.Fatalf("seed %d: decided %v, found %v\n%+v %+v", seed, holds, failure, before, l)
		}
		if holds {
			held++
		} else {
			failed++
		}
	}
	if held < sample(20) || failed < sample(20) {
		t.Errorf("%d held and %d failed: the test shows little", held, failed)
	}
}
