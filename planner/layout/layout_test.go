package layout_test

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// etcd's documentation, "Fault tolerance table".
func TestQuorum(t *testing.T) {
	quorum := []int{1, 2, 2, 3, 3, 4, 4, 5, 5}
	tolerance := []int{0, 0, 1, 1, 2, 2, 3, 3, 4}
	for i := range quorum {
		n := i + 1
		if q, f := layout.Quorum(n), layout.Tolerance(n); q != quorum[i] || f != tolerance[i] {
			t.Errorf("%d members: quorum %d, tolerance %d, want %d and %d", n, q, f, quorum[i], tolerance[i])
		}
	}
}

func TestSurvivesZoneLoss(t *testing.T) {
	type result struct {
		spare int
		ok    bool
	}
	no, yes, one := result{0, false}, result{0, true}, result{1, true}
	want := map[int][]result{ // by members; over 1, 2, 3 … zones
		1: {no},
		3: {no, no, yes},
		5: {no, no, yes, yes, one},
		7: {no, no, yes, one, one},
	}
	for n, row := range want {
		for i, w := range row {
			if spare, ok := layout.SurvivesZoneLoss(n, i+1); spare != w.spare || ok != w.ok {
				t.Errorf("%d members over %d zones: %t with %d spare, want %t with %d", n, i+1, ok, spare, w.ok, w.spare)
			}
		}
	}
	for n := 1; n <= 20; n++ {
		if _, ok := layout.SurvivesZoneLoss(n, 2); ok {
			t.Errorf("%d members survive the loss of one of two zones", n)
		}
	}
}

func TestLargestUtilization(t *testing.T) {
	tests := []struct {
		n, f int
		want units.Ratio
	}{{3, 1, 666_666}, {5, 2, 600_000}, {4, 0, units.Whole}, {2, 2, 0}, {1, 3, 0}}
	for _, test := range tests {
		if got := layout.LargestUtilization(test.n, test.f); got != test.want {
			t.Errorf("%d of %d fail: %d, want %d", test.f, test.n, got, test.want)
		}
	}
}

func TestNodesForZoneLoss(t *testing.T) {
	tests := []struct {
		need, zones, lost, want int
		ok                      bool
	}{
		{7, 3, 1, 11, true}, // 4 + 4 + 3: 7 are left; three equal zones would take 12
		{4, 3, 1, 6, true},
		{1, 3, 1, 2, true},
		{1, 2, 1, 2, true},
		{3, 2, 1, 6, true},
		{5, 3, 2, 15, true},
		{5, 4, 0, 5, true},
		{0, 1, 1, 0, true},
		{1, 1, 1, 0, false},
		{1, 3, 3, 0, false},
	}
	for _, test := range tests {
		if got, ok := layout.NodesForZoneLoss(test.need, test.zones, test.lost); got != test.want || ok != test.ok {
			t.Errorf("%+v: got %d, %t", test, got, ok)
		}
	}
}

// least tries every set of lost zones for every count of nodes.
func least(need, z, lost int) int {
	for n := need; ; n++ {
		counts := layout.Balance(n, z)
		worst := n
		for set := range uint(1) << z {
			if bits.OnesCount(set) != lost {
				continue
			}
			left := n
			for i, c := range counts {
				if set>>i&1 == 1 {
					left -= c
				}
			}
			worst = min(worst, left)
		}
		if worst >= need {
			return n
		}
	}
}

func TestZoneArithmeticAgreesWithEveryLoss(t *testing.T) {
	for z := 1; z <= 5; z++ {
		for lost := range z {
			for need := 0; need <= 40; need++ {
				want := least(need, z, lost)
				got, ok := layout.NodesForZoneLoss(need, z, lost)
				if !ok || got != want {
					t.Fatalf("need %d of %d zones less %d: got %d, every loss tried %d", need, z, lost, got, want)
				}
				if left := layout.Left(got, z, lost); left < need {
					t.Fatalf("%d nodes leave %d of %d", got, left, need)
				}
				if got > 0 && layout.Left(got-1, z, lost) >= need {
					t.Fatalf("%d nodes would do for %d", got-1, need)
				}
			}
		}
	}
}

// A quorum survives a zone's loss exactly when every zone's loss leaves one.
func TestQuorumAgreesWithEveryLoss(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for z := 1; z <= 5; z++ {
			want := true
			for _, c := range layout.Balance(n, z) {
				want = want && 2*(n-c) > n
			}
			if _, ok := layout.SurvivesZoneLoss(n, z); ok != want {
				t.Errorf("%d members over %d zones: %t, every loss tried %t", n, z, ok, want)
			}
		}
	}
}

func TestBalance(t *testing.T) {
	for n := range 30 {
		for z := 1; z <= 6; z++ {
			counts := layout.Balance(n, z)
			sum := 0
			for _, c := range counts {
				sum += c
			}
			if sum != n || slices.Max(counts)-slices.Min(counts) > 1 || counts[0] != slices.Max(counts) {
				t.Errorf("%d over %d: %v", n, z, counts)
			}
		}
	}
}

func TestControlPlaneZones(t *testing.T) {
	offered := []string{"us-east-1c", "us-east-1a", "us-east-1b"}
	tests := map[string]struct {
		used []string
		want []string
	}{
		"enough":         {[]string{"us-east-1c", "us-east-1b"}, []string{"us-east-1b", "us-east-1c"}},
		"one more":       {[]string{"us-east-1b"}, []string{"us-east-1a", "us-east-1b"}},
		"named twice":    {[]string{"us-east-1a", "us-east-1a"}, []string{"us-east-1a", "us-east-1b"}},
		"not in catalog": {[]string{"us-east-1f"}, []string{"us-east-1a", "us-east-1f"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := layout.ControlPlaneZones(test.used, offered, layout.EKSZones)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
	if !slices.Equal(offered, []string{"us-east-1c", "us-east-1a", "us-east-1b"}) {
		t.Error("the offered zones were changed")
	}
	_, err := layout.ControlPlaneZones([]string{"a"}, []string{"a"}, 2)
	if e, ok := errors.AsType[*layout.TooFewZonesError](err); !ok || *e != (layout.TooFewZonesError{Have: 1, Need: 2}) {
		t.Errorf("got %v", err)
	}
}

func ExampleNodesForZoneLoss() {
	n, _ := layout.NodesForZoneLoss(7, 3, 1)
	fmt.Println(n, layout.Balance(n, 3), "leave", layout.Left(n, 3, 1))
	// Output: 11 [4 4 3] leave 7
}
