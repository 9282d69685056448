package verify_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/verify"
)

// TestSumsOfLosses: three nodes of 4 that run one pod of 2 each have three places more. Of
// one lost node a pod needs one of the two that are left; of two, two pods need two of one.
// Where the third node is full, the loss of another leaves one place for one pod, and that
// of the full one two.
func TestSumsOfLosses(t *testing.T) {
	pod := []verify.Kind{{CPU: 2, Memory: 1, Count: 3}}
	for _, tc := range []struct {
		nodes []verify.Node
		lost  int
		open  int
	}{
		{withRunning(nodes(2, 2, 2), 1, 1, 1), 1, 0},
		{withRunning(nodes(2, 2, 2), 1, 1, 1), 2, 3},
		{withRunning(nodes(2, 2, 0), 1, 1, 1), 1, 0},
		{withRunning(nodes(2, 0, 0), 1, 1, 1), 1, 1}, // that of the only node with room
	} {
		if open := verify.Open(pod, tc.nodes, tc.lost); len(open) != tc.open {
			t.Errorf("%v, %d lost: open are %v, want %d", tc.nodes, tc.lost, open, tc.open)
		}
	}
	if open := verify.Open([]verify.Kind{{CPU: 2, Memory: 1, Count: 6, ApartHost: true}}, withRunning(nodes(2, 2), 1, 1), 1); len(open) != 2 {
		t.Errorf("pods that must be apart: open are %v", open)
	}
}

// TestSumsHoldOneByOne: of random nodes every loss that sums do not leave open holds, and
// of those that hold they prove a good part.
func TestSumsHoldOneByOne(t *testing.T) {
	proved, held := 0, 0
	for seed := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, 1))
		kinds := make([]verify.Kind, 1+rng.IntN(3))
		for i := range kinds {
			kinds[i] = verify.Kind{CPU: 1 + rng.Int64N(4), Memory: 1 + rng.Int64N(4), Count: 1, ApartHost: rng.IntN(12) == 0}
		}
		ns := make([]verify.Node, 3+rng.IntN(6))
		for i := range ns {
			ns[i] = verify.Node{Zone: rng.IntN(2), CPU: rng.Int64N(10), Memory: rng.Int64N(10), Pods: rng.Int64N(5), Running: make([]int, len(kinds))}
			for k := range kinds {
				ns[i].Running[k] = rng.IntN(2)
			}
		}
		k := 1 + rng.IntN(3)
		open := verify.Open(kinds, ns, k)
		for _, lost := range verify.Subsets(len(ns), k) {
			holds := verify.Lost(kinds, ns, lost)
			if holds {
				held++
			}
			if slices.ContainsFunc(open, func(o []int) bool { return slices.Equal(o, lost) }) {
				continue
			}
			if proved++; !holds {
				t.Fatalf("seed %d: the loss of %v is proved and has no answer\n%+v\n%+v", seed, lost, kinds, ns)
			}
		}
	}
	t.Logf("%d of %d proved", proved, held)
	if proved < held/4 {
		t.Errorf("%d proved by sums, %d hold", proved, held)
	}
}
