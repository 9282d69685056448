package verify_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/verify"
)

// TestSpareNodes: three nodes of 4 that run one pod of 2 each have room for one more on
// each. Of one lost node the pod goes to one of the two others; two lost ones leave one
// place for two pods.
func TestSpareNodes(t *testing.T) {
	pod := []verify.Kind{{CPU: 2, Memory: 1, Count: 3}}
	three := withRunning(nodes(2, 2, 2), 1, 1, 1)
	for k, want := range map[int]bool{1: true, 2: false} {
		if got := verify.Spares(pod, three, k); got != want {
			t.Errorf("%d of three lost: proved: %t, want %t", k, got, want)
		}
	}
	// Of six two lost ones leave two pods, and three sets of two nodes have room.
	six := withRunning(nodes(2, 2, 2, 2, 2, 2), 1, 1, 1, 1, 1, 1)
	if !verify.Spares(pod, six, 2) {
		t.Error("two of six lost: not proved")
	}
	if verify.Spares([]verify.Kind{{CPU: 2, Memory: 1, Count: 6, ApartHost: true}}, six, 2) {
		t.Error("proved for pods that must be apart")
	}
}

// TestSparesHoldOneByOne: what is proved at once holds for each loss.
func TestSparesHoldOneByOne(t *testing.T) {
	proved, held := 0, 0
	for seed := range uint64(1000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		kinds := make([]verify.Kind, 1+rng.IntN(3))
		for i := range kinds {
			kinds[i] = verify.Kind{CPU: 1 + rng.Int64N(4), Memory: 1 + rng.Int64N(4), Count: 1}
		}
		ns := make([]verify.Node, 3+rng.IntN(5))
		for i := range ns {
			ns[i] = verify.Node{Zone: rng.IntN(2), CPU: rng.Int64N(8), Memory: rng.Int64N(8), Pods: rng.Int64N(4), Running: make([]int, len(kinds))}
			for k := range kinds {
				ns[i].Running[k] = rng.IntN(2)
			}
		}
		k := 1 + rng.IntN(2)
		all := verify.Losses(kinds, ns, k)
		if all {
			held++
		}
		if verify.Spares(kinds, ns, k) {
			if proved++; !all {
				t.Fatalf("seed %d: proved, and some loss of %d has no answer\n%+v\n%+v", seed, k, kinds, ns)
			}
		}
	}
	if proved < held/4 || held == 1000 {
		t.Errorf("%d proved at once, %d hold one by one", proved, held)
	}
}

// most is the worth of the best filling, by trying all.
func most(capacity []int64, sizes [][]int64, values, counts []int64) int64 {
	if len(sizes) == 0 {
		return 0
	}
	best := int64(0)
	rest := slices.Clone(capacity)
	for n := int64(0); n <= counts[0]; n++ {
		if slices.ContainsFunc(rest, func(r int64) bool { return r < 0 }) {
			break
		}
		best = max(best, n*values[0]+most(rest, sizes[1:], values[1:], counts[1:]))
		for d := range rest {
			rest[d] -= sizes[0][d]
		}
	}
	return best
}

// TestFillings: a target of what the best filling is worth holds, one less does not.
func TestFillings(t *testing.T) {
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		dims, kinds := 2+rng.IntN(3), 1+rng.IntN(5)
		scale := int64(1) << rng.IntN(35)
		capacity := make([]int64, dims)
		for d := range capacity {
			capacity[d] = 5 + rng.Int64N(30)
		}
		capacity[2%dims] = 5 + rng.Int64N(6)
		var sizes [][]int64
		var values, counts []int64
		for range kinds {
			size := make([]int64, dims)
			for d := range size {
				size[d] = rng.Int64N(9)
			}
			size[2%dims] = 1
			sizes = append(sizes, size)
			values, counts = append(values, 1+rng.Int64N(50)*scale), append(counts, 1+rng.Int64N(6))
		}
		if dims == 2 { // pods are the third of every node
			capacity = append(capacity, 20)
			for i := range sizes {
				sizes[i] = append(sizes[i], 1)
			}
		}
		want := most(capacity, sizes, values, counts)
		if got := verify.Fillings(capacity, sizes, values, counts, want, 1_000_000); got != verify.Placed {
			t.Fatalf("seed %d: verdict %d at the worth of the best filling, %d", seed, got, want)
		}
		if got := verify.Fillings(capacity, sizes, values, counts, want-1, 1_000_000); want > 0 && got != verify.Impossible {
			t.Fatalf("seed %d: verdict %d below the worth of the best filling, %d", seed, got, want)
		}
	}
}

// TestFillingsByHand: 4 cores take one pod of 3 that is worth 30, or two of 2 that are
// worth 19 each. By parts one of 3 and half of one of 2 are worth 39.5.
func TestFillingsByHand(t *testing.T) {
	for name, tc := range map[string]struct {
		target int64
		steps  int
		want   int
	}{
		"by parts":            {40, 1, verify.Placed}, // weak duality needs no step
		"by whole pods":       {38, 100, verify.Placed},
		"less than two":       {37, 100, verify.Impossible},
		"not found out":       {39, 1, verify.Unproved},
		"more than all":       {90, 1, verify.Placed},
		"nothing at no price": {0, 100, verify.Impossible},
	} {
		got := verify.Fillings([]int64{4, 100, 10}, [][]int64{{3, 1, 1}, {2, 1, 1}}, []int64{30, 19}, []int64{3, 3}, tc.target, tc.steps)
		if got != tc.want {
			t.Errorf("%s: verdict %d, want %d", name, got, tc.want)
		}
	}
}

// adversary decides whether some order of pods, and some choice of nodes, leaves a pod
// without a place: with all nodes, or after any lose of them.
type adversary struct {
	rooms   [][]int64 // by node
	kind    []int     // of a node
	sizes   [][]int64
	forbids [][]bool
	lose    int
	seen    map[string]bool
}

func (a *adversary) fits(i, n int, used [][]int64) bool {
	if a.forbids[i][a.kind[n]] {
		return false
	}
	for d, amount := range a.sizes[i] {
		if amount > 0 && used[n][d]+amount > a.rooms[n][d] {
			return false
		}
	}
	return true
}

// stuck places the waiting pods on the nodes that are left in every way.
func (a *adversary) stuck(waiting []int, runs [][]int, gone []bool, lost bool) bool {
	key := fmt.Sprint(waiting, runs, gone, lost)
	if a.seen[key] {
		return false
	}
	a.seen[key] = true
	used := make([][]int64, len(a.rooms))
	for n := range used {
		used[n] = make([]int64, len(a.rooms[n]))
		for i, pods := range runs[n] {
			for d := range used[n] {
				used[n][d] += int64(pods) * a.sizes[i][d]
			}
		}
	}
	some := false
	for i, left := range waiting {
		if left == 0 {
			continue
		}
		some = true
		place := false
		for n := range a.rooms {
			if gone[n] || !a.fits(i, n, used) {
				continue
			}
			place = true
			waiting[i]--
			runs[n][i]++
			bad := a.stuck(waiting, runs, gone, lost)
			waiting[i]++
			runs[n][i]--
			if bad {
				return true
			}
		}
		if !place {
			return true
		}
	}
	return !some && !lost && a.lose > 0 && a.strike(0, a.lose, runs, gone)
}

// strike loses nodes in every way.
func (a *adversary) strike(from, todo int, runs [][]int, gone []bool) bool {
	if todo == 0 {
		waiting, left := make([]int, len(a.sizes)), make([][]int, len(runs))
		for n := range runs {
			left[n] = slices.Clone(runs[n])
			if gone[n] {
				for i := range left[n] {
					waiting[i] += left[n][i]
					left[n][i] = 0
				}
			}
		}
		return a.stuck(waiting, left, gone, true)
	}
	for n := from; n < len(gone); n++ {
		gone[n] = true
		bad := a.strike(n+1, todo-1, runs, gone)
		gone[n] = false
		if bad {
			return true
		}
	}
	return false
}

// TestAnyOrderOnUnlikeNodes: where the proof holds no adversary leaves a pod without a
// place.
func TestAnyOrderOnUnlikeNodes(t *testing.T) {
	proved, safe := 0, 0
	for seed := range uint64(4000) {
		rng := rand.New(rand.NewPCG(seed, 0))
		rooms := [][]int64{{2 + rng.Int64N(5), 2 + rng.Int64N(5), 2 + rng.Int64N(3), rng.Int64N(3)}, {2 + rng.Int64N(5), 2 + rng.Int64N(5), 2 + rng.Int64N(3), 0}}
		counts := []int{1 + rng.IntN(3), rng.IntN(3)}
		var sizes [][]int64
		var pods []int
		var forbids [][]bool
		for range 1 + rng.IntN(3) {
			sizes = append(sizes, []int64{rng.Int64N(4), 1 + rng.Int64N(3), 1, max(0, rng.Int64N(5)-3)})
			pods = append(pods, 1+rng.IntN(2))
			forbids = append(forbids, [][]bool{{false, false}, {false, false}, {false, true}, {true, false}}[rng.IntN(4)])
		}
		a := &adversary{sizes: sizes, forbids: forbids, lose: rng.IntN(2), seen: map[string]bool{}}
		for k, n := range counts {
			for range n {
				a.rooms, a.kind = append(a.rooms, rooms[k]), append(a.kind, k)
			}
		}
		if a.lose > len(a.rooms) {
			continue
		}
		runs := make([][]int, len(a.rooms))
		for n := range runs {
			runs[n] = make([]int, len(sizes))
		}
		stuck := a.stuck(slices.Clone(pods), runs, make([]bool, len(a.rooms)), false)
		if !stuck {
			safe++
		}
		if verify.Certain(rooms, counts, sizes, pods, forbids, a.lose) {
			if proved++; stuck {
				t.Fatalf("seed %d: proved, and an adversary leaves a pod without a place: rooms %v x %v, pods %v x %v, forbidden %v, %d lost", seed, counts, rooms, pods, sizes, forbids, a.lose)
			}
		}
	}
	if proved < safe*3/4 || safe < 500 {
		t.Errorf("%d proved, %d are safe", proved, safe)
	}
}

// TestAnyOrderInAZone: one of two nodes in the zone that a pod selects may be lost, if
// the provider cannot put the second elsewhere.
func TestAnyOrderInAZone(t *testing.T) {
	for _, tc := range []struct {
		zones []int
		fixed bool
		zone  int
		want  bool
	}{
		{[]int{2, 2, 1}, false, 0, false},
		{[]int{2, 2, 1}, true, 0, true},
		{[]int{1, 2, 2}, true, 0, false},
		{[]int{2, 2, 2}, false, 0, true},
		{[]int{2, 2, 2}, false, 1, false},
		{[]int{2, 2, 2}, true, 1, false},
	} {
		if got := verify.CertainInZone(tc.zones, tc.fixed, 1, tc.zone); got != tc.want {
			t.Errorf("%v, fixed %t, one node and %d zones lost: certain: %t, want %t", tc.zones, tc.fixed, tc.zone, got, tc.want)
		}
	}
}

// TestEqualFillings: of 40 cores, 13 pods of 3 are worth 390, whichever of ten equal kinds
// they are of; a kind that takes more and is worth less changes nothing.
func TestEqualFillings(t *testing.T) {
	var sizes [][]int64
	var values, most []int64
	for range 10 {
		sizes, values, most = append(sizes, []int64{3, 1, 1}), append(values, 30), append(most, 5)
	}
	sizes, values, most = append(sizes, []int64{4, 1, 1}), append(values, 29), append(most, 5)
	for target, want := range map[int64]int{390: verify.Placed, 389: verify.Impossible} {
		if got := verify.Fillings([]int64{40, 100, 20}, sizes, values, most, target, 200); got != want {
			t.Errorf("a target of %d is %v, want %v", target, got, want)
		}
	}
}
