package onetype_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/packing/onetype"
)

// slowEvenFit places pod by pod, each on the first of the nodes with room where the
// product of what is used and what the pod takes is least. What is used is rounded
// to shares where a class begins.
func slowEvenFit(sizes []colgen.Vector, counts, order []int, shares []colgen.Vector, weights, free colgen.Vector, nodes int) ([][]int, bool) {
	left, pods := make([]colgen.Vector, nodes), make([][]int, nodes)
	for n := range left {
		left[n], pods[n] = free, make([]int, len(counts))
	}
	for _, class := range order {
		load, step := make([]int64, nodes), int64(0)
		for d, w := range shares[class] {
			step += w * w * weights[d]
			for n := range load {
				if free[d] > 0 {
					used := float64(free[d] - left[n][d])
					load[n] += int64(used*(onetype.Whole/float64(free[d]))) * w * weights[d]
				}
			}
		}
		for range counts[class] {
			best := -1
			for n := range left {
				room := true
				for d, w := range sizes[class] {
					room = room && w <= left[n][d]
				}
				if room && (best < 0 || load[n] < load[best]) {
					best = n
				}
			}
			if best < 0 {
				return nil, false
			}
			pods[best][class]++
			load[best] += max(1, step)
			for d, w := range sizes[class] {
				left[best][d] -= w
			}
		}
	}
	return pods, true
}

// TestEvenFitAgainstItsTwin: whole groups of nodes at once end as pod by pod.
func TestEvenFitAgainstItsTwin(t *testing.T) {
	held := 0
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 31))
		var free, weights colgen.Vector
		for d := range 3 {
			free[d], weights[d] = 10+rng.Int64N(90), rng.Int64N(256)
		}
		var sizes, shares []colgen.Vector
		var counts []int
		total := int64(0)
		for range 1 + rng.IntN(7) {
			var size, share colgen.Vector
			for d := range 3 {
				size[d] = rng.Int64N(1 + free[d]/int64(1+rng.IntN(9)))
				share[d] = size[d] * onetype.Whole / free[d]
			}
			n := rng.IntN(30)
			sizes, shares, counts = append(sizes, size), append(shares, share), append(counts, n)
			total += size[0] * int64(n)
		}
		nodes := 1 + int(total/free[0]) + rng.IntN(12)
		order := rng.Perm(len(counts))
		got, ok := onetype.EvenFit(sizes, counts, order, shares, weights, free, nodes)
		want, wanted := slowEvenFit(sizes, counts, order, shares, weights, free, nodes)
		if ok != wanted || !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %t\n%v, want %t\n%v", seed, ok, got, wanted, want)
		}
		if ok {
			held++
		}
	}
	if held < 1000 || held > 2900 {
		t.Errorf("%d of 3000 hold", held)
	}
}
