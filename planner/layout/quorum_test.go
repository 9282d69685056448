package layout_test

import (
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
)

const (
	mostMembers = 9
	mostZones   = 5
	mostLost    = 3
)

// distributions yields every way to spread n members over z zones; what it yields
// is overwritten.
func distributions(n, z int, yield func([]int)) {
	counts := make([]int, z)
	var rec func(i, left int)
	rec = func(i, left int) {
		if i == z-1 {
			counts[i] = left
			yield(counts)
			return
		}
		for c := range left + 1 {
			counts[i] = c
			rec(i+1, left-c)
		}
	}
	rec(0, n)
}

// survivors is the least number of members left by the loss of up to a members and
// up to b zones together, at [a][b], with every set of members and of zones tried.
type survivors [mostMembers + 1][mostZones + 1]int

func everyLoss(byZone []int) *survivors {
	n := sum(byZone)
	inZone := make([]uint, len(byZone)) // members of a zone, as bits
	next := 0
	for i, c := range byZone {
		inZone[i] = (1<<c - 1) << next
		next += c
	}
	var worst survivors
	for a := range worst {
		for b := range worst[a] {
			worst[a][b] = n
		}
	}
	for zones := range uint(1) << len(byZone) {
		gone := uint(0)
		for i, members := range inZone {
			if zones>>i&1 == 1 {
				gone |= members
			}
		}
		for nodes := range uint(1) << n {
			left := n - bits.OnesCount(gone|nodes)
			w := &worst[bits.OnesCount(nodes)][bits.OnesCount(zones)]
			*w = min(*w, left)
		}
	}
	for a := range worst { // exactly so many becomes up to so many
		for b := range worst[a] {
			if a > 0 {
				worst[a][b] = min(worst[a][b], worst[a-1][b])
			}
			if b > 0 {
				worst[a][b] = min(worst[a][b], worst[a][b-1])
			}
		}
	}
	return &worst
}

func (w *survivors) remaining(l layout.Losses) int {
	if l.AtOnce {
		return w[l.Nodes][l.Zones]
	}
	return min(w[l.Nodes][0], w[0][l.Zones])
}

func sum(counts []int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func allLosses() []layout.Losses {
	var out []layout.Losses
	for nodes := range mostLost + 1 {
		for zones := range mostLost + 1 {
			out = append(out, layout.Losses{Nodes: nodes, Zones: zones}, layout.Losses{Nodes: nodes, Zones: zones, AtOnce: true})
		}
	}
	return out
}

// Every distribution of up to 9 members over up to 5 zones, every set of failed
// members and zones, every declared loss. A majority is counted as 2 x left > n.
func TestQuorumSurvivalAgreesWithEverySubsetOfFailures(t *testing.T) {
	losses := allLosses()
	for z := 1; z <= mostZones; z++ {
		// keeps[n][i]: some distribution of n members keeps a quorum through losses[i].
		var keeps [mostMembers + 1][]bool
		for n := 1; n <= mostMembers; n++ {
			keeps[n] = make([]bool, len(losses))
			distributions(n, z, func(byZone []int) {
				worst := everyLoss(byZone)
				for i, l := range losses {
					want := worst.remaining(l)
					if got := layout.Remaining(byZone, l); got != want {
						t.Fatalf("%v, %+v: %d remain, every loss tried %d", byZone, l, got, want)
					}
					if got := layout.KeepsQuorum(byZone, l); got != (2*want > n) {
						t.Fatalf("%v, %+v: quorum kept is %t, %d of %d remain", byZone, l, got, want, n)
					}
					keeps[n][i] = keeps[n][i] || 2*want > n
				}
				members, zones := 0, 0
				for members < n && 2*worst[members+1][0] > n {
					members++
				}
				for zones < z && 2*worst[0][zones+1] > n {
					zones++
				}
				if gotMembers, gotZones := layout.Tolerates(byZone); gotMembers != members || gotZones != zones {
					t.Fatalf("%v tolerates %d members, %d zones, every loss tried %d and %d", byZone, gotMembers, gotZones, members, zones)
				}
			})
		}
		// The least odd count of which any distribution at all does, balanced or not.
		for i, l := range losses {
			for _, least := range []int{1, 3} {
				want := 0
				for n := layout.MaxMembers; n >= least; n -= 2 {
					if keeps[n][i] {
						want = n
					}
				}
				if got, ok := layout.Members(l, z, least); got != want || ok != (want > 0) {
					t.Errorf("%+v over %d zones, %d at least: %d members, %t; every distribution tried %d", l, z, least, got, ok, want)
				}
			}
		}
	}
}

// Rows by hand.
func TestMembers(t *testing.T) {
	tests := []struct {
		losses       layout.Losses
		zones, least int
		want         int
		ok           bool
	}{
		{layout.Losses{}, 1, 1, 1, true},
		{layout.Losses{}, 1, 2, 3, true},
		{layout.Losses{}, 0, 1, 0, false},
		{layout.Losses{}, 3, 9, 0, false},
		{layout.Losses{Nodes: 1}, 1, 1, 3, true},
		{layout.Losses{Nodes: 2}, 3, 3, 5, true},
		{layout.Losses{Nodes: 3}, 3, 3, 7, true},
		{layout.Losses{Zones: 1}, 1, 3, 0, false},
		{layout.Losses{Zones: 1}, 2, 3, 0, false},
		{layout.Losses{Zones: 1}, 3, 1, 3, true},
		{layout.Losses{Nodes: 1, Zones: 1}, 3, 3, 3, true},
		// 7 over 3 lose 3 with a zone and one more: 3 of 4 are left.
		{layout.Losses{Nodes: 1, Zones: 1, AtOnce: true}, 3, 3, 0, false},
		// 7 over 4 are 2 + 2 + 2 + 1: less 2 and 1 four are left.
		{layout.Losses{Nodes: 1, Zones: 1, AtOnce: true}, 4, 3, 7, true},
		{layout.Losses{Nodes: 1, Zones: 1, AtOnce: true}, 5, 3, 5, true},
		{layout.Losses{Zones: 2}, 5, 3, 5, true},
	}
	for _, test := range tests {
		if got, ok := layout.Members(test.losses, test.zones, test.least); got != test.want || ok != test.ok {
			t.Errorf("%+v: got %d, %t", test, got, ok)
		}
	}
}

// What is not balanced: the fullest zone decides, and no members keep nothing.
func TestKeepsQuorumUnbalanced(t *testing.T) {
	tests := []struct {
		byZone []int
		losses layout.Losses
		left   int
		want   bool
	}{
		{[]int{1, 3, 1}, layout.Losses{Zones: 1}, 2, false},
		{[]int{2, 2, 1}, layout.Losses{Zones: 1}, 3, true},
		{[]int{2, 2, 1}, layout.Losses{Zones: 1, Nodes: 1}, 3, true},
		{[]int{2, 2, 1}, layout.Losses{Zones: 1, Nodes: 1, AtOnce: true}, 2, false},
		{[]int{3, 0, 0}, layout.Losses{Nodes: 1}, 2, true},
		{[]int{3, 0, 0}, layout.Losses{Zones: 1}, 0, false},
		{[]int{1, 1, 1}, layout.Losses{Zones: 9, Nodes: 9, AtOnce: true}, 0, false},
		{[]int{1, 1, 1}, layout.Losses{Zones: -1, Nodes: -1, AtOnce: true}, 3, true},
		{[]int{0, 0}, layout.Losses{}, 0, false},
		{nil, layout.Losses{}, 0, false},
	}
	for _, test := range tests {
		before := slices.Clone(test.byZone)
		if left, ok := layout.Remaining(test.byZone, test.losses), layout.KeepsQuorum(test.byZone, test.losses); left != test.left || ok != test.want {
			t.Errorf("%+v: %d left, %t", test, left, ok)
		}
		if !slices.Equal(before, test.byZone) {
			t.Errorf("%v was changed to %v", before, test.byZone)
		}
	}
	if members, zones := layout.Tolerates(nil); members != 0 || zones != 0 {
		t.Errorf("no members tolerate %d, %d", members, zones)
	}
}

// fairest tries every distribution within the room: the one whose emptiest zone has
// most, then the next emptiest and so on, and of equals the one with more in the
// earlier zones.
func fairest(n int, room []int) []int {
	var best, bestSorted []int
	distributions(n, len(room), func(counts []int) {
		for i, c := range counts {
			if room[i] >= 0 && c > room[i] {
				return
			}
		}
		sorted := slices.Sorted(slices.Values(counts))
		if c := slices.Compare(sorted, bestSorted); best == nil || c > 0 || c == 0 && slices.Compare(counts, best) > 0 {
			best, bestSorted = slices.Clone(counts), sorted
		}
	})
	return best
}

func TestFillIsFairest(t *testing.T) {
	const most = 4
	for z := 1; z <= 4; z++ {
		room := make([]int, z)
		var rec func(i int)
		rec = func(i int) {
			if i < z {
				for r := -1; r <= most; r++ {
					room[i] = r
					rec(i + 1)
				}
				return
			}
			for n := range 10 {
				want := fairest(n, room)
				got, ok := layout.Fill(n, room)
				if ok != (want != nil) || !slices.Equal(got, want) {
					t.Fatalf("%d nodes, room for %v: got %v, %t, the fairest is %v", n, room, got, ok, want)
				}
			}
		}
		rec(0)
	}
}

func TestFill(t *testing.T) {
	tests := []struct {
		n    int
		room []int
		want []int
		ok   bool
	}{
		{10, []int{-1, 2, -1}, []int{4, 2, 4}, true},
		{10, []int{2, -1, -1, 1}, []int{2, 4, 3, 1}, true},
		{6, []int{1, 2, 3}, []int{1, 2, 3}, true},
		{7, []int{1, 2, 3}, nil, false},
		{1, []int{0, 0, 1}, []int{0, 0, 1}, true},
		{0, []int{0, 0}, []int{0, 0}, true},
		{1, nil, nil, false},
		{5_000, []int{100, -1, 1_000_000}, []int{100, 2_450, 2_450}, true},
	}
	for _, test := range tests {
		before := slices.Clone(test.room)
		if got, ok := layout.Fill(test.n, test.room); ok != test.ok || !slices.Equal(got, test.want) {
			t.Errorf("%+v: got %v, %t", test, got, ok)
		}
		if !slices.Equal(before, test.room) {
			t.Errorf("%v was changed to %v", before, test.room)
		}
	}
	for n := range 40 {
		for z := 1; z <= 6; z++ {
			free := slices.Repeat([]int{-1}, z)
			if got, ok := layout.Fill(n, free); !ok || !slices.Equal(got, layout.Balance(n, z)) {
				t.Errorf("%d over %d without limits: %v", n, z, got)
			}
		}
	}
}

func ExampleMembers() {
	zone := layout.Losses{Nodes: 1, Zones: 1}
	n, ok := layout.Members(zone, 3, 3)
	fmt.Println(n, ok)
	_, ok = layout.Members(zone, 2, 3) // the fuller of two zones holds half or more
	fmt.Println(ok)
	// Output:
	// 3 true
	// false
}
