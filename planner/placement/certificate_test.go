package placement_test

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// certify is for groups that the proof covers.
func certify(t *testing.T, g placement.Group, l placement.Losses) placement.Certificate {
	t.Helper()
	c, void := placement.Certify(&g, l)
	if void != nil {
		t.Fatal(void)
	}
	return c
}

// nodes is a pool of so many nodes in each zone.
func nodes(byZone ...int) []placement.Pool {
	return []placement.Pool{{NodesByZone: byZone}}
}

// TestCertificate: the largest S_j, worked out by hand.
func TestCertificate(t *testing.T) {
	surge := pods("a", 3, 1, 1)
	surge.Surge = 2
	for name, c := range map[string]struct {
		group         placement.Group
		nodes         int
		workload      string
		rolloutNodes  int
		survivingNode int // nodes in one zone that survive the loss of one
	}{
		// Each small pod keeps the big one off a node: 4 of them, and one free.
		"one big, four small": {placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16)}}, Workloads: []placement.Workload{pods("big", 1, 4, 1), pods("small", 4, 1, 1)}}, 5, "big", 5, 6},
		// 2500 of 4000-2500+1: one pod of another keeps the third off a node.
		"three of more than half": {placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16)}}, Workloads: []placement.Workload{pods("a", 3, 2.5, 1)}}, 3, "a", 3, 4},
		// 9 others at 1000/3001 each make 2.99: 2 nodes can be blocked.
		"ten quarters": {placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 64)}}, Workloads: []placement.Workload{pods("a", 10, 1, 1)}}, 3, "a", 3, 4},
		// 2 others at 1000/3001: none is blocked; with two more 4/3.001: one.
		"a surge": {placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 64)}}, Workloads: []placement.Workload{surge}}, 1, "a", 2, 2},
		// The pod limit: 5 others of 5-2-1+1 places.
		"places":  {placement.Group{Pools: []placement.Pool{{Allocatable: placement.Resources{CPU: 4000, Memory: 64 * units.GiB, Pods: 5}, Reserved: placement.Resources{Pods: 2}}}, Workloads: []placement.Workload{pods("a", 7, 0.1, 0.1)}}, 3, "a", 3, 4},
		"nothing": {placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16)}}, Workloads: []placement.Workload{pods("a", 0, 1, 1)}}, 0, "", 0, 0},
	} {
		got := certify(t, c.group, placement.Losses{Nodes: 1})
		if got.Nodes != c.nodes || got.Workload != c.workload || got.RolloutNodes != c.rolloutNodes {
			t.Errorf("%s: %+v, want %d nodes for %s, %d in rollouts", name, got, c.nodes, c.workload, c.rolloutNodes)
		}
		for n := range c.survivingNode + 2 {
			if f := got.Check(nodes(n), placement.Losses{Nodes: 1}); (f == nil) != (n >= c.survivingNode) {
				t.Errorf("%s: %d nodes: %v", name, n, f)
			}
		}
	}
}

// TestCertificateLosses: of nodes over zones, whichever are lost.
func TestCertificateLosses(t *testing.T) {
	c := placement.Certificate{Needs: []placement.Need{{Nodes: 5, Workload: "big", RolloutNodes: 7, Rollout: "small"}}}
	for name, tc := range map[string]struct {
		zones  []int
		losses placement.Losses
		during placement.During
		short  int
	}{
		"too few":                      {[]int{2, 2}, placement.Losses{}, placement.Normal, 1},
		"too few for a rollout":        {[]int{3, 3}, placement.Losses{}, placement.Rollout, 1},
		"enough":                       {[]int{4, 3}, placement.Losses{}, "", 0},
		"two nodes":                    {[]int{3, 4}, placement.Losses{Nodes: 2}, "", 0},
		"three nodes":                  {[]int{3, 4}, placement.Losses{Nodes: 3}, placement.NodeLoss, 1},
		"the larger zone":              {[]int{3, 4}, placement.Losses{Zones: 1}, placement.ZoneLoss, 2},
		"the largest of three":         {[]int{3, 2, 3}, placement.Losses{Zones: 1}, "", 0},
		"two of three":                 {[]int{3, 2, 3}, placement.Losses{Zones: 2}, placement.ZoneLoss, 3},
		"a zone or a node":             {[]int{3, 2, 3}, placement.Losses{Zones: 1, Nodes: 1}, "", 0},
		"a zone and a node":            {[]int{3, 2, 3}, placement.Losses{Zones: 1, Nodes: 1, AtOnce: true}, placement.NodeAndZoneLoss, 1},
		"a zone and a node, one more":  {[]int{3, 3, 3}, placement.Losses{Zones: 1, Nodes: 1, AtOnce: true}, "", 0},
		"more zones than there can be": {[]int{9}, placement.Losses{Zones: 3}, placement.ZoneLoss, 5},
	} {
		f := c.Check(nodes(tc.zones...), tc.losses)
		if (f == nil) != (tc.during == "") || f != nil && (f.During != tc.during || f.Missing != tc.short || f.Resource != placement.ShortProof) {
			t.Errorf("%s: %v, want %q, %d short", name, f, tc.during, tc.short)
		}
	}
}

// TestProofVoid: what the proof does not cover is not claimed.
func TestProofVoid(t *testing.T) {
	hard, soft, ready, large := pods("w", 2, 1, 1), pods("w", 2, 1, 1), pods("w", 2, 1, 1), pods("w", 2, 5, 1)
	hard.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1, Hard: true}}
	soft.Spread = []placement.Spread{{Key: placement.Zone, MaxSkew: 1}}
	ready.MinReady = 1
	gone := hard
	gone.Replicas = 0
	node := placement.Losses{Nodes: 1}
	for name, tc := range map[string]struct {
		w    placement.Workload
		l    placement.Losses
		rule placement.Shortage
	}{
		"hard spread":                    {hard, placement.Losses{}, placement.ShortSpread},
		"hard spread of nobody":          {gone, placement.Losses{}, ""},
		"soft spread":                    {soft, node, ""},
		"min ready":                      {ready, node, placement.ShortMinReady},
		"min ready with nothing to lose": {ready, placement.Losses{}, ""},
		"larger than a node":             {large, node, placement.ShortCPU},
	} {
		g := placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16)}}, Workloads: []placement.Workload{pods("other", 1, 1, 1), tc.w}}
		_, void := placement.Certify(&g, tc.l)
		if (void == nil) != (tc.rule == "") || void != nil && (void.Rule != tc.rule || void.Workload != "w") {
			t.Errorf("%s: %v, want %q", name, void, tc.rule)
		}
	}
	var void *placement.ProofVoid
	if err := error(&placement.ProofVoid{Rule: placement.ShortSpread, Workload: "w"}); !errors.As(err, &void) || err.Error() == "" {
		t.Error("a void proof is no error")
	}
}

// certainGroup is a tiny group that the proof covers.
func certainGroup(r *rand.Rand) placement.Group {
	g := placement.Group{
		Pools: []placement.Pool{{Allocatable: placement.Resources{CPU: units.MilliCPU(4 + r.IntN(9)), Memory: units.Bytes(4 + r.IntN(9)), Pods: 2 + r.IntN(6)}, Reserved: placement.Resources{CPU: units.MilliCPU(r.IntN(2)), Memory: units.Bytes(r.IntN(2)), Pods: r.IntN(2)}}},
	}
	for i := range 1 + r.IntN(3) {
		g.Workloads = append(g.Workloads, placement.Workload{
			Name: string(rune('a' + i)), Replicas: 1 + r.IntN(5), Reschedule: true, NoDefaultSpread: r.IntN(2) == 0, Surge: r.IntN(2),
			Request: placement.Resources{
				CPU:    units.MilliCPU(1 + r.IntN(int(g.Pools[0].Allocatable.CPU-g.Pools[0].Reserved.CPU))),
				Memory: units.Bytes(1 + r.IntN(int(g.Pools[0].Allocatable.Memory-g.Pools[0].Reserved.Memory))), Pods: 1,
			},
		})
	}
	return g
}

// TestCertificateAgainstTheWorstPlacement: never below what an adversary forces, on
// tiny groups; the log says how far above.
func TestCertificateAgainstTheWorstPlacement(t *testing.T) {
	const cases = 1000
	excess := map[int]int{}
	sum, total := 0, 0
	for seed := range uint64(cases) {
		g := certainGroup(rand.New(rand.NewPCG(seed, 0)))
		want := 0
		for j := range g.Workloads {
			want = max(want, worst(&g, j))
		}
		got := certify(t, g, placement.Losses{})
		if got.Nodes < want {
			t.Fatalf("seed %d: %d nodes are said to be certain, an adversary takes %d: %+v", seed, got.Nodes, want, g)
		}
		if exact := exactCertificate(&g); got.Nodes != exact {
			t.Fatalf("seed %d: %d nodes, the sum of fractions makes it %d", seed, got.Nodes, exact)
		}
		excess[got.Nodes-want]++
		sum, total = sum+got.Nodes-want, total+want
	}
	t.Logf("%d cases: exact in %d; nodes above the worst placement: %v, %.1f%% in all", cases, excess[0], excess, 100*float64(sum)/float64(total))
	if excess[0] < cases/2 {
		t.Errorf("exact in %d of %d cases", excess[0], cases)
	}
}

// TestCertificateOfUnlikeNodes: the same of pools, selectors and devices, for each
// set of nodes that count.
func TestCertificateOfUnlikeNodes(t *testing.T) {
	excess, sets, voids := map[int]int{}, 0, 0
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 3))
		g := certainGroup(r)
		unlike(r, &g)
		got, void := placement.Certify(&g, placement.Losses{})
		most := 0
		needs := map[string]int{}
		for j := range g.Workloads {
			w := &g.Workloads[j]
			want := worst(&g, j)
			if want == 0 && void == nil || void != nil && void.Workload == w.Name && want > 0 {
				t.Fatalf("seed %d: %s may run somewhere: %t; %v", seed, w.Name, want > 0, void)
			}
			if void != nil {
				continue
			}
			need := needOf(t, &g, &got, w)
			if need.Nodes < want {
				t.Fatalf("seed %d: %d nodes are said to be certain for %s, an adversary takes %d: %+v", seed, need.Nodes, w.Name, want, g)
			}
			most = max(most, need.Nodes)
			if need.Workload == w.Name {
				needs[w.Name] = need.Nodes - want
			}
		}
		if void != nil {
			voids++
			continue
		}
		if most != got.Nodes {
			t.Fatalf("seed %d: %d nodes at most, want %d", seed, got.Nodes, most)
		}
		if exact := exactCertificate(&g); got.Nodes != exact {
			t.Fatalf("seed %d: %d nodes, the sum of fractions makes it %d", seed, got.Nodes, exact)
		}
		sets += len(got.Needs)
		for _, n := range needs {
			excess[n]++
		}
	}
	t.Logf("%d sets of nodes, %d groups without a proof; nodes above the worst placement: %v", sets, voids, excess)
	if excess[0]*2 < sets || sets < 1500 || voids < 20 {
		t.Errorf("exact in %d of %d sets, %d without a proof", excess[0], sets, voids)
	}
}

// exactCertificate is the formula in fractions, term by term.
func exactCertificate(g *placement.Group) int {
	need := 0
	for j := range g.Workloads {
		sum := new(big.Rat)
		for i := range g.Workloads {
			most := new(big.Rat)
			for pool := range g.Pools {
				for zone := range 2 {
					if admitted(g, &g.Workloads[i], pool, zone) && admitted(g, &g.Workloads[j], pool, zone) {
						if here := exactWeight(g, i, j, pool); here.Cmp(most) > 0 {
							most = here
						}
					}
				}
			}
			n := g.Workloads[i].Replicas
			if i == j {
				n--
			}
			sum.Add(sum, most.Mul(most, big.NewRat(int64(n), 1)))
		}
		need = max(need, int(new(big.Int).Div(sum.Num(), sum.Denom()).Int64())+1)
	}
	return need
}

// exactWeight is what a pod of i weighs for j on nodes of a pool.
func exactWeight(g *placement.Group, i, j, pool int) *big.Rat {
	weight := new(big.Rat)
	node, own, other := offered(&g.Pools[pool]), requested(&g.Workloads[j]), requested(&g.Workloads[i])
	for d := range node {
		if d == 3 && own[d] == 0 {
			continue
		}
		if share := big.NewRat(other[d], node[d]-own[d]+1); share.Cmp(weight) > 0 {
			weight = share
		}
	}
	if one := big.NewRat(1, 1); weight.Cmp(one) > 0 {
		weight = one
	}
	return weight
}

// TestCertificateOfLargeNumbers: sums beyond 64 bits in between, and fractions that
// meet a whole number exactly.
func TestCertificateOfLargeNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	for range 500 {
		g := placement.Group{Pools: []placement.Pool{{Allocatable: placement.Resources{CPU: units.MilliCPU(1000 * (1 + r.IntN(192))), Memory: units.Bytes(r.Int64N(1 << 41)), Pods: 1 + r.IntN(250)}}}}
		for i := range 1 + r.IntN(6) {
			g.Workloads = append(g.Workloads, placement.Workload{
				Name: string(rune('a' + i)), Replicas: 1 + r.IntN(150_000), Reschedule: true,
				Request: placement.Resources{CPU: 1 + units.MilliCPU(r.Int64N(int64(g.Pools[0].Allocatable.CPU))), Memory: units.Bytes(r.Int64N(int64(g.Pools[0].Allocatable.Memory) + 1))},
			})
		}
		if got, want := certify(t, g, placement.Losses{}).Nodes, exactCertificate(&g); got != want {
			t.Fatalf("%d nodes, the sum of fractions makes it %d: %+v", got, want, g)
		}
	}
	// Halves and thirds that add up to 1: 1/2 of CPU, 1/2 of memory.
	g := placement.Group{
		Pools: []placement.Pool{{Allocatable: placement.Resources{CPU: 4, Memory: 4, Pods: 110}}},
		Workloads: []placement.Workload{
			{Name: "a", Replicas: 1, Request: placement.Resources{CPU: 3, Memory: 3}}, // room 2 of each
			{Name: "b", Replicas: 1, Request: placement.Resources{CPU: 1}},
			{Name: "c", Replicas: 1, Request: placement.Resources{Memory: 1}},
		},
	}
	if got := certify(t, g, placement.Losses{}).Nodes; got != 2 {
		t.Errorf("%d nodes for two halves, want 2", got)
	}
}

// TestCertainGroupsHold: at the count of the certificate the modelled scheduler
// places every pod, in any of many orders, and after every loss.
func TestCertainGroupsHold(t *testing.T) {
	checker := placement.NewChecker()
	for seed := range uint64(sample(600)) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := certainGroup(r)
		l := placement.Losses{Nodes: r.IntN(3), Zones: r.IntN(2), AtOnce: r.IntN(2) == 0}
		c := certify(t, g, l)
		zones := 2 + r.IntN(2)
		for n := 1; ; n++ {
			g.Pools[0].NodesByZone = g.Pools[0].NodesByZone[:0]
			for z := range zones {
				g.Pools[0].NodesByZone = append(g.Pools[0].NodesByZone, (n+zones-1-z)/zones)
			}
			if c.Check(g.Pools, l) == nil {
				break
			}
		}
		for _, b := range []placement.Balance{placement.BalanceByState, placement.BalanceByChange} {
			if _, failure := checker.Check(g, l, placement.Options{Balance: b, Shuffles: 30}); failure != nil {
				t.Fatalf("seed %d: %v nodes are certain by %+v, and yet: %v\n%+v", seed, g.Pools[0].NodesByZone, c, failure, g)
			}
		}
	}
}

// TestCertainUnlikeGroupsHold: the same of unlike nodes, as many of each pool and
// zone as comes, with selectors.
func TestCertainUnlikeGroupsHold(t *testing.T) {
	checker := placement.NewChecker()
	held := 0
	for seed := range uint64(sample(1500)) {
		r := rand.New(rand.NewPCG(seed, 4))
		g := certainGroup(r)
		unlike(r, &g)
		l := placement.Losses{Nodes: r.IntN(3), Zones: r.IntN(2), AtOnce: r.IntN(2) == 0}
		c, void := placement.Certify(&g, l)
		if void != nil {
			continue
		}
		for n := 0; n < 100 && c.Check(g.Pools, l) != nil; n++ {
			g.Pools[r.IntN(len(g.Pools))].NodesByZone[r.IntN(2)]++
		}
		if c.Check(g.Pools, l) != nil {
			continue // a selector admits one zone, and it is lost
		}
		held++
		for _, b := range []placement.Balance{placement.BalanceByState, placement.BalanceByChange} {
			if _, failure := checker.Check(g, l, placement.Options{Balance: b, Shuffles: 30}); failure != nil {
				t.Fatalf("seed %d: certain by %+v, and yet: %v\n%+v", seed, c, failure, g)
			}
		}
	}
	if held < sample(500) {
		t.Errorf("only %d groups were certain", held)
	}
}
